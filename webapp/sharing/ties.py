"""What binds a reader to a person right now: the question every page of a person asks first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Date, Uuid, and_, bindparam, exists, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.access import Crossing, Reader, Seen
from webapp.core.db import Instant, is_writing, rows
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.permissions import Area, Level, Ties
from webapp.plans.models import Plan
from webapp.sharing.decisions import Freeze, NamedStaff
from webapp.sharing.guardians import areas_for_guardian, is_young
from webapp.sharing.models import (
    BY_STAFF,
    Block,
    CareRelation,
    Consent,
    ConsentKind,
    ConsentUnit,
    Emergency,
)

Today = date | BindParameter[date]
Relative = aliased(Person, name="relative")


def holds(today: Today) -> ColumnElement[bool]:
    """A consent that holds today: begun, not past its last day, not withdrawn."""
    return and_(Consent.from_on <= today, Consent.until_on >= today, Consent.withdrawn_at.is_(None))


def binds(today: Today) -> ColumnElement[bool]:
    """A consent that binds its relative (`Relative`, joined) today: it holds, staff have not frozen what this
    relative sees, and the relative lives and has no protected identity: then relations are suspended."""
    return and_(
        holds(today), not_(is_frozen()), Relative.protected.is_(False), Relative.deceased_at.is_(None)
    )


def is_frozen() -> ColumnElement[bool]:
    """Staff have frozen what the consent's relative sees of its person, by whatever tie."""
    frozen = select(Freeze.id).where(  # by name: the worker's role may not read the reason
        Freeze.person_id == Consent.person_id,
        Freeze.relative_id == Consent.relative_id,
        Freeze.lifted_at.is_(None),
    )
    return frozen.correlate(Consent).exists()


def relates(today: Today) -> ColumnElement[bool]:
    """A care relation that is in force today."""
    open_ended = or_(CareRelation.until_on.is_(None), CareRelation.until_on >= today)
    return and_(CareRelation.from_on <= today, open_ended, CareRelation.ended_at.is_(None))


def is_blocked(
    person_id: InstrumentedAttribute[UUID], unit_id: UUID | BindParameter[UUID] | InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    """The person has blocked (spärrat) the unit, and not lifted it."""
    return exists().where(Block.person_id == person_id, Block.unit_id == unit_id, Block.ended_at.is_(None))


_FACTS = (
    Person.called,
    Person.language,
    Person.municipality,
    Person.born_on,
    Person.protected,
    Person.deceased_at,
)
_TODAY = bindparam("today", type_=Date())
_UNIT = bindparam("unit_id", type_=Uuid())
_SIP = and_(  # a SIP consent that names the unit
    Consent.person_id == Person.id,
    Consent.kind == ConsentKind.SIP,
    Consent.id.in_(select(ConsentUnit.consent_id).where(ConsentUnit.unit_id == _UNIT)),
    holds(_TODAY),
)
# Made once: putting a query together costs twice what running it does. The person's row is locked when
# somebody else opens it, so that lines in the log come one by one.
_BY_CONSENT = (
    select(*_FACTS, Consent.kind, Consent.what_matters, Consent.plan, Consent.contacts, Consent.reminders)
    .join(Consent, Consent.person_id == Person.id)
    .join(Relative, Relative.id == Consent.relative_id)
    .where(
        Person.id == bindparam("person_id", type_=Uuid()),
        Consent.relative_id == bindparam("relative_id", type_=Uuid()),
        binds(_TODAY),
    )
    .with_for_update(of=Person, key_share=True)
)
_NAMED = exists().where(
    NamedStaff.person_id == Person.id,
    NamedStaff.staff_id == bindparam("staff_id", type_=Uuid()),
    NamedStaff.ended_at.is_(None),
)
_RELATES = exists().where(CareRelation.person_id == Person.id, CareRelation.unit_id == _UNIT, relates(_TODAY))
_EMERGENCY = exists().where(
    Emergency.person_id == Person.id,
    Emergency.staff_id == bindparam("staff_id", type_=Uuid()),
    Emergency.unit_id == _UNIT,
    Emergency.closes_at > bindparam("now", type_=Instant()),
)
_FROZEN = exists().where(  # the consent to share the plan is withdrawn: webapp.plans.freezing
    Plan.person_id == Person.id, Plan.ended_on.is_(None), Plan.frozen_at.is_not(None)
)
_LET_IN = aliased(Consent)
_HIDES_ONE = exists().where(  # one whom the person has let in has protected identity, and is named to nobody
    _LET_IN.person_id == Person.id, _LET_IN.relative_id == Relative.id, Relative.protected
)
_CARES = and_(_RELATES, not_(is_blocked(Person.id, _UNIT)))
_BY_CARE = (
    select(
        *_FACTS,
        _CARES.label("cares"),
        _NAMED.label("named"),
        _FROZEN.label("frozen"),
        _HIDES_ONE.label("hides_one"),
        Consent.flow,
        Consent.plan,
        Consent.contacts,
        Consent.reminders,
    )
    .outerjoin(Consent, _SIP)
    .where(Person.id == bindparam("person_id", type_=Uuid()), or_(_CARES, _EMERGENCY))
    .with_for_update(of=Person, key_share=True)
)


def find(session: Session, who: Reader, person_id: UUID) -> Seen | None:
    """What binds `who` to the person right now; None means that nothing does.

    One query, and none for oneself: finding out who reads has found the person, alive, in this request.

    The person's row is locked when somebody else opens it, so that lines in the log come one by one, and
    when the person writes.
    """
    if who.person_id == person_id:
        if is_writing(session):  # two devices of one person: what the second finds is what the first left
            one_by_one(session, person_id)
        ties = Ties(is_self=True, limited=who.limited)
        return Seen(who.name, who.language, who.municipality, ties, young=who.young)
    if who.limited:
        return None  # a paper code opens one's own pages, and nobody else's
    if who.person_id is not None:
        return _relative(session, who.person_id, person_id)
    if who.unit_id is not None and who.duty == "care":
        return _staff(session, who, person_id)
    return None


def one_by_one(session: Session, person_id: UUID) -> None:
    """Lock the person's row, as `find` does: for whoever writes in the person's log without having opened a page."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def _relative(session: Session, relative_id: UUID, person_id: UUID) -> Seen | None:
    today = clock.today()
    found = rows(session, _BY_CONSENT, {"person_id": person_id, "relative_id": relative_id, "today": today})
    if not found or found[0].protected:
        return None  # protected identity: relations are suspended (design section 6)
    who, areas = found[0], areas_together(found, today)
    if not any(areas.values()):
        return None
    if who.deceased_at is not None:
        return Seen(who.called, who.language, "", Ties(ended=True))
    ties = Ties(areas=areas, mandate=mandate_of(found, today))
    young = is_young(who.born_on, today)
    return Seen(who.called, who.language, who.municipality, ties, young=young)


def areas_together(found, today: date) -> Mapping[Area, Level]:  # type: ignore[no-untyped-def] # as areas_of
    """What all consents together let their relative into: the most of each area."""
    areas: dict[Area, Level] = {}
    for row in found:
        for area, level in areas_of(row, today).items():
            areas[area] = max(level, areas.get(area, Level.NONE))
    return areas


def mandate_of(found, today: date) -> str:  # type: ignore[no-untyped-def] # as areas_of
    """As what the relative sees it, where staff verified that: "god_man"; empty for a relative let in."""
    kinds = [row.kind for row in found if row.kind in BY_STAFF and any(areas_of(row, today).values())]
    return str(kinds[0]) if kinds else ""


def areas_of(row, today: date) -> Mapping[Area, Level]:  # type: ignore[no-untyped-def] # a row of _relative
    if row.kind is ConsentKind.GUARDIAN:
        return areas_for_guardian(row.born_on, today)
    return {
        Area.WHAT_MATTERS: Level(row.what_matters),
        Area.PLAN: Level(row.plan),
        Area.CONTACTS: Level(row.contacts),
        Area.REMINDERS: Level(row.reminders),
    }


def _staff(session: Session, who: Reader, person_id: UUID) -> Seen | None:
    """By the unit's care relation, unless the person has blocked the unit; or in an emergency, in spite of both."""
    now = clock.now()
    given = {
        "person_id": person_id,
        "unit_id": who.unit_id,
        "staff_id": who.staff_id,
        "today": clock.local(now).date(),
        "now": now,
    }
    found = rows(session, _BY_CARE, given)
    if not found or found[0].deceased_at is not None:
        return None
    person = found[0]
    if person.protected and not person.named:
        return None  # protected identity opens to staff who are named for it; in an emergency too
    place = "" if person.protected else person.municipality
    ties = Ties(cares=True, emergency=not person.cares, hides_one=person.hides_one)
    flow = Flow(who.flow)
    crosses = _crossing(found, flow) if person.cares else _in_emergency(flow)
    young = is_young(person.born_on, clock.local(now).date())
    return Seen(person.called, person.language, place, ties, crosses, flows.own(flow), young)


def _crossing(consents: Sequence[Any], flow: Flow) -> Crossing:
    """What the SIP consents open to a unit of this kind of care: pairs of an area and a kind of care.

    Of a frozen plan nothing, whatever consents there are: withdrawal wins until the plan goes on.
    """
    return frozenset(
        (area, kind)
        for row in consents
        if row.flow is not None and flows.takes_part(flow, row.flow)
        for area, level in (
            (Area.PLAN, row.plan),
            (Area.CONTACTS, row.contacts),
            (Area.REMINDERS, row.reminders),
        )
        if level >= Level.SEE and not (area is Area.PLAN and row.frozen)
        for kind in flows.of_plan(row.flow)
    )


def _in_emergency(flow: Flow) -> Crossing:
    """In an emergency the plan and the contacts open across organisations, but children and elders stay apart."""
    kinds = frozenset[Flow]().union(*(flows.of_plan(plan) for plan in flows.plans_of(flow)))
    return frozenset((area, kind) for area in (Area.PLAN, Area.CONTACTS) for kind in kinds)
