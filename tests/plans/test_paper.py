"""The plan on paper: tagged, whole, in the reader's language, and only what that reader may see."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from tests.conftest import NOON
from tests.finding import one_saying
from tests.people import Visitor
from tests.plans.planning import plan_of
from webapp.core.audit import AccessLog
from webapp.core.db import Database
from webapp.plans.models import PlanRow, RowStatus
from webapp.plans.paper import press
from webapp.plans.paper.document import own
from webapp.plans.paper.signs import SQUARE, on_paper, printable

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def paper_of(visit: Visitor, reader: str, whose: str, language: str = "") -> PdfReader:
    guest = visit(reader)
    if language:
        guest.post("/sprak", {"sprak": language})
    answer = guest.get(f"{visit.p(whose)}/plan/plan.pdf")
    assert answer.status_code == 200
    return PdfReader(io.BytesIO(answer.data))


def words_of(paper: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in paper.pages).replace("\u200b", "").split())


def elements(node: Any) -> Iterator[Any]:
    """The structure a screen reader walks, element by element."""
    found = node.get_object()
    if isinstance(found, list):
        for each in found:
            yield from elements(each)
    elif isinstance(found, dict):
        if "/S" in found:
            yield found
        if "/K" in found:
            yield from elements(found["/K"])


def small_document(words: str) -> dict[str, Any]:
    said = own(words)
    line = {"label": said, "words": said}
    row = {"what": said, "lines": [line], "phone": {"label": said, "number": on_paper("1177")}}
    part = {"heading": said, "paragraphs": [line], "rows": [row]}
    return {
        "lang": "sv",
        "title": "Min plan",
        "heading": said,
        "intro": [said],
        "changed": said,
        "pages": {"t": "Sida {page} av {pages}", "l": "sv"},
        "parts": [part],
    }


@ON_SQLITE
def test_a_screen_reader_can_follow_it(visit: Visitor) -> None:
    paper = paper_of(visit, "aino", "aino")
    root: Any = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - pypdf's own kind of truth
    assert root["/Lang"] == "sv"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    kinds = [str(element["/S"]) for element in elements(root["/StructTreeRoot"])]
    assert kinds[:2] == ["/Document", "/H1"]
    assert {"/H2", "/H3", "/P"} <= set(kinds)


@ON_SQLITE
def test_it_holds_the_plan_the_phones_and_the_day(visit: Visitor) -> None:
    words = words_of(paper_of(visit, "aino", "aino"))
    for wanted in (
        *("Aino", "Jag vill orka gå ut med Ludde", "Trygghetslarm", "Jag vill vänta", "0980-319 210"),
        *("1177", "112", "Planen kan ha ändrats sedan dess", "Sida 1 av", "Jag blir mer andfådd"),
    ):
        assert wanted in words, wanted
    assert "Det blev så lördag 7 mars." in words
    assert "2026\u201103\u201109" in words


@ON_SQLITE
def test_a_row_says_how_long_what_comes_next_and_what_is_proposed(database: Database, visit: Visitor) -> None:
    with database.writing() as session:
        row = one_saying(session, PlanRow.what, "Trygghetslarm")
        row.status, row.until_on = RowStatus.AGREED, date(2026, 5, 4)
        row.next_step, row.waits_for = "Ringer i april", "Svar från larmet"
        kept = {"person_id": row.person_id, "plan_id": row.plan_id, "organisation_id": row.organisation_id}
        new = PlanRow(**kept, what="Ett nyare larm", doer=row.doer, flow=row.flow, who=row.who)
        new.status, new.phone, new.revises_id = RowStatus.PROPOSED, "0980-319 333", row.id
        new.written_at = NOON
        session.add(new)
    words = words_of(paper_of(visit, "aino", "aino"))
    for wanted in (
        *(
            "Trygghetslarm",
            "Till och med",
            "4 maj",
            "Nästa steg: Ringer i april",
            "Väntar på: Svar från larmet",
        ),
        *("Förslag till ändring", "Vad: Ett nyare larm", "0980-319 333", "Väntar på ditt svar"),
    ):
        assert wanted in words, wanted
    assert "pausad" not in words
    with database.writing() as session:
        row = one_saying(session, PlanRow.what, "Ett nyare larm")
        row.ends_row = True
    assert "Förslag: raden avslutas" in words_of(paper_of(visit, "aino", "aino"))


@ON_SQLITE
def test_a_paused_plan_says_so_on_paper(database: Database, visit: Visitor) -> None:
    with database.writing() as session:
        plan_of(session, visit("aino").id).frozen_at = NOON
    for reader in ("aino", "nils"):
        assert "Planen är pausad." in words_of(paper_of(visit, reader, "aino")), reader


@ON_SQLITE
def test_neither_title_nor_file_name_says_whose_it_is(visit: Visitor) -> None:
    aino = visit("aino")
    answer = aino.get(f"{aino.p}/plan/plan.pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="plan.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    for reader in ("aino", "nils"):
        paper = paper_of(visit, reader, "aino")
        root: Any = paper.trailer["/Root"]
        assert paper.metadata is not None
        assert paper.metadata.title in ("Min plan", "Plan")
        assert not paper.metadata.author
        assert "Aino" not in str(paper.metadata)
        assert b"Aino" not in root["/Metadata"].get_data()


def test_each_reader_gets_what_they_may_see(
    app: Flask, database: Database, as_web: Database, visit: Visitor
) -> None:
    """The same rows as on the page: Eva at the school has only the school's, Lisa is let into all of it."""
    assert "Trygghetslarm" in words_of(paper_of(visit, "lisa", "aino"))
    for stranger in ("eino", "britta", "lena", "karin"):
        assert visit(stranger).get(f"{visit.p('aino')}/plan/plan.pdf").status_code == 404
    assert visit.stranger().get(f"{visit.p('aino')}/plan/plan.pdf").status_code == 302
    for reader, whose in (("eva", "jon"), ("ulla", "jon"), ("sara", "jon"), ("nils", "aino")):
        answer = visit(reader).get(f"{visit.p(whose)}/plan/plan.pdf")
        page = visit(reader).get(f"{visit.p(whose)}/plan")
        assert answer.status_code == page.status_code
        if page.status_code == 200:
            on_page = page.text
            with database.read() as session:
                rows = session.scalars(select(PlanRow).where(PlanRow.what != "")).all()
            printed = words_of(PdfReader(io.BytesIO(answer.data)))
            for row in rows:
                assert (row.what in on_page) == (row.what in printed), (reader, row.what)


def test_printing_somebodys_plan_is_an_opening(database: Database, visit: Visitor) -> None:
    paper_of(visit, "nils", "aino")
    with database.read() as session:
        last = session.scalars(
            select(AccessLog).where(AccessLog.page == "printed").order_by(AccessLog.number.desc())
        ).first()
        assert last is not None
        assert (last.what, last.unit_name) == ("opened", "Arjeplogs hälsocentral")
    aino = visit("aino")
    assert "Plan" in aino.page(f"{aino.p}/logg")


@ON_SQLITE
def test_it_speaks_the_readers_language(visit: Visitor) -> None:
    paper = paper_of(visit, "aino", "aino", "se")
    root: Any = paper.trailer["/Root"]
    assert root["/Lang"] == "se"
    spoken = {str(element["/Lang"]) for element in elements(root["/StructTreeRoot"]) if "/Lang" in element}
    assert "sv" in spoken  # what people have written, and what is not translated


def test_every_letter_of_the_five_languages_is_in_the_fonts() -> None:
    letters = "abcdefghijklmnopqrstuvwxyzåäöáčđŋšŧžæøïüéíóúýðþńǥǧǩǯʒ–—’”…•½°€§"
    assert set(letters + letters.upper().replace("SS", "")) <= printable()
    pdf = press.pdf(small_document(letters))
    assert letters in words_of(PdfReader(io.BytesIO(pdf)))


def test_the_list_of_signs_holds_for_the_fonts_we_have() -> None:
    """Else PDF/UA-1 refuses: the file is made anew by scripts/paper_signs.py."""
    signs = iter(sorted(printable()))
    while some := "".join(islice(signs, 2000)):
        assert press.pdf(small_document(" ".join(some)))
    with pytest.raises(RuntimeError, match="could not be displayed"):
        press._press(json.dumps({**small_document(""), "heading": {"t": "\U0001f600", "l": "sv"}}))


def test_what_no_font_has_becomes_one_square() -> None:
    assert on_paper("Ludde \U0001f415\u200d\U0001f9ba!") == f"Ludde {SQUARE}!"
    assert on_paper("o\u0308ga") == "öga"


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_words_are_never_markup(words: str) -> None:
    """Whatever somebody writes, there is a paper; a file is not read and nothing is computed."""
    assert press.pdf(small_document(words)).startswith(b"%PDF")


@pytest.mark.parametrize(
    "words",
    [
        '#read("plan.typ")',
        "#panic()",
        "= Rubrik",
        "*fet*",
        "$x$",
        '#import "@preview/x:1.0.0"',
        "\\u{41}",
        "<a> @a",
    ],
)
def test_signs_of_the_template_language_are_shown_as_they_are(words: str) -> None:
    assert words in words_of(PdfReader(io.BytesIO(press.pdf(small_document(words)))))


def test_the_press_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The template imports no package, and reads no file of its own."""
    template = press.TEMPLATE.read_text(encoding="utf-8")
    assert [path.name for path in press.ROOT.iterdir()] == ["plan.typ"]
    assert not {"import", "include", "read(", "image(", "@preview"} & set(template.split())
    for word in ("import ", "include ", "read(", "image(", "plugin(", "eval("):
        assert word not in template
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("the network was asked for"))
    assert press.pdf(small_document("Hej"))


def test_too_much_text_is_refused_before_it_takes_time() -> None:
    with pytest.raises(press.CannotPrint):
        press.pdf(small_document("x" * press.MOST_CHARACTERS))


@ON_SQLITE
def test_whoever_cannot_print_is_told_so(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "MOST_CHARACTERS", 10)
    aino = visit("aino")
    answer = aino.get(f"{aino.p}/plan/plan.pdf")
    assert answer.status_code == 503
    assert "1177" in answer.text


def test_a_long_word_stays_on_the_paper() -> None:
    reader = PdfReader(io.BytesIO(press.pdf(small_document("a" * 500))))
    assert words_of(reader).replace(" ", "").count("a" * 500) >= 3
