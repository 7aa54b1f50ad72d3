"""What nobody needs any more goes; what holds, or ended lately, stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Visitor
from webapp.accounts.logins import IDLE
from webapp.accounts.models import Challenge, Login, Purpose
from webapp.accounts.oidc.models import ProviderLogin
from webapp.accounts.passkeys import CHALLENGE_LASTS
from webapp.accounts.tidying import ENDED_LASTS, tidy
from webapp.core import daily
from webapp.core.db import Database

SECOND = timedelta(seconds=1)


def test_sign_ins_that_ended_thirty_days_ago_go(app: Flask, database: Database, visit: Visitor) -> None:
    visit("aino")
    limit = NOON - ENDED_LASTS
    cases: dict[bytes, tuple[datetime, datetime | None]] = {  # last used, ended
        b"open": (NOON, None),
        b"ended lately": (limit, limit),
        b"ended long ago": (limit, limit - SECOND),
        b"lapsed lately": (limit - IDLE, None),
        b"lapsed long ago": (limit - IDLE - SECOND, None),
    }
    with database.writing() as session:
        login = session.scalars(select(Login).order_by(Login.seen_at.desc())).first()
        assert login
        account_id = login.account_id
        for name, (seen_at, ended_at) in cases.items():
            made = Login(
                token_hash=name.ljust(32),
                account_id=account_id,
                began_at=seen_at,
                seen_at=seen_at,
                ended_at=ended_at,
            )
            session.add(made)
            session.flush()
            session.add(ProviderLogin(login_id=made.id, provider="bankid"))
        for octets, made_at in ((b"1", NOON - CHALLENGE_LASTS), (b"2", NOON - CHALLENGE_LASTS - SECOND)):
            session.add(Challenge(octets=octets, purpose=Purpose.SIGN_IN, made_at=made_at))
    as_worker = Database(app.config["SETTINGS"].worker_url, app.config["SETTINGS"].keys)
    with as_worker.writing() as session:
        tidy(session, NOON)
    as_worker.engine.dispose()
    with database.read() as session:
        left = {bytes(each).strip() for each in session.scalars(select(Login.token_hash))} & set(cases)
        assert left == {b"open", b"ended lately", b"lapsed lately"}
        assert [bytes(each) for each in session.scalars(select(Challenge.octets))] == [b"1"]
        providers = session.scalars(select(ProviderLogin.login_id)).all()
    assert len(providers) == 3


def test_the_worker_does_it_once_a_day(app: Flask) -> None:
    assert tidy in daily.tasks_of(app).values()
