"""What a plan must hold before it can be agreed to as a SIP: the statute's four contents.

Which efforts are needed, which each huvudman answers for, what others do, and who has the overall
responsibility. Law: docs/legal.md, "SIP".
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

HUVUDMAN = frozenset({"region", "kommun"})


class Missing(StrEnum):
    """What is not there yet, in the order in which it is told."""

    WAITING = "waiting"  # what the person has not answered: not the statute's, but nobody agrees by halves
    EFFORTS = "efforts"
    HUVUDMAN = "huvudman"
    OTHERS = "others"
    OVERALL = "overall"
    FROZEN = "frozen"  # the consent to share is withdrawn: there is no shared plan to agree to


class Effort(Protocol):
    """A row that the person has said yes to."""

    @property
    def doer(self) -> str: ...
    @property
    def organisation(self) -> str: ...


def missing(
    rows: Sequence[Effort], overall: str, *, nobody_else: bool, waiting: int = 0, frozen: bool = False
) -> list[Missing]:
    """What is missing, nothing if the plan can be agreed to.

    `rows`: what the person has said yes to. `nobody_else`: it is said that nobody but the two huvudmän does
    anything. `waiting`: how many rows and changes the person has not answered.
    """
    by_huvudman = [row for row in rows if row.doer in HUVUDMAN]
    by_others = len(by_huvudman) < len(rows)
    found = {
        Missing.WAITING: waiting > 0,
        Missing.EFFORTS: not rows,
        Missing.HUVUDMAN: not by_huvudman or not all(row.organisation for row in by_huvudman),
        Missing.OTHERS: not by_others and not nobody_else,
        Missing.OVERALL: not overall,
        Missing.FROZEN: frozen,
    }
    return [each for each in Missing if found[each]]
