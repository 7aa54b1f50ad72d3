"""Viktigt för mig: the person's own words, who may read and who may write them."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.core import clock
from webapp.core.db import Database
from webapp.what_matters.models import Answer, AnswerVersion, Draft, Prompt, ReadReceipt

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OWN = "Att orka gå ut med Ludde"


def versions(database: Database, person: UUID, prompt: Prompt) -> Sequence[AnswerVersion]:
    with database.read() as session:
        return session.scalars(
            select(AnswerVersion)
            .join(Answer, Answer.id == AnswerVersion.answer_id)
            .where(Answer.person_id == person, Answer.prompt == prompt)
            .order_by(AnswerVersion.number)
        ).all()


def version_id(database: Database, person: UUID, prompt: Prompt = Prompt.NOW) -> UUID:
    return versions(database, person, prompt)[-1].id


def write(guest: Guest, p: str, prompt: str, words: str, version: int) -> str | None:
    """Save the words; where they led, or None when the form came back."""
    answer = guest.post(f"{p}/viktigt/{prompt}", {"words": words, "version": str(version)})
    assert answer.status_code in (200, 302), answer.status_code
    return answer.location


def test_every_version_is_kept_and_the_newest_stands(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    for number, words in enumerate(("Orka till bryggan", "Orka hem också"), start=1):
        assert write(aino, aino.p, "now", words, number) == f"{aino.p}/viktigt"
    kept = versions(database, aino.id, Prompt.NOW)
    assert [(each.number, each.written_as) for each in kept] == [(1, ""), (2, ""), (3, "")]
    assert OWN in kept[0].words
    page = aino.page(f"{aino.p}/viktigt")
    assert "Orka hem också" in page
    assert "Orka till bryggan" not in page
    earlier = aino.page(f"{aino.p}/viktigt/now/tidigare")
    assert earlier.index("Orka till bryggan") < earlier.index(OWN)


@ON_SQLITE
def test_the_same_words_again_are_no_new_version(app: Flask, database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    words = versions(database, aino.id, Prompt.NOW)[0].words
    assert write(aino, aino.p, "now", f"  {words}\n", 1)
    assert write(aino, aino.p, "now", words, 0)  # pressed twice: the second saw no version yet
    assert len(versions(database, aino.id, Prompt.NOW)) == 1


def test_of_two_who_write_at_once_the_second_sees_both(
    app: Flask, database: Database, visit: Visitor
) -> None:
    phone, tablet = visit("aino"), visit("aino")
    assert write(phone, phone.p, "now", "Från telefonen", 1)
    answer = tablet.post(f"{tablet.p}/viktigt/now", {"words": "Från plattan", "version": "1"})
    assert answer.status_code == 200
    assert "Från telefonen" in answer.text
    assert "Från plattan" in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text
    assert len(versions(database, phone.id, Prompt.NOW)) == 2
    assert write(tablet, tablet.p, "now", "Båda", 2)
    assert versions(database, phone.id, Prompt.NOW)[-1].words == "Båda"


@ON_SQLITE
@pytest.mark.parametrize("version", ["9" * 400, "-1", "x", "１"])
def test_a_version_that_no_page_wrote_is_said_so_and_keeps_the_words(
    app: Flask, database: Database, visit: Visitor, version: str
) -> None:
    aino = visit("aino")
    answer = aino.post(f"{aino.p}/viktigt/now", {"words": "Det jag skrev", "version": version})
    assert answer.status_code == 200
    assert "ladda om sidan" in answer.text
    assert "Det jag skrev" in answer.text
    assert len(versions(database, aino.id, Prompt.NOW)) == 1


def test_two_devices_that_begin_the_same_answer_at_the_same_instant(
    app: Flask, database: Database, visit: Visitor
) -> None:
    guests = [visit("aino") for _ in range(6)]
    tokens = [guest.token() for guest in guests]
    path = f"{guests[0].p}/viktigt/know"
    start, statuses = threading.Barrier(len(guests)), []

    def save(number: int) -> None:
        start.wait()
        with clock.frozen(NOON):
            for address, fields in ((f"{path}/utkast", {}), (path, {"version": "0"})):
                data = {"csrf_token": tokens[number], "words": f"Ord {number}", **fields}
                statuses.append(guests[number].client.post(address, data=data).status_code)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(len(guests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 5 + [204] * 6 + [302]
    assert len(versions(database, guests[0].id, Prompt.KNOW)) == 1


def test_nobody_else_reads_an_answer_until_the_person_says_so(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, lisa, nils = visit("aino"), visit("lisa"), visit("nils")
    assert write(aino, aino.p, "know", "Min hemlighet", 0) == f"{aino.p}/viktigt/know/vem"
    path = f"{aino.p}/viktigt"
    for fields, for_lisa, for_nils in (
        (None, False, False),
        ({"team": "y"}, False, True),
        ({"relatives": "y"}, True, False),
        ({"team": "y", "relatives": "y"}, True, True),
        ({}, False, False),
    ):
        if fields is not None:
            assert aino.post(f"{path}/know/vem", fields).location == path
        assert ("Min hemlighet" in lisa.page(path)) is for_lisa, fields
        assert ("Min hemlighet" in nils.page(path)) is for_nils, fields
        assert lisa.get(f"{path}/know/tidigare").status_code == 404  # what came before was not shared
        assert nils.get(f"{path}/know/tidigare").status_code == 404
        assert "Min hemlighet" not in visit("nils").page("/personal/")
    # There are words, but not for them: they can neither be read nor written over.
    for guest in (lisa, nils):
        assert guest.get(f"{path}/know").status_code == 404
        assert guest.post(f"{path}/know", {"words": "Ny", "version": "1"}).status_code == 404
    assert "håller de orden för sig själv" in nils.page(path)


def test_staff_cannot_rewrite_the_persons_own_words(app: Flask, database: Database, visit: Visitor) -> None:
    aino, nils, anna = visit("aino"), visit("nils"), visit("anna")
    for guest in (nils, anna, visit("lisa")):
        assert guest.get(f"{aino.p}/viktigt/now").status_code == 404
        answer = guest.post(f"{aino.p}/viktigt/now", {"words": "Något annat", "version": "1"})
        assert answer.status_code == 404
    assert len(versions(database, aino.id, Prompt.NOW)) == 1


def test_what_staff_wrote_down_bears_their_name_and_the_person_can_take_it_over(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils, anna = visit("aino"), visit("nils"), visit("anna")
    assert "Skrivet av Anna, Hemtjänsten Arjeplog" in aino.page(f"{aino.p}/viktigt")
    assert write(nils, aino.p, "strength", "Kören på torsdagar", 1)  # mends what Anna wrote
    assert versions(database, aino.id, Prompt.STRENGTH)[-1].written_as == "Nils, Arjeplogs hälsocentral"
    assert write(aino, aino.p, "strength", "Kören, alla dagar", 2)
    assert versions(database, aino.id, Prompt.STRENGTH)[-1].written_as == ""
    assert anna.get(f"{aino.p}/viktigt/strength").status_code == 404  # hers now


@ON_SQLITE
def test_a_relative_who_helps_writes_under_their_own_name(
    app: Flask, database: Database, visit: Visitor
) -> None:
    from sqlalchemy import update

    from webapp.sharing.models import Consent

    aino, lisa = visit("aino"), visit("lisa")
    with database.writing() as session:
        session.execute(update(Consent).where(Consent.person_id == aino.id).values(what_matters=2))
    assert write(lisa, aino.p, "know", "Hon hör dåligt", 0) == f"{aino.p}/viktigt"
    assert versions(database, aino.id, Prompt.KNOW)[-1].written_as == "Lisa"
    assert "Hon hör dåligt" in lisa.page(f"{aino.p}/viktigt")
    assert "Hon hör dåligt" in aino.page(f"{aino.p}/viktigt")
    assert "Hon hör dåligt" not in visit("nils").page(f"{aino.p}/viktigt")
    assert lisa.get(f"{aino.p}/viktigt/know/vem").status_code == 404


def test_a_draft_survives_signing_out_and_is_for_its_writer_alone(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    path = f"{aino.p}/viktigt/know"
    assert aino.post(f"{path}/utkast", {"words": "Halvfärdiga ord"}).status_code == 204
    assert nils.post(f"{path}/utkast", {"words": "Nils utkast"}).status_code == 204
    aino.post("/logga-ut")
    again = visit("aino")
    assert "Halvfärdiga ord" in again.page(path)
    assert "Nils utkast" not in again.page(path)
    assert "Nils utkast" in visit("nils").page(path)
    assert "Halvfärdiga ord" not in visit("anna").page(path)
    assert versions(database, again.id, Prompt.KNOW) == []
    assert write(again, again.p, "know", "Färdiga ord", 0)
    assert "Halvfärdiga ord" not in again.page(path)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 1  # Nils's
    assert again.post(f"{path}/utkast", {"words": "Fler"}).status_code == 204
    assert again.post(f"{path}/utkast", {"words": ""}).status_code == 204
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 1


def test_the_person_sees_who_has_read_and_new_words_are_unread(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, anna = visit("aino"), visit("anna")
    path = f"{aino.p}/viktigt"
    receipt = f"{path}/last/{version_id(database, aino.id)}"
    for _ in range(2):
        answer = anna.post(receipt)
        assert answer.location == path  # twice is once
    with anna.client.session_transaction() as cookie:  # it lies open on whatever machine staff sit at
        assert "har läst" in str(cookie["_flashes"])
        assert "Aino" not in str(dict(cookie))
    with database.read() as session:
        names = session.scalars(select(ReadReceipt.reader).order_by(ReadReceipt.read_at)).all()
    assert names.count("Anna, Hemtjänsten Arjeplog") == 1
    page = aino.page(path)
    assert "Anna, Hemtjänsten Arjeplog läste det" in page
    assert "Nils, Arjeplogs hälsocentral läste det" in page
    assert write(aino, aino.p, "now", "Helt nya ord", 1)
    assert "läste det" not in aino.page(path).partition("Vad ger dig kraft?")[0]
    assert "Nya ord i Viktigt för mig" in visit("anna").page("/personal/")


def test_only_staff_who_may_read_can_say_that_they_have_read(
    app: Flask, database: Database, visit: Visitor
) -> None:
    aino, eino = visit("aino"), visit("eino")
    own, secret = version_id(database, aino.id), version_id(database, aino.id, Prompt.WORRY)
    before = _receipts(database)
    for sub, status in (("aino", 404), ("lisa", 404), ("marit", 404), ("britta", 404), ("lena", 404)):
        assert visit(sub).post(f"{aino.p}/viktigt/last/{own}").status_code == status, sub
    assert visit("nils").post(f"{aino.p}/viktigt/last/{secret}").status_code == 404
    theirs = version_id(database, eino.id)
    assert visit("nils").post(f"{aino.p}/viktigt/last/{theirs}").status_code == 404
    assert _receipts(database) == before


def _receipts(database: Database) -> int | None:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(ReadReceipt))


@ON_SQLITE
def test_the_question_comes_first_and_is_asked_as_it_is_in_the_county(app: Flask, visit: Visitor) -> None:
    vera = visit("vera")
    page = vera.page(f"{vera.p}/viktigt")
    asked = re.findall(r"<h2[^>]*>([^<]+)</h2>", page)
    assert asked[:4] == [
        "Vad är viktigt för dig just nu?",
        "Vad ger dig kraft?",
        "Vad oroar dig?",
        "Vad vill du att vi vet om dig?",
    ]
    assert "Du behöver inte svara" in page


@ON_SQLITE
def test_words_are_dated_by_the_clock_on_the_wall(app: Flask, database: Database, visit: Visitor) -> None:
    with clock.frozen(NOON + timedelta(hours=15, minutes=30)):  # 23.30 on the same day
        aino = visit("aino")
        write(aino, aino.p, "know", "Sent på kvällen", 0)
    assert versions(database, aino.id, Prompt.KNOW)[0].written_at == NOON + timedelta(hours=15, minutes=30)
