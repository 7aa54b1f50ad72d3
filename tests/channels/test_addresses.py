"""Which numbers and mailboxes are taken, however they are written, and in which one form they are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.channels import addresses

SWEDISH = "+46701740605"  # from the range that no subscriber has


@pytest.mark.parametrize(
    "typed",
    [
        "070-174 06 05",
        "0701740605",
        " 070 174 06 05 ",
        "+46 70 174 06 05",
        "+46 (0)70-174 06 05",
        "0046701740605",
    ],
)
def test_one_number_written_in_many_ways_is_kept_in_one(typed: str) -> None:
    assert addresses.mobile(typed) == SWEDISH


@pytest.mark.parametrize("typed", ["+47 912 34 567", "+358 40 123 4567", "+45 20 12 34 56"])
def test_neighbours_numbers_are_taken_with_a_plus(typed: str) -> None:
    assert addresses.mobile(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "112",
        "0961-123 45",
        "08-123 456 78",
        "0900-123 45 67",
        "+1 900 123 4567",
        "+882 16 123 456",
        "070-174 06 05 07",
        "070-174 06",
        "070-174 06 05;+46701740606",
        "\u0660\u0667\u0660\u0661\u0667\u0664\u0660\u0666\u0660\u0665",
        "0" * 400,
    ],
)
def test_what_is_no_mobile_number_of_ours_is_not_taken(typed: str) -> None:
    assert addresses.mobile(typed) is None


@given(st.text(max_size=40))
def test_whatever_is_typed_a_number_kept_has_one_form(typed: str) -> None:
    kept = addresses.mobile(typed)
    assert kept is None or addresses.mobile(kept) == kept


def test_a_mailbox_is_kept_with_its_domain_in_small_letters() -> None:
    assert addresses.mailbox(" Aino.L@Exempel.SE ") == "Aino.L@exempel.se"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "aino",
        "aino@",
        "@exempel.se",
        "aino@exempel",
        "a b@exempel.se",
        "aino@exempel.se, eino@exempel.se",
        "aino@exempel.se\nBcc: eino@exempel.se",
        "aino@[127.0.0.1]",
        "aino@127.0.0.1",
        "a..b@exempel.se",
        "aino@exempel..se",
        "aino@-exempel.se",
        "<aino@exempel.se>",
        "åino@exempel.se",
        "a" * 65 + "@exempel.se",
        "aino@" + "e" * 250 + ".se",
    ],
)
def test_what_is_no_mailbox_is_not_taken(typed: str) -> None:
    assert addresses.mailbox(typed) is None


def test_a_page_shows_no_more_of_an_address_than_its_owner_needs() -> None:
    assert addresses.covered(SWEDISH) == "…06 05"
    assert addresses.covered("aino@exempel.se") == "a…@exempel.se"
