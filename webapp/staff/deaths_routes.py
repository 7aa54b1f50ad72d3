"""Staff: marking that a person has died, and undoing it when it was a mistake."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts.models import Duty, Person
from webapp.core import audit, clock, db
from webapp.core.access import needs, signed_in, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed
from webapp.permissions import Permission
from webapp.sharing import deaths
from webapp.sharing.mandates import ByStaff, by_staff
from webapp.staff.custody_forms import DeathForm

bp = Blueprint("deaths", __name__, url_prefix="/personal")


@bp.route("/person/<uuid:person_id>/avliden", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.DEATH_MARK)
def mark(person_id: UUID) -> ResponseReturnValue:
    form = DeathForm()
    form.born_on = db.session.get_one(Person, person_id).born_on
    if form.validate_on_submit():
        died_on = form.died_on.data or abort(400)
        deaths.mark_deceased(db.session, person_id, died_on, _by(), clock.now())
        db.session.commit()
        flash(plain("Markerat. Alla påminnelser har slutat."))
        return redirect(url_for(".show_all"))
    return render_template("staff/death.html", form=form)


@bp.get("/avlidna")
@signed_in("staff", Duty.CARE)
def show_all() -> ResponseReturnValue:
    """Whom the unit cared for and who is marked; to undo a mistake, and for nothing else."""
    return render_template("staff/deaths.html", marked=deaths.marked_at(db.session, _by(), clock.today()))


@bp.post("/avlidna/<uuid:death_id>/angra")
@signed_in("staff", Duty.CARE)
def undo(death_id: UUID) -> ResponseReturnValue:
    person_id = deaths.undo_mark(db.session, death_id, _by(), clock.today(), clock.now())
    if person_id is None:
        abort(404)
    audit.write(db.session, the_reader, person_id, audit.page_of("deaths.undo"))
    db.session.commit()
    flash(plain("Ångrat. Allt är som det var."))
    return redirect(url_for("care.show", person_id=person_id))


def _by() -> ByStaff:
    if the_reader.unit_id is None:
        abort(404)
    return by_staff(the_reader)
