"""What stands around every page: the ways on, the way back to one's own page, and the sky."""

from __future__ import annotations

from uuid import UUID

from flask import Flask, g

from webapp.core import access, clock
from webapp.core.access import Reader, Sight
from webapp.core.i18n import LazyText, _l
from webapp.directory import numbers
from webapp.pages import sky
from webapp.pages.templates import address
from webapp.permissions import TABLE, Permission, Ties

Way = tuple[str, LazyText, str]  # endpoint, label, sign

PERSON: tuple[tuple[Permission, Way], ...] = (
    (Permission.TODAY_SEE, ("today.show", _l("Idag"), "idag")),
    (Permission.WHAT_MATTERS_SEE, ("what_matters.show", _l("Viktigt"), "viktigt")),
    (Permission.PLAN_SEE, ("plans.show", _l("Plan"), "plan")),
    (Permission.CONTACTS_SEE, ("contacts.show", _l("Kontakter"), "kontakter")),
    (Permission.MORE_SEE, ("more.show", _l("Mer"), "mer")),
)
STARTS = {"care": "work_list.show", "manager": "protection.manage", "administrator": "admin.units"}
STAFF: tuple[Way, ...] = (
    ("work_list.show", _l("Arbetslista"), "plan"),
    ("staff.search", _l("Personer"), "sok"),
    ("staff.sent", _l("Påminnelser"), "paminnelser"),
    ("broadcasts.show_all", _l("Utskick"), "kontakter"),
)

ADMINISTRATOR: tuple[Way, ...] = (
    ("admin.units", _l("Enheter"), "vard"),
    ("admin.members", _l("Medarbetare"), "kontakter"),
    ("templates.show_all", _l("Mallar"), "penna"),
    ("admin.log", _l("Ändringar"), "oga"),
)


def init_app(app: Flask) -> None:
    app.context_processor(_frame)
    app.add_template_global(numbers.urgent, "numbers_to_call")


def _frame() -> dict[str, object]:
    who = access.reader()
    shown: Sight | None = g.get("sight")
    around: dict[str, object] = {"sky": sky.sky(clock.local(clock.now()))}
    if who is None:
        return around
    is_helping = shown is not None and not shown.is_self and who.kind == "citizen"
    around["own_page"] = address("sharing.mine") if is_helping else own_page(who)
    if shown is not None:
        around["tabs"] = [way for permission, way in PERSON if shown.may(permission)]
    elif who.kind == "staff" and who.duty == "care":
        around["tabs"] = STAFF
    elif who.kind == "staff" and who.duty == "administrator":
        around["tabs"] = ADMINISTRATOR
    if who.person_id is not None:
        around["subscribe_url"] = address("phones.subscribe", person_id=who.person_id)
    return around


def first_page(ties: Ties, person_id: UUID) -> str:
    """The first of a person's pages that somebody with these ties may open."""
    ways = (way[0] for permission, way in PERSON if TABLE[permission].allows(ties))
    return address(next(ways, "more.show"), person_id=person_id)


def own_page(who: Reader) -> str:
    """Where the reader's own start is."""
    if who.kind == "staff":
        return address(STARTS.get(who.duty, "staff.no_care"))
    return address("today.show", person_id=who.person_id)
