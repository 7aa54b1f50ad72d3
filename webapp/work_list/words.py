"""The work list in words."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.i18n import LazyText, _l
from webapp.work_list.domain import Order, Show
from webapp.work_list.models import Call
from webapp.work_list.reasons import Task

TASKS: Mapping[Task, tuple[LazyText, str]] = {
    Task.UNDELIVERED: (_l("Påminnelse nådde inte fram"), "varning"),
    Task.UNANSWERED: (_l("Inget svar"), "senare"),
    Task.LOOK_AGAIN: (_l("Frysning ska prövas på nytt"), "las"),
    Task.FROZEN: (_l("Samtycket är taget tillbaka. Planen är pausad"), "las"),
    Task.OBJECTED: (_l("Har sagt nej till en rad i planen"), "fraga"),
    Task.GOAL_REFUSED: (_l("Har sagt nej till ert förslag om ett mål"), "fraga"),
    Task.NOT_WRITTEN: (_l("Mötet har varit. Skriv vad ni bestämde och när ni ses igen"), "penna"),
    Task.UNREAD: (_l("Nya ord i Viktigt för mig"), "viktigt"),
    Task.NO_PHONE: (_l("Ingen telefon tar emot påminnelser"), "paminnelser"),
    Task.NO_CONTACT: (_l("Fast vårdkontakt saknas"), "ring"),
    Task.NO_CARE_WORKER: (_l("Fast omsorgskontakt saknas"), "ring"),
    Task.CONTACT_ENDS: (_l("En kontakt slutar snart"), "kontakter"),
    Task.CONSENT_ENDS: (_l("Samtycket till att dela planen tar slut"), "las"),
    Task.ENDING: (_l("Egenvård ska bedömas på nytt"), "plan"),
}
SHOWS: Mapping[Show, LazyText] = {
    Show.ALL: _l("Allt som väntar"),
    Show.MINE: _l("Det jag har hand om"),
    Show.CALLED: _l("Det ni har ringt om"),
}
ORDERS: Mapping[Order, LazyText] = {
    Order.URGENT: _l("Det som brådskar först"),
    Order.OLDEST: _l("Det äldsta först"),
    Order.NAME: _l("I namnordning"),
}
CALLS: Mapping[Call, LazyText] = {
    Call.REACHED: _l("Ja, vi har pratat"),
    Call.NO_ANSWER: _l("Nej, ingen svarade"),
}
