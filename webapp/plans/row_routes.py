"""Writing the plan's rows: proposing, changing by proposal, what comes next, and ending."""

from __future__ import annotations

from dataclasses import asdict, replace
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.directory.models import Organisation
from webapp.permissions import Permission
from webapp.plans import domain, earlier, goals, rows
from webapp.plans.earlier import About
from webapp.plans.models import Plan, PlanRow, RowStatus
from webapp.plans.row_forms import ChangeRowForm, NewRowForm, NextStepForm
from webapp.plans.together import Together
from webapp.what_matters.questions import QUESTIONS

bp = Blueprint("plan_rows", __name__, url_prefix="/p/<uuid:person_id>/plan/rad")
OWN, OTHER = "egen", "annan"


@bp.route("/ny", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_ROW_PROPOSE)
def propose(person_id: UUID) -> ResponseReturnValue:
    plan = going_plan(person_id)
    form = NewRowForm()
    own = db.session.get(Organisation, sight().reader.organisation_id)
    form.owner.choices = [(OWN, own.name if own else "")]
    if plan.frozen_at is None:
        form.owner.choices.append((OTHER, plain("Någon annan än regionen och kommunen")))
    if form.validate_on_submit():
        row = rows.add(
            db.session, sight(), plan, form.owner.data == OWN, form.value(), clock.now(), form.once_id
        )
        db.session.commit()
        flash(plain("Förslaget står i planen. %(name)s svarar ja eller nej.", name=sight().called))
        return redirect(url_for("plans.show", person_id=person_id, _anchor=f"rad-{row.id}"))
    said = goals.answers(db.session, sight())
    return render_template("plans/row.html", form=form, row=None, said=said, questions=QUESTIONS)


@bp.route("/<uuid:row_id>/andra", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_ROW_EDIT)
def change(person_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """The row itself, or its open proposal, which then holds the words."""
    row = _mine(row_id)
    held = _held(row)
    stands = asdict(rows.words_of(held))
    form = ChangeRowForm(data={**stands, "revision": held.revision})
    if not sight().cares:  # whose row it is stands there already
        del form.who, form.phone
    both = None
    if form.validate_on_submit():
        both = Together(form, held.revision, stands)
        if not both.shown:
            if not both.same or held.status is RowStatus.OBJECTED:
                said = form.value()
                if not sight().cares:
                    said = replace(said, who=held.who, phone=held.phone)
                rows.change(db.session, sight(), row, said, clock.now())
                db.session.commit()
            flash(_told(row))
            return _back(person_id, row_id)
    return render_template(
        "plans/row.html",
        form=form,
        row=held,
        agreed=row if row.status is RowStatus.AGREED else None,
        both=both,
        said=goals.answers(db.session, sight()) if sight().cares else (),
        questions=QUESTIONS,
        earlier=earlier.of(db.session, About.ROW, row.id),
    )


@bp.route("/<uuid:row_id>/nasta", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_ROW_EDIT)
def next_step(person_id: UUID, row_id: UUID) -> ResponseReturnValue:
    row = _mine(row_id)
    stands = {"next_step": row.next_step, "waits_for": row.waits_for}
    form = NextStepForm(data={**stands, "revision": row.revision})
    both = None
    if form.validate_on_submit():
        both = Together(form, row.revision, stands)
        if not both.shown:
            if not both.same:
                said = form.next_step.data or "", form.waits_for.data or ""
                rows.set_next(db.session, sight(), row, *said, clock.now())
                db.session.commit()
            flash(plain("Sparat. Alla som ser raden ser det."))
            return _back(person_id, row_id)
    return render_template("plans/next_step.html", form=form, row=row, both=both)


@bp.post("/<uuid:row_id>/avsluta")
@needs(Permission.PLAN_ROW_EDIT)
def end(person_id: UUID, row_id: UUID) -> ResponseReturnValue:
    row = _mine(row_id)
    rows.propose_end(db.session, sight(), row, clock.now())
    db.session.commit()
    ended = row.status is RowStatus.ENDED
    flash(plain("Raden är avslutad.") if ended else _told(row))
    return _back(person_id, row_id)


@bp.post("/<uuid:row_id>/ta-tillbaka")
@needs(Permission.PLAN_ROW_EDIT)
def take_back(person_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """Take back the proposed change of this row."""
    proposal = rows.open_change(db.session, _mine(row_id))
    if proposal is not None:
        rows.take_back(db.session, sight(), proposal)
        db.session.commit()
    flash(plain("Förslaget är borttaget. Raden står som förut."))
    return _back(person_id, row_id)


def going_plan(person_id: UUID) -> Plan:
    return domain.going_plan(db.session, person_id) or abort(404)


def _mine(row_id: UUID) -> PlanRow:
    """A going row that this reader writes; a proposed change is written by the row it changes."""
    row = domain.row_of(db.session, sight(), row_id)
    if row is None or row.revises_id is not None or not rows.may_write(db.session, row, sight()):
        abort(404)
    return row


def _held(row: PlanRow) -> PlanRow:
    """Where the newest words of a row stand: an agreed row's in its open proposal."""
    proposal = rows.open_change(db.session, row) if row.status is RowStatus.AGREED else None
    return row if sight().is_self else proposal or row


def _told(row: PlanRow) -> str:
    if sight().is_self:
        return plain("Sparat.")
    return plain("Förslaget står i planen. %(name)s svarar ja eller nej.", name=sight().called)


def _back(person_id: UUID, row_id: UUID) -> Response:
    back: Response = redirect(url_for("plans.show", person_id=person_id, _anchor=f"rad-{row_id}"))
    return back
