"""Staff begin a plan together with the person: choose a starter or none, fill in, and it is there at once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from webapp.accounts.models import Person
from webapp.contacts import domain as contacts
from webapp.contacts import words as contact_words
from webapp.core import clock, db
from webapp.core.access import needs, sight, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.directory import flows
from webapp.directory.flows import Flow
from webapp.directory.models import Unit
from webapp.permissions import Permission
from webapp.plans import beginning, participants
from webapp.plans.participants import NoParticipant
from webapp.plans.starters import files
from webapp.plans.starters.shape import Starter
from webapp.sharing import sip
from webapp.sharing.guardians import AS_ADULT, OWN_LOGIN, age
from webapp.staff import words
from webapp.staff.plan_forms import BeginForm, form_for, usual_until
from webapp.what_matters.questions import QUESTIONS

bp = Blueprint("beginning", __name__, url_prefix="/personal/person/<uuid:person_id>/plan")
EMPTY = "tom-"  # and the kind of plan: begins from no starter


@bp.get("/ny")
@needs(Permission.PLAN_BEGIN)
def choose(person_id: UUID) -> ResponseReturnValue:
    """The starters that fit the unit, those of the person's own municipality first."""
    plans = flows.plans_of(Flow(the_reader.flow))
    found = files.for_unit(plans, sight().municipality)
    here = [each for each in found if sight().municipality in each.places]
    return render_template(
        "staff/plan_choose.html",
        there=beginning.open_plan(db.session, person_id) is not None,
        from_here=here,
        elsewhere=[each for each in found if each not in here],
        plans={f"{EMPTY}{plan}": words.PLANS[plan] for plan in plans},
    )


@bp.route("/ny/<mark>", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.PLAN_BEGIN)
def begin(person_id: UUID, mark: str) -> ResponseReturnValue:
    if beginning.open_plan(db.session, person_id) is not None:
        return redirect(url_for(".choose", person_id=person_id))
    starter, flow = _starter(mark)
    own = db.session.get_one(Unit, the_reader.unit_id or abort(404))
    said = beginning.answers_first(db.session, sight())
    signed = f"{the_reader.name}, {the_reader.role}"
    needed = _contacts(starter)
    made = form_for(starter, flow, sight().language, [each.prompt for each in said], needed)
    form = made(data=_usual(own, signed))
    others = sip.units_for(db.session, own, sight().municipality)
    people = participants.possible(db.session, person_id, clock.today())
    child = child_of(person_id)
    form.offer(own, others, people, child, sight().called)
    if form.validate_on_submit() and _begun(form, own):
        flash(plain("Planen är börjad. Personen svarar på varje rad."))
        return redirect(url_for("plans.show", person_id=person_id))
    return render_template(
        "staff/plan_begin.html",
        form=form,
        starter=starter,
        own=own,
        said=said,
        child=child,
        questions=QUESTIONS,
        needed=needed,
        roles=contact_words.ROLES,
        their_language=sight().language,
    )


def _begun(form: BeginForm, own: Unit) -> bool:
    """Begin it, or say at the field why it cannot be."""
    units = [*form.chosen_units(), *form.chosen_schools()]
    if not form.holds(beginning.owners(db.session, own.id, units)):
        return False
    try:
        beginning.begin(db.session, sight(), form.value(), clock.now())
        db.session.commit()
    except NoParticipant:
        form.refuse_relatives()
    except (beginning.PlanIsThere, IntegrityError):
        form.form_errors.append(plain("Någon annan har just börjat en plan. Det du skrev är inte sparat."))
    else:
        return True
    db.session.rollback()
    return False


def _starter(mark: str) -> tuple[Starter | None, Flow]:
    """What to begin from; 404 for one that is not there, or not for this unit."""
    starter = files.marked(mark)
    known = {f"{EMPTY}{plan}": plan for plan in flows.PLANS}
    flow = starter.flow if starter else known.get(mark)
    if flow is None or flow not in flows.plans_of(Flow(the_reader.flow)):
        abort(404)
    return starter, flow


def _usual(own: Unit, signed: str) -> dict[str, object]:
    """What stands in the form before anybody writes. Situation, goals and signs are the person's to say."""
    organisation = beginning.owners(db.session, own.id, [])
    return {
        "until_on": usual_until(clock.today()),
        "overall": next(
            str(doer) for doer, kind in beginning.HUVUDMAN.items() if kind in organisation.by_kind
        ),
        "held_together_by": signed,
        "given_by": "",
    }


def child_of(person_id: UUID) -> str:
    """ "" for adults, "young" from 13, "small" below: then a guardian says yes."""
    born_on: date = db.session.get_one(Person, person_id).born_on
    years = age(born_on, clock.today())
    if years < OWN_LOGIN:
        return "small"
    return "young" if years < AS_ADULT else ""


def _contacts(starter: Starter | None) -> list[contacts.Contact]:
    """Whom this flow needs, as the person has them now; those who are missing too."""
    wanted = starter.contacts if starter else ()
    return [
        each for each in contacts.contacts_of(db.session, sight(), clock.now()) if str(each.role) in wanted
    ]
