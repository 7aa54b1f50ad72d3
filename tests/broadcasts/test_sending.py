"""A nurse sends one text to several: she sees how many and some names, and nothing goes twice."""

from __future__ import annotations

import html
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from tests.broadcasts.several import (
    GOOD,
    UNIT,
    hand_out,
    neighbours,
    press_send,
    recipients,
    reminders,
    send,
    the_broadcast,
    the_person,
    write,
)
from tests.conftest import NOON
from tests.people import Visitor
from webapp.broadcasts import domain
from webapp.broadcasts.models import Broadcast, Recipient, Stage
from webapp.core import clock
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.plans.models import Plan
from webapp.sharing.models import Block, CareRelation

AFTER = NOON + timedelta(seconds=61)


def faults(visit: Visitor, **more: Any) -> str:
    """What the form says about it; nothing is kept."""
    answer = visit("nils").post("/personal/utskick/nytt", {**GOOD, **more})
    assert answer.status_code == 200
    return html.unescape(answer.text)


def test_each_gets_it_once_in_their_own_language(visit: Visitor, database: Database) -> None:
    swedish, sami = neighbours(database, 2), neighbours(database, 1, language="smj")
    nils = visit("nils")
    send(nils)
    hand_out(database, AFTER)
    with database.read() as session:
        found = reminders(session)
        assert set(found) == {*swedish, *sami, visit("aino").id}
        assert found[sami[0]].own_language_text == "Vaksijnna"
        assert found[sami[0]].own_language == "smj"
        assert found[swedish[0]].own_language_text == ""
        assert all(each.set_as == f"Nils, distriktssköterska, {UNIT}" for each in found.values())
    page = visit("aino").page(f"{visit.p('aino')}/paminnelser")
    assert "Dags för vaccin mot influensa." in page


def test_it_crowds_out_nothing_that_she_has_sent_to_one(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    send(nils)
    before = nils.page("/personal/skickat")
    hand_out(database, AFTER)
    assert "Dags för vaccin" not in nils.page("/personal/skickat")
    assert before.count("<tr") == nils.page("/personal/skickat").count("<tr")


def test_she_sees_how_many_five_names_and_what_is_missing_before_anything_is_sent(
    visit: Visitor, database: Database
) -> None:
    neighbours(database, 7), neighbours(database, 2, language="se")
    nils = visit("nils")
    page = html.unescape(nils.page(write(nils)))
    assert "Till 10 personer" in page
    assert page.count("<li>Granne") + page.count("<li>Aino") == 5
    assert "Texten finns inte på det språket. Den kommer på svenska." in page
    assert "Davvisámegiella" in page
    hand_out(database, AFTER)
    with database.read() as session:
        assert reminders(session) == {}


def test_a_second_press_and_a_request_that_comes_again_send_nothing_twice(
    visit: Visitor, database: Database
) -> None:
    neighbours(database, 3)
    nils, once = visit("nils"), str(uuid4())
    first, again = (write(nils, once=once) for _ in range(2))
    assert first == again
    fields = {"revision": 1, "count": 4}
    for _ in range(2):
        assert nils.post(f"{first}/skicka", fields).status_code == 302
    hand_out(database, AFTER)
    hand_out(database, AFTER)
    nils.post(f"{first}/skicka", fields)
    hand_out(database, AFTER)
    with database.read() as session:
        assert len(reminders(session)) == 4
        assert session.scalar(select(func.count()).select_from(Broadcast)) == 1


def test_a_page_that_is_come_back_to_keeps_what_is_written_then(visit: Visitor, database: Database) -> None:
    nils, once = visit("nils"), str(uuid4())
    first = write(nils, once=once)
    assert write(nils, once=once, text_sv="Kom på måndag") == first
    with database.read() as session:
        assert domain.texts_of(the_broadcast(session).said)["sv"] == "Kom på måndag"
    press_send(nils, first)
    assert write(nils, once=once, text_sv="Kom på måndag") == first
    assert write(nils, once=once, text_sv="Kom på tisdag") != first
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Broadcast)) == 2


def test_above_fifty_how_many_is_asked_once_more(visit: Visitor, database: Database) -> None:
    neighbours(database, 50)
    nils = visit("nils")
    address = write(nils)
    asked = press_send(nils, address)
    assert asked.status_code == 200
    assert "Ska det gå till 51 personer?" in asked.text
    wrong = press_send(nils, address, again="50")
    assert "Skriv hur många det är" in wrong.text
    with database.read() as session:
        assert the_broadcast(session).stage is Stage.DRAFT
    assert press_send(nils, address, again="51").status_code == 302
    with database.read() as session:
        assert the_broadcast(session).stage is Stage.CONFIRMED


def test_fifty_are_not_asked_again(visit: Visitor, database: Database) -> None:
    neighbours(database, 49)
    nils = visit("nils")
    assert press_send(nils, write(nils)).status_code == 302


def test_a_group_is_those_who_have_it_in_common(visit: Visitor, database: Database) -> None:
    old = neighbours(database, 2, born=date(1940, 1, 1))
    neighbours(database, 1, born=date(1990, 1, 1))
    elsewhere = neighbours(database, 1, born=date(1940, 1, 1), municipality="Luleå")
    sami = neighbours(database, 1, born=date(1940, 1, 1), language="smj")
    aino = visit("aino").id
    with database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == aino)).one()
        plan.unit_id = session.scalars(select(Unit.id).where(Unit.name == UNIT)).one()
        starter = plan.starter
    assert starter

    def group(**chosen: Any) -> set[UUID]:
        address = write(visit("nils"), whom="grupp", **chosen)
        with database.read() as session:
            found = select(Recipient.person_id).where(Recipient.broadcast_id == UUID(address[-36:]))
            return set(session.scalars(found))

    assert group(ages="80-") == {*old, *elsewhere, *sami, aino}
    assert group(ages="80-", municipalities="Arjeplog") == {*old, *sami, aino}
    assert group(ages="80-", municipalities="Arjeplog", languages="smj") == set(sami)
    assert group(languages=["smj", "se"]) == set(sami)
    assert group(starters=starter) == {aino}


def test_a_plan_that_another_unit_began_is_no_group_of_hers(visit: Visitor, database: Database) -> None:
    with database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == visit("aino").id)).one()
        plan.unit_id = session.scalars(select(Unit.id).where(Unit.name != UNIT)).first()
        starter = plan.starter
    assert "Det finns ingen i gruppen" in faults(visit, whom="grupp", starters=starter)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"whom": "grupp"}, "går aldrig till alla av misstag"),
        ({"whom": ""}, "Välj vilka som ska få den"),
        ({"whom": "alla"}, "Välj vilka som ska få den"),
        ({"whom": "grupp", "ages": "1-2"}, "Välj bara det som står i listan"),
        ({"whom": "grupp", "municipalities": "Stockholm"}, "Välj bara det som står i listan"),
        ({"whom": "grupp", "ages": "13-17"}, "Det finns ingen i gruppen"),
        ({"text_sv": "", "text_smj": ""}, "skriv texten på svenska"),
        ({"text_sv": "Till dig med hjärtsvikt"}, "nämner en sjukdom"),
        ({"text_sv": "Hej {namn}"}, "Inget annat fylls i"),
        ({"text_sv": "Ses {dag}"}, "fylla i något som saknas"),
        ({"text_sv": "x" * 161}, "högst 160 tecken"),
        ({"text_sv": "x" * 121}, "högst 120 tecken när allt är ifyllt"),
        ({"text_sv": "Hälsa 19400102-9801"}, "personnummer"),
        ({"text_smj": "{namn}"}, "Inget annat fylls i"),
        ({"template": str(uuid4()), "text_sv": "", "text_smj": ""}, "Mallen finns inte längre"),
        ({"on_day": "2026-03-08"}, "har redan varit"),
        ({"on_day": "1900-01-01"}, "har redan varit"),
        ({"on_day": "9999-12-31"}, "inom ett år"),
        ({"on_day": "2026-02-30"}, "Skriv en dag som finns"),
        ({"on_day": ""}, "Välj dag"),
        ({"at": "06.59", "on_day": "2026-03-10"}, "mellan 07.00 och 21.00"),
        ({"at": "21.01"}, "mellan 07.00 och 21.00"),
        ({"at": "08.04"}, "minst fem minuter fram"),
        ({"at": "25.00"}, "Skriv en tid"),
        ({"until_on": "2026-03-08"}, "kan inte komma före"),
        ({"until_on": "2026-04-10"}, "högst en månad"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_reason_and_nothing_is_kept(
    visit: Visitor, database: Database, more: dict[str, Any], said: str
) -> None:
    page = faults(visit, **more)
    assert said in page
    typed = more.get("text_sv", GOOD["text_sv"])
    assert typed in page
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Broadcast)) == 0


def test_nobody_is_left_when_there_is_nobody(visit: Visitor, database: Database) -> None:
    with database.writing() as session:
        for relation in session.scalars(select(CareRelation)):
            relation.ended_at = NOON
    assert "Det finns ingen i gruppen" in faults(visit)


def test_five_minutes_ahead_is_early_enough(visit: Visitor) -> None:
    assert write(visit("nils"), at="08.05")


@pytest.mark.parametrize("moment", ["written", "confirmed"])
@pytest.mark.parametrize("why", ["dead", "protected", "wants none", "blocked", "care ended"])
def test_who_is_not_to_have_it_is_left_out_when_chosen_and_when_handed_out(
    visit: Visitor, database: Database, why: str, moment: str
) -> None:
    neighbours(database, 1)
    nils = visit("nils")

    def happens() -> None:
        with database.writing() as session:
            person = the_person(session, "Aino")
            unit_id = session.scalars(select(Unit.id).where(Unit.name == UNIT)).one()
            if why == "dead":
                person.deceased_at = NOON
            elif why == "protected":
                person.protected = True
            elif why == "wants none":
                person.no_broadcasts = True
            elif why == "blocked":
                session.add(Block(person_id=person.id, unit_id=unit_id, begun_at=NOON))
            else:
                mine = select(CareRelation).where(CareRelation.person_id == person.id)
                for relation in session.scalars(mine.where(CareRelation.unit_id == unit_id)):
                    relation.ended_at = NOON

    if moment == "written":
        happens()
    address = send(nils)
    if moment == "confirmed":
        happens()
    hand_out(database, AFTER)
    with database.read() as session:
        aino = the_person(session, "Aino").id
        assert aino not in reminders(session)
        assert len(reminders(session)) == 1
        assert (aino in recipients(session)) is (moment == "confirmed")
    page = nils.page(address)
    assert "Fick den inte: 1" in page if moment == "confirmed" else "Fick den inte: 0" in page
    assert "Aino" not in page


def test_who_becomes_protected_while_she_looks_is_named_no_more(visit: Visitor, database: Database) -> None:
    neighbours(database, 1)
    nils = visit("nils")
    address = write(nils)
    assert "Aino" in nils.page(address)
    with database.writing() as session:
        the_person(session, "Aino").protected = True
    for page in (nils.page(address), nils.page(f"{address}/vilka")):
        assert "Aino" not in page
    assert "Något har ändrats" in nils.page(
        nils.post(f"{address}/skicka", {"revision": 1, "count": 2}).location
    )
    with database.read() as session:
        assert the_broadcast(session).stage is Stage.DRAFT


def test_within_a_minute_it_is_undone_and_nobody_gets_anything(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    address = send(nils)
    hand_out(database, NOON + timedelta(seconds=59))
    with clock.frozen(NOON + timedelta(seconds=59)):
        for _ in range(2):
            assert "Ångrat" in nils.page(nils.post(f"{address}/angra").location)
    hand_out(database, AFTER)
    with database.read() as session:
        assert reminders(session) == {}
        assert the_broadcast(session).stage is Stage.UNDONE


def test_after_the_minute_it_can_be_recalled_and_not_undone(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    address = send(nils)
    assert "Återkalla" not in nils.page(address)
    with clock.frozen(AFTER):
        answer = nils.post(f"{address}/angra")
        assert "för sent att ångra" in nils.page(answer.location)
        assert "Återkalla" in nils.page(address)


def test_what_is_sent_later_is_handed_out_an_hour_before_and_can_be_undone_till_then(
    visit: Visitor, database: Database
) -> None:
    nils = visit("nils")
    send(nils, on_day="2026-03-29", at="08.00")  # the clocks have gone forward that night
    before = domain.first_at
    with database.read() as session:
        due = before(the_broadcast(session))
    assert due.isoformat() == "2026-03-29T06:00:00+00:00"
    assert hand_out(database, due - timedelta(hours=1, seconds=1)) == 0
    assert hand_out(database, due - timedelta(hours=1)) > 0
    with database.read() as session:
        (made,) = reminders(session).values()
        assert made.next_due_at == due


def test_every_day_until_the_last_one(visit: Visitor, database: Database) -> None:
    send(visit("nils"), until_on="2026-03-12")
    hand_out(database, AFTER)
    with database.read() as session:
        (made,) = reminders(session).values()
        assert (made.from_on, made.until_on) == (date(2026, 3, 9), date(2026, 3, 12))


def test_a_draft_that_lay_too_long_is_not_sent_at_another_time(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    address = write(nils, at="08.30")
    with clock.frozen(NOON + timedelta(minutes=26)):
        nils = visit("nils")
        answer = press_send(nils, address)
        assert "Tiden är för nära" in nils.page(answer.location)
    with database.read() as session:
        assert the_broadcast(session).stage is Stage.DRAFT


def test_she_takes_one_out_and_chooses_another_by_name(visit: Visitor, database: Database) -> None:
    first, second, third = neighbours(database, 3)
    nils = visit("nils")
    address = write(nils, whom="valda")
    assert address.endswith("/vilka")
    nils.post(address, {"steg": "in", "person": [str(first), str(second)]})
    found = nils.post(address, {"steg": "sok", "typed": "granne 002"}).text
    assert f'value="{third}"' in found
    assert "Granne 000, " in found  # still to be taken out
    nils.post(address, {"steg": "in", "person": [str(third), "x", str(uuid4()), str(visit("eino").id)]})
    nils.post(address, {"steg": "ut", "person": str(first)})
    press_send(nils, address[: -len("/vilka")])
    hand_out(database, AFTER)
    with database.read() as session:
        assert set(reminders(session)) == {second, third}


def test_a_change_keeps_those_chosen_one_by_one_and_finds_a_group_anew(
    visit: Visitor, database: Database
) -> None:
    first, _ = neighbours(database, 2)
    nils = visit("nils")
    chosen = write(nils, whom="valda")
    nils.post(chosen, {"steg": "in", "person": str(first)})
    address = chosen[: -len("/vilka")]
    page = nils.page(f"{address}/andra")
    assert GOOD["text_sv"] in page
    nils.post(f"{address}/andra", {**GOOD, "whom": "valda", "text_sv": "Kom", "revision": 2})
    with database.read() as session:
        assert recipients(session) == {first}
        assert domain.texts_of(the_broadcast(session).said)["sv"] == "Kom"
    nils.post(f"{address}/andra", {**GOOD, "revision": 3})
    with database.read() as session:
        assert len(recipients(session)) == 3


def test_of_two_who_change_the_same_draft_the_second_is_told(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    address = write(nils)
    for _ in range(2):
        answer = nils.post(f"{address}/andra", {**GOOD, "text_sv": "Kom", "revision": 1})
    assert "Någon har ändrat utkastet" in answer.text
    assert "Något har ändrats" in nils.page(
        nils.post(f"{address}/skicka", {"revision": 1, "count": 1}).location
    )


def test_a_draft_is_thrown_away_by_hand_or_after_a_week(visit: Visitor, database: Database) -> None:
    nils = visit("nils")
    nils.post(f"{write(nils)}/slang")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Broadcast)) == 0
    write(nils), send(nils)
    with database.writing() as session:
        domain.tidy_drafts(session, NOON + timedelta(days=7))
        assert session.scalar(select(func.count()).select_from(Broadcast)) == 2
        domain.tidy_drafts(session, NOON + timedelta(days=7, seconds=1))
        assert the_broadcast(session).stage is Stage.CONFIRMED


def test_another_unit_and_those_who_care_for_nobody_find_nothing_of_it(visit: Visitor) -> None:
    address = send(visit("nils"))
    assert visit("anna").get(address).status_code == 404
    never = visit("anna").get(f"/personal/utskick/{uuid4()}")
    assert never.text.split("<body")[0] == visit("anna").get(address).text.split("<body")[0]
    for act in ("skicka", "angra", "slang", "aterkalla", "andra", "vilka"):
        assert visit("anna").post(f"{address}/{act}", {"revision": 1, "count": 1}).status_code == 404
    for sub in ("karin", "lena", "aino", "lisa"):
        assert visit(sub).get(address).status_code == 404
        assert visit(sub).post("/personal/utskick/nytt", GOOD).status_code == 404


def test_a_person_who_wants_none_loses_what_they_have_and_gets_no_more(
    visit: Visitor, database: Database
) -> None:
    send(visit("nils"), until_on="2026-03-12")
    hand_out(database, AFTER)
    aino = visit("aino")
    with database.read() as session:
        before = the_person(session, "Aino")
    settings = {"no_broadcasts": "y", "municipality": before.municipality}
    aino.post(f"{aino.p}/installningar", settings)
    with database.read() as session:
        assert the_person(session, "Aino").no_broadcasts
        (had,) = reminders(session).values()
        assert had.ended_at is not None
        assert had.next_due_at is None
    assert "checked" in aino.page(f"{aino.p}/installningar")
    assert "Det finns ingen i gruppen" in faults(visit)
