"""Children's care and elder care are kept apart: the rules, for every kind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from webapp.directory import flows
from webapp.directory.flows import Flow

KINDS = st.sampled_from(list(Flow))


def test_a_plan_opens_its_own_kind_and_the_health_centres() -> None:
    assert flows.of_plan(Flow.CHILD) == {Flow.CHILD, Flow.SCHOOL, Flow.ALL}
    assert flows.of_plan(Flow.ELDER) == {Flow.ELDER, Flow.ALL}
    assert flows.of_plan(Flow.ADULT) == {Flow.ADULT, Flow.ALL}


@given(KINDS)
def test_only_a_health_centre_is_in_more_than_one_kind_of_plan(unit: Flow) -> None:
    assert (len(flows.plans_of(unit)) > 1) is (unit is Flow.ALL)
    assert flows.plans_of(unit)  # and every unit in at least one


@given(KINDS, st.sampled_from(flows.PLANS))
def test_no_consent_lets_elder_care_see_what_is_a_childs_nor_the_other_way(unit: Flow, plan: Flow) -> None:
    opened = flows.of_plan(plan) if flows.takes_part(unit, plan) else frozenset()
    if unit in (Flow.ELDER, Flow.ADULT):
        assert not opened & {Flow.CHILD, Flow.SCHOOL}
    if unit in (Flow.CHILD, Flow.SCHOOL):
        assert not opened & {Flow.ELDER, Flow.ADULT}


@given(KINDS)
def test_what_is_no_kind_of_plan_opens_nothing(kind: Flow) -> None:
    assert bool(flows.of_plan(kind)) is (kind in flows.PLANS)


@given(KINDS)
def test_a_unit_sees_its_own_kind_without_any_consent(unit: Flow) -> None:
    assert unit in flows.own(unit)
