"""Reading plans that have ended."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from webapp.core import db
from webapp.core.access import needs, sight
from webapp.permissions import Permission
from webapp.plans import ended, versions
from webapp.plans.ended import Ended

bp = Blueprint("ended", __name__, url_prefix="/p/<uuid:person_id>/plan/avslutade")


@bp.get("")
@needs(Permission.PLAN_SEE)
def show_all(person_id: UUID) -> ResponseReturnValue:
    return render_template("plans/ended.html", plans=ended.all_ended(db.session, sight()))


@bp.get("/<uuid:plan_id>")
@needs(Permission.PLAN_SEE)
def show(person_id: UUID, plan_id: UUID) -> ResponseReturnValue:
    found = _ended(plan_id)
    every = versions.versions_of(db.session, found.plan)
    return render_template("plans/ended_plan.html", ended=found, versions=every)


@bp.get("/<uuid:plan_id>/<int:number>")
@needs(Permission.PLAN_SEE)
def version(person_id: UUID, plan_id: UUID, number: int) -> ResponseReturnValue:
    found = _ended(plan_id)
    wanted = versions.version(db.session, sight(), found.plan, number) or abort(404)
    return render_template("plans/version.html", version=wanted, ended=found)


def _ended(plan_id: UUID) -> Ended:
    return ended.one(db.session, sight(), plan_id) or abort(404)
