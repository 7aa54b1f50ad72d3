"""A broadcast from its first draft to the press that lets it go: who it is for, and what it says."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.broadcasts import choosing, group, wording
from webapp.broadcasts.choosing import Candidate
from webapp.broadcasts.group import Group, Whom
from webapp.broadcasts.models import Broadcast, Handed, Recipient, Stage
from webapp.core import clock
from webapp.core.i18n import LANGUAGES, force_language, format_day, format_time
from webapp.directory.models import Unit
from webapp.reminders.schedule import EVERY_DAY, Rule, instant

LEAD = timedelta(
    minutes=5
)  # from the last press to the first notice: time to undo, and for many to be handed
UNDO = timedelta(seconds=60)
BEFORE = timedelta(hours=1)  # handed out so long before it comes; who is left out is asked then
DRAFTS_KEPT = timedelta(days=7)
EARLIEST, LATEST = time(7), time(21)  # nobody is woken by a text to many
PAGE = 50


class Empty(Exception):
    """There is nobody in the group."""


class Everybody(Exception):
    """The group has nothing in common, and nobody has said that it is for all."""


class TooMany(Exception):
    """More than one broadcast takes."""


class Changed(Exception):
    """It is not what stood on the page: somebody changed it, or the group is another by now."""


class TooSoon(Exception):
    """Its time has come, or comes before it could be handed out."""


@dataclass(frozen=True, slots=True)
class By:
    """Who sends: for which unit, and as the person reads it."""

    account_id: UUID
    unit_id: UUID
    named: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be sent, to whom and when. `words`: language to text; `until_on`: the last day, if every day."""

    words: Mapping[str, str]
    group: Group
    on_day: date
    at: time
    until_on: date
    about_on: date | None = None
    about_at: time | None = None
    template_id: UUID | None = None


def values(unit: Unit, about_on: date | None, about_at: time | None, language: str) -> dict[str, str]:
    """What the variables stand for, in one language. Empty: there is nothing to say."""
    with force_language(language):
        return {
            wording.Variable.UNIT: unit.name,
            wording.Variable.PHONE: unit.phone or "",
            wording.Variable.PLACE: unit.municipality,
            wording.Variable.DAY: format_day(about_on) if about_on else "",
            wording.Variable.TIME: format_time(about_at) if about_at else "",
        }


def said(unit: Unit, wish: Wish) -> dict[str, str]:
    """Each text as it will be read."""
    return {
        language: wording.filled(text, values(unit, wish.about_on, wish.about_at, language))
        for language, text in wish.words.items()
        if text
    }


def texts_of(kept: str) -> dict[str, str]:
    """Language to text, of a column that holds it as JSON."""
    read: dict[str, str] = json.loads(kept)
    return {language: read[language] for language in LANGUAGES if read.get(language)}


def draft(session: Session, unit: Unit, by: By, wish: Wish, made_id: UUID, now: datetime) -> Broadcast:
    """Begin a broadcast, with its recipients; nothing is sent. The same `made_id` and wish again give the first one.

    If the page was come back to and something else written, a draft is changed; beside one that has been sent
    it is a new one. Raises Changed, Everybody, Empty, TooMany.
    """
    known = of_unit(session, by.unit_id, made_id)
    if known is not None and _says(known, wish):
        return known
    if known is not None and known.stage is Stage.DRAFT:
        change(session, unit, known, wish, known.revision, now)
        return known
    if known is not None:
        made_id = uuid4()
    people = _choose(session, by.unit_id, wish.group, now)
    broadcast = Broadcast(id=made_id, unit_id=by.unit_id, account_id=by.account_id, sent_as=by.named)
    broadcast.made_at = now
    _write(broadcast, unit, wish)
    try:
        with session.begin_nested():
            session.add(broadcast)
    except IntegrityError:  # the same form, a moment ago
        return _known(session, by.unit_id, made_id)
    if wish.group.whom is not Whom.CHOSEN:
        _add(session, broadcast, [each.id for each in people])
    return broadcast


def _says(broadcast: Broadcast, wish: Wish) -> bool:
    """Whether the broadcast is what is wished for."""
    return (
        texts_of(broadcast.words) == {language: text for language, text in wish.words.items() if text}
        and broadcast.chosen == group.to_text(wish.group)
        and (broadcast.on_day, broadcast.at, broadcast.until_on) == (wish.on_day, wish.at, wish.until_on)
        and (broadcast.about_on, broadcast.about_at) == (wish.about_on, wish.about_at)
    )


def _known(session: Session, unit_id: UUID, made_id: UUID) -> Broadcast:
    found = of_unit(session, unit_id, made_id)
    if found is None:
        raise Changed
    return found


def change(
    session: Session, unit: Unit, broadcast: Broadcast, wish: Wish, revision: int, now: datetime
) -> None:
    """Write the draft anew. Who was chosen one by one stays. Raises Changed, Everybody, Empty, TooMany."""
    _to_change(session, broadcast, revision)
    people = _choose(session, broadcast.unit_id, wish.group, now)
    stays = wish.group.whom is Whom.CHOSEN and group.from_text(broadcast.chosen).whom is Whom.CHOSEN
    _write(broadcast, unit, wish)
    broadcast.revision += 1
    if not stays:
        session.execute(delete(Recipient).where(Recipient.broadcast_id == broadcast.id))
        if wish.group.whom is not Whom.CHOSEN:
            _add(session, broadcast, [each.id for each in people])
    session.flush()


def _to_change(session: Session, broadcast: Broadcast, revision: int | None = None) -> None:
    """Hold the draft until the transaction ends, and only then look at it: it may have been let go meanwhile.

    `revision`: what was read on the page; None where the press means the same whatever the draft says by now.
    Raises Changed.
    """
    _hold(session, broadcast)
    if broadcast.stage is not Stage.DRAFT or revision not in (None, broadcast.revision):
        raise Changed


def _hold(session: Session, broadcast: Broadcast) -> None:
    """Lock its row and read it anew. Raises Changed if it has been thrown away."""
    locked = select(Broadcast).where(Broadcast.id == broadcast.id).with_for_update()
    if session.scalars(locked.execution_options(populate_existing=True)).first() is None:
        raise Changed


def _write(broadcast: Broadcast, unit: Unit, wish: Wish) -> None:
    broadcast.chosen = group.to_text(wish.group)
    broadcast.words = json.dumps(dict(wish.words), ensure_ascii=False)
    broadcast.said = json.dumps(said(unit, wish), ensure_ascii=False)
    broadcast.about_on, broadcast.about_at = wish.about_on, wish.about_at
    broadcast.on_day, broadcast.at, broadcast.until_on = wish.on_day, wish.at, wish.until_on
    broadcast.template_id = wish.template_id


def _choose(session: Session, unit_id: UUID, wanted: Group, now: datetime) -> list[Candidate]:
    if wanted.is_everybody:
        raise Everybody
    people = choosing.candidates(session, unit_id, wanted, clock.local(now).date())
    if not people:
        raise Empty
    if len(people) > group.MOST and wanted.whom is not Whom.CHOSEN:
        raise TooMany
    return people


def _add(session: Session, broadcast: Broadcast, people: Sequence[UUID]) -> None:
    fresh = {"broadcast_id": broadcast.id, "unit_id": broadcast.unit_id, "handed": Handed.WAITING}
    if people:
        session.execute(insert(Recipient), [{"person_id": each, **fresh} for each in people])


def add_people(session: Session, broadcast: Broadcast, chosen: Collection[UUID], now: datetime) -> int:
    """Take in more recipients, of those who can be; how many were new. Twice is once. Raises Changed, TooMany."""
    _to_change(session, broadcast)
    can = choosing.may_get(broadcast.unit_id, clock.local(now).date())
    there = select(Recipient.person_id).where(Recipient.broadcast_id == broadcast.id)
    found = session.scalars(
        select(Person.id).where(Person.id.in_(chosen), can, Person.id.not_in(there))
    ).all()
    if how_many(session, broadcast, now) + len(found) > group.MOST:
        raise TooMany
    _add(session, broadcast, found)
    broadcast.revision += 1 if found else 0
    session.flush()
    return len(found)


def take_out(session: Session, broadcast: Broadcast, people: Collection[UUID]) -> None:
    """These are not to have it after all. Raises Changed."""
    _to_change(session, broadcast)
    gone = delete(Recipient).where(Recipient.broadcast_id == broadcast.id, Recipient.person_id.in_(people))
    session.execute(gone)
    broadcast.revision += 1
    session.flush()


def throw_away(session: Session, broadcast: Broadcast) -> None:
    """The draft is of no use. Raises Changed."""
    _to_change(session, broadcast)
    session.execute(delete(Recipient).where(Recipient.broadcast_id == broadcast.id))
    session.delete(broadcast)
    session.flush()


def tidy_drafts(session: Session, now: datetime) -> None:
    """Drafts that nobody has gone on with are thrown away, with whom they were for."""
    old = select(Broadcast.id).where(Broadcast.stage == Stage.DRAFT, Broadcast.made_at < now - DRAFTS_KEPT)
    ids = session.scalars(
        old.with_for_update(skip_locked=True)
    ).all()  # not what somebody goes on with just now
    session.execute(delete(Recipient).where(Recipient.broadcast_id.in_(ids)))
    session.execute(delete(Broadcast).where(Broadcast.id.in_(ids)))


def first_at(broadcast: Broadcast) -> datetime:
    """When it comes for the first time."""
    return instant(broadcast.on_day, broadcast.at)


def rule_of(broadcast: Broadcast) -> Rule:
    """Once, or every day until the last one."""
    return Rule((broadcast.at,), EVERY_DAY, broadcast.on_day, broadcast.until_on)


def confirm(session: Session, broadcast: Broadcast, revision: int, count: int, now: datetime) -> None:
    """Let it go, to those who stood on the page: `revision` and `count` are what was read there. Twice is once.

    Raises Changed, Empty, TooSoon.
    """
    _hold(session, broadcast)
    if broadcast.stage is not Stage.DRAFT:
        return
    there = how_many(session, broadcast, now)
    if there == 0:
        raise Empty
    if (broadcast.revision, there) != (revision, count):
        raise Changed
    if first_at(broadcast) < now + LEAD:
        raise TooSoon
    broadcast.stage, broadcast.confirmed_at = Stage.CONFIRMED, now
    broadcast.hand_out_at = max(now + UNDO, first_at(broadcast) - BEFORE)
    session.flush()


def may_undo(broadcast: Broadcast, now: datetime) -> bool:
    """As long as nobody has it: for a minute, or until it is handed out."""
    waits = broadcast.hand_out_at is not None and now < broadcast.hand_out_at
    return broadcast.stage is Stage.CONFIRMED and waits


def undo(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Take it back before anybody has it; False when it is too late. Twice is once."""
    session.refresh(broadcast, with_for_update=True)
    if not may_undo(broadcast, now):
        return broadcast.stage is Stage.UNDONE
    broadcast.stage, broadcast.hand_out_at, broadcast.ended_at = Stage.UNDONE, None, now
    gone = update(Recipient).where(Recipient.broadcast_id == broadcast.id)
    session.execute(gone.values(handed=Handed.CALLED_OFF))
    session.flush()
    return True


# What the pages show


def of_unit(session: Session, unit_id: UUID, broadcast_id: UUID) -> Broadcast | None:
    """One of the unit's; None for another unit's, as if it had never been."""
    found = select(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.unit_id == unit_id)
    return session.scalars(found).first()


def listed(session: Session, unit_id: UUID, page: int) -> tuple[list[tuple[Broadcast, int]], bool]:
    """One page of the unit's, the newest first, each with how many it is for; and whether there is more."""
    many = select(func.count()).where(Recipient.broadcast_id == Broadcast.id).correlate(Broadcast)
    rows = session.execute(
        select(Broadcast, many.scalar_subquery())
        .where(Broadcast.unit_id == unit_id)
        .order_by(Broadcast.made_at.desc(), Broadcast.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    return [(row[0], row[1]) for row in rows[:PAGE]], len(rows) > PAGE


def _still(broadcast: Broadcast, now: datetime) -> tuple[ColumnElement[bool], ...]:
    can = choosing.may_get(broadcast.unit_id, clock.local(now).date())
    return (Recipient.broadcast_id == broadcast.id, can)


def how_many(session: Session, broadcast: Broadcast, now: datetime) -> int:
    """How many it would be handed to now."""
    found = select(func.count()).select_from(Recipient).join(Person, Person.id == Recipient.person_id)
    return session.scalar(found.where(*_still(broadcast, now))) or 0


def sample(session: Session, broadcast: Broadcast, now: datetime) -> list[str]:
    """The names of a few, by chance but the same each time the page is opened."""
    found = select(Person.name).join(Recipient, Recipient.person_id == Person.id)
    few = found.where(*_still(broadcast, now)).order_by(Recipient.id).limit(group.SAMPLE)
    return sorted(session.scalars(few))


def by_language(session: Session, broadcast: Broadcast, now: datetime) -> dict[str, int]:
    """How many read each language, in the order of our languages."""
    found = select(Person.language, func.count()).join(Recipient, Recipient.person_id == Person.id)
    rows = session.execute(found.where(*_still(broadcast, now)).group_by(Person.language))
    counted = {row[0]: row[1] for row in rows}
    return {language: counted[language] for language in LANGUAGES if counted.get(language)}


def recipients(
    session: Session, broadcast: Broadcast, page: int, now: datetime
) -> tuple[list[Candidate], bool]:
    """One page of those it is for, by name; and whether there is more."""
    facts = (Person.id, Person.called, Person.name, Person.born_on, Person.municipality, Person.language)
    found = select(*facts).join(Recipient, Recipient.person_id == Person.id).where(*_still(broadcast, now))
    rows = session.execute(
        found.order_by(Person.name, Person.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    ).all()
    return [Candidate(*row) for row in rows[:PAGE]], len(rows) > PAGE


def others(session: Session, broadcast: Broadcast, typed: str, now: datetime) -> tuple[list[Candidate], bool]:
    """Who could be added, whose name has `typed` in it: the first of them by name, and whether there are more."""
    there = set(session.scalars(select(Recipient.person_id).where(Recipient.broadcast_id == broadcast.id)))
    today = clock.local(now).date()
    people = choosing.candidates(session, broadcast.unit_id, Group(Whom.CHOSEN), today)
    found = [each for each in people if each.id not in there and typed.casefold() in each.name.casefold()]
    return found[:PAGE], len(found) > PAGE
