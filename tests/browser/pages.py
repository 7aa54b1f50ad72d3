"""Every page of the app, and who looks at it: for pictures, accessibility and width."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import uuid4

from sqlalchemy import select

from tests.browser.conftest import Site
from tests.finding import one_saying
from tests.people import person_id
from tests.sharing.deciding import by
from webapp.accounts import domain as accounts
from webapp.accounts.models import Person, StaffMember
from webapp.broadcasts import domain as broadcasts
from webapp.broadcasts import incidents
from webapp.broadcasts.group import Group, Whom
from webapp.broadcasts.models import Broadcast, Incident, Stage, Template
from webapp.core import clock
from webapp.core.db import EXTENSION
from webapp.demo.load import reader_of, sight_of
from webapp.directory.models import Unit
from webapp.meetings import questions
from webapp.meetings.models import AgreedTime, MeetingInvitee
from webapp.permissions import Level
from webapp.plans import answering, versions
from webapp.plans.models import ParticipantKind, Plan, PlanParticipant, PlanRow
from webapp.plans.starters import files
from webapp.reminders.keys import TOKENS
from webapp.reminders.models import Occurrence, Reminder, Told
from webapp.reminders.outcome import Outcome
from webapp.sharing import deaths, invitations
from webapp.sharing.domain import Grant, let_in
from webapp.sharing.models import CareRelation, Consent, ConsentKind, Invitation
from webapp.what_matters.models import Answer


@dataclass(frozen=True)
class Shown:
    """One page as one visitor sees it; `press` posts the form empty first, to see its faults."""

    name: str
    sub: str | None
    path: str
    faulty: bool = False


def invited(site: Site) -> str:
    """Elle has one invitation out, and one that Marit has accepted; the first one's path."""
    tokens = ("open-for-the-browsers-tests", "accepted-for-the-browsers-tests")
    with site.app.extensions[EXTENSION].writing() as session:
        elle, now = person_id(site.app, "elle"), clock.now()
        if session.scalars(select(Invitation).where(Invitation.person_id == elle)).first() is None:
            wish = invitations.Wish(Grant(plan=Level.HELP, contacts=Level.SEE), "Marit", "granne")
            for token in tokens:
                made, _ = invitations.invite(session, elle, wish, now)
                made.token_hash = invitations.hashed(token)
            session.flush()
            invitations.accept(session, tokens[1], person_id(site.app, "marit"), now)
    return f"/inbjudan/{tokens[0]}"


def closed(site: Site) -> str:
    """The path of somebody who had let Marit in, and who has died."""
    with site.app.extensions[EXTENSION].writing() as session:
        found = session.scalars(select(Person).where(Person.called == "Berta")).first()
        if found is None:
            now, marit = clock.now(), session.get_one(Person, person_id(site.app, "marit"))
            found = accounts.add_person(session, name="Berta Test", called="Berta", born_on=date(1931, 4, 5))
            let_in(session, found, marit, "granne", Grant(contacts=Level.SEE), now)
            deaths.mark_deceased(session, found.id, clock.today(), by(session, "nils"), now)
        return f"/p/{found.id}/kontakter"


def agreed_twice(site: Site) -> str:
    """Eino's meeting, with Marit invited and a question of his; he has said yes to his plan, and then to a change."""
    with site.app.app_context(), site.app.extensions[EXTENSION].writing() as session:
        eino, now = person_id(site.app, "eino"), clock.now()
        plan = session.scalars(select(Plan).where(Plan.person_id == eino)).one()
        meeting = session.scalars(select(AgreedTime).where(AgreedTime.plan_id == plan.id)).one()
        if versions.how_many(session, plan) == 0:
            sight = sight_of(session, "eino", eino, now)
            rows = select(PlanRow).where(PlanRow.plan_id == plan.id).order_by(PlanRow.place)
            for row in session.scalars(rows).all():
                answering.say_yes(session, row, row.revision, now)
            plan.nobody_else = True
            for often in ("Varje dag", "Varannan dag"):
                session.scalars(rows).all()[0].how_often = often
                session.flush()
                draft = versions.draft_of(session, plan).document
                versions.agree(session, sight, plan, draft.fingerprint, now)
            questions.ask(session, sight, meeting, "Vem kommer hem till mig i sommar?", now)
            marit = select(PlanParticipant.id).where(
                PlanParticipant.plan_id == plan.id, PlanParticipant.kind == ParticipantKind.RELATIVE
            )
            for each in session.scalars(marit).all():
                session.add(MeetingInvitee(person_id=eino, time_id=meeting.id, participant_id=each))
        return str(meeting.id)


def sent_to_several(site: Site) -> tuple[str, str, str]:
    """Nils has a draft, a text that is handed out, and one that he recalled: the addresses of two and the record."""
    with site.app.app_context(), site.app.extensions[EXTENSION].writing() as session:
        unit = session.scalars(select(Unit).where(Unit.name == "Arjeplogs hälsocentral")).one()
        made = session.scalars(select(Broadcast).order_by(Broadcast.made_at)).all()
        if not made:
            now = clock.now()
            reader = reader_of(session, "nils", now)
            by = broadcasts.By(reader.account_id, unit.id, f"Nils, distriktssköterska, {unit.name}")
            day = clock.today() + timedelta(days=30)
            wish = broadcasts.Wish(
                {"sv": "Dags för vaccin mot influensa. Ring {telefon}.", "smj": "Vaksijnna. {telefon}"},
                Group(Whom.UNIT),
                day,
                time(10),
                day,
            )
            made = [
                broadcasts.draft(session, unit, by, wish, uuid4(), now + timedelta(seconds=number))
                for number in range(3)
            ]
            session.flush()
            for each in made[1:]:
                each.stage, each.confirmed_at, each.ended_at = Stage.HANDED_OUT, now, now
            session.flush()
            incidents.recall(session, made[2], by, "Gick till fel grupp.", now)
        incident = session.scalars(select(Incident.id)).one()
        draft, sent, _ = (f"/personal/utskick/{each.id}" for each in made)
        return draft, sent, f"/personal/avvikelser/{incident}"


def told(site: Site) -> str:
    """Aino has not answered this morning, and Lisa has been told; the page's path."""
    with site.app.extensions[EXTENSION].writing() as session:
        aino, lisa = person_id(site.app, "aino"), person_id(site.app, "lisa")
        waits = select(Occurrence).where(Occurrence.person_id == aino).order_by(Occurrence.due_at.desc())
        occurrence = session.scalars(waits.where(Occurrence.outcome == Outcome.OPEN)).first()
        assert occurrence
        if session.scalars(select(Told).where(Told.occurrence_id == occurrence.id)).first() is None:
            row = {"person_id": aino, "occurrence_id": occurrence.id, "relative_id": lisa}
            session.add(Told(**row, told_at=clock.now()))
        return f"/p/{aino}/paminnelser/hjalp/{occurrence.id}"


def every_page(site: Site) -> list[Shown]:
    """Public pages, the person's, a relative's, and staff's; with what only this database knows filled in."""
    with site.app.extensions[EXTENSION].read() as session:
        aino, eino, elle, vera = (site.p(sub)[len(site.url) :] for sub in ("aino", "eino", "elle", "vera"))
        own = one_saying(session, Reminder.text, "Morgonens tabletter")
        sent = one_saying(session, Reminder.text, "Väg dig före frukost")
        row = one_saying(session, PlanRow.what, "Jag väger mig varje morgon")
        agreed = session.scalars(select(AgreedTime).where(AgreedTime.person_id == own.person_id)).one()
        relation = one_saying(session, CareRelation.reason, "Listad, hjärtsvikt")
        member = session.scalars(select(StaffMember.id).where(StaffMember.name == "Nils")).one()
        last = session.scalars(
            select(Occurrence).where(Occurrence.reminder_id == sent.id).order_by(Occurrence.due_at.desc())
        ).first()
        assert last is not None
        assert session.scalars(select(Answer)).first() is not None
        token = site.app.extensions[TOKENS].token(last.id)
        shared = session.scalars(
            select(Consent).where(Consent.person_id == own.person_id, Consent.kind == ConsentKind.RELATIVE)
        ).one()
        custody = session.scalars(select(Consent.id).where(Consent.kind == ConsentKind.GUARDIAN)).one()
        child = f"/personal/person/{site.p('jon').rpartition('/')[2]}/foretrader"
        template = session.scalars(select(Template.id).order_by(Template.name)).first()
    link, meeting = invited(site), agreed_twice(site)
    draft, to_several, incident = sent_to_several(site)
    person = aino[3:]
    no_phone = f"/personal/lista/{person}/no_phone/{person}"
    starter = files.all_starters()[0].mark
    return [
        Shown("start", None, "/"),
        Shown("ring", None, "/ring"),
        Shown("sprak", None, "/sprak"),
        Shown("tillganglighet", None, "/tillganglighet"),
        Shown("integritet", None, "/integritet"),
        Shown("fel", None, "/fel", faulty=True),
        Shown("offline", None, "/offline"),
        Shown("nara-mig", None, "/nara-mig?kommun=Arjeplog"),
        Shown("nara-mig-inget-valt", None, "/nara-mig"),
        Shown("personal-katalog", "nils", "/personal/katalog"),
        Shown("logga-in", None, "/logga-in"),
        Shown("logga-in-gick-inte", None, "/logga-in/svar/bankid"),
        Shown("utloggad", None, "/utloggad"),
        Shown("papperskod-logga-in", None, "/logga-in/papperskod", faulty=True),
        Shown("finns-inte", None, "/finns-inte"),
        Shown("svar", None, f"/s/{token}"),
        Shown("idag", "aino", f"{aino}/idag"),
        Shown("idag-smj", "elle", f"{elle}/idag"),
        Shown("idag-fit", "eino", f"{eino}/idag"),
        Shown("idag-tom", "vera", f"{vera}/idag"),
        Shown("viktigt", "aino", f"{aino}/viktigt"),
        Shown("viktigt-skriv", "aino", f"{aino}/viktigt/know", faulty=True),
        Shown("viktigt-vem", "aino", f"{aino}/viktigt/now/vem"),
        Shown("viktigt-tidigare", "aino", f"{aino}/viktigt/now/tidigare"),
        Shown("plan", "aino", f"{aino}/plan"),
        Shown("plan-tom", "vera", f"{vera}/plan"),
        Shown("plan-egen-rad", "aino", f"{aino}/plan/egen-rad", faulty=True),
        Shown("plan-andra-rad", "aino", f"{aino}/plan/rad/{row.id}/andra", faulty=True),
        Shown("plan-mal", "aino", f"{aino}/plan/mal/nytt", faulty=True),
        Shown("plan-om", "aino", f"{aino}/plan/lage"),
        Shown("plan-ja", "aino", f"{aino}/plan/ja"),
        Shown("plan-vilka-ar-med", "aino", f"{aino}/plan/vilka-ar-med"),
        Shown("anhorig-vilka-ar-med", "lisa", f"{aino}/plan/vilka-ar-med"),
        Shown("personal-vilka-ar-med", "nils", f"{aino}/plan/vilka-ar-med"),
        Shown("plan-fler-med", "aino", f"{aino}/plan/vilka-ar-med/fler"),
        Shown("personal-fler-med", "nils", f"/personal/person{aino[2:]}/plan/fler", faulty=True),
        Shown("plan-avslutade", "aino", f"{aino}/plan/avslutade"),
        Shown("plan-overenskommen", "eino", f"{eino}/plan"),
        Shown("plan-version", "eino", f"{eino}/plan/versioner/2"),
        Shown("plan-jamfor", "eino", f"{eino}/plan/versioner/1/2"),
        Shown("plan-gang-for-gang", "eino", f"{eino}/plan/versioner"),
        Shown("tider-med-fraga", "eino", f"{eino}/tider"),
        Shown("personal-tider-med-fraga", "britta", f"{eino}/tider"),
        Shown("tider-fragan", "eino", f"{eino}/tider/{meeting}/fraga"),
        Shown("plan-versioner", "aino", f"{aino}/plan/versioner"),
        Shown("plan-avsluta", "aino", f"{aino}/plan/avsluta"),
        Shown("personal-plan-avsluta", "nils", f"{aino}/plan/avsluta", faulty=True),
        Shown("plan-nej", "aino", f"{aino}/plan/rad/{row.id}/nej"),
        Shown("plan-hur-det-gick", "aino", f"{aino}/plan/rad/{row.id}/hur-det-gick"),
        Shown("plan-fraga", "aino", f"{aino}/tider/{agreed.id}/fraga"),
        Shown("tider", "aino", f"{aino}/tider"),
        Shown("tider-tom", "vera", f"{vera}/tider"),
        Shown("tider-kalender", "aino", f"{aino}/tider/kalender"),
        Shown("anhorig-tider", "lisa", f"{aino}/tider"),
        Shown("personal-tider", "nils", f"{aino}/tider"),
        Shown("personal-kalla", "nils", f"{aino}/tider/nytt-mote", faulty=True),
        Shown("personal-flytta", "nils", f"{aino}/tider/{agreed.id}/flytta"),
        Shown("patientkontrakt", "aino", f"{aino}/plan/patientkontrakt"),
        Shown("patientkontrakt-tomt", "vera", f"{vera}/plan/patientkontrakt"),
        Shown("sju-fragor", "aino", f"{aino}/plan/patientkontrakt/sju-fragor", faulty=True),
        Shown("kontakter", "aino", f"{aino}/kontakter"),
        Shown("kontakter-tom", "vera", f"{vera}/kontakter"),
        Shown("mer", "aino", f"{aino}/mer"),
        Shown("paminnelser", "aino", f"{aino}/paminnelser"),
        Shown("paminnelser-tom", "vera", f"{vera}/paminnelser"),
        Shown("paminnelse-ny", "aino", f"{aino}/paminnelser/ny", faulty=True),
        Shown("paminnelse-andra", "aino", f"{aino}/paminnelser/{own.id}"),
        Shown("paminnelse-tider", "aino", f"{aino}/paminnelser/{own.id}/tider"),
        Shown("paminnelser-uppehall", "aino", f"{aino}/paminnelser/uppehall", faulty=True),
        Shown("paminnelse-avsluta", "aino", f"{aino}/paminnelser/{own.id}/avsluta"),
        Shown("paminnelser-manad", "aino", f"{aino}/paminnelser/historik"),
        Shown("paminnelser-gang-for-gang", "aino", f"{aino}/paminnelser/{own.id}/historik"),
        Shown("paminnelser-efterat", "aino", f"{aino}/paminnelser/efterat"),
        Shown("paminnelse-om-inte-svar", "aino", f"{aino}/paminnelser/{own.id}/om-jag-inte-svarar"),
        Shown("anhorig-inte-svarat", "lisa", told(site)),
        Shown("telefon", "aino", f"{aino}/paminnelser/telefon"),
        Shown("satt", "aino", f"{aino}/paminnelser/satt"),
        Shown("paminnelser-papper", "aino", f"{aino}/paminnelser/papper"),
        Shown("delning", "aino", f"{aino}/delning"),
        Shown("delning-svar", "elle", f"{elle}/delning"),
        Shown("delning-tom", "vera", f"{vera}/delning"),
        Shown("delning-bjud-in", "aino", f"{aino}/delning/bjud-in", faulty=True),
        Shown("delning-andra", "aino", f"{aino}/delning/{shared.id}/andra"),
        Shown("delning-sluta", "aino", f"{aino}/delning/{shared.id}/sluta"),
        Shown("inbjudan", None, link),
        Shown("inbjudan-svara", "rolf", link),
        Shown("inbjudan-egen", "elle", link),
        Shown("inbjudan-slut", "gun", "/inbjudan/" + "x" * 32),
        Shown("ung-idag", "jon", f"{site.p('jon')[len(site.url) :]}/idag"),
        Shown("ung-plan", "jon", f"{site.p('jon')[len(site.url) :]}/plan"),
        Shown("vardnadshavare-mina", "sara", "/mina"),
        Shown("vardnadshavare-plan", "sara", f"{site.p('jon')[len(site.url) :]}/plan"),
        Shown("elevhalsa-plan", "eva", f"{site.p('jon')[len(site.url) :]}/plan"),
        Shown("anhorig-ga-ur", "lisa", f"/mina/{person}/ga-ur"),
        Shown("delning-enheter", "aino", f"{aino}/delning/enheter"),
        Shown("logg", "aino", f"{aino}/logg"),
        Shown("installningar", "aino", f"{aino}/installningar"),
        Shown("passnyckel", "aino", f"{aino}/passnyckel"),
        Shown("enheter", "aino", f"{aino}/enheter"),
        Shown("tappad-telefon", "aino", f"{aino}/tappad-telefon"),
        Shown("anhorig-tappad-telefon", "lisa", f"{aino}/tappad-telefon"),
        Shown("anhorig-mina", "marit", "/mina"),
        Shown("anhorig-idag", "marit", f"{eino}/idag"),
        Shown("anhorig-plan", "marit", f"{eino}/plan"),
        Shown("anhorig-kontakter", "marit", f"{eino}/kontakter"),
        Shown("anhorig-mer", "marit", f"{eino}/mer"),
        Shown("anhorig-hjalper-idag", "lisa", f"{aino}/idag"),
        Shown("anhorig-viktigt", "lisa", f"{aino}/viktigt"),
        Shown("personal", "nils", "/personal/"),
        Shown("personal-tva-uppdrag", "britta", "/personal/"),
        Shown("personal-arbetslista-tom", "nils", "/personal/?visa=mina"),
        Shown("personal-notera", "nils", no_phone),
        Shown("personal-notera-borta", "nils", no_phone.replace("no_phone", "unanswered")),
        Shown("personal-personer", "nils", "/personal/sok"),
        Shown("personal-skickat", "nils", "/personal/skickat"),
        Shown("personal-skicka", "nils", f"/personal/skicka/{person}", faulty=True),
        Shown("personal-papperskod", "nils", f"/personal/kod/{person}", faulty=True),
        Shown("personal-bedom", "nils", f"/personal/skickat/{person}/{sent.id}/bedom", faulty=True),
        Shown("personal-utfall", "nils", f"/personal/skickat/{person}/{sent.id}"),
        Shown("utskick", "nils", "/personal/utskick"),
        Shown("utskick-nytt", "nils", "/personal/utskick/nytt", faulty=True),
        Shown("utskick-granska", "nils", draft),
        Shown("utskick-vilka", "nils", f"{draft}/vilka"),
        Shown("utskick-skickat", "nils", to_several),
        Shown("utskick-aterkalla", "nils", f"{to_several}/aterkalla", faulty=True),
        Shown("utskick-avvikelser", "nils", "/personal/avvikelser"),
        Shown("utskick-avvikelse", "nils", incident, faulty=True),
        Shown("utskick-mallar", "nils", "/personal/mallar"),
        Shown("utskick-mallar-admin", "karin", "/personal/mallar"),
        Shown("utskick-mall", "karin", f"/personal/mallar/{template}"),
        Shown("utskick-mall-ny", "karin", "/personal/mallar/ny", faulty=True),
        Shown("personal-viktigt", "nils", f"{aino}/viktigt"),
        Shown("samre", "aino", f"{aino}/om-det-blir-samre"),
        Shown("samre-skriv", "aino", f"{aino}/om-det-blir-samre/skriv", faulty=True),
        Shown("anhorig-samre", "lisa", f"{aino}/om-det-blir-samre"),
        Shown("personal-samre", "nils", f"{aino}/om-det-blir-samre"),
        Shown("sa-har-det-gatt", "aino", f"{aino}/plan/sa-har-det-gatt"),
        Shown("sa-har-det-gatt-rad", "aino", f"{aino}/plan/rad/{row.id}/sa-har-det-gatt"),
        Shown("personal-sa-har-det-gatt", "nils", f"{aino}/plan/sa-har-det-gatt"),
        Shown("personal-plan-rad", "nils", f"{aino}/plan/rad/ny", faulty=True),
        Shown("personal-plan-mal", "nils", f"{aino}/plan/mal/nytt", faulty=True),
        Shown("personal-plan", "nils", f"{aino}/plan"),
        Shown("personal-idag", "nils", f"{aino}/idag"),
        Shown("personal-person", "nils", f"/personal/person/{person}"),
        Shown("personal-plan-valj", "tor", f"/personal/person/{elle[3:]}/plan/ny"),
        Shown("personal-plan-borja", "tor", f"/personal/person/{elle[3:]}/plan/ny/{starter}", faulty=True),
        Shown("personal-sip", "nils", f"/personal/person/{person}/sip/nytt", faulty=True),
        Shown("personal-kontakter", "nils", f"/personal/person/{person}/kontakter"),
        Shown(
            "personal-valj-kontakt",
            "nils",
            f"/personal/person/{person}/kontakter/valj/fast_vardkontakt",
            faulty=True,
        ),
        Shown("personal-las-in-plan", "nils", f"/personal/person/{person}/plan/las-in", faulty=True),
        Shown("personal-ta-emot", "nils", "/personal/ta-emot", faulty=True),
        Shown("personal-nodoppning", "nils", "/personal/nodoppning", faulty=True),
        Shown("personal-vard", "nils", f"/personal/person/{person}/vard/{relation.id}", faulty=True),
        Shown("personal-valj-uppdrag", "britta", "/personal/uppdrag"),
        Shown("personal-foretrader", "mats", child),
        Shown("personal-vardnadshavare", "mats", f"{child}/vardnadshavare", faulty=True),
        Shown("personal-god-man", "mats", f"{child}/god-man", faulty=True),
        Shown("personal-frys", "mats", f"{child}/{custody}/frys", faulty=True),
        Shown("personal-avsluta", "mats", f"{child}/{custody}/avsluta", faulty=True),
        Shown("personal-avliden", "nils", f"/personal/person/{person}/avliden", faulty=True),
        Shown("personal-avlidna", "nils", "/personal/avlidna"),
        Shown("personal-skydd", "nils", f"/personal/person/{person}/skydd"),
        Shown("personal-skyddade", "nils", "/personal/skyddade"),
        Shown("admin-enheter", "karin", "/personal/enheter"),
        Shown("admin-enhet", "karin", "/personal/enheter/ny", faulty=True),
        Shown("admin-organisation", "karin", "/personal/enheter/organisation", faulty=True),
        Shown("admin-medarbetare", "karin", "/personal/medarbetare"),
        Shown("admin-medarbetare-ny", "karin", "/personal/medarbetare/ny", faulty=True),
        Shown("admin-medarbetare-en", "karin", f"/personal/medarbetare/{member}"),
        Shown("admin-uppdrag", "karin", f"/personal/medarbetare/{member}/uppdrag", faulty=True),
        Shown("admin-andringar", "karin", "/personal/andringar"),
        Shown("anhorig-stangt", "marit", closed(site)),
        Shown("personal-ingen-vard", "karin", "/personal/ingen-vard"),
    ]
