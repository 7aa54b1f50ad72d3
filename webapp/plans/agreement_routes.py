"""Agreeing to the plan as a whole, and reading what was agreed to earlier."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.permissions import Permission
from webapp.plans import domain, versions
from webapp.plans.comparing import compare
from webapp.plans.document import PlanDocument
from webapp.plans.models import Plan
from webapp.plans.statute import Missing
from webapp.plans.words import MISSING

bp = Blueprint("agreement", __name__, url_prefix="/p/<uuid:person_id>/plan")


@bp.get("/ja")
@needs(Permission.PLAN_AGREE)
def read(person_id: UUID) -> ResponseReturnValue:
    """The plan as it would be agreed to now, what has changed since the last time, and what is missing."""
    plan = _plan(person_id)
    draft, last = versions.draft_of(db.session, plan), versions.newest(db.session, plan)
    before = PlanDocument.from_json(last.document) if last else None
    return render_template(
        "plans/agree.html",
        plan=versions.as_seen(draft.document, sight()),
        fingerprint=draft.document.fingerprint,
        missing=[MISSING[each] for each in draft.missing],
        waits=Missing.WAITING in draft.missing,
        adds=Missing.OTHERS in draft.missing,
        last=last,
        agreed=before is not None and before.fingerprint == draft.document.fingerprint,
        before=before,
        changes=compare(before, draft.document) if before else None,
    )


@bp.post("/ja")
@needs(Permission.PLAN_AGREE)
def agree(person_id: UUID) -> ResponseReturnValue:
    plan = _plan(person_id)
    try:
        made = versions.agree(db.session, sight(), plan, request.form.get("planen", ""), clock.now())
    except versions.NotNewest:
        flash(plain("Planen har ändrats sedan du öppnade sidan. Läs den igen. Inget är sparat."))
        return redirect(url_for(".read", person_id=person_id))
    except versions.NotComplete:
        flash(plain("Något saknas än. Inget är sparat."))
        return redirect(url_for(".read", person_id=person_id))
    db.session.commit()
    flash(plain("Du har sagt ja till planen."))
    return redirect(url_for(".version", person_id=person_id, number=made.number))


@bp.get("/versioner")
@needs(Permission.PLAN_SEE)
def show_all(person_id: UUID) -> ResponseReturnValue:
    every = versions.versions_of(db.session, _plan(person_id))
    return render_template("plans/versions.html", versions=every)


@bp.get("/versioner/<int:number>")
@needs(Permission.PLAN_SEE)
def version(person_id: UUID, number: int) -> ResponseReturnValue:
    found = _version(_plan(person_id), number)
    return render_template("plans/version.html", version=found)


@bp.get("/versioner/<int:number>/<int:other>")
@needs(Permission.PLAN_SEE)
def side_by_side(person_id: UUID, number: int, other: int) -> ResponseReturnValue:
    """Two versions, the earlier first, with what changed."""
    plan = _plan(person_id)
    before, after = (_version(plan, each) for each in sorted((number, other)))
    changes = compare(before.document, after.document)
    return render_template("plans/compare.html", before=before, after=after, changes=changes)


def _plan(person_id: UUID) -> Plan:
    return domain.going_plan(db.session, person_id) or abort(404)


def _version(plan: Plan, number: int) -> versions.Version:
    return versions.version(db.session, sight(), plan, number) or abort(404)
