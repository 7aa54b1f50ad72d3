"""Loading the invented people, by the same functions that people's own actions call.

Everybody acts as themselves: a nurse who writes has signed in and is let through by the same table as
anybody else. What is there already is left alone, so it may be run twice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts import domain as accounts
from webapp.accounts import logins, numbers
from webapp.accounts.models import Account, Assignment, Duty, Person
from webapp.accounts.numbers import IdentityNumber
from webapp.broadcasts import ready, templates
from webapp.contacts import naming
from webapp.contacts.models import Role
from webapp.core import access, audit, clock
from webapp.core.access import Reader, Sight
from webapp.core.db import Database
from webapp.demo import plan_story, story
from webapp.directory import importing
from webapp.directory.flows import Flow
from webapp.directory.models import Huvudman, Organisation, Unit
from webapp.meetings import domain as meetings
from webapp.permissions import Level
from webapp.plans.models import Plan
from webapp.sharing import care, custody, notices
from webapp.sharing import domain as sharing
from webapp.sharing.decisions import Basis
from webapp.sharing.mandates import Proof, by_staff
from webapp.what_matters import domain as what_matters
from webapp.what_matters.models import Prompt

ISSUER = "demo"
DATA = Path(__file__).with_name("people.toml")
PLACES = Path(__file__).with_name("places.csv")
BEGAN = timedelta(days=8)  # the story so far

Facts = Mapping[str, Any]

demo_cli = AppGroup("demo", help="Invented people, for the demo and the tests.")


@demo_cli.command("load")
def load_command() -> None:
    """Load the invented people; what is there already is left alone."""
    settings = current_app.config["SETTINGS"]
    database = Database(settings.owner_url, settings.keys)  # nobody's page: the owner's work
    with database.writing() as session:
        made = load(session, clock.now())
    click.echo(f"People loaded: {', '.join(made)}." if made else "Everybody is here already.")


def read() -> Facts:
    return tomllib.loads(DATA.read_text("utf-8"))


def load(session: Session, now: datetime) -> list[str]:
    """Load whoever is missing and return their names."""
    data = read()
    began = now - BEGAN
    for facts in data["organisation"]:
        if _organisation(session, facts["name"]) is None:
            session.add(Organisation(name=facts["name"], huvudman=Huvudman(facts["huvudman"])))
    session.flush()
    for facts in data["unit"]:
        _add_unit(session, facts, clock.local(now).date())
    importing.apply(session, PLACES.read_bytes(), clock.local(now).date())
    made = [facts["sub"] for facts in data["staff"] if _add_staff(session, facts)]
    _add_templates(session, now)
    for facts in data["person"]:
        if accounts.account_of(session, ISSUER, facts["sub"]) is None:
            _add_person(session, facts, began, now)
            made.append(facts["sub"])
        else:
            _number_those_without(session, facts)
    return made


def _organisation(session: Session, name: str) -> Organisation | None:
    return session.scalars(select(Organisation).where(Organisation.name == name)).first()


def _unit(session: Session, name: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.name == name)).one()


def _add_unit(session: Session, facts: Facts, today: date) -> None:
    if session.scalars(select(Unit).where(Unit.name == facts["name"])).first() is not None:
        return
    owner = _organisation(session, facts["organisation"])
    if owner is None:
        raise LookupError(facts["organisation"])
    session.add(
        Unit(
            organisation_id=owner.id,
            name=facts["name"],
            municipality=facts["municipality"],
            flow=Flow(facts.get("flow", Flow.ALL)),
            phone=facts.get("phone"),
            checked_on=today,
        )
    )
    session.flush()


def _add_staff(session: Session, facts: Facts) -> bool:
    if accounts.account_of(session, ISSUER, facts["sub"]) is not None:
        return False
    member = accounts.add_staff(session, name=facts["name"])
    accounts.add_account(session, ISSUER, facts["sub"], member)
    for work in facts["assignments"]:
        duty = Duty(work.get("duty", Duty.CARE))
        accounts.assign(session, member, _unit(session, work["unit"]).id, work["role"], duty)
    return True


def _add_templates(session: Session, now: datetime) -> None:
    """The ready texts, written by the administrator."""
    if templates.offered(session):
        return
    who = reader_of(session, "karin", now)
    for name, text in ready.READY.items():
        templates.add(session, who, name, ready.in_each_language(text), uuid4(), now)


def _add_person(session: Session, facts: Facts, began: datetime, now: datetime) -> None:
    today = clock.local(now).date()
    person = accounts.add_person(
        session,
        name=facts["name"],
        called=facts["called"],
        number=_number(_born_on(facts["age"], today), facts["birth_number"]),
        language=facts.get("language", "sv"),
        municipality=facts["municipality"],
        phone=facts.get("phone"),
        protected=facts.get("protected", False),
    )
    accounts.add_account(session, ISSUER, facts["sub"], person)
    for relation in facts.get("care", ()):
        care.begin_care(session, person, _unit(session, relation["unit"]), relation["reason"], began)
    _share(session, person, facts, began)
    for said in facts.get("says", ()):
        _say(session, person, facts["sub"], said, began)
    for contact in facts.get("contact", ()):
        _name_contact(session, person, contact, clock.local(began).date())
    plan = _plan(session, person, facts, began) if "plan" in facts else None
    for agreed in facts.get("time", ()):
        starts_at = story.on_the_clock(today + timedelta(days=agreed["in_days"]), agreed["clock"])
        about = plan if agreed.get("meeting") else None
        whom = _organisation(session, agreed.get("organisation", ""))
        kind = Flow(agreed["flow"]) if "flow" in agreed else plan.flow if plan else Flow.ALL
        meetings.agree_on_time(
            session, person.id, starts_at, agreed["place"], agreed["with_whom"], about, whom, kind
        )
    for reminder in facts.get("reminder", ()):
        sight = sight_of(session, reminder.get("by", facts["sub"]), person.id, began, reminder.get("at_unit"))
        story.remind(session, sight, reminder, began, now)


def _born_on(age: int, today: date) -> date:
    """A day that makes somebody so old, and keeps them so for the coming months."""
    return today.replace(year=today.year - age, day=min(today.day, 28)) - timedelta(days=100)


def _number(born_on: date, birth_number: int) -> IdentityNumber:
    """An invented number: birth numbers 980–999 are kept for tests (docs/before-real-use.md)."""
    made = (numbers.parse(f"{born_on:%Y%m%d}{birth_number}{check}", born_on) for check in range(10))
    return next(number for number in made if number is not None)


def _number_those_without(session: Session, facts: Facts) -> None:
    """An older demo has people without numbers: they get theirs."""
    person = _person(session, facts["sub"])
    if person.number is None:
        accounts.change_number(session, person, _number(person.born_on, facts["birth_number"]))


def sight_of(session: Session, sub: str, person_id: UUID, now: datetime, unit: str | None = None) -> Sight:
    """Sign somebody in and open a person for them, as a request does; raises LookupError where they may not."""
    reader = reader_of(session, sub, now, unit)
    with clock.frozen(now):
        sight = access.look(session, reader, person_id)
    if sight is None:
        raise LookupError(f"{sub} may not open this person")
    return sight


def reader_of(session: Session, sub: str, now: datetime, unit: str | None = None) -> Reader:
    """Sign somebody in and out again; raises LookupError where there is nobody of that name."""
    account = accounts.account_of(session, ISSUER, sub)
    if account is None:
        raise LookupError(sub)
    token = logins.open_login(session, account, now, _assignment(session, account, unit))
    session.flush()
    found = logins.reader_of(session, token, now)
    if found is None:
        raise LookupError(sub)
    logins.end_login(session, found[0].login_id, now)
    return found[0]


def _assignment(session: Session, account: Account, unit: str | None) -> UUID | None:
    if unit is None:
        return None
    return session.scalars(
        select(Assignment.id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Assignment.staff_id == account.staff_id, Unit.name == unit)
    ).one()


def _share(session: Session, person: Person, facts: Facts, began: datetime) -> None:
    for relative in facts.get("relatives", ()):
        grant = sharing.Grant(
            what_matters=Level(relative.get("what_matters", 0)),
            plan=Level(relative.get("plan", 0)),
            contacts=Level(relative.get("contacts", 0)),
            reminders=Level(relative.get("reminders", 0)),
        )
        who = _person(session, relative["sub"])
        sharing.let_in(session, person, who, relative["relation"], grant, began)
    if guardian := facts.get("guardian"):
        who = _person(session, guardian["sub"])
        by = by_staff(sight_of(session, guardian["by"], person.id, began).reader)
        proof = Proof(who.name, Basis.REGISTER)
        custody.verify_guardian(session, person, who, guardian["relation"], proof, by, began)
        told = [each.id for each in notices.told_to(session, person.id)]
        notices.press_away(session, person.id, told, began + timedelta(hours=1))


def _person(session: Session, sub: str) -> Person:
    account = accounts.account_of(session, ISSUER, sub)
    if account is None or account.person_id is None:
        raise LookupError(sub)
    return session.get_one(Person, account.person_id)


def _say(session: Session, person: Person, sub: str, said: Facts, at: datetime) -> None:
    prompt = Prompt(said["prompt"])
    writer = sight_of(session, said.get("by", sub), person.id, at)
    version = what_matters.write(session, writer, prompt, said["words"], 0, at)
    own = sight_of(session, sub, person.id, at)
    what_matters.share(
        session, own, prompt, relatives=said.get("relatives", False), team=said.get("team", False)
    )
    session.flush()
    if reader := said.get("read_by"):
        read_at = at + timedelta(days=1)
        visit = sight_of(session, reader, person.id, read_at)
        with clock.frozen(read_at):  # the page that is read writes its line in the log first
            audit.write(session, visit.reader, person.id, "what_matters")
        what_matters.give_receipt(session, visit, version.id, read_at)


def _name_contact(session: Session, person: Person, facts: Facts, from_on: date) -> None:
    naming.name_contact(
        session,
        person.id,
        Role(facts["role"]),
        facts["name"],
        facts["works_at"],
        from_on,
        title=facts["title"],
        phone=facts.get("phone"),
        unit=_unit(session, facts["unit"]) if "unit" in facts else None,
        hours=story.hours(facts["hours"], facts.get("holidays_too", False)),
        stand_in=facts.get("stand_in", ""),
        stand_in_phone=facts.get("stand_in_phone"),
    )


def _plan(session: Session, person: Person, facts: Facts, began: datetime) -> Plan:
    about = facts["plan"]
    sight = sight_of(session, about["by"], person.id, began, about.get("at_unit"))
    return plan_story.begin(session, sight, about, lambda sub: _person(session, sub).id, began)
