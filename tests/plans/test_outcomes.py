"""How it went: yes, partly or no in the person's own words, read by staff before the next meeting, and no blame."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor, person_id
from webapp.core import asking, clock
from webapp.core.db import Database
from webapp.meetings.models import AgreedTime
from webapp.plans.models import Plan, PlanRow, RowOutcome

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ROW = "Jag väger mig varje morgon"


def said(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("<main")[2].partition("</main>")[0]).split())


def row_of(database: Database, what: str = ROW) -> UUID:
    with database.read() as session:
        found: UUID = one_saying(session, PlanRow.what, what).id
    return found


def tell(visit: Visitor, row: UUID, how: str, words: str = "", sub: str = "aino") -> int:
    answer = visit(sub).post(f"{visit.p('aino')}/plan/rad/{row}/hur-det-gick", {"blev": how, "words": words})
    return int(answer.status_code)


def test_each_answer_is_counted_and_the_words_are_read_by_staff(
    app: Flask, database: Database, visit: Visitor
) -> None:
    p, row = visit.p("aino"), row_of(database)
    with database.writing() as session:
        session.execute(delete(RowOutcome))
    for days, how, words in (
        (0, "sa", ""),
        (1, "delvis", "Vågen var trasig."),
        (2, "inte", "Jag var borta."),
        (3, "sa", ""),
    ):
        with clock.frozen(NOON + timedelta(days=days)):
            assert tell(visit, row, how, words) == 302
    with clock.frozen(NOON + timedelta(days=3)):
        for sub in ("aino", "nils", "anna", "lisa"):
            page = said(visit(sub).page(f"{p}/plan/sa-har-det-gatt"))
            for expected in (
                "Det blev så 2 gånger.",
                "Det blev delvis så en gång.",
                "Det blev inte så en gång.",
                "Vågen var trasig.",
                "Jag var borta.",
                "Det här är inget prov.",
                "Nästa möte är",
            ):
                assert expected in page, (sub, expected)
        assert "Så har det gått" in visit("nils").page(f"/personal/person/{person_id(app, 'aino')}")
        assert f"{p}/plan/sa-har-det-gatt" in visit("aino").page(f"{p}/plan")


def test_rows_that_nobody_has_spoken_of_stand_together(
    app: Flask, database: Database, visit: Visitor
) -> None:
    p = visit.p("aino")
    with database.writing() as session:
        session.execute(delete(RowOutcome))
    page = said(visit("nils").page(f"{p}/plan/sa-har-det-gatt"))
    assert "Inget är sagt än" in page
    assert "Inget är sagt än om det här" not in page
    assert tell(visit, row_of(database), "sa") == 302
    page = said(visit("nils").page(f"{p}/plan/sa-har-det-gatt"))
    assert "Hjälp i hemmet, morgon och kväll" in page.partition("Inget är sagt än om det här")[2]


def test_a_rows_history_is_in_order_with_who_said_it(app: Flask, database: Database, visit: Visitor) -> None:
    p, row = visit.p("aino"), row_of(database)
    with clock.frozen(NOON + timedelta(days=1)):
        assert tell(visit, row, "delvis", "Mamma glömde.", "lisa") == 302
    with clock.frozen(NOON + timedelta(days=2)):
        assert tell(visit, row, "inte", "Jag ville inte.") == 302
        page = said(visit("nils").page(f"{p}/plan/rad/{row}/sa-har-det-gatt"))
    assert page.index("Jag ville inte.") < page.index("Mamma glömde.")
    assert "Skrivet av Lisa" in page
    assert "Det blev delvis så." in page
    assert "Hur gick det" not in page


def test_the_summary_begins_at_the_last_meeting_that_was_held(
    app: Flask, database: Database, visit: Visitor
) -> None:
    p, row, aino = visit.p("aino"), row_of(database), person_id(app, "aino")
    with clock.frozen(NOON):
        assert tell(visit, row, "sa", "Före mötet.") == 302
    met = datetime(2026, 3, 11, 22, 59, tzinfo=UTC)  # Wednesday, 23.59 by the clock on the wall
    with database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == aino)).one()
        session.add(AgreedTime(person_id=aino, plan_id=plan.id, starts_at=met, place="Här", with_whom="Vi"))
        session.add(
            AgreedTime(
                person_id=aino,
                plan_id=plan.id,
                starts_at=met + timedelta(hours=1),
                place="Inställt",
                with_whom="Ingen",
                cancelled_at=NOON,
            )
        )
    with clock.frozen(met + timedelta(hours=8)):
        assert tell(visit, row, "delvis", "Efter mötet.") == 302
        page = said(visit("nils").page(f"{p}/plan/sa-har-det-gatt"))
    assert "Sedan mötet onsdag 11 mars." in page
    assert "Efter mötet." in page
    assert "Före mötet." not in page


@ON_SQLITE
def test_who_does_not_see_the_whole_plan_reads_nothing_of_how_it_went(
    app: Flask, database: Database, visit: Visitor
) -> None:
    jon, aino, row = visit.p("jon"), visit.p("aino"), row_of(database)
    assert visit("sara").get(f"{jon}/plan/sa-har-det-gatt").status_code == 404
    for sub in ("tor", "karin", "eino", "sara"):
        assert visit(sub).get(f"{aino}/plan/sa-har-det-gatt").status_code == 404
        assert visit(sub).get(f"{aino}/plan/rad/{row}/sa-har-det-gatt").status_code == 404
    assert visit("aino").get(f"{aino}/plan/rad/{uuid4()}/sa-har-det-gatt").status_code == 404
    assert visit("eino").get(f"{visit.p('eino')}/plan/rad/{row}/sa-har-det-gatt").status_code == 404


@ON_SQLITE
def test_a_plan_of_many_outcomes_is_read_by_the_same_few_questions(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, row = visit("aino"), row_of(database)
    path = f"{aino.p}/plan/sa-har-det-gatt"

    def asked() -> int:
        questions: list[str] = []
        aino.page(path)  # whoever asks for the first time prepares
        with asking.overheard(questions.append):
            aino.page(path)
        return len(questions)

    few = asked()
    with database.writing() as session:
        for days in range(10, 200):
            session.add(
                RowOutcome(
                    person_id=aino.id,
                    row_id=row,
                    on=date(2026, 3, 9) - timedelta(days=days),
                    how="no",
                    told_at=NOON,
                )
            )
    assert asked() == few
    assert few <= 9
