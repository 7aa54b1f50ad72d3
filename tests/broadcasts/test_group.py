"""Whom a group is: what they have in common, and never everybody by mistake."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from webapp.broadcasts import group
from webapp.broadcasts.group import AGES, Group, Whom

SOME = st.frozensets(st.sampled_from(["Arjeplog", "Pajala", "Kalix"]))
GROUPS = st.builds(
    Group,
    st.sampled_from(list(Whom)),
    SOME,
    SOME,
    st.frozensets(st.sampled_from(list(AGES))),
    st.frozensets(st.sampled_from(["sv", "smj"])),
)


@given(GROUPS)
def test_a_group_is_kept_as_it_was_chosen(chosen: Group) -> None:
    assert group.from_text(group.to_text(chosen)) == chosen


def test_a_group_with_nothing_in_common_is_everybody() -> None:
    assert Group(Whom.SOME).is_everybody
    assert not Group(Whom.SOME, ages=frozenset({"80-"})).is_everybody
    assert not Group(Whom.UNIT).is_everybody


@given(st.integers(min_value=0, max_value=120))
def test_everybody_is_in_one_age_band_and_one_alone(years: int) -> None:
    bands = [each for each in AGES if Group(Whom.SOME, ages=frozenset({each})).has_age(years)]
    assert len(bands) == 1


def test_a_birthday_moves_somebody_into_the_next_band() -> None:
    old = Group(Whom.SOME, ages=frozenset({"80-"}))
    assert not old.has_age(79)
    assert old.has_age(80)
