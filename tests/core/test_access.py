"""Who may see what: every page of a person, opened by every kind of visitor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from tests.conftest import NOON
from tests.people import Guest, Visitor, person_id
from webapp.accounts.models import Account, Assignment, Person, StaffMember
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.permissions import TABLE, Area, Level, Permission, Ties
from webapp.sharing.models import CareRelation, Consent, ConsentKind

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
TODAY = date(2026, 3, 9)

# What a visitor is shown of Aino's pages; every other page is a 404.
EVERYTHING = frozenset(
    [
        "idag",
        "viktigt",
        "viktigt/know",
        "viktigt/now/vem",
        "viktigt/now/tidigare",
        "plan",
        "plan/egen-rad",
        "kontakter",
        "mer",
        "paminnelser",
        "paminnelser/ny",
        "paminnelser/telefon",
        "delning",
        "logg",
        "installningar",
    ]
)
LISA = EVERYTHING - {
    "viktigt/now/vem",
    "viktigt/now/tidigare",
    "viktigt/know",
    "paminnelser/telefon",
    "delning",
    "logg",
    "installningar",
}
STAFF = frozenset(["idag", "viktigt", "viktigt/know", "plan", "kontakter", "mer", "paminnelser"])
NOTHING: frozenset[str] = frozenset()


@contextmanager
def changed(database: Database) -> Iterator[Any]:
    with database.writing() as session:
        yield session


def sees(guest: Guest, p: str) -> frozenset[str]:
    """The pages of this person that open for the guest; anything but 200 and 404 fails the test."""
    statuses = {page: guest.get(f"{p}/{page}").status_code for page in EVERYTHING}
    assert set(statuses.values()) <= {200, 404}, statuses
    return frozenset(page for page, status in statuses.items() if status == 200)


def change_consent(database: Database, sub: str, **values: object) -> None:
    with changed(database) as session:
        person = session.scalars(select(Account.person_id).where(Account.sub == sub)).one()
        session.execute(update(Consent).where(Consent.person_id == person).values(**values))


def change_care(database: Database, unit: str, **values: object) -> None:
    with changed(database) as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.name == unit)).one()
        session.execute(update(CareRelation).where(CareRelation.unit_id == unit_id).values(**values))


def change_assignment(database: Database, staff: str, **values: object) -> None:
    with changed(database) as session:
        staff_id = session.scalars(select(StaffMember.id).where(StaffMember.name == staff)).one()
        session.execute(update(Assignment).where(Assignment.staff_id == staff_id).values(**values))


# The pages, visitor by visitor


def test_everybody_sees_what_the_table_says_and_nothing_more(app: Flask, visit: Visitor) -> None:
    aino = visit.p("aino")
    expected: Mapping[str, frozenset[str]] = {
        "aino": EVERYTHING,
        "lisa": LISA,  # see what matters, help with plan and reminders, see contacts
        "marit": NOTHING,  # a relative, but another's
        "eino": NOTHING,
        "nils": STAFF,
        "anna": STAFF,
        "britta": NOTHING,
        "mats": NOTHING,
        "lena": NOTHING,  # analyst
        "karin": NOTHING,  # administrator
        "vera": NOTHING,
    }
    found = {sub: sees(visit(sub), aino) for sub in expected}
    assert found == expected


@ON_SQLITE
def test_a_stranger_is_sent_to_sign_in_and_comes_back_to_the_page(app: Flask, visit: Visitor) -> None:
    stranger, aino = visit.stranger(), visit.p("aino")
    for page in EVERYTHING:
        answer = stranger.get(f"{aino}/{page}")
        assert answer.status_code == 302, page
        assert answer.location == f"/logga-in?next={aino}/{page}".replace("/p/", "/p/"), page
    back = stranger.post("/logga-in/demo", {"person": "aino", "next": f"{aino}/plan"})
    assert back.location == f"{aino}/plan"
    for path in ("/personal/", "/personal/sok", "/mina"):
        assert visit.stranger().get(path).location.startswith("/logga-in"), path


@ON_SQLITE
def test_after_sign_in_nobody_is_led_to_a_page_that_is_not_theirs(app: Flask, visit: Visitor) -> None:
    """On a shared phone the page that the one before had open may be asked for when the next signs in."""
    aino, eino = visit.p("aino"), visit.p("eino")
    for sub, wanted, start in (
        ("aino", f"{aino}/plan", f"{aino}/plan"),
        ("lisa", f"{aino}/plan", f"{aino}/plan"),
        ("eino", f"{aino}/plan", f"{eino}/idag"),
        ("nils", f"{eino}/plan", "/personal/"),
        ("nils", "/personal/sok", "/personal/sok"),
    ):
        guest = Guest(app)
        led = guest.client.post(
            "/logga-in/demo", data={"person": sub, "next": wanted, "csrf_token": guest.token()}
        )
        assert led.location == start, (sub, wanted)


def test_a_press_by_a_stranger_changes_nothing(app: Flask, visit: Visitor) -> None:
    answer = visit.stranger().post(f"{visit.p('aino')}/plan/egen-rad", {"what": "Något"})
    assert answer.status_code == 302
    assert answer.location == "/logga-in"
    assert "Något" not in visit("aino").page(f"{visit.p('aino')}/plan")


@ON_SQLITE
def test_who_is_known_to_open_anothers_page_does_so_in_one_transaction(
    app: Flask, database: Database, visit: Visitor
) -> None:
    """The first request learns whose sign-in it is; from the second on, the log's session is the only one."""
    begun: list[object] = []
    lisa = visit("lisa")
    aino = visit("aino").p
    lisa.page("/mina")
    for engine in database.engines:
        event.listen(engine, "begin", begun.append)
    lisa.page(f"{aino}/plan")
    assert len(begun) == 1
    lisa.page("/mina")
    assert len(begun) == 2


def test_the_relative_sees_one_area_at_a_time(app: Flask, database: Database, visit: Visitor) -> None:
    lisa, aino = visit("lisa"), visit.p("aino")
    none = {"what_matters": 0, "plan": 0, "contacts": 0, "reminders": 0}
    see, write = Level.SEE, Level.HELP
    cases: list[tuple[dict[str, int], set[str]]] = [
        ({"what_matters": see}, {"viktigt", "mer"}),
        ({"what_matters": write}, {"viktigt", "viktigt/know", "mer"}),
        ({"plan": see}, {"idag", "plan", "mer"}),
        ({"plan": write}, {"idag", "plan", "plan/egen-rad", "mer"}),
        ({"contacts": see}, {"kontakter", "mer"}),
        ({"reminders": see}, {"idag", "paminnelser", "mer"}),
        ({"reminders": write}, {"idag", "paminnelser", "paminnelser/ny", "mer"}),
        ({}, set()),
    ]
    for granted, pages in cases:
        change_consent(database, "aino", **{**none, **granted})
        assert sees(lisa, aino) == pages, granted


def test_a_relatives_consent_holds_from_its_first_day_through_its_last(
    app: Flask, database: Database, visit: Visitor
) -> None:
    lisa, idag = visit("lisa"), f"{visit.p('aino')}/idag"
    second_ago = NOON - timedelta(seconds=1)
    for values, status in (
        ({"until_on": TODAY - timedelta(days=1)}, 404),  # ended yesterday
        ({"until_on": TODAY}, 200),  # the last day
        ({"withdrawn_at": second_ago}, 404),
        ({"withdrawn_at": None}, 200),
        ({"from_on": TODAY + timedelta(days=1)}, 404),  # begins tomorrow
        ({"from_on": TODAY}, 200),
    ):
        change_consent(database, "aino", **{"until_on": TODAY + timedelta(days=9), **values})
        assert lisa.get(idag).status_code == status, values
    assert "Aino" in lisa.page("/mina")
    change_consent(database, "aino", withdrawn_at=second_ago)
    assert "Aino" not in lisa.page("/mina")


@ON_SQLITE
def test_the_last_day_of_a_consent_ends_at_midnight_on_a_swedish_wall(
    app: Flask, database: Database, visit: Visitor
) -> None:
    change_consent(database, "aino", until_on=date(2026, 7, 14))
    idag = f"{visit.p('aino')}/idag"
    for at, status in ((23, 200), (24, 404)):
        local = datetime(2026, 7, 14, tzinfo=STOCKHOLM) + timedelta(hours=at, minutes=-1 if at == 23 else 1)
        with clock.frozen(local):
            assert visit("lisa").get(idag).status_code == status, local


@pytest.mark.parametrize(
    ("years", "before", "after"),
    [
        (12, {"idag", "viktigt", "plan", "kontakter", "mer", "paminnelser"}, None),
        (
            13,
            {"idag", "viktigt", "plan", "kontakter", "mer", "paminnelser"},
            {"idag", "plan", "kontakter", "mer"},
        ),
        (15, {"idag", "plan", "kontakter", "mer"}, None),
        (16, {"idag", "plan", "kontakter", "mer"}, set()),
    ],
)
@ON_SQLITE
def test_a_guardian_sees_less_from_the_midnight_of_the_birthday(
    app: Flask, database: Database, visit: Visitor, years: int, before: set[str], after: set[str] | None
) -> None:
    birthday = date(2026, 7, 14)  # summer time: local midnight is 22.00 in UTC
    with changed(database) as session:
        jon = person_id(app, "jon")
        born = birthday.replace(year=birthday.year - years)
        session.execute(update(Person).where(Person.id == jon).values(born_on=born))
    change_consent(database, "jon", until_on=date(2030, 1, 1))
    main_pages = {"idag", "viktigt", "plan", "kontakter", "mer", "paminnelser"}
    midnight = datetime(2026, 7, 14, tzinfo=STOCKHOLM).astimezone(UTC)
    expected = {-1: before, 1: before if after is None else after}
    for minutes, pages in expected.items():
        with clock.frozen(midnight + timedelta(minutes=minutes)):
            assert sees(visit("sara"), visit.p("jon")) & main_pages == pages, (years, minutes)
            helped = visit("sara").page("/mina")
            assert ("Jon" in helped) is bool(pages), (years, minutes)


@ON_SQLITE
def test_a_guardian_of_a_young_person_sees_times_and_own_tasks_but_not_the_words(
    app: Flask, visit: Visitor
) -> None:
    sara, jon = visit("sara"), visit.p("jon")
    assert "BUP Gällivare" in sara.page(f"{jon}/idag")
    assert "Packa väskan" not in sara.page(f"{jon}/idag")
    plan = sara.page(f"{jon}/plan")
    assert "Skjutsa till BUP" in plan
    for hidden in ("Samtal varannan vecka", "klara hela veckor", "sover inte", "svårt att vara", "Eget rum"):
        assert hidden not in plan
    assert sara.get(f"{jon}/viktigt").status_code == 404


def test_staff_see_the_person_while_their_unit_cares(app: Flask, database: Database, visit: Visitor) -> None:
    nils, idag = visit("nils"), f"{visit.p('aino')}/idag"
    unit = "Arjeplogs hälsocentral"
    for values, status in (
        ({"until_on": TODAY}, 200),
        ({"until_on": TODAY - timedelta(days=1)}, 404),
        ({"until_on": None, "from_on": TODAY + timedelta(days=1)}, 404),
        ({"until_on": None, "from_on": TODAY}, 200),
    ):
        change_care(database, unit, **values)
        assert nils.get(idag).status_code == status, values
        assert ("Aino" in nils.page("/personal/sok")) is (status == 200), values


def test_staff_with_two_assignments_see_under_the_one_in_use_alone(app: Flask, visit: Visitor) -> None:
    britta = visit("britta")  # begins in Kalix
    gun, eino = f"{visit.p('gun')}/idag", f"{visit.p('eino')}/idag"
    assert britta.get(gun).status_code == 200
    assert britta.get(eino).status_code == 404
    assert "Eino" not in britta.page("/personal/sok")
    pajala = re.search(
        r'value="([0-9a-f-]{36})"[^>]*>(?:(?!</button>|</option>).)*Pajala', britta.page("/personal/"), re.S
    )
    assert pajala
    answer = britta.post("/personal/uppdrag", {"uppdrag": pajala[1]})
    assert answer.status_code == 302
    assert britta.get(gun).status_code == 404
    assert britta.get(eino).status_code == 200


@ON_SQLITE
def test_an_assignment_is_taken_by_its_owner_alone(app: Flask, database: Database, visit: Visitor) -> None:
    with database.read() as session:
        kalix = session.scalars(
            select(Assignment.id)
            .join(Unit, Unit.id == Assignment.unit_id)
            .where(Unit.name == "Kalix hälsocentral")
        ).one()
    nils = visit("nils")
    for word in (str(kalix), str(uuid4()), "x", "", "\x00"):
        assert nils.post("/personal/uppdrag", {"uppdrag": word}).status_code == 404, word
    assert nils.get(f"{visit.p('aino')}/idag").status_code == 200
    assert visit("aino").post("/personal/uppdrag", {"uppdrag": str(kalix)}).status_code == 404


@ON_SQLITE
def test_who_changes_to_other_work_comes_to_its_start(app: Flask, database: Database, visit: Visitor) -> None:
    with changed(database) as session:
        nils = session.scalars(select(StaffMember).where(StaffMember.name == "Nils")).one()
        office = session.scalars(select(Unit).where(Unit.name == "Länets förvaltning")).one()
        extra = Assignment(staff_id=nils.id, unit_id=office.id, role="administratör", duty="administrator")
        session.add(extra)
        session.flush()
        extra_id = extra.id
    guest = visit("nils")
    answer = guest.post("/personal/uppdrag", {"uppdrag": str(extra_id)})
    assert answer.location == "/personal/enheter"
    assert guest.get("/personal/enheter").status_code == 200
    assert guest.get(f"{visit.p('aino')}/idag").status_code == 404


@ON_SQLITE
def test_staff_whose_assignment_ended_are_out_at_the_next_request(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nils, idag = visit("nils"), f"{visit.p('aino')}/idag"
    change_assignment(database, "Nils", ends_on=TODAY)
    assert nils.get(idag).status_code == 200
    change_assignment(database, "Nils", ends_on=TODAY - timedelta(days=1))
    assert nils.get(idag).location.startswith("/logga-in")
    assert nils.get("/personal/").status_code == 302


@ON_SQLITE
def test_an_assignment_ends_at_midnight_on_a_swedish_wall(
    app: Flask, database: Database, visit: Visitor
) -> None:
    change_assignment(database, "Nils", ends_on=date(2026, 7, 14))
    change_care(database, "Arjeplogs hälsocentral", until_on=None)
    idag = f"{visit.p('aino')}/idag"
    midnight = datetime(2026, 7, 15, tzinfo=STOCKHOLM).astimezone(UTC)
    nils = None
    for minutes, status in ((-1, 200), (1, 302)):
        with clock.frozen(midnight + timedelta(minutes=minutes)):
            nils = nils or visit("nils")
            assert nils.get(idag).status_code == status, minutes
    with clock.frozen(midnight + timedelta(minutes=1)):  # and no new sign-in takes it up again
        assert visit("nils").get(idag).status_code == 404


@ON_SQLITE
def test_staff_who_have_left_are_out_at_the_next_request(
    app: Flask, database: Database, visit: Visitor
) -> None:
    nils = visit("nils")
    with changed(database) as session:
        session.execute(update(StaffMember).where(StaffMember.name == "Nils").values(active=False))
    assert nils.get("/personal/").location.startswith("/logga-in")
    assert visit.stranger().post("/logga-in/demo", {"person": "nils"}).status_code == 404


# What nobody learns


def _same(answer: Any) -> bytes:
    """The answer without what the reader sent: the address, which the link to /fel takes along."""
    body: bytes = answer.data.replace(answer.request.path.split("/")[2].encode(), b"")
    return body


def test_a_page_of_anothers_and_one_that_never_was_are_the_same_to_the_octet(
    app: Flask, visit: Visitor
) -> None:
    aino, never = visit.p("aino"), f"/p/{uuid4()}"
    for guest in (visit("marit"), visit("britta"), visit("lena"), visit("eino")):
        for page in [*sorted(EVERYTHING), "finns-inte"]:
            theirs, nobodys = guest.get(f"{aino}/{page}"), guest.get(f"{never}/{page}")
            assert theirs.status_code == nobodys.status_code == 404, page
            assert _same(theirs) == _same(nobodys), page
            headers = [
                {name: value for name, value in answer.headers if name != "X-Request-Id"}
                for answer in (theirs, nobodys)
            ]
            assert headers[0] == headers[1], page
        for path in ("plan/egen-rad", "viktigt/now", f"delning/{uuid4()}/sluta"):
            theirs, nobodys = guest.post(f"{aino}/{path}"), guest.post(f"{never}/{path}")
            assert theirs.status_code == nobodys.status_code == 404
            assert _same(theirs) == _same(nobodys)


@ON_SQLITE
def test_a_protected_person_stands_in_no_list_and_opens_to_herself_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with changed(database) as session:
        session.execute(update(Person).where(Person.called == "Aino").values(protected=True))
    aino = visit.p("aino")
    for sub in ("lisa", "nils", "anna"):
        assert sees(visit(sub), aino) == NOTHING, sub
    assert "Aino" not in visit("lisa").page("/mina")
    nils = visit("nils")
    for path in ("/personal/", "/personal/sok", "/personal/skickat"):
        assert "Aino" not in nils.page(path), path
    assert visit("aino").page(f"{aino}/idag")


@ON_SQLITE
def test_for_the_dead_everything_stops(app: Flask, database: Database, visit: Visitor) -> None:
    aino, lisa, nils = visit("aino"), visit("lisa"), visit("nils")
    with changed(database) as session:
        session.execute(update(Person).where(Person.called == "Aino").values(deceased_at=NOON))
    assert aino.get(f"{aino.p}/idag").location.startswith("/logga-in")
    assert {lisa.get(f"{aino.p}/{page}").status_code for page in EVERYTHING} == {410}  # the closing page
    assert sees(nils, aino.p) == NOTHING
    for path in ("/personal/", "/personal/sok", "/personal/skickat"):
        assert "Aino" not in nils.page(path), path
    assert visit.stranger().post("/logga-in/demo", {"person": "aino"}).status_code == 404


@ON_SQLITE
def test_a_relative_who_is_cared_for_too_sees_their_own_pages_as_themselves(
    app: Flask, visit: Visitor
) -> None:
    lisa = visit("lisa")
    assert sees(lisa, lisa.p) >= {"idag", "viktigt", "plan", "delning", "logg"}


@ON_SQLITE
def test_another_unit_of_the_same_region_sees_nothing(app: Flask, visit: Visitor) -> None:
    for sub in ("nils", "britta"):
        assert sees(visit(sub), visit.p("jon")) == NOTHING
    assert sees(visit("mats"), visit.p("jon")) == STAFF - {"viktigt/now/tidigare", "viktigt/now/vem"}


# The rule itself

LEVELS = st.dictionaries(st.sampled_from(list(Area)), st.sampled_from(list(Level)))


@given(LEVELS)
def test_nothing_opens_what_is_the_persons_alone(areas: dict[Area, Level]) -> None:
    own = (
        Permission.PLAN_ANSWER,
        Permission.SHARING_SET,
        Permission.LOG_SEE,
        Permission.SETTINGS_SET,
        Permission.PHONE_SET,
        Permission.WHAT_MATTERS_SHARE,
    )
    for ties in (Ties(areas=areas), Ties(cares=True, areas=areas)):
        assert not any(TABLE[permission].allows(ties) for permission in own)


@given(LEVELS, st.sampled_from(list(Area)))
def test_more_consent_never_opens_less(areas: dict[Area, Level], area: Area) -> None:
    more = {**areas, area: Level.HELP}
    for rule in TABLE.values():
        assert rule.allows(Ties(areas=more)) >= rule.allows(Ties(areas=areas))


def test_with_no_tie_nothing_opens() -> None:
    assert not any(rule.allows(Ties()) for rule in TABLE.values())
    allowed: Callable[[Permission], bool] = lambda one: TABLE[one].allows(Ties(cares=True))  # noqa: E731
    assert not allowed(Permission.REMINDER_SET)
    assert not allowed(Permission.PLAN_ADD_OWN_ROW)


@ON_SQLITE
def test_a_withdrawn_guardian_consent_is_not_the_childs_to_end(
    app: Flask, database: Database, visit: Visitor
) -> None:
    with database.read() as session:
        consent = session.scalars(select(Consent.id).where(Consent.kind == ConsentKind.GUARDIAN)).one()
    jon = visit("jon")
    assert jon.post(f"{jon.p}/delning/{consent}/sluta").status_code == 404
    assert visit("sara").get(f"{jon.p}/kontakter").status_code == 200
