"""Mina kontakter: the three that the law names side by side, then the others."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.contacts import domain, words
from webapp.contacts.instead import with_instead
from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.directory import numbers
from webapp.permissions import Permission

bp = Blueprint("contacts", __name__, url_prefix="/p/<uuid:person_id>/kontakter")


@bp.get("")
@needs(Permission.CONTACTS_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    now = clock.now()
    session = db.current()
    found = with_instead(session, sight(), domain.contacts_of(session, sight(), now), now)
    return render_template(
        "contacts/show.html",
        contacts=found,
        first=domain.first_to_call(found),
        roles=words.ROLES,
        hours=words.hours,
        urgent=numbers.urgent(),
        printed_on=clock.today(),
        now=clock.local(now),
    )
