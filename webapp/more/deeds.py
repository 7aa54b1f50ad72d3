"""What the log calls a press on another's page, and how the person reads it."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.audit import What
from webapp.core.i18n import LazyText, _l

OF_PRESS: Mapping[str, What] = {  # by endpoint; any other press is "changed"
    "care.change": What.CARE_CHANGED,
    "care.end": What.CARE_ENDED,
    "devices.lost": What.PHONE_LOST,
    "history.afterwards": What.ANSWERED,
    "meeting_calls.call": What.WROTE,
    "meeting_calls.write_down": What.WROTE,
    "meetings.ask": What.WROTE,
    "goals.change": What.WROTE,
    "goals.describe": What.WROTE,
    "goals.new": What.WROTE,
    "plan_rows.change": What.WROTE,
    "plan_rows.next_step": What.WROTE,
    "plan_rows.propose": What.WROTE,
    "plans.add_own_row": What.WROTE,
    "plans.tell_outcome": What.WROTE,
    "breaks.come_again": What.REMINDER_CHANGED,
    "breaks.from_all": What.REMINDER_CHANGED,
    "breaks.skip": What.REMINDER_CHANGED,
    "breaks.times": What.REMINDER_CHANGED,
    "reminders.answer": What.ANSWERED,
    "reminders.change": What.REMINDER_CHANGED,
    "reminders.end": What.REMINDER_ENDED,
    "reminders.new": What.REMINDED,
    "reminders.pause": What.REMINDER_CHANGED,
    "reminders.resume": What.REMINDER_CHANGED,
    "reminders.undo": What.ANSWERED,
    "sip.record": What.CONSENT_RECORDED,
    "sip.withdraw": What.CONSENT_ENDED,
    "staff.end": What.REMINDER_ENDED,
    "staff.judge": What.REMINDER_CHANGED,
    "staff.send": What.SENT,
    "staff.undo": What.REMINDER_ENDED,
    "telling.see_to": What.SAW_TO,
    "what_matters.give_receipt": What.READ,
    "what_matters.keep_draft": What.OPENED,  # what they have typed stands nowhere yet
    "what_matters.write": What.WROTE,
    "work_list.call": What.CALLED,
    "worse.write": What.WROTE,
}
# Of these the pages are named after the word; the rest say it all.
WITH_PAGES: Mapping[str, LazyText] = {
    What.OPENED: _l("Öppnade:"),
    What.WROTE: _l("Skrev i:"),
    What.CHANGED: _l("Ändrade i:"),
}
WHOLE: Mapping[str, LazyText] = {
    What.READ: _l("Kvitterade det du har skrivit"),
    What.REMINDED: _l("Gjorde en påminnelse"),
    What.SENT: _l("Skickade en påminnelse"),
    What.ANSWERED: _l("Svarade på en påminnelse"),
    What.SAW_TO: _l("Tog hand om att du inte hade svarat på en påminnelse"),
    What.REMINDER_CHANGED: _l("Ändrade en påminnelse"),
    What.REMINDER_ENDED: _l("Avslutade en påminnelse"),
    What.CARE_BEGUN: _l("Började hjälpa dig i appen"),
    What.CARE_CHANGED: _l("Ändrade varför eller hur länge enheten vårdar dig"),
    What.CARE_ENDED: _l("Avslutade att enheten vårdar dig"),
    What.CONSENT_RECORDED: _l("Skrev in ditt samtycke till SIP"),
    What.CONSENT_ENDED: _l("Skrev att du har tagit tillbaka ditt samtycke till SIP"),
    What.EMERGENCY: _l("Öppnade dina sidor i en nödsituation"),
    What.PHONE_LOST: _l("Stängde av en tappad telefon"),
    What.CALLED: _l("Noterade att de har ringt dig"),
}
