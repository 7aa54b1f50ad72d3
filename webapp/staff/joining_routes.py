"""Staff write down that the person wants somebody more in a plan that goes on."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight, the_reader
from webapp.core.i18n import LazyText, _l, plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.directory.models import Unit
from webapp.meetings.domain import plan_to_meet_about
from webapp.permissions import Permission
from webapp.plans import joining
from webapp.plans.joining_forms import GONE
from webapp.plans.participants import NoParticipant
from webapp.staff.joining_forms import JoinForm
from webapp.staff.plan_routes import child_of

bp = Blueprint("joining", __name__, url_prefix="/personal/person/<uuid:person_id>/plan/fler")


@bp.route("", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_PART_RECORD)
def record(person_id: UUID) -> ResponseReturnValue:
    plan = plan_to_meet_about(db.session, sight()) or abort(404)
    own = db.session.get_one(Unit, the_reader.unit_id or abort(404))
    form, now = JoinForm(), clock.now()
    if form.is_submitted() and joining.is_made(db.session, plan, form.once_id):
        return redirect(url_for("taking_part.show", person_id=person_id))
    people = joining.relatives(db.session, sight(), plan, now)
    form.offer(people, joining.units(db.session, sight(), plan, own), _asked(person_id))
    if form.validate_on_submit():
        try:
            joining.join(db.session, sight(), plan, form.value(), now, form.once_id)
        except NoParticipant:
            form.relative.errors = [GONE]
        else:
            db.session.commit()
            flash(plain("Sparat. %(name)s får veta det i appen.", name=sight().called))
            return redirect(url_for("taking_part.show", person_id=person_id))
    return render_template("staff/plan_join.html", form=form, people=people)


def _asked(person_id: UUID) -> LazyText:
    """Whose choice it is: the person's, from thirteen on; a small child's guardian's, and the child is asked too."""
    if child_of(person_id) == "small":
        return _l("Vårdnadshavaren har valt, och %(name)s är tillfrågad", name=sight().called)
    return _l("%(name)s har själv valt vem som ska vara med", name=sight().called)
