"""Whom a broadcast is for: all that the unit cares for, some of them by what they have in common, or one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MOST = 6000  # recipients of one broadcast: more than a unit has
ASK_AGAIN_ABOVE = 50
SAMPLE = 5
AGES: Mapping[str, tuple[int, int]] = {
    "0-12": (0, 12),
    "13-17": (13, 17),
    "18-64": (18, 64),
    "65-79": (65, 79),
    "80-": (80, 200),
}


class Whom(StrEnum):
    UNIT = "enheten"  # everybody whom the unit cares for: said in so many words
    SOME = "grupp"  # by what they have in common
    CHOSEN = "valda"  # one by one


@dataclass(frozen=True, slots=True)
class Group:
    """What the recipients have in common. An empty choice narrows nothing; several in one are any of them."""

    whom: Whom
    municipalities: frozenset[str] = frozenset()
    starters: frozenset[str] = frozenset()  # keys of plans that the unit began from
    ages: frozenset[str] = frozenset()  # of AGES
    languages: frozenset[str] = frozenset()

    @property
    def is_everybody(self) -> bool:
        """A group with nothing in common: refused, for nobody has said that it is for all."""
        narrows = (self.municipalities, self.starters, self.ages, self.languages)
        return self.whom is Whom.SOME and not any(narrows)

    def has_age(self, years: int) -> bool:
        return not self.ages or any(
            first <= years <= last for first, last in map(AGES.__getitem__, self.ages)
        )


def to_text(group: Group) -> str:
    """As it is kept: JSON, in one order."""
    return json.dumps(
        {
            "whom": group.whom,
            "municipalities": sorted(group.municipalities),
            "starters": sorted(group.starters),
            "ages": sorted(group.ages),
            "languages": sorted(group.languages),
        },
        ensure_ascii=False,
    )


def from_text(text: str) -> Group:
    kept = json.loads(text)
    return Group(
        Whom(kept["whom"]),
        frozenset(kept["municipalities"]),
        frozenset(kept["starters"]),
        frozenset(kept["ages"]) & AGES.keys(),
        frozenset(kept["languages"]),
    )
