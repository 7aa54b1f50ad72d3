"""Who takes part in the plan: everybody knows whom they may, and the person ends it in two presses."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.people import Guest, Visitor
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.meetings.models import AgreedTime, MeetingInvitee
from webapp.plans.models import ParticipantKind, Plan, PlanParticipant
from webapp.sharing.models import Consent, ConsentKind, ConsentUnit

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOME = "Hemtjänsten Arjeplog"


def page(guest: Guest, whose: str) -> str:
    return guest.page(f"{whose}/plan/vilka-ar-med").partition("<main")[2]


def part(database: Database, person_id: UUID, name: str) -> UUID:
    with database.read() as session:
        found = session.scalars(select(PlanParticipant).where(PlanParticipant.person_id == person_id)).all()
    return next(each.id for each in found if each.name == name and each.ended_at is None)


def shared_with(database: Database, person_id: UUID) -> set[str]:
    with database.read() as session:
        return set(
            session.scalars(
                select(Unit.name)
                .join(ConsentUnit, ConsentUnit.unit_id == Unit.id)
                .join(Consent, Consent.id == ConsentUnit.consent_id)
                .where(
                    Consent.person_id == person_id,
                    Consent.kind == ConsentKind.SIP,
                    Consent.withdrawn_at.is_(None),
                )
            )
        )


def test_the_person_and_staff_see_who_takes_part_and_the_consent(visit: Visitor) -> None:
    aino = visit("aino")
    assert "/plan/vilka-ar-med" in aino.page(f"{aino.p}/plan")
    for guest in (aino, visit("nils"), visit("anna")):
        shown = page(guest, aino.p)
        for words in ("Lisa", HOME, "Arjeplogs hälsocentral", "Muntligt", "Nils, distriktssköterska"):
            assert words in shown, (guest.sub, words)
    assert "Ska inte vara med längre" in page(aino, aino.p)
    assert "Ska inte vara med längre" not in page(visit("nils"), aino.p)


def test_a_relative_sees_no_other_relative_and_no_consent(database: Database, visit: Visitor) -> None:
    aino, lisa, marit = visit("aino"), visit("lisa"), visit("marit").id
    with database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.person_id == aino.id)).one()
        session.add(
            PlanParticipant(
                person_id=aino.id,
                plan_id=plan.id,
                kind=ParticipantKind.RELATIVE,
                relative_id=marit,
                name="Marit",
                role="granne",
                chosen_at=NOON,
            )
        )
    shown = page(lisa, aino.p)
    assert "Lisa" in shown
    for words in ("Marit", "granne", "Samtycke till att dela", "Muntligt"):
        assert words not in shown, words
    assert "En annan anhörig" in shown
    marits = f"{aino.p}/plan/vilka-ar-med/{part(database, aino.id, 'Marit')}/sluta"
    for sub in ("lisa", "nils", "anna", "eino"):
        assert visit(sub).post(marits).status_code == 404, sub


@ON_SQLITE
def test_who_sees_their_own_rows_alone_is_not_told_who_else_takes_part(visit: Visitor) -> None:
    jon = visit.p("jon")
    for sub in ("eva", "sara", "tor", "karin", "marit"):
        assert visit(sub).get(f"{jon}/plan/vilka-ar-med").status_code == 404, sub
    assert "vilka-ar-med" not in visit("eva").page(f"{jon}/plan")


def test_a_relative_who_takes_part_no_more_is_invited_to_nothing(database: Database, visit: Visitor) -> None:
    aino = visit("aino")
    lisa = part(database, aino.id, "Lisa")
    with database.writing() as session:
        times = select(AgreedTime).where(AgreedTime.person_id == aino.id, AgreedTime.plan_id.is_not(None))
        meeting = session.scalars(times).one()
        held = session.scalars(select(MeetingInvitee.participant_id)).all()
        if lisa not in held:
            session.add(MeetingInvitee(person_id=aino.id, time_id=meeting.id, participant_id=lisa))
    path = f"{aino.p}/plan/vilka-ar-med/{lisa}/sluta"
    for _ in range(2):  # twice is once
        assert aino.post(path).location == f"{aino.p}/plan/vilka-ar-med"
    assert "Lisa" not in page(aino, aino.p)
    with database.read() as session:
        assert lisa not in session.scalars(select(MeetingInvitee.participant_id)).all()
        assert session.get_one(PlanParticipant, lisa).ended_at == NOON
    assert "Jag väger mig varje morgon" in visit("lisa").page(f"{aino.p}/plan")  # her own consent stands


def test_a_unit_that_takes_part_no_more_reads_nothing_of_what_others_do(
    database: Database, visit: Visitor
) -> None:
    """Two shared it: nobody is left to share with, so the plan is paused."""
    aino, anna = visit("aino"), visit("anna")
    assert "Vi hörs i telefon" in anna.page(f"{aino.p}/plan")
    assert "ingen kvar att dela planen med" in page(aino, aino.p)  # said before the press
    assert aino.post(f"{aino.p}/plan/vilka-ar-med/{part(database, aino.id, HOME)}/sluta").status_code == 302
    assert "Vi hörs i telefon" not in anna.page(f"{aino.p}/plan")
    assert "Planen är pausad" in aino.page(f"{aino.p}/plan")
    assert shared_with(database, aino.id) == set()
    assert "delas inte mellan region och kommun" in page(aino, aino.p)


def test_of_three_that_share_the_other_two_go_on(database: Database, visit: Visitor) -> None:
    aino, anna = visit("aino"), visit("anna")
    with database.writing() as session:
        third = session.scalars(select(Unit).where(Unit.name == "Pajala hälsocentral")).one()
        for consent in session.scalars(
            select(Consent).where(Consent.person_id == aino.id, Consent.kind == ConsentKind.SIP)
        ):
            session.add(ConsentUnit(consent_id=consent.id, unit_id=third.id))
    assert "ingen kvar att dela planen med" not in page(aino, aino.p)
    assert aino.post(f"{aino.p}/plan/vilka-ar-med/{part(database, aino.id, HOME)}/sluta").status_code == 302
    assert shared_with(database, aino.id) == {"Arjeplogs hälsocentral", "Pajala hälsocentral"}
    assert "Vi hörs i telefon" not in anna.page(f"{aino.p}/plan")
    assert "Planen är pausad" not in aino.page(f"{aino.p}/plan")
    assert "I appen" in page(aino, aino.p)
