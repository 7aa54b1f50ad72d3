"""What holds for the whole house: who may enter each address, reading changes nothing, every page speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from jinja2 import StrictUndefined
from sqlalchemy import JSON, Enum, LargeBinary, String, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import webapp
from tests.conftest import NOON, settings
from tests.people import Guest, Visitor
from webapp import create_app
from webapp.accounts.models import Person, StaffMember
from webapp.broadcasts.models import Broadcast, Template
from webapp.contacts.models import CareContact
from webapp.core import clock, security
from webapp.core.db import EXTENSION, Base, Database
from webapp.core.i18n import LANGUAGES
from webapp.core.sealing import Sealed
from webapp.directory.models import Unit
from webapp.meetings.models import AgreedTime
from webapp.migrations import steps
from webapp.permissions import TABLE, Permission
from webapp.plans.models import PlanRow
from webapp.reminders.models import Occurrence, Reminder, SetBy
from webapp.reminders.tokens import Tokens
from webapp.sharing.models import CareRelation, Consent, ConsentKind

HOUSE = Path(webapp.__file__).parent
TEMPLATES = HOUSE / "templates"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# Texts that stand in clear in the database, and why. Any other is sealed: `mapped_column(Sealed("table.column"))`.
NAMES = "names are searched and sorted in lists, and say who wrote"
OURS = "the organisations' own words about themselves, shown to anybody who is let in"
CHOSEN = "chosen from a list of ours, not written"
TECHNICAL = "no words of anybody's"
LOG = "the chained log names unit, role and page, and never what was read"
FOUND_BY = "a technical name, found by it"
HASH = "a hash"
IN_CLEAR = {
    "access_log.chain": LOG,
    "access_log.page": LOG,
    "access_log.role": LOG,
    "access_log.unit_name": LOG,
    "access_log.what": LOG,
    "account.issuer": FOUND_BY,
    "account.sub": "found by it; whether it is a personal number, the provider decides: accounts must see to it",
    "admin_log.act": LOG,
    "admin_log.by": LOG,
    "admin_log.said": LOG,
    "answer_version.written_as": NAMES,
    "assignment.hsa_id": FOUND_BY,
    "assignment.role": OURS,
    "care_contact.named_by": NAMES,
    "care_relation.begun_by": NAMES,
    "care_relation.ended_by": NAMES,
    "broadcast.sent_as": NAMES,
    "calendar_feed.token_hash": HASH,
    "consent.recorded_by": NAMES,
    "consent.withdrawn_by": NAMES,
    "daily_task.task": TECHNICAL,
    "delivery.worker": TECHNICAL,
    "delivery.lane": TECHNICAL,
    "delivery.cause": TECHNICAL,
    "emergency.role": LOG,
    "emergency.unit_name": LOG,
    "feedback.page": CHOSEN,
    "goal.proposed_as": NAMES,
    "goal.written_as": NAMES,
    "heartbeat.worker": TECHNICAL,
    "incident.done_as": NAMES,
    "incident.written_as": NAMES,
    "invitation.token_hash": HASH,
    "kept_form.place": "a path of random ids",
    "login.device": "the kind of browser, by its own word",
    "login.token_hash": HASH,
    "meeting_question.written_as": NAMES,
    "message_template.changed_as": NAMES,
    "message_template.name": OURS,
    "message_template.texts": OURS,
    "notice.kind": CHOSEN,
    "occurrence_press.pressed_as": NAMES,
    "organisation.name": OURS,
    "paper_code.code_hash": HASH,
    "paper_code.made_as": NAMES,
    "passkey.credential_id": FOUND_BY,
    "passkey.public_key": TECHNICAL,
    "passkey_challenge.octets": TECHNICAL,
    "person.called": NAMES,
    "person.language": CHOSEN,
    "person.municipality": CHOSEN,
    "person.name": NAMES,
    "person.number_mac": "finds a number without showing it",
    "plan_earlier.about": CHOSEN,
    "plan_earlier.replaced_as": NAMES,
    "place.about": OURS,
    "place.address": OURS,
    "place.municipality": OURS,
    "place.name": OURS,
    "place.phone": OURS,
    "place.source": OURS,
    "plan_participant.recorded_as": NAMES,
    "plan_row.written_as": NAMES,
    "plan_version.agreed_as": NAMES,
    "provider_login.provider": CHOSEN,
    "provider_login.sid": FOUND_BY,
    "read_receipt.reader": NAMES,
    "reminder.breaks": "the days that the planner leaves out",
    "reminder.call_number": "which public number of the directory, by its id",
    "reminder.once_key": TECHNICAL,
    "undone_send.once_key": TECHNICAL,
    "reminder.own_language": CHOSEN,
    "reminder.quiet_hours": "the hours when the worker tells no relative",
    "reminder.set_as": NAMES,
    "reminder.times": "the planner's clock times",
    "row_outcome.written_as": NAMES,
    "row_reminder.own_language": CHOSEN,
    "row_reminder.set_as": NAMES,
    "row_reminder.times": "the planner's clock times",
    "staff_member.hsa_id": FOUND_BY,
    "staff_member.language": CHOSEN,
    "staff_member.name": NAMES,
    "work_mark.called_as": NAMES,
    "work_mark.handed_as": NAMES,
    "work_mark.task": TECHNICAL,
    "subscription.auth": "of no use without our push key",
    "subscription.endpoint": "found by it, unique; of no use without our push key",
    "subscription.origin": TECHNICAL,
    "subscription.p256dh": "of no use without our push key",
    "subscription.vapid_key": TECHNICAL,
    "tries.key": HASH,
    "unit.email": OURS,
    "unit.hsa_id": FOUND_BY,
    "unit.municipality": OURS,
    "unit.name": OURS,
    "unit.phone": OURS,
    "used_once.hash": HASH,
    "way.code_salt": "of no use without the app's secret",
    "worse_proposal.written_as": NAMES,
}

# Who may enter: "public", a permission of the table, or the kind of reader a page of one's own is for.
WHO_MAY_ENTER = {
    "accounts.assignments": "staff:any",
    "accounts.settings": "settings_set",
    "accounts.sign_in": "public",
    "accounts.sign_out": "public",
    "accounts.take_assignment": "staff:any",
    "admin.change_unit": "staff:administrator",
    "admin.end_assignment": "staff:administrator",
    "admin.give_assignment": "staff:administrator",
    "admin.log": "staff:administrator",
    "admin.member": "staff:administrator",
    "admin.members": "staff:administrator",
    "admin.new_member": "staff:administrator",
    "admin.new_organisation": "staff:administrator",
    "admin.new_unit": "staff:administrator",
    "admin.switch_off": "staff:administrator",
    "admin.switch_on": "staff:administrator",
    "admin.units": "staff:administrator",
    "answers.answer": "public",
    "answers.show": "public",
    "answers.text": "public",
    "broadcasts.change": "staff:care",
    "broadcasts.new": "staff:care",
    "broadcasts.people": "staff:care",
    "broadcasts.send": "staff:care",
    "broadcasts.show": "staff:care",
    "broadcasts.show_all": "staff:care",
    "broadcasts.throw_away": "staff:care",
    "broadcasts.undo": "staff:care",
    "calendars.begin": "calendar_set",
    "calendars.end": "calendar_set",
    "calendars.fetch": "public",
    "calendars.show": "calendar_set",
    "beginning.begin": "plan_begin",
    "beginning.choose": "plan_begin",
    "care.change": "care_set",
    "care.end": "care_set",
    "care.show": "person_see",
    "contacts.show": "contacts_see",
    "custody.add_guardian": "custody_set",
    "custody.appoint": "custody_set",
    "custody.end": "custody_set",
    "custody.freeze": "custody_set",
    "custody.lift": "custody_set",
    "custody.show": "custody_set",
    "deaths.mark": "death_mark",
    "deaths.show_all": "staff:care",
    "deaths.undo": "staff:care",
    "demo.sign_in": "public",
    "devices.end": "devices_set",
    "devices.lost": "phone_lost",
    "devices.show": "devices_set",
    "directory.near_me": "public",
    "directory.ring": "public",
    "health.alive": "public",
    "health.ready": "public",
    "incidents.show": "staff:care",
    "incidents.show_all": "staff:care",
    "interchange.fetch": "plan_export",
    "interchange.take_in": "plan_import",
    "invitations.answer": "citizen:any",
    "invitations.arrive": "public",
    "invitations.confirm": "sharing_set",
    "invitations.given": "sharing_set",
    "invitations.new": "sharing_set",
    "invitations.refuse": "sharing_set",
    "invitations.show": "public",
    "invitations.step_back": "citizen:any",
    "invitations.take_back": "sharing_set",
    "meeting_calls.call": "meeting_call",
    "meeting_calls.cancel": "meeting_call",
    "meeting_calls.move": "meeting_call",
    "meeting_calls.write_down": "meeting_call",
    "meetings.ask": "meeting_ask",
    "meetings.one_file": "times_see",
    "meetings.show": "times_see",
    "meetings.take_back": "meeting_ask",
    "more.log": "log_see",
    "more.show": "more_see",
    "naming.change": "contact_set",
    "naming.end": "contact_set",
    "naming.name": "contact_set",
    "naming.show": "contact_set",
    "listing.to_check": "staff:any",
    "oidc.begin": "public",
    "oidc.callback": "public",
    "oidc.signed_out": "public",
    "oidc.told_to_end": "public",
    "numbers.open_in_emergency": "staff:care",
    "numbers.take_in": "staff:care",
    "pages.accessibility": "public",
    "pages.favicon": "public",
    "pages.feedback": "public",
    "pages.languages": "public",
    "pages.manifest": "public",
    "pages.offline": "public",
    "pages.privacy": "public",
    "pages.service_worker": "public",
    "pages.set_language": "public",
    "pages.start": "public",
    "outcomes.history": "plan_see",
    "outcomes.show": "plan_see",
    "paper.ask": "public",
    "paper.give": "paper_code",
    "paper.sign_in": "public",
    "paper.take_back": "paper_code",
    "paper.take_back_own": "passkey_set",
    "passkeys.ask": "public",
    "passkeys.begin": "passkey_set",
    "passkeys.make": "passkey_set",
    "passkeys.remove": "passkey_set",
    "passkeys.show": "passkey_set",
    "passkeys.sign_in": "public",
    "patient_contract.ask": "seven_answer",
    "patient_contract.share": "seven_answer",
    "patient_contract.show": "plan_see",
    "phones.replace": "public",
    "phones.show": "phone_set",
    "phones.subscribe": "phone_set",
    "phones.switch_off": "phone_set",
    "phones.try_out": "phone_set",
    "agreement.agree": "plan_agree",
    "agreement.read": "plan_agree",
    "agreement.show_all": "plan_see",
    "agreement.side_by_side": "plan_see",
    "agreement.version": "plan_see",
    "ended.show": "plan_see",
    "ended.show_all": "plan_see",
    "ended.version": "plan_see",
    "ending.end": "plan_end",
    "goals.answer": "plan_answer",
    "goals.change": "plan_edit",
    "goals.describe": "plan_edit",
    "goals.end": "plan_edit",
    "goals.new": "plan_edit",
    "goals.take_back": "plan_edit",
    "plan_rows.change": "plan_row_edit",
    "plan_rows.end": "plan_row_edit",
    "plan_rows.next_step": "plan_row_edit",
    "plan_rows.propose": "plan_row_propose",
    "plan_rows.take_back": "plan_row_edit",
    "plans.add_own_row": "plan_add_own_row",
    "plans.answer": "plan_answer",
    "plans.object_to": "plan_answer",
    "plans.show": "plan_see",
    "plans.tell_outcome": "plan_tell_outcome",
    "printed.show": "plan_see",
    "protection.end_naming": "protection_set",
    "protection.manage": "staff:manager",
    "protection.protect": "protection_set",
    "protection.show": "protection_set",
    "protection.show_all": "staff:care",
    "protection.unprotect": "protection_set",
    "breaks.come_again": "reminder_set",
    "breaks.from_all": "reminder_set",
    "breaks.skip": "reminder_set",
    "breaks.times": "reminder_set",
    "history.afterwards": "reminder_answer",
    "history.month": "reminders_see",
    "history.one": "reminders_see",
    "recall.recall": "staff:care",
    "reminders_on_paper.show": "reminders_see",
    "reminders.answer": "reminder_answer",
    "reminders.change": "reminder_set",
    "reminders.end": "reminder_set",
    "reminders.new": "reminder_set",
    "reminders.pause": "reminder_set",
    "reminders.resume": "reminder_set",
    "reminders.show_all": "reminders_see",
    "reminders.undo": "reminder_answer",
    "sharing.change": "sharing_set",
    "sharing.leave": "citizen:any",
    "sharing.mine": "citizen:any",
    "sharing.press_away": "citizen:any",
    "sharing.show": "sharing_set",
    "sharing.withdraw": "sharing_set",
    "sip.record": "sip_record",
    "sip.withdraw": "sip_record",
    "staff.end": "reminder_send",
    "staff.no_care": "staff:any",
    "staff.judge": "reminder_send",
    "staff.outcome": "reminder_send",
    "staff.search": "staff:care",
    "staff.send": "reminder_send",
    "staff.sent": "staff:care",
    "staff.undo": "reminder_send",
    "static": "public",
    "staying.left": "public",
    "staying.stay": "public",
    "staying.throw_away": "public",
    "telling.choose": "sharing_set",
    "telling.find": "citizen:any",
    "telling.help_with": "reminders_see",
    "telling.see_to": "reminders_see",
    "today.show": "today_see",
    "templates.change": "staff:administrator",
    "templates.new": "staff:administrator",
    "templates.retire": "staff:administrator",
    "templates.show_all": "staff:any",
    "joining.record": "plan_part_record",
    "taking_part.choose": "plan_part_choose",
    "taking_part.end": "plan_part_end",
    "taking_part.show": "plan_see",
    "units.block": "sharing_set",
    "units.lift": "sharing_set",
    "units.show": "sharing_set",
    "ways.ask": "phone_set",
    "ways.prove": "phone_set",
    "ways.put_first": "phone_set",
    "ways.show": "phone_set",
    "ways.show_text": "phone_set",
    "ways.take_away": "phone_set",
    "ways.try_out": "phone_set",
    "what_matters.give_receipt": "what_matters_receipt",
    "what_matters.history": "what_matters_history",
    "what_matters.keep_draft": "what_matters_write",
    "what_matters.share": "what_matters_share",
    "what_matters.show": "what_matters_see",
    "what_matters.write": "what_matters_write",
    "work_list.call": "work_note",
    "work_list.hand_over": "work_note",
    "work_list.line": "work_note",
    "work_list.put_back": "work_note",
    "work_list.show": "staff:care",
    "worse.decline": "plan_answer",
    "worse.show": "worse_see",
    "worse.take": "plan_answer",
    "worse.write": "worse_write",
}
# Addresses that are themselves the secret: no session speaks for them, so no form token does either.
TOKEN_IN_ADDRESS = {"answers.answer", "phones.replace"}
# Another machine calls these with a signed message, which the view checks: there is no session to misuse.
SIGNED_BODY = {"oidc.told_to_end"}
# The one GET that changes something: an identity provider sends the browser back by it (docs/decisions).
WRITES_ON_GET = {"oidc.callback"}
# Forms in which somebody writes: a token that no longer holds is told there, with what was typed.
KEEPS_TYPED = {
    "breaks.from_all",
    "breaks.times",
    "ways.ask",
    "ways.prove",
    "accounts.settings",
    "beginning.begin",
    "admin.change_unit",
    "admin.give_assignment",
    "admin.member",
    "admin.new_member",
    "admin.new_organisation",
    "admin.new_unit",
    "care.change",
    "invitations.new",
    "broadcasts.change",
    "broadcasts.new",
    "broadcasts.people",
    "broadcasts.send",
    "incidents.show",
    "recall.recall",
    "templates.change",
    "templates.new",
    "custody.add_guardian",
    "custody.appoint",
    "custody.end",
    "custody.freeze",
    "custody.lift",
    "deaths.mark",
    "naming.change",
    "naming.name",
    "protection.manage",
    "protection.show",
    "numbers.open_in_emergency",
    "numbers.take_in",
    "pages.feedback",
    "paper.give",
    "patient_contract.ask",
    "paper.sign_in",
    "ending.end",
    "joining.record",
    "taking_part.choose",
    "goals.change",
    "goals.describe",
    "goals.new",
    "plan_rows.change",
    "plan_rows.next_step",
    "plan_rows.propose",
    "plans.add_own_row",
    "meeting_calls.call",
    "meeting_calls.move",
    "meeting_calls.write_down",
    "meetings.ask",
    "plans.object_to",
    "plans.tell_outcome",
    "reminders.change",
    "reminders.new",
    "telling.choose",
    "sharing.change",
    "sip.record",
    "staff.judge",
    "staff.send",
    "staff.search",
    "what_matters.share",
    "what_matters.write",
    "work_list.call",
    "work_list.hand_over",
    "worse.write",
}
# Long forms on a person's page: what is typed there is kept when the sign-in ends meanwhile.
SURVIVES_SIGN_IN = {
    "breaks.from_all",
    "breaks.times",
    "care.change",
    "custody.add_guardian",
    "custody.appoint",
    "custody.end",
    "custody.freeze",
    "custody.lift",
    "sip.record",
    "naming.change",
    "naming.name",
    "patient_contract.ask",
    "beginning.begin",
    "ending.end",
    "joining.record",
    "goals.change",
    "goals.describe",
    "goals.new",
    "plan_rows.change",
    "plan_rows.next_step",
    "plan_rows.propose",
    "plans.add_own_row",
    "meeting_calls.call",
    "meeting_calls.move",
    "meeting_calls.write_down",
    "meetings.ask",
    "plans.object_to",
    "plans.tell_outcome",
    "reminders.change",
    "reminders.new",
    "staff.judge",
    "telling.choose",
    "staff.send",
    "what_matters.write",
    "worse.write",
}
PUBLIC_PAGES = (
    "/",
    "/ring",
    "/nara-mig",
    "/nara-mig?kommun=Arjeplog",
    "/sprak",
    "/tillganglighet",
    "/integritet",
    "/fel",
    "/offline",
    "/logga-in",
    "/inbjudan",
    "/utloggad",
    "/logga-in/papperskod",
)


@pytest.fixture(scope="session")
def strict_app() -> Flask:
    """An app whose templates fail where a variable is missing; made once, since they are compiled anew for it."""
    made = create_app(settings("sqlite://"))
    made.jinja_env.undefined = StrictUndefined
    made.testing = True
    return made


@pytest.fixture
def strict(app: Flask, strict_app: Flask) -> Flask:
    """The strict app over the test's own database, on Monday morning."""
    strict_app.extensions[EXTENSION] = app.extensions[EXTENSION]
    return strict_app


def _written(app: Flask, name: str) -> list[str]:
    return [endpoint for endpoint, view in app.view_functions.items() if getattr(view, name, False)]


@ON_SQLITE
def test_every_address_stands_in_the_list_of_who_may_enter(app: Flask) -> None:
    found = {name: getattr(view, "permission", None) for name, view in app.view_functions.items()}
    assert found == WHO_MAY_ENTER
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(WHO_MAY_ENTER)


@ON_SQLITE
def test_every_address_of_a_person_asks_the_table(app: Flask) -> None:
    words = {str(permission) for permission in Permission}
    for rule in app.url_map.iter_rules():
        if "person_id" in rule.arguments:
            assert WHO_MAY_ENTER[rule.endpoint] in words, rule
    assert set(TABLE) == set(Permission)


@ON_SQLITE
def test_what_no_form_token_guards_is_known_by_name(app: Flask) -> None:
    assert set(_written(app, "token_in_address")) == TOKEN_IN_ADDRESS
    assert set(_written(app, "signed_body")) == SIGNED_BODY
    assert set(_written(app, "keeps_typed")) == KEEPS_TYPED
    assert set(_written(app, "survives_sign_in")) == SURVIVES_SIGN_IN


@ON_SQLITE
def test_the_one_address_whose_get_writes_is_known_by_name(app: Flask) -> None:
    assert set(_written(app, "writes_on_get")) == WRITES_ON_GET
    begin = {
        path.relative_to(HOUSE).as_posix() for path in CODE if "begin_write()" in path.read_text("utf-8")
    }
    assert begin == {"core/db.py", "core/access.py", "accounts/oidc/routes.py"}
    own = {path.relative_to(HOUSE).as_posix() for path in CODE if ".writing()" in path.read_text("utf-8")}
    assert {path for path in own if "routes" in path} == {"accounts/oidc/routes.py"}


@ON_SQLITE
def test_a_press_without_a_token_is_refused_wherever_nothing_is_typed(app: Flask, visit: Visitor) -> None:
    guests = {"citizen": visit("aino"), "staff": visit("nils")}
    for rule in app.url_map.iter_rules():
        if (
            "POST" not in (rule.methods or ())
            or rule.endpoint in TOKEN_IN_ADDRESS | SIGNED_BODY | KEEPS_TYPED
        ):
            continue
        guest = guests["staff" if rule.rule.startswith("/personal") else "citizen"]
        values = {name: uuid4() if "uuid" in str(rule) else "x" for name in rule.arguments}
        values.update(prompt="now", on="2026-03-09", at="08:00", person_id=visit("aino").id)
        with app.test_request_context():
            path = rule.build({name: values[name] for name in rule.arguments})
        assert path
        for data in ({}, {"csrf_token": "x"}, {"csrf_token": "å" * 90}):
            answer = guest.client.post(path[1], data=data)
            assert answer.status_code == 400, (rule, data)
        assert guest.get(f"/p/{visit('aino').id}/idag").status_code in (200, 404)  # still signed in


# Every page, opened by those it is for


def pages_of(session: Session, guest: Guest, sub: str) -> list[str]:
    """Every GET page that is about this person."""
    p, person_id = guest.p, guest.id
    found = [
        f"{p}/{page}"
        for page in ("idag", "viktigt", "plan", "kontakter", "mer", "paminnelser", "delning", "tider")
    ]
    found += [
        f"{p}/logg",
        f"{p}/logg?sida=2",
        f"{p}/installningar",
        f"{p}/plan/egen-rad",
        f"{p}/tider/kalender",
        f"{p}/plan/patientkontrakt",
        f"{p}/plan/patientkontrakt/sju-fragor",
        f"{p}/delning/enheter",
        f"{p}/delning/bjud-in",
    ]
    found += [f"{p}/plan/sa-har-det-gatt"]
    found += [
        f"{p}/plan/rad/{row.id}/sa-har-det-gatt"
        for row in session.scalars(select(PlanRow).where(PlanRow.person_id == person_id))
    ]
    for consent in session.scalars(select(Consent).where(Consent.person_id == person_id)):
        found.append(f"{p}/delning/{consent.id}/sluta")
        if consent.kind is ConsentKind.RELATIVE:
            found.append(f"{p}/delning/{consent.id}/andra")
    found += [
        f"/mina/{consent.person_id}/ga-ur"
        for consent in session.scalars(select(Consent).where(Consent.relative_id == person_id))
    ]
    found += [f"{p}/enheter", f"{p}/passnyckel", f"{p}/tappad-telefon"]
    found += [f"{p}/viktigt/{prompt}" for prompt in ("now", "strength", "worry", "know")]
    found += [f"{p}/viktigt/now/vem", f"{p}/viktigt/now/tidigare"]
    for row in session.scalars(select(PlanRow).where(PlanRow.person_id == person_id)):
        found.append(f"{p}/plan/rad/{row.id}/nej")
        if row.status == "agreed":
            found.append(f"{p}/plan/rad/{row.id}/hur-det-gick")
    found += [
        f"{p}/tider/{time.id}/fraga"
        for time in session.scalars(select(AgreedTime).where(AgreedTime.person_id == person_id))
    ]
    found += [f"{p}/om-det-blir-samre", f"{p}/om-det-blir-samre/skriv"]
    found += [
        f"{p}/paminnelser/uppehall",
        f"{p}/paminnelser/ny",
        f"{p}/paminnelser/telefon",
        f"{p}/paminnelser/satt",
    ]
    for reminder in session.scalars(select(Reminder).where(Reminder.person_id == person_id)):
        found.append(f"{p}/paminnelser/{reminder.id}/avsluta")
        found.append(f"{p}/paminnelser/{reminder.id}/tider")
        if reminder.set_by is SetBy.SELF:
            found.append(f"{p}/paminnelser/{reminder.id}")
    return [*found, "/mina", "/mina?kommun=Kiruna", "/inbjudan"]


def pages_of_staff(session: Session, p: str, person_id: object) -> list[str]:
    sent = session.scalars(
        select(Reminder).where(Reminder.person_id == person_id, Reminder.set_by == SetBy.STAFF)
    )
    health_centre = session.scalars(select(Unit.id).where(Unit.name == "Arjeplogs hälsocentral")).one()
    caring = session.scalars(
        select(CareRelation.id).where(
            CareRelation.person_id == person_id, CareRelation.unit_id == health_centre
        )
    )
    return [
        *("/personal/", "/personal/sok", "/personal/skickat", "/personal/ingen-vard"),
        *("/personal/utskick", "/personal/utskick/nytt", "/personal/avvikelser", "/personal/mallar"),
        *(f"/personal/utskick/{broadcast}" for broadcast in session.scalars(select(Broadcast.id))),
        *("/personal/avlidna", "/personal/skyddade", "/personal/katalog"),
        *(f"/personal/person/{person_id}/{page}" for page in ("foretrader", "foretrader/god-man")),
        *(f"/personal/person/{person_id}/{page}" for page in ("avliden", "skydd")),
        "/personal/uppdrag",
        *(
            f"{p}/{page}"
            for page in (
                "idag",
                "viktigt",
                "plan",
                "kontakter",
                "mer",
                "paminnelser",
                "tider",
                "tider/nytt-mote",
                "plan/patientkontrakt",
            )
        ),
        *(f"{p}/{page}" for page in ("tappad-telefon",)),
        *(f"{p}/om-det-blir-samre{page}" for page in ("", "/skriv")),
        *(f"{p}/viktigt/{prompt}" for prompt in ("strength", "know")),
        *("/personal/ta-emot", "/personal/nodoppning"),
        f"/personal/person/{person_id}",
        f"/personal/person/{person_id}/sip/nytt",
        *(
            f"/personal/person/{person_id}/kontakter{page}"
            for page in ("", "/valj/fast_vardkontakt", "/valj/other")
        ),
        *(
            f"/personal/person/{person_id}/kontakter/{contact}"
            for contact in session.scalars(
                select(CareContact.id).where(
                    CareContact.person_id == person_id, CareContact.unit_id == health_centre
                )
            )
        ),
        *(f"/personal/person/{person_id}/vard/{relation}" for relation in caring),
        f"/personal/kod/{person_id}",
        f"/personal/skicka/{person_id}",
        *(f"/personal/skickat/{person_id}/{reminder.id}" for reminder in sent),
    ]


def karin_id(session: Session) -> object:
    return session.scalars(select(StaffMember.id).where(StaffMember.name == "Karin")).one()


def every_page(session: Session, visit: Visitor) -> Iterator[tuple[Guest, str]]:
    """Every page of the app, by somebody it is for: with full, scarce and no content."""
    for path in PUBLIC_PAGES:
        yield visit.stranger(), path
    for sub in ("aino", "vera", "lisa"):
        guest = visit(sub)
        for path in pages_of(session, guest, sub):
            if guest.get(path).status_code != 404 or sub == "aino":
                yield guest, path
    aino = visit("aino")
    nils = visit("nils")
    for path in pages_of_staff(session, aino.p, aino.id):
        yield nils, path
    karin = visit("karin")
    member = session.scalars(select(StaffMember.id).where(StaffMember.name == "Nils")).one()
    unit = session.scalars(select(Unit.id).where(Unit.name == "Arjeplogs hälsocentral")).one()
    for path in (
        *("enheter", "enheter/ny", "enheter/organisation", f"enheter/{unit}", "medarbetare"),
        *("medarbetare?sida=2", "medarbetare/ny", f"medarbetare/{member}"),
        *(f"medarbetare/{member}/uppdrag", f"medarbetare/{karin_id(session)}", "andringar"),
        *("mallar", "mallar/ny"),
        *(f"mallar/{template}" for template in session.scalars(select(Template.id))),
    ):
        yield karin, f"/personal/{path}"
    lisa = visit("lisa")
    for page in (
        "idag",
        "viktigt",
        "plan",
        "kontakter",
        "mer",
        "paminnelser",
        "plan/egen-rad",
        "paminnelser/ny",
    ):
        yield lisa, f"{aino.p}/{page}"
    mats, child = visit("mats"), f"/personal/person/{visit('jon').id}/foretrader"
    custody = session.scalars(select(Consent.id).where(Consent.kind == ConsentKind.GUARDIAN)).one()
    for page in ("", "/vardnadshavare", f"/{custody}/avsluta", f"/{custody}/frys"):
        yield mats, f"{child}{page}"
    sara, jon = visit("sara"), visit.p("jon")
    for page in ("idag", "plan", "kontakter", "mer"):
        yield sara, f"{jon}/{page}"
    occurrence = session.scalars(select(Occurrence.id).where(Occurrence.closes_at > NOON)).first()
    assert occurrence
    yield visit.stranger(), f"/s/{Tokens(visit.app.config['SECRET_KEY']).token(occurrence)}"


def _counts(session: Session) -> dict[str, int]:
    """Rows per table, apart from the two that core alone writes."""
    tables = [table for name, table in Base.metadata.tables.items() if name not in ("access_log", "login")]
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def _fingerprint(session: Session) -> list[tuple[object, ...]]:
    """Every row of every table, apart from what core alone writes."""
    return [
        (table.name, *row)
        for table in Base.metadata.sorted_tables
        if table.name not in ("access_log", "login")
        for row in session.execute(select(table).order_by(*table.primary_key.columns))
    ]


def test_every_page_opens_and_looking_changes_nothing(strict: Flask, database: Database) -> None:
    with database.read() as session:
        pages = list(every_page(session, Visitor(strict)))
        before = _fingerprint(session)
    assert len(pages) > 70
    for guest, path in pages:
        page = guest.page(path)
        assert re.search(r'<html lang="(sv|fit|se|smj|sma)">', page), path
        assert not re.search(r'="[^"<]*<span', page), path
        assert "None" not in re.sub(r"<[^>]*>", "", page), path
    with database.read() as session:
        assert _fingerprint(session) == before


def test_a_page_that_tried_to_write_would_fail_at_once(app: Flask, database: Database) -> None:
    with database.read() as session:
        session.add(Person(name="Ny", called="Ny", born_on=NOON.date()))
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.flush()


@ON_SQLITE
@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "sv"])
def test_every_page_speaks_every_language_and_marks_what_is_swedish(
    strict: Flask, database: Database, code: str
) -> None:
    with database.read() as session:
        pages = list(every_page(session, Visitor(strict)))
    chosen: set[int] = set()
    for guest, path in pages:
        if id(guest) not in chosen:
            assert guest.post("/sprak", {"sprak": code, "next": "/"}).status_code == 302
            chosen.add(id(guest))
        page = guest.page(path)
        if not path.startswith("/s/"):  # a notice's page is in its person's language
            assert f'<html lang="{code}">' in page, path
        attributes = re.findall(r'\s[a-z-]+="([^"]*)"', page)
        assert not any("<span" in value or "&lt;span" in value for value in attributes), path
        assert page.count("<span") == page.count("</span>"), path
        title = re.search(r"<title>(.*?)</title>", page)
        assert title, path
        assert "<" not in title[1], path


@ON_SQLITE
def test_a_page_that_is_not_there_says_so_in_every_language(strict: Flask) -> None:
    for code in LANGUAGES:
        page = Visitor(strict).stranger().get("/finns-inte", headers={"Accept-Language": code})
        assert page.status_code == 404
        assert f'<html lang="{code}">' in page.text
        assert 'href="tel:112"' in page.text


# What stands in the files


CODE = sorted(HOUSE.rglob("*.py"))
PAGES = sorted(TEMPLATES.rglob("*.html"))


def test_no_telephone_number_stands_in_code_or_template() -> None:
    number = re.compile(
        r"(?<![\w.#-])(?:\+46|0046|0)\d(?:[ -]?\d){6,}(?![\w-])|(?<!\d)\d{3} ?\d{3} ?\d{2} ?\d{2}(?!\d)"
    )
    emergency = re.compile(r"""["'>](?:112|1177|113 ?13|114 ?14|90 ?101|116 ?111)["'<]""")
    for path in [*CODE, *PAGES, *(HOUSE / "static" / "js").glob("*.js")]:
        if "migrations/versions" in path.as_posix():
            continue
        text = _without_examples(path)
        assert not number.search(text), path
        assert not emergency.search(text), path


def _without_examples(path: Path) -> str:
    """The text without docstrings, comments and Jinja's own comments, where examples may stand."""
    text = path.read_text("utf-8")
    text = re.sub(r'"""(.*?)"""|{#.*?#}', "", text, flags=re.DOTALL)
    return re.sub(r"(?m)(^|\s)#.*$|//.*$", "", text) if path.suffix != ".html" else text


def test_no_template_puts_marked_text_into_an_attribute() -> None:
    """`_()` may give a span; an attribute takes `plain()`."""
    marked = re.compile(r"""=\s*"(?:[^"{]|{(?!{)|{{(?:(?!}}).)*}})*?{{\s*(?:_|ngettext|pgettext)\(""")
    for path in PAGES:
        for tag in re.findall(
            r"<[a-zA-Z](?:[^<>]|{{.*?}}|{%.*?%})*>", path.read_text("utf-8"), flags=re.DOTALL
        ):
            assert not marked.search(tag), (path, tag)


def test_no_template_has_style_script_or_handlers_of_its_own() -> None:
    for path in PAGES:
        text = re.sub(r"{[#{%].*?[#}%]}", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle\s*=|javascript:|\son[a-z]+\s*=|srcdoc", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        if path.name != "preview.html":  # shows another template of ours, whose texts Jinja has escaped there
            assert "|safe" not in path.read_text("utf-8").replace(" ", ""), path
        assert "autoescape" not in path.read_text("utf-8"), path


def test_no_sentence_is_left_untranslated_in_a_template() -> None:
    for path in PAGES:
        text = re.sub(r"{[#{%].*?[#}%]}|&\w+;", "", path.read_text("utf-8"), flags=re.DOTALL)
        said = [line.strip() for line in re.findall(r">([^<>]*(?<![-\w])[A-Za-zÅÄÖåäö]{4,}[^<>]*)<", text)]
        assert not [line for line in said if "Nära mig" not in line and "digg.se" not in line], (path, said)


def test_headers_refuse_everything_that_no_page_needs() -> None:
    policy = security.HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")


@ON_SQLITE
def test_an_analyst_and_an_administrator_open_no_person(app: Flask, visit: Visitor) -> None:
    for sub in ("lena", "karin"):
        guest = visit(sub)
        assert guest.get("/personal/").status_code == 404
        assert guest.page("/personal/ingen-vard")
        assert guest.get(f"{visit.p('aino')}/idag").status_code == 404


def test_every_text_is_sealed_that_does_not_stand_in_the_list_of_clear_ones() -> None:
    found, sealed_as = set(), {}
    for table in steps.metadata().sorted_tables:
        for column in table.columns:
            where = f"{table.name}.{column.name}"
            if isinstance(column.type, Sealed):
                sealed_as[where] = column.type.where
                assert table.primary_key.columns.keys() == ["id"], where  # the row that is bound in
            elif isinstance(column.type, String | LargeBinary | JSON) and not isinstance(column.type, Enum):
                found.add(where)
    assert found == set(IN_CLEAR)
    assert all(where == bound for where, bound in sealed_as.items())
    assert len(sealed_as) > 30


def test_the_clock_of_the_tests_stands_still() -> None:
    with clock.frozen(NOON):
        assert clock.now() == NOON
    with clock.frozen(NOON + timedelta(hours=20)):
        assert clock.today().isoformat() == "2026-03-10"
