from __future__ import annotations

import pytest

from webapp.pages.telephone import tel_href


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("112", "tel:112"),
        ("1177", "tel:1177"),
        ("116 111", "tel:116111"),
        ("0980-319 210", "tel:+46980319210"),
        ("+46 70 174 06 33", "tel:+46701740633"),
    ],
)
def test_a_number_is_dialled_as_the_phone_needs_it(written: str, dialled: str) -> None:
    assert tel_href(written) == dialled


def test_a_number_without_digits_is_never_a_dead_link() -> None:
    with pytest.raises(ValueError, match="digits"):
        tel_href("saknas")
