"""Two names of one person, or of two."""

from __future__ import annotations

import pytest

from webapp.accounts.names import can_be_same


@pytest.mark.parametrize(
    "other",
    [
        "Lisa Lundmark",
        "lisa  LUNDMARK",
        "Lundmark, Lisa",
        "Lisa Maria Lundmark",
        "Lisa Lundmark-Öhman",
        "Lisa",
        "Lisa Lundmark\u00a0",
    ],
)
def test_a_name_is_the_same_with_more_or_fewer_of_its_words(other: str) -> None:
    assert can_be_same("Lisa Lundmark", other)
    assert can_be_same(other, "Lisa Lundmark")


@pytest.mark.parametrize("other", ["Gun Lundmark", "Lisa Berg", "Lisa Lundmärk", "Li Lundmark", "", " - "])
def test_another_first_or_last_name_is_another_person(other: str) -> None:
    assert not can_be_same("Lisa Lundmark", other)


def test_an_accent_is_the_same_however_it_was_typed() -> None:
    assert can_be_same("André Öst", "Andre\u0301 O\u0308st")
