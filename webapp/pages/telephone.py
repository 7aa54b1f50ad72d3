"""A number as people write it, and the address a telephone needs to call it."""

from __future__ import annotations

import re

LONGEST_SHORT = 6  # 112, 1177, 113 13, 116 111: dialled as they stand


def tel_href(number: str) -> str:
    """ "0980-319 210" as "tel:+46980319210"; short numbers and those with a country code as they are.

    Raises ValueError where no digits are left: a link that calls nobody is worse than none.
    """
    digits = re.sub(r"\D", "", number)
    if not digits:
        raise ValueError("a telephone number needs digits")
    if number.strip().startswith("+"):
        return f"tel:+{digits}"
    if digits.startswith("0") and len(digits) > LONGEST_SHORT:
        return f"tel:+46{digits[1:]}"
    return f"tel:{digits}"
