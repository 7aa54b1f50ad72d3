"""Ready texts: an administrator writes them in our languages, staff choose one, and what lacks is said."""

from __future__ import annotations

import html
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.broadcasts.several import GOOD, the_broadcast, write
from tests.people import Visitor
from webapp.broadcasts import domain
from webapp.broadcasts.models import Template
from webapp.core.db import Database
from webapp.staff.models import AdminLog

OPEN_HOUSE: dict[str, Any] = {
    "name": "Julfest",
    "text_sv": "Julfest på {enhet} {dag} klockan {tid}.",
    "text_fit": "Joulujuhla {enhet} {dag} {tid}.",
    "text_se": "Juovllat {dag} {tid}.",
    "text_smj": "Javlla {dag} {tid}.",
    "text_sma": "Jåvle {dag} {tid}.",
}


def written(visit: Visitor, database: Database, **more: Any) -> Template:
    assert visit("karin").post("/personal/mallar/ny", {**OPEN_HOUSE, **more}).status_code == 302
    with database.read() as session:
        return session.scalars(select(Template).where(Template.name == "Julfest")).one()


def test_it_is_filled_in_for_each_in_their_language(visit: Visitor, database: Database) -> None:
    template = written(visit, database)
    own = {"text_sv": "", "text_smj": "", "template": str(template.id)}
    write(visit("nils"), **own, about_on="2026-12-11", about_at="14.00")
    with database.read() as session:
        said = domain.texts_of(the_broadcast(session).said)
    assert said["sv"] == "Julfest på Arjeplogs hälsocentral fredag 11 december klockan 14.00."
    assert set(said) == {"sv", "fit", "se", "smj", "sma"}
    assert "december" not in said["smj"]
    assert said["smj"].startswith("Javlla ")


def test_what_it_needs_is_asked_for(visit: Visitor, database: Database) -> None:
    template = written(visit, database)
    own = {**GOOD, "text_sv": "", "text_smj": "", "template": str(template.id)}
    page = visit("nils").post("/personal/utskick/nytt", own).text
    assert "fylla i något som saknas" in html.unescape(page)


def test_a_template_and_words_of_one_s_own_are_not_sent_together(visit: Visitor, database: Database) -> None:
    template = written(visit, database)
    page = visit("nils").post("/personal/utskick/nytt", {**GOOD, "template": str(template.id)}).text
    assert "inte båda" in page


def test_a_language_that_lacks_is_said_openly(visit: Visitor, database: Database) -> None:
    written(visit, database, text_sma="")
    page = html.unescape(visit("nils").page("/personal/mallar"))
    part = page[page.index("Julfest") : page.index("</section>", page.index("Julfest"))]
    assert "Åarjelsaemien gïele saknas" in part
    assert "Davvisámegiella saknas" not in part


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": ""}, "Skriv ett namn"),
        ({"name": "x" * 81}, "högst 80 tecken"),
        ({"text_sv": ""}, "Skriv texten på svenska"),
        ({"text_sv": "Till dig med diabetes"}, "nämner en sjukdom"),
        ({"text_se": "Bures {namma}"}, "Inget annat fylls i"),
        ({"text_fit": "x" * 161}, "högst 160 tecken"),
    ],
)
def test_what_no_group_can_be_told_is_no_template(
    visit: Visitor, database: Database, more: dict[str, Any], said: str
) -> None:
    answer = visit("karin").post("/personal/mallar/ny", {**OPEN_HOUSE, **more})
    assert said in html.unescape(answer.text)
    with database.read() as session:
        assert session.scalar(select(func.count()).where(Template.name == "Julfest")) == 0


def test_a_second_press_makes_one(visit: Visitor, database: Database) -> None:
    once = str(uuid4())
    for _ in range(2):
        written(visit, database, once=once)
    with database.read() as session:
        assert session.scalar(select(func.count()).where(AdminLog.said == "Julfest")) == 1


def test_of_two_who_change_it_the_second_is_told(visit: Visitor, database: Database) -> None:
    address = f"/personal/mallar/{written(visit, database).id}"
    karin = visit("karin")
    assert OPEN_HOUSE["text_sma"] in html.unescape(karin.page(address))
    karin.post(address, {**OPEN_HOUSE, "text_sv": "Kom på fest", "revision": 1})
    answer = karin.post(address, {**OPEN_HOUSE, "text_sv": "Kom på kalas", "revision": 1})
    assert "Någon annan har ändrat mallen" in answer.text
    assert "Kom på kalas" in answer.text
    with database.read() as session:
        template = session.scalars(select(Template).where(Template.name == "Julfest")).one()
        assert domain.texts_of(template.texts)["sv"] == "Kom på fest"
        said = session.scalars(select(AdminLog.act).where(AdminLog.said == "Julfest")).all()
        assert sorted(said) == ["template_written", "template_written"]


def test_one_that_is_taken_away_is_offered_no_more(visit: Visitor, database: Database) -> None:
    template = written(visit, database)
    visit("karin").post(f"/personal/mallar/{template.id}/ta-bort")
    assert "Julfest" not in visit("nils").page("/personal/utskick/nytt")
    own = {**GOOD, "text_sv": "", "text_smj": "", "template": str(template.id)}
    assert "Mallen finns inte längre" in visit("nils").post("/personal/utskick/nytt", own).text
    assert visit("karin").get(f"/personal/mallar/{template.id}").status_code == 404


def test_only_administrators_write_them(visit: Visitor, database: Database) -> None:
    template = written(visit, database)
    for sub in ("nils", "lena", "aino"):
        assert visit(sub).get("/personal/mallar/ny").status_code == 404
        assert visit(sub).post("/personal/mallar/ny", OPEN_HOUSE).status_code == 404
        assert visit(sub).post(f"/personal/mallar/{template.id}/ta-bort").status_code == 404
    assert "Ny mall" not in visit("nils").page("/personal/mallar")
