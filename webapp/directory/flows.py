"""Which kind of care a unit gives, so that what is a child's never opens to elder care by another's consent.

A SIP consent holds within one kind of plan. Without it, staff see what their own organisation does in their own
kind. Law: docs/legal.md, "Barn och äldre hålls isär".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Flow(StrEnum):
    """The kind of care (verksamhetsgren), of a unit and of what it does in a plan."""

    ALL = "all"  # a health centre: everybody
    ELDER = "elder"  # older people, and people with disabilities: hemtjänst, biståndsenhet
    ADULT = "adult"  # adults in social services and psychiatry: socialpsykiatri
    CHILD = "child"  # children and families: BUP, socialtjänst
    SCHOOL = "school"  # elevhälsa


EVERY = frozenset(Flow)
PLANS = (Flow.ELDER, Flow.ADULT, Flow.CHILD)  # the kinds of plan that a SIP consent can be for
_WITHIN_PLAN: Mapping[Flow, frozenset[Flow]] = {
    Flow.ELDER: frozenset({Flow.ELDER, Flow.ALL}),
    Flow.ADULT: frozenset({Flow.ADULT, Flow.ALL}),
    Flow.CHILD: frozenset({Flow.CHILD, Flow.SCHOOL, Flow.ALL}),
}


def own(flow: Flow) -> frozenset[Flow]:
    """What a unit sees of its own organisation, without any consent."""
    return EVERY if flow is Flow.ALL else frozenset({flow, Flow.ALL})


def of_plan(plan: Flow) -> frozenset[Flow]:
    """What a SIP consent for this kind of plan opens; nothing for what is no kind of plan."""
    return _WITHIN_PLAN.get(plan, frozenset())


def takes_part(unit: Flow, plan: Flow) -> bool:
    """Whether a unit can be in a SIP consent for this kind of plan, and be served by it."""
    return unit in of_plan(plan)


def plans_of(unit: Flow) -> tuple[Flow, ...]:
    """The kinds of plan that a unit can be in."""
    return tuple(plan for plan in PLANS if takes_part(unit, plan))
