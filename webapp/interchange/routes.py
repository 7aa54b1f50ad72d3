"""The plan as a file: out for the person and for staff, in by staff."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts import numbers
from webapp.accounts.models import Person
from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import _l, plain
from webapp.core.security import takes_file
from webapp.interchange import checking, inward, octets, outward, seal, taking_in
from webapp.interchange.checking import Expected, Fault
from webapp.interchange.gathering import shared_plan
from webapp.permissions import Permission
from webapp.plans import reading
from webapp.sharing import marks

bp = Blueprint("interchange", __name__)
CARRIED = "innehall"  # the field that carries the file from the page that shows it


@bp.get("/p/<uuid:person_id>/plan/plan.json")
@needs(Permission.PLAN_EXPORT)
def fetch(person_id: UUID) -> ResponseReturnValue:
    """The plan as FHIR R4, as this reader sees it. Of somebody with protected identity staff take nothing out."""
    person = db.session.get_one(Person, person_id)
    if person.protected and not sight().is_self:
        abort(404)
    shared = shared_plan(db.session, sight(), clock.today()) or abort(404)
    bundle = seal.sealed(outward.bundle(shared), current_app.config["SECRET_KEY"])
    answer = Response(
        json.dumps(bundle, ensure_ascii=False), content_type="application/fhir+json; fhirVersion=4.0"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="plan.json"'
    return answer


@bp.route("/personal/person/<uuid:person_id>/plan/las-in", methods=["GET", "POST"])
@takes_file(octets.MOST_OCTETS)
@needs(Permission.PLAN_IMPORT)
def take_in(person_id: UUID) -> ResponseReturnValue:
    """A file from another system, for the person whose page this is. With one fault in it, nothing is kept.

    First it is shown what would come in; the second press, which carries the file along, takes it in.
    """
    view = reading.current_plan(db.session, sight())
    if view is not None and not view.whole:
        abort(404)  # who sees some rows would learn of the others by what "is there already"
    if request.method == "GET":
        return _page()
    try:
        octets_sent, again = _sent()
        taken, faults = _take(person_id, octets_sent)
    except octets.Unreadable as wrong:
        taken, faults = None, [Fault(None, "", wrong.why)]
    except taking_in.NotTaken as wrong:
        taken, faults = None, [Fault(None, wrong.what, wrong.why)]
    if taken is None:
        db.session.rollback()
        return _page(faults), 422
    if again or not (taken.rows or taken.goals):
        db.session.commit()
        _tell(taken)
        return redirect(url_for("plans.show", person_id=person_id))
    db.session.rollback()
    carried = octets.packed(octets_sent)
    if len(carried) > octets.MOST_PACKED:
        return _page([Fault(None, "", _l("Filen är för stor. Den får vara högst 2 MB."))]), 422
    return render_template("interchange/shown_first.html", taken=taken, carried=carried)


def _sent() -> tuple[bytes, bool]:
    """The file, and whether it has been shown already."""
    if CARRIED in request.form:
        return octets.unpacked(request.form[CARRIED]), True
    sent = request.files.get("fil")
    return (sent.read(octets.MOST_OCTETS + 1) if sent else b""), False


def _page(faults: Sequence[Fault] = ()) -> str:
    return render_template("interchange/take_in.html", faults=faults, most=checking.MOST_FAULTS)


def _take(person_id: UUID, sent: bytes) -> tuple[taking_in.Taken | None, list[Fault]]:
    person = db.session.get_one(Person, person_id)
    number = numbers.parse(person.number) if person.number else None
    bundle = octets.read(sent)
    faults = checking.faults(bundle, Expected(person_id, number.digits if number else None))
    if faults:
        return None, faults
    ours = seal.is_ours(bundle, current_app.config["SECRET_KEY"])
    shared = inward.plan(bundle, person_id)
    named = marks.written_as(sight())
    return taking_in.take_in(db.session, sight(), named, shared, ours, clock.now()), []


def _tell(taken: taking_in.Taken) -> None:
    if not taken.rows and not taken.goals:
        flash(plain("Allt i filen stod redan i planen."))
        return
    flash(
        plain(
            "Inläst: %(rows)d rader och %(goals)d mål. Personen svarar på varje rad.",
            rows=len(taken.rows),
            goals=len(taken.goals),
        )
    )
