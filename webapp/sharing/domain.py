"""Letting a relative in, seeing whom one has let in and whom one helps, and withdrawing consent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import clock
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.permissions import Area, Level, Ties
from webapp.sharing import notices, older_links
from webapp.sharing.guardians import areas_for_guardian
from webapp.sharing.models import CareRelation, Consent, ConsentKind, ConsentUnit, HowGiven
from webapp.sharing.ties import Relative, areas_together, binds, holds, mandate_of, relates

DEFAULT_LENGTH = timedelta(days=365)


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


def withdraw_consent(session: Session, person_id: UUID, consent_id: UUID, now: datetime) -> bool:
    """The person takes back what they let the relative of this consent into; holds from the very next request.

    All of it, whatever came in this consent's place since the page was opened, and so that a link which the
    relative was given before, by number, opens nothing any more either. False if nothing is left to end.
    """
    theirs = (Consent.person_id == person_id, Consent.kind == ConsentKind.RELATIVE)
    relative_id = session.scalar(select(Consent.relative_id).where(Consent.id == consent_id, *theirs))
    if relative_id is None:
        return False
    done = session.execute(
        update(Consent)
        .where(*theirs, Consent.relative_id == relative_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .returning(Consent.id)
    ).first()
    if done is not None:
        older_links.close_those_for(session, person_id, relative_id, now)
        notices.take_back(session, person_id, relative_id, now, [notices.Kind.CONSENT_ENDS_SOON])
        notices.tell(session, relative_id, notices.Kind.ACCESS_CHANGED, now)
    return done is not None


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


def sip_of(session: Session, person_id: UUID, plans: Sequence[Flow], unit_id: UUID | None) -> list[Shared]:
    """Between which units, this one among them, the person lets what the plan needs pass, today, in these plans.

    A unit that is in none is not told where else the person is cared for.
    """
    named = select(ConsentUnit.consent_id).where(ConsentUnit.unit_id == unit_id)
    of_theirs = (
        Consent.person_id == person_id,
        Consent.kind == ConsentKind.SIP,
        Consent.flow.in_(plans),
        Consent.id.in_(named),
    )
    return _shared_where(session, *of_theirs)


def shared_by(session: Session, person_id: UUID) -> list[Shared]:
    """What this person shares today, with relatives first. Whoever sees nothing just now is not there."""
    return _shared_where(session, Consent.person_id == person_id)


def _shared_where(session: Session, *which: ColumnElement[bool]) -> list[Shared]:
    today = clock.today()
    is_sip = and_(Consent.kind == ConsentKind.SIP, holds(today))
    rows = session.execute(
        select(Consent, Relative.called, Person.born_on)
        .join(Person, Person.id == Consent.person_id)
        .outerjoin(Relative, Relative.id == Consent.relative_id)
        .where(*which, or_(is_sip, binds(today)))
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
    may_leave: bool  # let in by the person; what staff have verified, staff end

    @property
    def sees(self) -> tuple[Area, ...]:
        return tuple(area for area, level in self.ties.areas.items() if level is Level.SEE)

    @property
    def helps(self) -> tuple[Area, ...]:
        return tuple(area for area, level in self.ties.areas.items() if level is Level.HELP)


def helped_by(session: Session, relative_id: UUID) -> list[Helped]:
    """The people this relative has been let in by, today, each once; those who have died with their ties ended."""
    today = clock.today()
    found = session.execute(
        select(
            Person.id,
            Person.called,
            Person.born_on,
            Person.deceased_at,
            Consent.until_on,
            Consent.kind,
            Consent.what_matters,
            Consent.plan,
            Consent.contacts,
            Consent.reminders,
        )
        .join(Consent, Consent.person_id == Person.id)
        .join(Relative, Relative.id == Consent.relative_id)
        .where(Consent.relative_id == relative_id, binds(today), Person.protected.is_(False))
        .order_by(Person.called, Person.id)
    ).all()
    helped = [_helped([*of_one], today) for _, of_one in groupby(found, key=lambda row: row.id)]
    return [each for each in helped if each.ties.ended or any(each.ties.areas.values())]


def _helped(found: Sequence[Any], today: date) -> Helped:
    who, areas = found[0], areas_together(found, today)
    if who.deceased_at is not None:
        ties = Ties(ended=any(areas.values()))
    else:
        ties = Ties(areas=areas, mandate=mandate_of(found, today))
    may_leave = who.deceased_at is None and any(row.kind is ConsentKind.RELATIVE for row in found)
    return Helped(who.id, who.called, max(row.until_on for row in found), ties, may_leave)


def only_helps(session: Session, person_id: UUID) -> bool:
    """Whether somebody is here for another's sake: helps, and has no care of their own."""
    cared_for = select(CareRelation.id).where(CareRelation.person_id == person_id, relates(clock.today()))
    return session.scalar(cared_for.limit(1)) is None and bool(helped_by(session, person_id))
