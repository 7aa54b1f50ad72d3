"""What people type: kept as they typed it, refused with a clear message, and never a broken page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.finding import one_saying
from tests.people import Guest, Visitor
from webapp.core import form_token
from webapp.core.db import Base, Database
from webapp.core.forms import clean, has_strange_signs
from webapp.meetings.models import AgreedTime
from webapp.plans.models import PlanRow, RowStatus

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STRANGE = "Texten har tecken som inte syns"
TOO_LONG = "högst %d tecken"

RIGHT_TO_LEFT, ZERO_WIDTH, NUL = "\u202e", "\u200b", "\x00"
SIGNS = (RIGHT_TO_LEFT, ZERO_WIDTH, NUL, "\x1b", "\u2066", "\ufeff", "\ue000", "\u0085")


# Texts by themselves


@given(st.text())
def test_a_cleaned_text_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert "\r" not in clean(text)
    assert clean(text) == clean(text).strip()


@pytest.mark.parametrize("sign", SIGNS)
def test_signs_that_cannot_be_seen_or_turn_the_text_are_found(sign: str) -> None:
    assert has_strange_signs(f"Jag {sign} vill")


@pytest.mark.parametrize(
    "text", ["Åäö, đŋšŧž, áïøŋ", "Två\nrader\toch tabb", "👨‍👩‍👧 ❤️", "«Buorre beaivi» – 12 %", "北 ع ש"]
)
def test_what_people_write_is_taken(text: str) -> None:
    assert not has_strange_signs(clean(text))


@given(st.text(max_size=300))
def test_no_form_token_however_odd_breaks_anything(masked: str) -> None:
    assert len(form_token._octets(masked)) == 2 * form_token.OCTETS


# Every form with a text in it


@dataclass(frozen=True)
class Asked:
    """One form: who fills it in, where, which text field, how long it may be, and what must be there."""

    sub: str
    path: Callable[[Guest, Session], str]
    name: str
    most: int
    missing: str | None  # the message for an empty text; None where it may be empty
    more: dict[str, str] = field(default_factory=dict)
    lines: bool = True


def _row(guest: Guest, session: Session, page: str) -> str:
    row = session.scalars(
        select(PlanRow.id).where(PlanRow.person_id == guest.id, PlanRow.status == RowStatus.AGREED)
    ).first()
    return f"{guest.p}/plan/rad/{row}/{page}"


def _meeting(guest: Guest, session: Session) -> str:
    time = session.scalars(select(AgreedTime.id).where(AgreedTime.person_id == guest.id)).one()
    return f"{guest.p}/tider/{time}/fraga"


FORMS = {
    "words": Asked(
        "aino", lambda guest, _: f"{guest.p}/viktigt/know", "words", 2000, "Skriv något, eller gå tillbaka"
    ),
    "own row": Asked(
        "aino",
        lambda guest, _: f"{guest.p}/plan/egen-rad",
        "what",
        300,
        "Skriv vad du vill göra",
        lines=False,
    ),
    "how often": Asked(
        "aino",
        lambda guest, _: f"{guest.p}/plan/egen-rad",
        "how_often",
        120,
        None,
        {"what": "Gå ut"},
        lines=False,
    ),
    "outcome": Asked(
        "aino",
        lambda guest, session: _row(guest, session, "hur-det-gick"),
        "words",
        1000,
        None,
        {"blev": "sa"},
    ),
    "objection": Asked("aino", lambda guest, session: _row(guest, session, "nej"), "words", 1000, None),
    "question": Asked("aino", _meeting, "question", 1000, None),
    "feedback": Asked("aino", lambda _guest, _session: "/fel", "words", 2000, "Skriv vad som blev fel"),
}


def rows(session: Session) -> list[tuple[object, ...]]:
    """Everything that is kept, apart from what core alone writes."""
    return [
        (table.name, *row)
        for table in Base.metadata.sorted_tables
        if table.name not in ("access_log", "login")
        for row in session.execute(select(table).order_by(*table.primary_key.columns))
    ]


def test_a_text_that_cannot_be_taken_is_said_so_kept_in_the_form_and_changes_nothing(
    app: Flask, database: Database, visit: Visitor
) -> None:
    guest = visit("aino")
    with database.read() as session:
        before = rows(session)
        paths = {name: asked.path(guest, session) for name, asked in FORMS.items()}
    for name, asked in FORMS.items():
        wrong = [(f"Jag {sign} vill", STRANGE) for sign in SIGNS[:4]]
        wrong += [("å" * (asked.most + 1), TOO_LONG % asked.most)]
        wrong += [(text, asked.missing) for text in ("", "   ", " \n\t\u00a0\u3000") if asked.missing]
        wrong += [("två\nrader", "Skriv allt på en rad")] if not asked.lines else []
        for typed, message in wrong:
            answer = guest.post(paths[name], {**asked.more, asked.name: typed})
            assert answer.status_code == 200, (name, typed[:20], answer.location)
            page = html.unescape(answer.text)
            assert message in page, (name, typed[:20])
            assert "<title>Fel: " in page
            assert typed.strip().replace(NUL, "") in page.replace(NUL, ""), (name, typed[:20])
    with database.read() as session:
        assert rows(session) == before


def test_a_text_at_its_limit_is_kept_sign_for_sign(app: Flask, database: Database, visit: Visitor) -> None:
    guest = visit("aino")
    with database.read() as session:
        paths = {name: asked.path(guest, session) for name, asked in FORMS.items()}
    for name, asked in FORMS.items():
        typed = ("<b>ŋ&'\"😀" * asked.most)[: asked.most - 1] + name[0]
        answer = guest.post(paths[name], {**asked.more, asked.name: f"  {typed}\r\n"})
        assert answer.status_code == 302, (name, re.findall(r'class="wrong".*?</p>', answer.text))
        with database.read() as session:
            assert any(typed in row for row in rows(session)), name
        assert "<b>ŋ" not in guest.page(answer.location.partition("#")[0])


@ON_SQLITE
def test_half_a_sign_in_the_body_is_no_reason_to_break(
    app: Flask, database: Database, visit: Visitor
) -> None:
    guest = visit("aino")
    with database.read() as session:
        paths = {name: asked.path(guest, session) for name, asked in FORMS.items()}
    for name, asked in FORMS.items():
        for octets in (b"%ED%A0%80", b"%FF%FE", b"\xed\xa0\x80", b"%", b"%zz", b"%00"):
            fields = [f"{key}={value}".encode() for key, value in asked.more.items()]
            typed = asked.name.encode() + b"=Jag" + octets
            body = b"&".join([b"csrf_token=" + guest.token().encode(), *fields, typed, octets])
            answer = guest.client.post(
                paths[name], data=body, content_type="application/x-www-form-urlencoded"
            )
            assert answer.status_code in (200, 302, 400), (name, octets)


@ON_SQLITE
@pytest.mark.parametrize("code", ["fit", "se", "smj", "sma"])
def test_the_message_comes_in_the_readers_language_or_is_marked_as_swedish(
    app: Flask, visit: Visitor, code: str
) -> None:
    aino = visit("aino")
    aino.post("/sprak", {"sprak": code, "next": "/"})
    page = aino.post(f"{aino.p}/plan/egen-rad", {"what": ""}).text
    assert f'<html lang="{code}">' in page
    wrong = re.search(r'class="wrong"[^>]*>.*?<span>(.*?)</span></p>', page, re.DOTALL)
    assert wrong
    swedish = "Skriv vad du vill göra" in wrong[1]
    assert not swedish or '<span lang="sv">' in wrong[1]


# Fields that nobody types in


ODD_NUMBERS = ("-1", "1000001", "9" * 30, "9" * 5000, "1.5", "x", "NaN", "0x1", NUL, RIGHT_TO_LEFT)


def test_an_odd_version_is_refused_aloud_and_keeps_the_words(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino = visit("aino")
    with database.read() as session:
        before = rows(session)
    for version in ODD_NUMBERS:
        answer = aino.post(f"{aino.p}/viktigt/now", {"words": "Nya ord", "version": version})
        assert answer.status_code == 200, version[:10]
        assert "Nya ord" in answer.text
        assert 'role="alert"' in answer.text or "Det har kommit nya ord" in answer.text, version[:10]
        for english in ("Not a valid", "Number must", "This field"):
            assert english not in answer.text, version[:10]
    with database.read() as session:
        assert rows(session) == before


def test_forged_fields_change_nothing(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    forged = {
        "status": "agreed",
        "person_id": str(visit("eino").id),
        "doer": "region",
        "organisation_id": str(uuid4()),
        "written_as": "Nils",
        "id": str(uuid4()),
        "for_team": "1",
        "for_relatives": "1",
        "deceased_at": "2026-01-01",
        "protected": "1",
    }
    assert aino.post(f"{aino.p}/plan/egen-rad", {"what": "Vattna blommor", **forged}).status_code == 302
    with database.read() as session:
        row = one_saying(session, PlanRow.what, "Vattna blommor")
        assert (row.person_id, row.doer, row.organisation_id, row.written_as) == (aino.id, "me", None, "")
    assert aino.post(f"{aino.p}/viktigt/know", {"words": "Hej", "version": "0", **forged}).status_code == 302
    assert "Hej" not in visit("nils").page(f"{aino.p}/viktigt")
    assert aino.post(f"{aino.p}/installningar", forged).status_code == 302
    assert aino.get(f"{aino.p}/idag").status_code == 200


def test_odd_ids_and_words_in_addresses_are_404(app: Flask, visit: Visitor) -> None:
    aino, eino = visit("aino"), visit("eino")
    nobody = uuid4()
    for path in (
        "viktigt/annat",
        "viktigt/NOW",
        "viktigt/%00",
        "viktigt/now%20/tidigare",
        "viktigt/worse/vem",
        f"plan/rad/{nobody}/nej",
        f"plan/rad/{nobody}/hur-det-gick",
        f"tider/{nobody}/fraga",
        "plan/rad/1/nej",
        "plan/rad/%00/nej",
        "viktigt/know/tidigare",
        "viktigt/know/vem",
    ):
        assert aino.get(f"{aino.p}/{path}").status_code == 404, path
    for path in (
        f"plan/rad/{nobody}/svar",
        f"viktigt/last/{nobody}",
        f"delning/{nobody}/sluta",
        "viktigt/annat/utkast",
    ):
        assert aino.post(f"{aino.p}/{path}", {"svar": "ja", "words": "x"}).status_code == 404, path
    assert eino.get("/p/None/idag").status_code == 404


def test_anothers_rows_and_times_are_not_reached_by_their_ids(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, eino = visit("aino"), visit("eino")
    with database.read() as session:
        row = session.scalars(select(PlanRow.id).where(PlanRow.person_id == eino.id)).first()
        time = session.scalars(select(AgreedTime.id).where(AgreedTime.person_id == eino.id)).one()
        before = rows(session)
    for path in (f"rad/{row}/nej", f"rad/{row}/hur-det-gick", f"mote/{time}/fraga"):
        assert aino.get(f"{aino.p}/plan/{path}").status_code == 404, path
        data = {"words": "x", "question": "x", "blev": "sa"}
        assert aino.post(f"{aino.p}/plan/{path}", data).status_code == 404, path
    assert aino.post(f"{aino.p}/plan/rad/{row}/svar", {"svar": "ja"}).status_code == 404
    with database.read() as session:
        assert rows(session) == before


def test_words_outside_the_choices_are_refused(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    with database.read() as session:
        row = session.scalars(
            select(PlanRow.id).where(PlanRow.person_id == aino.id, PlanRow.status == RowStatus.AGREED)
        ).first()
        before = rows(session)
    for said in ("", "JA", "kanske", NUL, "9" * 3000):
        assert aino.post(f"{aino.p}/plan/rad/{row}/svar", {"svar": said}).status_code == 400
        assert (
            aino.post(f"{aino.p}/plan/rad/{row}/hur-det-gick", {"blev": said, "words": "x"}).status_code
            == 400
        )
        assert aino.post("/sprak", {"sprak": said}).status_code == 400
    with database.read() as session:
        assert rows(session) == before


@pytest.mark.parametrize("odd", [NUL, "\ud800", RIGHT_TO_LEFT, "x" * 5000, "aino\x00", "AINO ", "%", "åäö"])
def test_odd_names_at_the_door_are_404(app: Flask, visit: Visitor, odd: str) -> None:
    sent = odd.encode("utf-8", "surrogatepass")
    guest = visit.stranger()
    answer = guest.client.post("/logga-in/demo", data={"csrf_token": guest.token(), "person": sent})
    assert answer.status_code == 404


def test_odd_pages_told_of_are_refused_or_cut(app: Flask, database: Database, visit: Visitor) -> None:
    guest = visit.stranger()
    for page in (NUL, RIGHT_TO_LEFT, "x" * 201):
        answer = guest.post("/fel", {"words": "Det blev fel", "page": page})
        assert answer.status_code == 200, page[:3]
        assert "Det blev fel" in answer.text
    assert guest.get("/fel", query_string={"sida": NUL + "x" * 900}).status_code == 200
    assert guest.post("/fel", {"words": "Det blev fel", "page": "/p/x/plan"}).status_code == 302


def test_drafts_take_no_strange_signs_and_no_book(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    path = f"{aino.p}/viktigt/know/utkast"
    with database.read() as session:
        before = rows(session)
    for sign in SIGNS:
        assert aino.post(path, {"words": f"Jag {sign} vill"}).status_code == 400
    assert aino.post(path, {"words": "x" * 2001}).status_code == 413
    assert aino.post(path, {"words": "   "}).status_code == 204
    with database.read() as session:
        assert rows(session) == before
        assert session.scalar(select(func.count()).select_from(PlanRow))


@pytest.mark.parametrize("odd", [NUL, "\ud800", RIGHT_TO_LEFT, "x" * 5000])
def test_odd_words_in_json_are_refused_and_never_break(app: Flask, visit: Visitor, odd: str) -> None:
    keys = {"p256dh": odd, "auth": odd}
    body = {"old": odd, "new": {"endpoint": odd, "keys": keys}, "endpoint": odd, "keys": keys}
    assert 400 <= visit.stranger().client.post("/prenumeration/byt", json=body).status_code < 500
    aino = visit("aino")
    assert 400 <= aino.post_json(f"{aino.p}/prenumeration", body).status_code < 500
