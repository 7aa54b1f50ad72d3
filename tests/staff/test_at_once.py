"""Several who do something about one person at the same moment: none is turned away, and the log holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.people import person_id
from webapp.accounts import logins
from webapp.accounts.domain import account_of
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.access import Reader
from webapp.core.audit import AccessLog, first_broken
from webapp.core.db import Database
from webapp.sharing import emergency
from webapp.sharing.models import CareRelation
from webapp.staff import intake

WHY = "Hon svarar inte i telefon och dörren är låst."
ELSEWHERE = ("tor", "anna", "johan", "ulla", "eva", "mats")  # whose units do not care for Gun


def reader(app: Flask, database: Database, sub: str) -> Reader:
    with app.app_context(), database.writing() as session:
        account = account_of(session, "demo", sub)
        assert account
        token = logins.open_login(session, account, NOON)
        session.flush()
        found = logins.reader_of(session, token, NOON)
    assert found
    return found[0]


def all_at_once(
    app: Flask, database: Database, who: Sequence[Reader], do: Callable[[Session, Reader], object]
) -> list[Exception]:
    """Each in a transaction of their own, begun together; what went wrong."""
    start, faults = Barrier(len(who)), []

    def one(by: Reader) -> None:
        with app.app_context(), clock.frozen(NOON):
            try:
                with database.write() as session, session.begin():
                    start.wait()
                    do(session, by)
            except Exception as fault:
                faults.append(fault)

    threads = [Thread(target=one, args=(by,)) for by in who]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def log_of(database: Database, person: object) -> Sequence[AccessLog]:
    with database.read() as session:
        lines = select(AccessLog).where(AccessLog.person_id == person).order_by(AccessLog.number)
        return session.scalars(lines).all()


def test_six_who_open_one_person_in_an_emergency_are_all_let_in(app: Flask, database: Database) -> None:
    gun, staff = person_id(app, "gun"), [reader(app, database, sub) for sub in ELSEWHERE]
    before = len(log_of(database, gun))

    def open_gun(session: Session, by: Reader) -> None:
        emergency.open_in_emergency(session, by, session.get_one(Person, gun), WHY, NOON, timedelta(hours=1))

    assert all_at_once(app, database, staff, open_gun) == []
    lines = log_of(database, gun)
    assert len(lines) == before + len(ELSEWHERE)
    assert first_broken(lines) is None


def test_two_colleagues_who_begin_to_care_at_once_give_one_reason(app: Flask, database: Database) -> None:
    gun, tor = person_id(app, "gun"), reader(app, database, "tor")

    def begin(session: Session, by: Reader) -> None:
        intake.begin(session, by, session.get_one(Person, gun), "Hemtjänst", None, NOON)

    assert all_at_once(app, database, [tor] * 4, begin) == []
    with database.read() as session:
        theirs = select(func.count()).where(
            CareRelation.person_id == gun,
            CareRelation.unit_id == tor.unit_id,
            CareRelation.ended_at.is_(None),
        )
        assert session.scalar(theirs) == 1
    assert first_broken(log_of(database, gun)) is None
