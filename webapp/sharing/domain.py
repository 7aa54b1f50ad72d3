"""Finding what binds a reader to a person, and giving and withdrawing consent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Date, Uuid, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.access import Reader, Seen
from webapp.core.db import is_writing, rows
from webapp.directory.models import Unit
from webapp.permissions import Area, Level, Ties
from webapp.sharing.guardians import areas_for_guardian
from webapp.sharing.models import CareRelation, Consent, ConsentKind, ConsentUnit, HowGiven

DEFAULT_LENGTH = timedelta(days=365)


Today = date | BindParameter[date]


def holds(today: Today) -> ColumnElement[bool]:
    """A consent that holds today: begun, not past its last day, not withdrawn."""
    return and_(Consent.from_on <= today, Consent.until_on >= today, Consent.withdrawn_at.is_(None))


def relates(today: Today) -> ColumnElement[bool]:
    """A care relation that is in force today."""
    open_ended = or_(CareRelation.until_on.is_(None), CareRelation.until_on >= today)
    return and_(CareRelation.from_on <= today, open_ended)


_FACTS = (
    Person.called,
    Person.language,
    Person.municipality,
    Person.born_on,
    Person.protected,
    Person.deceased_at,
)
_TODAY = bindparam("today", type_=Date())
_SIP_COVERS = exists(
    select(ConsentUnit.unit_id)
    .join(Consent, Consent.id == ConsentUnit.consent_id)
    .where(
        Consent.person_id == Person.id,
        Consent.kind == ConsentKind.SIP,
        ConsentUnit.unit_id == bindparam("unit_id", type_=Uuid()),
        holds(_TODAY),
    )
)
# Made once: putting a query together costs twice what running it does. The person's row is locked when
# somebody else opens it, so that lines in the log come one by one.
_BY_CONSENT = (
    select(*_FACTS, Consent.kind, Consent.what_matters, Consent.plan, Consent.contacts, Consent.reminders)
    .join(Consent, Consent.person_id == Person.id)
    .where(
        Person.id == bindparam("person_id", type_=Uuid()),
        Consent.relative_id == bindparam("relative_id", type_=Uuid()),
        holds(_TODAY),
    )
    .with_for_update(of=Person, key_share=True)
)
_BY_CARE = (
    select(*_FACTS, _SIP_COVERS.label("crosses"))
    .join(CareRelation, CareRelation.person_id == Person.id)
    .where(
        Person.id == bindparam("person_id", type_=Uuid()),
        CareRelation.unit_id == bindparam("unit_id", type_=Uuid()),
        relates(_TODAY),
    )
    .limit(1)
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
            session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
        return Seen(who.name, who.language, who.municipality, Ties(is_self=True), crosses=True)
    if who.person_id is not None:
        return _relative(session, who.person_id, person_id)
    if who.unit_id is not None and who.duty == "care":
        return _staff(session, who.unit_id, person_id)
    return None


def _relative(session: Session, relative_id: UUID, person_id: UUID) -> Seen | None:
    today = clock.today()
    found = rows(session, _BY_CONSENT, {"person_id": person_id, "relative_id": relative_id, "today": today})
    if not found or found[0].deceased_at is not None or found[0].protected:
        return None  # protected identity: relations are suspended (design section 6)
    areas: dict[Area, Level] = {}
    for row in found:
        for area, level in _areas(row, today).items():
            areas[area] = max(level, areas.get(area, Level.NONE))
    if not any(areas.values()):
        return None
    who = found[0]
    return Seen(who.called, who.language, who.municipality, Ties(areas=areas), crosses=True)


def _areas(row, today: date) -> Mapping[Area, Level]:  # type: ignore[no-untyped-def] # a row of _relative
    if row.kind is ConsentKind.GUARDIAN:
        return areas_for_guardian(row.born_on, today)
    return {
        Area.WHAT_MATTERS: Level(row.what_matters),
        Area.PLAN: Level(row.plan),
        Area.CONTACTS: Level(row.contacts),
        Area.REMINDERS: Level(row.reminders),
    }


def _staff(session: Session, unit_id: UUID, person_id: UUID) -> Seen | None:
    found = rows(session, _BY_CARE, {"person_id": person_id, "unit_id": unit_id, "today": clock.today()})
    if not found or found[0].deceased_at is not None or found[0].protected:
        return None  # protected identity opens to named staff only, and nobody can be named yet
    who = found[0]
    return Seen(who.called, who.language, who.municipality, Ties(cares=True), crosses=bool(who.crosses))


@dataclass(frozen=True, slots=True)
class Grant:
    """What a relative is let into: a level per area, and until when."""

    what_matters: Level = Level.NONE
    plan: Level = Level.NONE
    contacts: Level = Level.NONE
    reminders: Level = Level.NONE
    until_on: date | None = None  # None: twelve months


def let_in(
    session: Session, person: Person, relative: Person, relation: str, grant: Grant, now: datetime
) -> Consent:
    """The person lets a relative in; `relation` is the person's own word for them."""
    today = clock.local(now).date()
    consent = Consent(
        person_id=person.id,
        kind=ConsentKind.RELATIVE,
        relative_id=relative.id,
        relation=relation,
        what_matters=grant.what_matters,
        plan=grant.plan,
        contacts=grant.contacts,
        reminders=grant.reminders,
        how=HowGiven.IN_APP,
        recorded_by=person.called,
        from_on=today,
        until_on=grant.until_on or today + DEFAULT_LENGTH,
        given_at=now,
    )
    session.add(consent)
    session.flush()
    return consent


def verify_guardian(
    session: Session, child: Person, guardian: Person, relation: str, recorded_by: str, now: datetime
) -> Consent:
    """Staff have verified that `guardian` has the custody of `child`; holds to the child's 16th birthday."""
    born = child.born_on
    sixteen = date(born.year + 16, born.month, min(born.day, 28) if born.month == 2 else born.day)
    consent = Consent(
        person_id=child.id,
        kind=ConsentKind.GUARDIAN,
        relative_id=guardian.id,
        relation=relation,
        how=HowGiven.WRITTEN,
        recorded_by=recorded_by,
        from_on=clock.local(now).date(),
        until_on=sixteen,
        given_at=now,
    )
    session.add(consent)
    session.flush()
    return consent


def consent_to_sip(
    session: Session, person: Person, units: Sequence[Unit], how: HowGiven, recorded_by: str, now: datetime
) -> Consent:
    """The person consents that these units share what the plan needs, across organisations."""
    today = clock.local(now).date()
    consent = Consent(
        person_id=person.id,
        kind=ConsentKind.SIP,
        how=how,
        recorded_by=recorded_by,
        from_on=today,
        until_on=today + DEFAULT_LENGTH,
        given_at=now,
    )
    session.add(consent)
    session.flush()
    session.add_all(ConsentUnit(consent_id=consent.id, unit_id=unit.id) for unit in units)
    session.flush()
    return consent


def withdraw_consent(session: Session, person_id: UUID, consent_id: UUID, now: datetime) -> bool:
    """Withdraw a consent of this person's; holds from the very next request. False if there is none such."""
    done = session.execute(
        update(Consent)
        .where(
            Consent.id == consent_id,
            Consent.person_id == person_id,
            Consent.kind != ConsentKind.GUARDIAN,  # staff verify and end guardians
            Consent.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .returning(Consent.id)
    )
    return done.first() is not None


def begin_care(session: Session, person: Person, unit: Unit, reason: str, now: datetime) -> CareRelation:
    """A unit begins to care for a person; its staff can open the person's pages from now on."""
    relation = CareRelation(
        person_id=person.id, unit_id=unit.id, reason=reason, from_on=clock.local(now).date()
    )
    session.add(relation)
    session.flush()
    return relation


@dataclass(frozen=True, slots=True)
class Shared:
    """One consent as the person reads it."""

    id: UUID
    kind: ConsentKind
    name: str
    relation: str
    until_on: date
    sees: tuple[Area, ...]
    helps: tuple[Area, ...]
    units: tuple[str, ...] = ()


def shared_by(session: Session, person_id: UUID) -> list[Shared]:
    """What this person shares today, with relatives first."""
    relative = aliased(Person)
    rows = session.execute(
        select(Consent, relative.called, Person.born_on)
        .join(Person, Person.id == Consent.person_id)
        .outerjoin(relative, relative.id == Consent.relative_id)
        .where(Consent.person_id == person_id, holds(clock.today()))
        .order_by(Consent.kind, Consent.given_at)
    ).all()
    units = session.execute(
        select(ConsentUnit.consent_id, Unit.name)
        .join(Unit, Unit.id == ConsentUnit.unit_id)
        .where(ConsentUnit.consent_id.in_([consent.id for consent, _, _ in rows]))
        .order_by(Unit.name)
    ).all()
    return [
        _shared(
            consent,
            called or "",
            born_on,
            tuple(unit.name for unit in units if unit.consent_id == consent.id),
        )
        for consent, called, born_on in rows
    ]


def _shared(consent: Consent, called: str, born_on: date, units: tuple[str, ...]) -> Shared:
    areas: Mapping[Area, Level]
    if consent.kind is ConsentKind.GUARDIAN:
        areas = areas_for_guardian(born_on, clock.today())
    else:
        areas = {
            Area.WHAT_MATTERS: Level(consent.what_matters),
            Area.PLAN: Level(consent.plan),
            Area.CONTACTS: Level(consent.contacts),
            Area.REMINDERS: Level(consent.reminders),
        }
    return Shared(
        id=consent.id,
        kind=consent.kind,
        name=called,
        relation=consent.relation,
        until_on=consent.until_on,
        sees=tuple(area for area, level in areas.items() if level is Level.SEE),
        helps=tuple(area for area, level in areas.items() if level is Level.HELP),
        units=units,
    )


@dataclass(frozen=True, slots=True)
class Helped:
    """Somebody the reader helps, and what binds them; the consent that lasts longest says until when."""

    person_id: UUID
    called: str
    until_on: date
    ties: Ties


def helped_by(session: Session, relative_id: UUID) -> list[Helped]:
    """The people this relative has been let in by, today, each once."""
    today = clock.today()
    found = session.execute(
        select(
            Person.id,
            Person.called,
            Person.born_on,
            Consent.until_on,
            Consent.kind,
            Consent.what_matters,
            Consent.plan,
            Consent.contacts,
            Consent.reminders,
        )
        .join(Consent, Consent.person_id == Person.id)
        .where(
            Consent.relative_id == relative_id,
            holds(today),
            Person.deceased_at.is_(None),
            Person.protected.is_(False),
        )
        .order_by(Person.called, Person.id)
    ).all()
    helped: dict[UUID, Helped] = {}
    for row in found:
        before = helped.get(row.id)
        areas = dict(before.ties.areas) if before else {}
        for area, level in _areas(row, today).items():
            areas[area] = max(level, areas.get(area, Level.NONE))
        until_on = max(row.until_on, before.until_on) if before else row.until_on
        helped[row.id] = Helped(row.id, row.called, until_on, Ties(areas=areas))
    return [each for each in helped.values() if any(each.ties.areas.values())]


def only_helps(session: Session, person_id: UUID) -> bool:
    """Whether somebody is here for another's sake: helps, and has no care of their own."""
    cared_for = select(CareRelation.id).where(CareRelation.person_id == person_id, relates(clock.today()))
    return session.scalar(cared_for.limit(1)) is None and bool(helped_by(session, person_id))
