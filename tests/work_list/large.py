"""A unit as large as the largest: what its lists take, and how many questions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Kind, Person
from webapp.contacts.models import CareContact, Role
from webapp.core import clock
from webapp.core.db import Base
from webapp.core.sealing import sealed
from webapp.directory.models import Unit
from webapp.plans.models import Doer, Plan, PlanRow, RowStatus
from webapp.reminders.models import Occurrence, Reminder, SetBy, Subscription
from webapp.reminders.outcome import Outcome
from webapp.sharing.models import CareRelation, Consent, ConsentKind, ConsentUnit, HowGiven
from webapp.what_matters.models import Answer, AnswerVersion, Prompt, ReadReceipt

DAYS = 30  # of due times
FIRST = ("Åsa", "Nils", "Elsa", "Östen", "Ämma", "Bror", "Siv", "Tore")
LAST = ("Nilsson", "Åkerlund", "Blind", "Öberg", "Niemi", "Ärlig", "Larsson")


def make_large(session: Session, unit: Unit, staff_id: UUID, people: int, now: datetime) -> None:
    """Give a unit so many people, each with what somebody in care for years has; some of it needs somebody."""
    made = [_person(number, unit, now) for number in range(people)]
    account = session.scalars(select(Account.id).where(Account.kind == Kind.CITIZEN)).first()
    kinds: dict[type[Base], list[dict[str, Any]]] = {}
    for number, person in enumerate(made):
        for kind, row in _things(number, person["id"], unit, staff_id, account, now):
            kinds.setdefault(kind, []).append(row)
    for kind, rows in ({Person: made} | kinds).items():
        for some in _batches(rows, 5000):
            session.execute(insert(kind), some)
    session.flush()


def _batches(rows: list[dict[str, Any]], most: int) -> Iterable[list[dict[str, Any]]]:
    for begin in range(0, len(rows), most):
        yield rows[begin : begin + most]


def _person(number: int, unit: Unit, now: datetime) -> dict[str, Any]:
    id_ = uuid4()
    first, last = FIRST[number % len(FIRST)], LAST[number % len(LAST)]
    return {
        "id": id_,
        "name": f"{first} {last} {number}",
        "called": first,
        "born_on": date(1935 + number % 60, 1 + number % 12, 1 + number % 28),
        "municipality": unit.municipality,
        "phone": sealed(f"070-{number:07}", id_),
    }


def _things(
    number: int, person_id: UUID, unit: Unit, staff_id: UUID, account: UUID | None, now: datetime
) -> Iterable[tuple[type[Base], dict[str, Any]]]:
    today = clock.local(now).date()
    whose = {"person_id": person_id}
    relation = uuid4()
    yield (
        CareRelation,
        {
            **whose,
            "id": relation,
            "unit_id": unit.id,
            "reason": sealed("Listad", relation),
            "from_on": today - timedelta(days=400),
        },
    )
    if number % 5:
        contact = uuid4()
        yield (
            CareContact,
            {
                **whose,
                "id": contact,
                "role": Role.FAST_VARDKONTAKT,
                "name": sealed("Nils", contact),
                "works_at": sealed("Enheten", contact),
                "phone": sealed("0961-100", contact),
                "unit_id": unit.id,
                "staff_id": staff_id,
                "from_on": today - timedelta(days=200),
                "until_on": today + timedelta(days=number % 300) if number % 2 else None,
            },
        )
    yield from _plan(number, whose, unit, today, now)
    yield from _words(number, whose, unit, staff_id, account, now)
    yield from _reminder(number, whose, unit, account, today, now)


def _plan(
    number: int, whose: dict[str, Any], unit: Unit, today: date, now: datetime
) -> Iterable[tuple[type[Base], dict[str, Any]]]:
    if number % 3:
        return
    consent, plan = uuid4(), uuid4()
    yield (
        Consent,
        {
            **whose,
            "id": consent,
            "kind": ConsentKind.SIP,
            "flow": "elder",
            "how": HowGiven.ORAL,
            "recorded_by": "Nils",
            "from_on": today - timedelta(days=300),
            "until_on": today + timedelta(days=number % 365),
            "given_at": now - timedelta(days=300),
        },
    )
    yield ConsentUnit, {"consent_id": consent, "unit_id": unit.id}
    yield (
        Plan,
        {
            **whose,
            "id": plan,
            "overall_id": unit.organisation_id,
            "unit_id": unit.id,
            "flow": "elder",
            "begun_on": today,
            "frozen_at": now if number % 300 == 0 else None,
        },
    )
    for place in range(6):
        row = uuid4()
        said_no = number % 90 == 0 and place == 0
        yield (
            PlanRow,
            {
                **whose,
                "id": row,
                "plan_id": plan,
                "what": sealed("Handla", row),
                "doer": Doer.ME if place else Doer.OTHER,
                "status": RowStatus.OBJECTED if said_no else RowStatus.AGREED,
                "answered_at": now - timedelta(days=number % 20),
                "place": place,
                "written_at": now,
            },
        )


def _words(
    number: int, whose: dict[str, Any], unit: Unit, staff_id: UUID, account: UUID | None, now: datetime
) -> Iterable[tuple[type[Base], dict[str, Any]]]:
    answer, version = uuid4(), uuid4()
    yield Answer, {**whose, "id": answer, "prompt": Prompt.NOW, "for_team": bool(number % 4), "version": 1}
    yield (
        AnswerVersion,
        {
            **whose,
            "id": version,
            "answer_id": answer,
            "number": 1,
            "words": sealed("Att gå ut", version),
            "written_at": now - timedelta(days=number % 100),
            "written_by": account,
            "written_as": "",
        },
    )
    if number % 10:
        yield (
            ReadReceipt,
            {
                **whose,
                "version_id": version,
                "staff_id": staff_id,
                "unit_id": unit.id,
                "reader": "Nils",
                "read_at": now,
            },
        )


def _reminder(
    number: int, whose: dict[str, Any], unit: Unit, account: UUID | None, today: date, now: datetime
) -> Iterable[tuple[type[Base], dict[str, Any]]]:
    reminder = uuid4()
    last_day = today + timedelta(days=number % 180)
    yield (
        Reminder,
        {
            **whose,
            "id": reminder,
            "text": sealed("Väg dig", reminder),
            "times": "08:00",
            "days": 127,
            "from_on": today - timedelta(days=DAYS),
            "until_on": last_day,
            "reassess_on": last_day,
            "set_by": SetBy.STAFF,
            "set_by_account": account,
            "unit_id": unit.id,
            "set_at": now - timedelta(days=DAYS),
            "held_until": now - timedelta(days=DAYS),
            "next_due_at": now + timedelta(hours=20),
        },
    )
    for day in range(DAYS):
        due_at = now - timedelta(days=day, hours=4)
        missed = {3: Outcome.UNANSWERED, 7: Outcome.UNDELIVERED}.get((number + day) % 13)
        yield (
            Occurrence,
            {
                **whose,
                "reminder_id": reminder,
                "local_on": today - timedelta(days=day),
                "local_at": datetime(2000, 1, 1, 4).time(),  # noqa: DTZ001
                "due_at": due_at,
                "closes_at": due_at + timedelta(hours=3),
                "outcome": missed or Outcome.DONE_IN_TIME,
            },
        )
    if number % 10 < 7:
        yield (
            Subscription,
            {
                **whose,
                "endpoint": f"https://push.invalid/{person_number(whose)}",
                "p256dh": b"\x04" * 65,
                "auth": b"\x00" * 16,
                "vapid_key": "k",
                "made_at": now,
                "confirmed_at": now,
            },
        )


def person_number(whose: dict[str, Any]) -> str:
    return str(whose["person_id"].hex)
