"""Where one is signed in, ending it, and the lost phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.accounts import devices
from webapp.accounts.logins import AT_MOST, IDLE
from webapp.accounts.models import Account, Login, Person
from webapp.core import clock
from webapp.core.audit import AccessLog
from webapp.core.db import Database
from webapp.reminders.models import Subscription
from webapp.sharing.models import Consent, Notice

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        (ANDROID, "android-phone/Chrome"),
        (ANDROID.replace(" Mobile", ""), "android-tablet/Chrome"),
        (ANDROID.replace("Chrome/", "SamsungBrowser/23.0 Chrome/"), "android-phone/Samsung Internet"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
            "iphone/Safari",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) CriOS/131.0 Mobile/15E148 Safari/604.1",
            "iphone/Chrome",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36 Edg/131.0",
            "windows/Edge",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "linux/Firefox"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "mac/Safari"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/131.0.0.0 Safari/537.36", "chromebook/Chrome"),
        ("", "other/"),
        ("<script>alert(1)</script> Aino Lundmark", "other/"),
    ],
)
def test_a_device_is_said_in_a_few_plain_words(user_agent: str, kind: str) -> None:
    assert devices.kind_of(user_agent) == kind


@given(st.text(max_size=3000))
def test_whatever_a_browser_calls_itself_only_our_own_words_are_kept(user_agent: str) -> None:
    system, _, browser = devices.kind_of(user_agent).partition("/")
    assert system in {
        "android-phone",
        "android-tablet",
        devices.UNKNOWN,
        *(each[1] for each in devices._SYSTEMS),
    }
    assert browser in {"", *(each[1] for each in devices._BROWSERS)}
    assert len(devices.kind_of(user_agent)) <= 40


def open_logins(database: Database, sub: str) -> Sequence[Login]:
    with database.read() as session:
        return session.scalars(
            select(Login)
            .join(Account, Account.id == Login.account_id)
            .where(Account.sub == sub, Login.ended_at.is_(None))
        ).all()


def is_open(guest: Guest) -> bool:
    return guest.get(f"{guest.p}/idag").status_code == 200


def on_a_phone(app: Flask) -> Guest:
    guest = Guest(app, "aino")
    guest.client.environ_base["HTTP_USER_AGENT"] = ANDROID
    guest.post("/logga-in/demo", {"person": "aino"})
    return guest


def test_the_list_says_kind_of_device_and_which_is_this_one(app: Flask, visit: Visitor) -> None:
    phone = on_a_phone(app)
    with clock.frozen(NOON + timedelta(minutes=10)):
        computer = visit("aino")
        page = computer.page(f"{computer.p}/enheter")
    assert "Android-telefon, Chrome" in page
    assert "Telefon eller dator" in page  # the tests' own browser
    assert page.count("Den här enheten") == 1
    assert "Mozilla" not in page
    assert page.count('name="enhet"') == 1
    assert is_open(phone)


def test_a_device_that_is_signed_out_is_out_at_the_next_press(
    app: Flask, database: Database, visit: Visitor
) -> None:
    phone = on_a_phone(app)
    other = open_logins(database, "aino")[0]
    computer = visit("aino")
    path = f"{computer.p}/enheter/avsluta"
    assert computer.post(path, {"enhet": str(other.id)}).location == f"{computer.p}/enheter"
    assert not is_open(phone)
    assert is_open(computer)
    assert computer.post(path, {"enhet": str(other.id)}).status_code == 404  # it has ended already


def test_all_the_others_are_signed_out_with_one_press(app: Flask, database: Database, visit: Visitor) -> None:
    others = [on_a_phone(app), visit("aino"), visit("aino")]
    lisa, here = visit("lisa"), visit("aino")
    assert here.post(f"{here.p}/enheter/avsluta").status_code == 302
    assert not any(is_open(other) for other in others)
    assert is_open(here)
    assert is_open(lisa)


@ON_SQLITE
def test_nobody_elses_device_can_be_ended(app: Flask, database: Database, visit: Visitor) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    (hers,) = open_logins(database, "aino")
    for named in (str(hers.id), "00000000-0000-4000-8000-000000000000", "x", ""):
        assert lisa.post(f"{lisa.p}/enheter/avsluta", {"enhet": named}).status_code == 404, named
    assert lisa.post(f"{aino.p}/enheter/avsluta").status_code == 404
    assert is_open(aino)


@ON_SQLITE
def test_what_time_has_ended_is_not_listed(app: Flask, visit: Visitor) -> None:
    visit("aino")
    for later, listed in ((IDLE, 2), (IDLE + timedelta(seconds=1), 1), (AT_MOST, 1)):
        with clock.frozen(NOON + later):
            guest = visit("aino")
            assert guest.page(f"{guest.p}/enheter").count("Senast använd") == listed
            guest.post("/logga-ut")


# The lost phone


def subscribe(database: Database, guest: Guest) -> None:
    with database.writing() as session:
        session.add(
            Subscription(
                person_id=guest.id,
                endpoint="https://push.invalid/1",
                p256dh=b"\x04" * 65,
                auth=b"\x00" * 16,
                vapid_key="k",
                made_at=NOON,
                confirmed_at=NOON,
            )
        )


@pytest.mark.parametrize("who", ["aino", "lisa", "nils"])
def test_one_press_ends_every_sign_in_and_every_phone(
    app: Flask, database: Database, visit: Visitor, who: str
) -> None:
    phone, computer = on_a_phone(app), visit("aino")
    subscribe(database, phone)
    presser = visit(who)
    answer = presser.post(f"{phone.p}/tappad-telefon")
    assert answer.location == ("/logga-in" if who == "aino" else f"{phone.p}/mer")
    assert open_logins(database, "aino") == []
    assert not is_open(phone)
    assert not is_open(computer)
    with database.read() as session:
        assert session.scalars(select(Subscription.retired_at)).all() == [NOON]
        assert session.get_one(Person, phone.id).phone_lost_at == NOON
        told = session.scalars(select(Notice.kind).where(Notice.person_id == phone.id)).all()
        logged = session.scalars(select(AccessLog.page).where(AccessLog.person_id == phone.id)).all()
    assert [kind for kind in told if kind == "phone_lost"] == ([] if who == "aino" else ["phone_lost"])
    assert ("devices" in logged) == (who != "aino")
    if who == "aino":
        assert not is_open(presser)
        assert "Alla dina enheter" in presser.page("/logga-in")
    with clock.frozen(NOON + timedelta(seconds=1)):
        again = visit("aino")
        assert is_open(again)
        assert ("Alla enheter loggades ut" in again.page(f"{again.p}/idag")) == (who != "aino")


@ON_SQLITE
def test_a_sign_in_from_before_the_loss_is_dead_whatever_its_row_says(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    with database.writing() as session:
        session.get_one(Person, aino.id).phone_lost_at = NOON
    assert not is_open(aino)


@ON_SQLITE
def test_who_may_not_help_with_reminders_may_not_say_that_the_phone_is_lost(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa = visit("aino"), visit("lisa")
    with database.writing() as session:
        consent = session.scalars(
            select(Consent).where(Consent.person_id == aino.id, Consent.relative_id == lisa.id)
        )
        consent.one().reminders = 1
    for sub in ("lisa", "marit", "britta", "karin", "lena"):
        guest = visit(sub)
        assert guest.get(f"{aino.p}/tappad-telefon").status_code == 404, sub
        assert guest.post(f"{aino.p}/tappad-telefon").status_code == 404, sub
    assert is_open(aino)


@ON_SQLITE
def test_looking_at_the_page_ends_nothing(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    for sub in ("aino", "lisa", "nils"):
        assert "Logga ut alla enheter" in visit(sub).page(f"{aino.p}/tappad-telefon")
    assert is_open(aino)
