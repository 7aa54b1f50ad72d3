"""The database's shape: up, down and up again with data in every table, and the models are where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Column, Connection, Engine, String, Text, func, inspect, select, text, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests import databases
from tests.conftest import NOON
from webapp.accounts.models import (
    Account,
    Challenge,
    HowKnown,
    KeptForm,
    Login,
    PaperCode,
    Passkey,
    Person,
    Purpose,
    StaffMember,
)
from webapp.accounts.oidc.models import ProviderLogin, UsedOnce
from webapp.broadcasts.models import Broadcast, Incident, Recipient, Stage
from webapp.channels.models import Way
from webapp.contacts.models import ContactHours
from webapp.core import audit, clock
from webapp.core.access import Reader
from webapp.core.audit import AccessLog, first_broken
from webapp.core.daily import DailyTask
from webapp.core.db import Base, Database, make_engine
from webapp.core.limits import Tries
from webapp.directory.models import Unit
from webapp.mailing.models import UnitMail
from webapp.meetings.models import AgreedTime, CalendarFeed, MeetingInvitee, MeetingQuestion
from webapp.migrations import steps
from webapp.pages.models import Feedback
from webapp.patient_contract.models import SevenAnswers
from webapp.plans.models import ParticipantKind, Plan, PlanEarlier, PlanParticipant, PlanRow, PlanVersion
from webapp.plans.reminder_models import RowReminder
from webapp.reminders.models import (
    Channel,
    Delivery,
    Heartbeat,
    Occurrence,
    RelativeToTell,
    Subscription,
    Told,
    UndoneSend,
)
from webapp.sharing.decisions import AgeNotice, Death, Freeze, NamedStaff
from webapp.sharing.models import Block, Emergency, EmergencyTally, Invitation, Notice
from webapp.staff.models import AdminLog
from webapp.what_matters.models import Draft, Prompt
from webapp.work_list.models import Call, WorkMark
from webapp.worse.models import WorseProposal

SEALING: Any = import_module(
    "webapp.migrations.versions."
    + next(path.stem for path in (Path(steps.__file__).parent / "versions").glob("*_sealed_texts.py"))
)
VERSIONS = sorted((Path(steps.__file__).parent / "versions").glob("*.py"))


@pytest.fixture(params=databases.KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    name = databases.create()
    yield databases.address(name)
    databases.drop(name)


@pytest.fixture
def engine(empty: str) -> Iterator[Engine]:
    made = make_engine(empty)
    yield made
    made.dispose()


def test_the_steps_lead_to_the_models(empty: str, engine: Engine) -> None:
    steps.upgrade(empty)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        differences = [
            each for each in compare_metadata(context, steps.metadata()) if "sqlite" not in str(each)
        ]
        assert differences == []
        assert steps.is_current(connection)


def test_what_the_models_check_the_database_checks_too(empty: str, engine: Engine) -> None:
    """compare_metadata does not look at checks."""
    steps.upgrade(empty)
    found = inspect(engine)
    for table in steps.metadata().sorted_tables:
        named = {check["name"] for check in found.get_check_constraints(table.name)}
        wanted = {str(each.name) for each in table.constraints if type(each).__name__ == "CheckConstraint"}
        assert wanted <= named, table.name


def test_up_down_and_up_leaves_nothing_behind(empty: str, engine: Engine) -> None:
    for _ in range(2):
        steps.upgrade(empty)
        steps.upgrade(empty)  # twice is once
        steps.downgrade(empty, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
        with engine.connect() as connection:
            assert not steps.is_current(connection)


def fill(database: Database) -> None:
    """Rows in the tables that the demo leaves empty."""
    with database.writing() as session:
        person = session.scalars(select(Person)).first()
        account = session.scalars(select(Account).where(Account.person_id.is_not(None))).first()
        occurrence = session.scalars(select(Occurrence)).first()
        unit, staff = (
            session.scalars(select(Unit.id)).first(),
            session.scalars(select(StaffMember.id)).first(),
        )
        assert person
        assert account
        assert unit
        assert staff
        assert occurrence
        phone = Subscription(
            id=uuid4(),
            person_id=person.id,
            endpoint="https://push.invalid/1",
            p256dh=b"\x04" * 65,
            auth=b"\x00" * 16,
            vapid_key="k",
            made_at=NOON,
            confirmed_at=NOON,
        )
        login = Login(token_hash=b"\xff" * 32, account_id=account.id, began_at=NOON, seen_at=NOON)
        session.add_all([phone, login])
        session.flush()
        session.add_all(
            [
                Feedback(page="/", words="Något", told_at=NOON),
                AdminLog(account_id=account.id, at=NOON, by="Karin", act="unit_added", said="Enheten"),
                EmergencyTally(unit_id=unit, opened_on=NOON.date()),
                Block(person_id=person.id, unit_id=unit, begun_at=NOON),
                Emergency(
                    person_id=person.id,
                    staff_id=staff,
                    unit_id=unit,
                    unit_name="Akuten",
                    role="läkare",
                    reason="Föll i sitt hem och svarar inte.",
                    opened_at=NOON,
                    closes_at=NOON + timedelta(hours=24),
                ),
                Heartbeat(worker="w", at=NOON),
                UndoneSend(person_id=person.id, once_key="k", undone_at=NOON),
                DailyTask(task="t", on=NOON.date()),
                Tries(key=b"\x01" * 32, number=1, until=NOON),
                PaperCode(
                    person_id=person.id,
                    code_hash=b"\x04" * 32,
                    how=HowKnown.ID_CARD,
                    staff_id=session.scalars(select(StaffMember.id)).first(),
                    unit_id=session.scalars(select(Unit.id)).first(),
                    made_as="Läkare",
                    made_at=NOON,
                    ends_at=NOON,
                ),
                Challenge(octets=b"\x01" * 32, purpose=Purpose.SIGN_IN, made_at=NOON),
                Passkey(
                    person_id=person.id,
                    account_id=account.id,
                    credential_id=b"\x02" * 32,
                    public_key=b"\x03" * 77,
                    sign_count=2**32 - 1,
                    name="Telefonen",
                    made_at=NOON,
                ),
                KeptForm(person_id=person.id, account_id=account.id, place="/p", typed="{}", kept_at=NOON),
                ProviderLogin(login_id=login.id, provider="bankid", sid="s"),
                UsedOnce(hash=b"\xff" * 32, until=NOON),
                Notice(person_id=person.id, kind="access_changed", at=NOON),
                Invitation(
                    person_id=person.id,
                    token_hash=b"\xfe" * 32,
                    number="194001029801",
                    until_on=NOON.date(),
                    made_at=NOON,
                    ends_at=NOON,
                ),
                Draft(
                    person_id=person.id, prompt=Prompt.KNOW, account_id=account.id, words="x", kept_at=NOON
                ),
                Delivery(
                    person_id=person.id,
                    occurrence_id=occurrence.id,
                    subscription_id=phone.id,
                    due_at=NOON,
                    useless_at=NOON + timedelta(hours=1),
                    lease_until=NOON,
                ),
                RelativeToTell(
                    person_id=person.id, reminder_id=occurrence.reminder_id, relative_id=person.id, place=0
                ),
                Told(person_id=person.id, occurrence_id=occurrence.id, relative_id=person.id, told_at=NOON),
                CalendarFeed(
                    person_id=person.id,
                    owner_id=person.id,
                    account_id=account.id,
                    token_hash=b"\xfd" * 32,
                    made_at=NOON,
                ),
                *sent_to_several(session, person, unit, account),
                *met(session),
                Way(person_id=person.id, channel=Channel.SMS, place=1, address="+46701740605"),
                SevenAnswers(person_id=person.id, on=NOON.date(), answers="{}", answered_at=NOON),
                UnitMail(unit_id=unit, made_at=NOON, due_at=NOON),
                WorkMark(
                    person_id=person.id,
                    unit_id=unit,
                    task="unanswered",
                    thing_id=uuid4(),
                    call=Call.REACHED,
                    called_at=NOON,
                    called_as="Nils",
                ),
                WorseProposal(
                    person_id=person.id,
                    plan_id=session.scalars(select(Plan.id)).first(),
                    unit_id=unit,
                    signs="Trött",
                    written_as="Nils, Arjeplogs hälsocentral",
                    written_at=NOON,
                ),
                *decided(session, person),
                *agreed(session),
            ]
        )
        reader = Reader(uuid4(), account.id, "citizen", "Lisa", "sv", role="läkare", unit_name="Ö")
        with clock.frozen(NOON + timedelta(microseconds=7)):
            for page in ("idag", "plan"):
                audit.write(session, reader, person.id, page)


def sent_to_several(session: Session, person: Person, unit: UUID, account: Account) -> list[Base]:
    """A text to several that was recalled."""
    broadcast = Broadcast(
        id=uuid4(),
        unit_id=unit,
        account_id=account.id,
        sent_as="Nils, Arjeplogs hälsocentral",
        stage=Stage.RECALLED,
        chosen='{"whom": "enheten"}',
        words='{"sv": "Ö"}',
        said='{"sv": "Ö"}',
        on_day=NOON.date(),
        at=NOON.time(),
        until_on=NOON.date(),
        made_at=NOON,
        confirmed_at=NOON,
    )
    session.add(broadcast)
    session.flush()
    return [
        Recipient(person_id=person.id, broadcast_id=broadcast.id, unit_id=unit),
        Incident(
            unit_id=unit,
            broadcast_id=broadcast.id,
            at=NOON,
            account_id=account.id,
            written_as="Nils",
            happened="Fel grupp",
            had_it=1,
            notified=0,
        ),
    ]


def decided(session: Session, person: Person) -> list[Base]:
    """What staff decide, beside the mandate that the demo has."""
    nurse = session.scalars(select(StaffMember.id)).first()
    unit = session.scalars(select(Unit.id)).first()
    other = session.scalars(select(Person.id).where(Person.id != person.id)).first()
    assert nurse
    assert unit
    assert other
    return [
        Freeze(
            person_id=person.id,
            relative_id=other,
            why="Oro",
            look_again_on=NOON.date(),
            unit_id=unit,
            frozen_at=NOON,
            frozen_by=nurse,
        ),
        NamedStaff(person_id=person.id, staff_id=nurse, named_at=NOON, named_by=nurse),
        Death(person_id=person.id, died_on=NOON.date(), unit_id=unit, marked_at=NOON, marked_by=nurse),
        AgeNotice(person_id=person.id, years=13, told_id=other, told_at=NOON),
    ]


def agreed(session: Session) -> list[Base]:
    """A plan that was agreed to, with what stood in it earlier and who takes part."""
    plan = session.scalars(select(Plan)).first()
    assert plan
    whose = {"person_id": plan.person_id, "plan_id": plan.id}
    return [
        PlanVersion(**whose, number=1, agreed_at=NOON, agreed_by_id=plan.person_id, document='{"ord": "Ö"}'),
        PlanEarlier(
            **whose, about="goal", about_id=uuid4(), revision=1, words='{"ord": "Ä"}', replaced_at=NOON
        ),
        PlanParticipant(**whose, kind=ParticipantKind.OTHER, name="Grannen", chosen_at=NOON),
        RowReminder(
            person_id=plan.person_id,
            row_id=session.scalars(select(PlanRow.id).where(PlanRow.plan_id == plan.id)).first(),
            text="Väg dig",
            times="08:00",
            days=127,
            weeks=12,
            set_by_account=session.scalars(select(Account.id)).first(),
            proposed_at=NOON,
        ),
    ]


def met(session: Session) -> list[Base]:
    """A question and an invitee to a time."""
    time, taking_part = session.scalars(select(AgreedTime)).first(), uuid4()
    plan = session.scalars(select(Plan)).first()
    assert time
    assert plan
    session.add(
        PlanParticipant(
            id=taking_part,
            person_id=plan.person_id,
            plan_id=plan.id,
            kind=ParticipantKind.OTHER,
            name="Vännen",
            chosen_at=NOON,
        )
    )
    session.flush()
    whose = {"person_id": time.person_id, "time_id": time.id}
    return [
        MeetingQuestion(**whose, words="Får jag bada?", written_at=NOON),
        MeetingInvitee(**whose, participant_id=taking_part),
    ]


def everything(session: Session) -> dict[str, list[Any]]:
    return {
        table.name: [
            tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))
        ]
        for table in Base.metadata.sorted_tables
    }


def test_a_step_that_rewrites_every_table_loses_no_row(
    app: Flask, database: Database, database_url: str
) -> None:
    """What SQLite does to change a table: copy, drop, rename. With foreign keys on, children would go too."""
    fill(database)
    with database.read() as session:
        before = everything(session)
    assert all(before.values()), [name for name, found in before.items() if not found]
    steps._run(database_url, rewrite_every_table)
    with database.read() as session:
        assert everything(session) == before
        for person_id in set(session.scalars(select(AccessLog.person_id))):
            own = select(AccessLog).where(AccessLog.person_id == person_id).order_by(AccessLog.number)
            assert first_broken(session.scalars(own).all()) is None
    with database.engine.connect() as connection:
        assert steps.is_current(connection)


def words(session: Session, raw: bool = False) -> dict[str, list[str | None]]:
    """Every text that the step seals, in plain words or as it stands."""
    found = {}
    for table, column, *_ in SEALING.COLUMNS:
        here = Base.metadata.tables[table]
        if column not in here.c:  # a later step has taken it away
            continue
        shown: Any = type_coerce(here.c[column], Text) if raw else here.c[column]
        found[f"{table}.{column}"] = list(session.scalars(select(shown).order_by(here.c.id)))
    return found


def test_what_stood_in_clear_is_sealed_and_opened_again_on_the_way_back(
    app: Flask, database: Database, database_url: str
) -> None:
    fill(database)
    keys = app.config["SETTINGS"].keys
    with database.read() as session:
        before, shut = words(session), words(session, raw=True)
    assert sum(map(len, before.values())) > 100
    database.engine.dispose()
    steps.downgrade(database_url, SEALING.down_revision, keys)
    with database.read() as session:
        assert words(session, raw=True) == before
        lengths = {
            each["name"]: str(each["type"]) for each in inspect(database.engine).get_columns("reminder")
        }
        assert lengths["text"] == "VARCHAR(120)"
    with pytest.raises(RuntimeError, match="keys"):
        steps.upgrade(database_url)
    with database.read() as session:  # and nothing is half done
        assert words(session, raw=True) == before
    database.engine.dispose()
    steps.upgrade(database_url, keys=keys)
    with database.read() as session:
        assert words(session) == before
        for where, column in words(session, raw=True).items():
            for kept, plain, earlier in zip(column, before[where], shut[where], strict=True):
                assert kept == plain if not plain else kept != earlier, where
                assert not plain or (kept or "").startswith("s1."), where


def rewrite_every_table(connection: Connection) -> None:
    from alembic.operations import Operations

    operations = Operations(MigrationContext.configure(connection, opts={"transactional_ddl": True}))
    recreate: Literal["always", "auto"] = "always" if connection.dialect.name == "sqlite" else "auto"
    for table in Base.metadata.sorted_tables:
        with operations.batch_alter_table(table.name, recreate=recreate) as batch:
            batch.add_column(Column("extra", String(5)))
        with operations.batch_alter_table(table.name, recreate=recreate) as batch:
            batch.drop_column("extra")


def test_foreign_keys_hold_after_a_step(app: Flask, database: Database, database_url: str) -> None:
    steps.upgrade(database_url)
    with database.write() as session:
        session.add(
            ContactHours(contact_id=uuid4(), weekday=0, opens=NOON.time(), closes=NOON.time().replace(hour=9))
        )
        with pytest.raises(IntegrityError):
            session.flush()


def test_a_step_that_fails_changes_nothing(app: Flask, database: Database, database_url: str) -> None:
    def broken(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        connection.execute(text("DELETE FROM contact_hours"))
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        steps._run(database_url, broken)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ContactHours))
    assert "half" not in inspect(database.engine).get_table_names()


def test_a_step_that_would_leave_orphans_is_undone(app: Flask, database: Database, database_url: str) -> None:
    with pytest.raises((RuntimeError, IntegrityError), match=r"care_contact|point nowhere"):
        steps._run(database_url, lambda connection: connection.execute(text("DELETE FROM care_contact")))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ContactHours))


def test_every_table_and_constraint_has_a_name_in_the_steps() -> None:
    written = "".join(path.read_text("utf-8") for path in VERSIONS)
    for table in steps.metadata().sorted_tables:
        assert f"'{table.name}'" in written or f'"{table.name}"' in written
    assert not re.search(r"name=None", written)


def test_the_steps_are_numbered_one_after_another() -> None:
    assert [path.name[:4] for path in VERSIONS] == [f"{number:04}" for number in range(1, len(VERSIONS) + 1)]


def test_the_database_keeps_the_microsecond(app: Flask, database: Database) -> None:
    at = datetime(2026, 10, 25, 0, 59, 59, 999999, tzinfo=UTC)
    with database.writing() as session:
        session.add(Heartbeat(worker="precise", at=at))
    with database.read() as session:
        assert session.get_one(Heartbeat, "precise").at == at


def test_every_file_with_a_table_is_known_to_the_steps() -> None:
    """Else a table is there or not by what else has been imported, and `db revision` would drop it."""
    house = Path(steps.__file__).parents[1]
    with_tables = {
        "webapp." + ".".join(file.relative_to(house).with_suffix("").parts)
        for file in house.rglob("*.py")
        if "__tablename__ = " in file.read_text("utf-8")
    }
    assert with_tables == set(steps.TABLES)
