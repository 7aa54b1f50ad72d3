"""Who may enter each address, and what a press must bring along: every one of them stands in a list here."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask

from tests.house import CODE, HOUSE
from tests.people import Visitor
from webapp.permissions import TABLE, Permission

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

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


@ON_SQLITE
def test_an_analyst_and_an_administrator_open_no_person(app: Flask, visit: Visitor) -> None:
    for sub in ("lena", "karin"):
        guest = visit(sub)
        assert guest.get("/personal/").status_code == 404
        assert guest.page("/personal/ingen-vard")
        assert guest.get(f"{visit.p('aino')}/idag").status_code == 404
