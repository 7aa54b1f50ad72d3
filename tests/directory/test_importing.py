"""Taking the directory in: dry first, all or nothing, twice is once; and what people and staff see of it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON, settings_by_role
from tests.directory.test_listing import ROW, file
from tests.people import Visitor
from webapp import create_app
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory import importing
from webapp.directory.models import Place, PlaceHours, Unit

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 3, 9)


def places(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Place)) or 0


def take_in(database: Database, *rows: dict[str, str]) -> importing.Report:
    with database.writing() as session:
        return importing.apply(session, file(*rows), TODAY)


def said(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("<main")[2].partition("</main>")[0]).split())


def test_the_same_file_twice_changes_nothing(app: Flask, database: Database) -> None:
    before = places(database)
    first, again = take_in(database, ROW), take_in(database, ROW)
    assert (len(first.new), len(again.new), again.changed, again.same) == (1, 0, [], 1)
    assert places(database) == before + 1
    with database.read() as session:
        place = session.scalars(select(Place).where(Place.name == "Servicepunkten")).one()
        hours = session.scalars(select(PlaceHours).where(PlaceHours.place_id == place.id)).all()
        assert len(hours) == 5


def test_one_faulty_row_keeps_every_row_out(app: Flask, database: Database) -> None:
    before = places(database)
    found = take_in(database, ROW, ROW | {"name": "Två", "phone": "020-22 00 60"})
    assert [str(fault) for fault in found.faults] == [
        "line 3, phone: the number is closed and must not be shown"
    ]
    assert places(database) == before


def test_a_change_is_told_by_column_and_an_older_check_is_refused(app: Flask, database: Database) -> None:
    take_in(database, ROW)
    newer = ROW | {"checked_on": "2026-03-01", "hours": "ti 09:00-12:00", "phone": "0980-319 233"}
    found = take_in(database, newer)
    assert [columns for _, columns in found.changed] == [("phone", "checked_on", "hours")]
    older = take_in(database, ROW)
    assert "line 2, checked_on: what stands here was checked later, 2026-03-01" in map(str, older.faults)
    with database.read() as session:
        place = session.scalars(select(Place).where(Place.name == "Servicepunkten")).one()
        assert place.phone == "0980-319 233"


def test_what_the_file_does_not_name_is_left_and_told(app: Flask, database: Database) -> None:
    found = take_in(database, ROW)
    assert "Pajala: Pajala hälsocentral" in found.not_named
    assert take_in(database, ROW | {"name": "Ny", "phone": ""}).without_number


def test_a_unit_of_the_same_name_gets_the_number_unless_its_own_is_newer(
    app: Flask, database: Database
) -> None:
    def unit(session: object) -> Unit:
        found: Unit = session.scalars(select(Unit).where(Unit.name == "Pajala hälsocentral")).one()  # type: ignore[attr-defined]
        return found

    row = ROW | {"municipality": "Pajala", "kind": "health_centre", "name": "Pajala hälsocentral"}
    with database.writing() as session:
        unit(session).checked_on = date(2026, 3, 1)
    take_in(database, row | {"phone": "0980-319 241", "checked_on": "2026-02-28"})
    with database.read() as session:
        assert unit(session).phone == "0980-319 240"
    take_in(database, row | {"phone": "0980-319 242", "checked_on": "2026-03-02", "closed_on": "2026-06-01"})
    with database.read() as session:
        assert unit(session).phone == "0980-319 242"
        assert unit(session).closed_on == date(2026, 6, 1)


def test_the_command_is_dry_until_it_is_told_to_write(
    app: Flask, database: Database, database_url: str, tmp_path: Path
) -> None:
    given, before = tmp_path / "platser.csv", places(database)
    run = create_app(settings_by_role(database_url)).test_cli_runner().invoke
    given.write_bytes(file(ROW, ROW | {"name": "Gammal", "checked_on": "2025-03-09"}))
    dry = run(args=["directory", "import", str(given)])
    assert dry.exit_code == 0, dry.output
    assert "2 new, 0 changed, 0 as before." in dry.output
    assert "older than a year, line 3: Gammal" in dry.output
    assert "Nothing is saved yet" in dry.output
    assert places(database) == before
    written = run(args=["directory", "import", str(given), "--apply"])
    assert written.exit_code == 0, written.output
    assert "Saved." in written.output
    assert places(database) == before + 2
    given.write_bytes(file(ROW | {"source": ""}))
    broken = run(args=["directory", "import", str(given), "--apply"])
    assert broken.exit_code == 1
    assert "line 2, source: missing" in broken.output
    assert "Nothing was saved" in broken.output


@ON_SQLITE
def test_anybody_sees_what_there_is_in_a_municipality_and_whether_it_is_open(
    app: Flask, visit: Visitor
) -> None:
    page = said(visit.stranger().page("/nara-mig?kommun=Arjeplog"))
    for words in (
        "Arjeplogs hälsocentral",
        "Servicepunkten i byn",
        "Mobila teamet",
        "Anhörigstödet i Arjeplog",
    ):
        assert words in page
    assert page.index("Arjeplogs hälsocentral") < page.index("Servicepunkten i byn")
    assert "Öppet nu, till 16.00" in page
    assert "Öppnar tisdag 09.00" in page
    assert "Pajala hälsocentral" not in page
    for path in ("/nara-mig", "/nara-mig?kommun=", "/nara-mig?kommun=Umeå", "/nara-mig?kommun=%27%22<"):
        assert "Vad finns nära dig?" in said(visit.stranger().page(path))


@ON_SQLITE
def test_on_a_swedish_holiday_only_what_is_open_then_is_open(app: Flask, visit: Visitor) -> None:
    with clock.frozen(datetime(2026, 4, 3, 8, tzinfo=UTC)):  # Good Friday, 10.00
        page = said(visit.stranger().page("/nara-mig?kommun=Arjeplog"))
        assert (
            "Öppnar tisdag 08.00"
            in page.partition("Arjeplogs hälsocentral")[2].partition("Servicepunkten")[0]
        )
        assert "Öppet nu, till 20.00" in page.partition("Mobila teamet")[2].partition("Hemtjänsten")[0]


@ON_SQLITE
def test_one_who_is_signed_in_begins_at_home(app: Flask, visit: Visitor) -> None:
    assert "Nära dig i Arjeplog" in visit("aino").page("/nara-mig")
    assert "Nära dig i Pajala" in visit("aino").page("/nara-mig?kommun=Pajala")


@ON_SQLITE
def test_a_place_without_a_number_shows_the_advice_line(app: Flask, visit: Visitor) -> None:
    page = visit.stranger().page("/nara-mig?kommun=Pajala")
    assert "Ring 1177 så länge" in said(page)
    assert 'href="tel:1177"' in page
    assert "Ring 1177" in said(visit.stranger().page("/nara-mig?kommun=Kiruna"))


@ON_SQLITE
def test_a_place_is_gone_from_the_day_it_closes(app: Flask, database: Database, visit: Visitor) -> None:
    take_in(database, ROW | {"closed_on": "2026-03-10"})
    assert "Servicepunkten " in said(visit.stranger().page("/nara-mig?kommun=Arjeplog"))
    with clock.frozen(NOON + timedelta(hours=16, minutes=1)):  # 00.01 the day after
        page = said(visit.stranger().page("/nara-mig?kommun=Arjeplog"))
        assert "Kommunens webbplats" not in page
        assert page.count("Servicepunkten") == 1


@ON_SQLITE
def test_what_is_old_is_told_to_staff_and_never_to_citizens(app: Flask, visit: Visitor) -> None:
    for sub in ("nils", "karin", "lena"):
        page = said(visit(sub).page("/personal/katalog"))
        assert "Anhörigstödet i Arjeplog" in page
        assert "Inte kontrollerad på ett år" in page
        assert "Servicepunkten vid älven" in page
        assert "Numret saknas" in page
        assert "Mobila teamet" not in page
    assert visit("aino").get("/personal/katalog").status_code == 404
    public = said(visit.stranger().page("/nara-mig?kommun=Arjeplog"))
    assert "kontrollerad" not in public
    assert "2024" not in public


@ON_SQLITE
def test_a_relative_finds_the_carers_support_of_the_municipality(app: Flask, visit: Visitor) -> None:
    page = visit("lisa").page("/mina?kommun=Gällivare")
    assert "Anhörigstödet i Gällivare" in page
    assert "tel:+46980319273" in page
    assert "Vi har inget kontrollerat nummer dit" in visit("lisa").page("/mina?kommun=Kiruna")
