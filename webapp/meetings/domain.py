"""Times that are agreed with a person, and meetings about the plan: calling, moving, cancelling, writing down.

Whoever is invited is told in the app, without a word about what or why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.core.access import UNKNOWN, Reader, Sight
from webapp.directory.flows import Flow
from webapp.directory.models import Organisation
from webapp.meetings import telling
from webapp.meetings.models import AgreedTime, MeetingInvitee
from webapp.permissions import Area
from webapp.plans.models import Plan, PlanParticipant


class PlanIsFrozen(Exception):
    """The person shares the plan no more: no meeting is held about it."""


class NoNextDate(Exception):
    """A meeting is closed with its next date, or with a reason why the plan ends, and not with both."""


@dataclass(frozen=True, slots=True)
class Wish:
    """When and where. `link` is an https address, or empty."""

    starts_at: datetime
    place: str = ""
    link: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class WrittenDown:
    """What was said and decided, and what comes then: the next meeting, or why there is none."""

    notes: str = ""
    decisions: str = ""
    next: Wish | None = None
    ends_because: str = ""


def agree_on_time(
    session: Session,
    person_id: UUID,
    starts_at: datetime,
    place: str,
    with_whom: str,
    plan: Plan | None = None,
    organisation: Organisation | None = None,
    flow: Flow | None = None,
) -> AgreedTime:
    """Write down a time that has been agreed with the person; with a plan, it is a meeting about it.

    `organisation` is whom it is with: staff of another one see it only by the person's SIP consent.
    """
    agreed = AgreedTime(
        person_id=person_id,
        starts_at=starts_at,
        place=place,
        with_whom=with_whom,
        plan_id=plan.id if plan else None,
        organisation_id=organisation.id if organisation else None,
        flow=flow or (plan.flow if plan else Flow.ALL),
    )
    session.add(agreed)
    session.flush()
    return agreed


def plan_to_meet_about(session: Session, sight: Sight) -> Plan | None:
    """The person's plan, where this reader sees the whole of it and it is not frozen."""
    plan = session.scalars(
        select(Plan).where(
            Plan.person_id == sight.person_id, Plan.ended_on.is_(None), Plan.frozen_at.is_(None)
        )
    ).first()
    return plan if plan is not None and sight.sees(Area.PLAN, plan.overall_id, plan.flow) else None


def call_meeting(
    session: Session,
    plan: Plan,
    wish: Wish,
    who: Reader,
    invited: Sequence[UUID],
    now: datetime,
    once: UUID | None = None,
) -> AgreedTime:
    """Staff call a meeting about the plan. `invited`: participants of the plan. Raises PlanIsFrozen.

    The same `once` again is the meeting that was called then.
    """
    if plan.frozen_at is not None:
        raise PlanIsFrozen
    meeting_id = uuid5(plan.id, once.hex) if once else uuid4()
    made = session.get(AgreedTime, meeting_id)
    if made is not None:
        return made
    meeting = AgreedTime(
        id=meeting_id,
        person_id=plan.person_id,
        plan_id=plan.id,
        organisation_id=who.organisation_id,
        unit_id=who.unit_id,
        flow=plan.flow,
        starts_at=wish.starts_at,
        minutes=wish.minutes,
        place=wish.place,
        link=wish.link,
        with_whom="",
        called_by=f"{who.name}, {who.role}, {who.unit_name}",
        changed_at=now,
    )
    session.add(meeting)
    session.flush()
    chosen = session.scalars(
        select(PlanParticipant.id).where(
            PlanParticipant.plan_id == plan.id,
            PlanParticipant.id.in_(invited),
            PlanParticipant.ended_at.is_(None),
        )
    ).all()
    session.add_all(
        MeetingInvitee(person_id=plan.person_id, time_id=meeting.id, participant_id=each) for each in chosen
    )
    session.flush()
    telling.times_changed(session, meeting, now)
    return meeting


def time_of(session: Session, sight: Sight, time_id: UUID) -> AgreedTime | None:
    """One agreed time of this person's that this reader may see."""
    agreed = session.scalars(
        select(AgreedTime).where(AgreedTime.id == time_id, AgreedTime.person_id == sight.person_id)
    ).first()
    return agreed if agreed is not None and visible(agreed, sight) else None


def visible(agreed: AgreedTime, sight: Sight) -> bool:
    return sight.sees(Area.PLAN, agreed.organisation_id or UNKNOWN, agreed.flow)


def is_open(agreed: AgreedTime) -> bool:
    """It can still be moved, cancelled or written down."""
    return agreed.cancelled_at is None and agreed.closed_at is None


def move(session: Session, agreed: AgreedTime, wish: Wish, now: datetime) -> bool:
    """Another time or place. False where the meeting has been cancelled or closed; the same again changes nothing."""
    if not is_open(agreed):
        return False
    before = (agreed.starts_at, agreed.minutes, agreed.place, agreed.link)
    if before == (wish.starts_at, wish.minutes, wish.place, wish.link):
        return True
    agreed.starts_at, agreed.minutes, agreed.place, agreed.link = (
        wish.starts_at,
        wish.minutes,
        wish.place,
        wish.link,
    )
    _changed(session, agreed, now)
    return True


def cancel(session: Session, agreed: AgreedTime, now: datetime) -> bool:
    """It will not be. It stands as cancelled, also in calendars. False where it is cancelled or closed already."""
    if not is_open(agreed):
        return False
    agreed.cancelled_at = now
    _changed(session, agreed, now)
    return True


def _changed(session: Session, agreed: AgreedTime, now: datetime) -> None:
    agreed.sequence, agreed.changed_at = agreed.sequence + 1, now
    session.flush()
    telling.times_changed(session, agreed, now)


def cancel_next(session: Session, person_id: UUID, now: datetime) -> int:
    """Cancel every coming meeting about this person's plan; how many. For a consent that is withdrawn."""
    coming = session.scalars(
        select(AgreedTime).where(
            AgreedTime.person_id == person_id,
            AgreedTime.plan_id.is_not(None),
            AgreedTime.starts_at >= now,
            AgreedTime.cancelled_at.is_(None),
            AgreedTime.closed_at.is_(None),
        )
    ).all()
    return sum(cancel(session, meeting, now) for meeting in coming)


def take_off(session: Session, participant_id: UUID, now: datetime) -> None:
    """Somebody takes part in the plan no more: they are invited to none of its coming meetings."""
    coming = select(AgreedTime.id).where(AgreedTime.plan_id.is_not(None), AgreedTime.starts_at >= now)
    session.execute(
        delete(MeetingInvitee)
        .where(MeetingInvitee.participant_id == participant_id, MeetingInvitee.time_id.in_(coming))
        .execution_options(synchronize_session=False)
    )


def close(
    session: Session,
    meeting: AgreedTime,
    plan: Plan,
    written: WrittenDown,
    who: Reader,
    came: Sequence[UUID],
    now: datetime,
) -> AgreedTime | None:
    """Write down a meeting that has been held; returns the next one. `came`: ids of its invitees.

    Raises NoNextDate, PlanIsFrozen; LookupError where the meeting is cancelled or closed already.
    """
    if not is_open(meeting) or meeting.plan_id != plan.id:
        raise LookupError("not an open meeting about this plan")
    if (written.next is None) == (not written.ends_because):
        raise NoNextDate
    of_this = MeetingInvitee.time_id == meeting.id
    following = None
    if written.next is not None:
        invited = session.scalars(select(MeetingInvitee.participant_id).where(of_this)).all()
        following = _called_already(session, plan, written.next.starts_at) or call_meeting(
            session, plan, written.next, who, invited, now
        )
        meeting.next_id = following.id
    meeting.notes, meeting.decisions = written.notes, written.decisions
    meeting.plan_ends, meeting.ends_because = following is None, written.ends_because
    meeting.closed_at = now
    session.execute(update(MeetingInvitee).where(of_this).values(came=MeetingInvitee.id.in_(came)))
    session.flush()
    return following


def write_more(session: Session, meeting: AgreedTime, written: WrittenDown) -> bool:
    """Write down a meeting that is written down already: twice is once, and other words stand after those there.

    What comes then was decided the first time. False where everything stood there.
    """
    stood = (meeting.notes, meeting.decisions)
    meeting.notes = _with(meeting.notes, written.notes)
    meeting.decisions = _with(meeting.decisions, written.decisions)
    session.flush()
    return (meeting.notes, meeting.decisions) != stood


def _with(stands: str, words: str) -> str:
    return stands if words in stands else f"{stands}\n{words}".strip()


def _called_already(session: Session, plan: Plan, starts_at: datetime) -> AgreedTime | None:
    """The next meeting may stand in the book when this one is written down."""
    return session.scalars(
        select(AgreedTime).where(
            AgreedTime.plan_id == plan.id,
            AgreedTime.starts_at == starts_at,
            AgreedTime.cancelled_at.is_(None),
            AgreedTime.closed_at.is_(None),
        )
    ).first()
