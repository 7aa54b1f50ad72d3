"""Staff: the work list of the unit, and the notes by one line of it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts import domain as accounts
from webapp.accounts.models import Duty
from webapp.contacts import naming
from webapp.core import clock, db
from webapp.core.access import needs, signed_in, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed
from webapp.directory.flows import Flow
from webapp.permissions import Permission
from webapp.sharing.guardians import age
from webapp.work_list import domain, forms, marks, words
from webapp.work_list.domain import Item, Where
from webapp.work_list.models import Call
from webapp.work_list.reasons import BY_CALL, URGENT

bp = Blueprint("work_list", __name__, url_prefix="/personal")
LINE = "/lista/<uuid:person_id>/<task>/<uuid:thing_id>"


@bp.get("/")
@signed_in("staff", Duty.CARE)
def show() -> ResponseReturnValue:
    """What needs somebody today. A list is no opening of a person: it names nothing they have written."""
    now, today = clock.now(), clock.today()
    wish = forms.wish_of(request.args)
    found = domain.work_list(db.session, _where(), wish, now)
    return render_template(
        "work_list/list.html",
        found=found,
        wish=wish,
        filters=forms.filters(wish, found.open),
        tasks=words.TASKS,
        urgent=URGENT,
        age=lambda person: age(person.born_on, today),
        assignments=accounts.assignments_of(db.session, the_reader.staff_id or abort(404), today),
        now=now,
    )


@bp.get(LINE)
@needs(Permission.WORK_NOTE)
def line(person_id: UUID, task: str, thing_id: UUID) -> ResponseReturnValue:
    """One line: whom to call, and what to note. It says so where there is nothing to do any more."""
    item = _line(person_id, task, thing_id)
    return _page(item, forms.CallForm(formdata=None, data={"about": forms.about(item)}) if item else None)


@bp.post(LINE + "/ringt")
@keeps_typed
@needs(Permission.WORK_NOTE)
def call(person_id: UUID, task: str, thing_id: UUID) -> ResponseReturnValue:
    """Note that somebody has called: what the line said to them comes with the form."""
    form, item = forms.CallForm(), _line(person_id, task, thing_id)
    if item is None or item.task not in BY_CALL or not form.validate_on_submit():
        return _page(item, form)
    answer, now = Call(form.call.data), clock.now()
    noted = marks.note_call(
        db.session, _key(item), answer, the_reader.name, form.about_at, form.about_on, now
    )
    db.session.commit()
    if not noted:
        flash(plain("En kollega har redan pratat med personen. Det står kvar."))
    elif answer is Call.REACHED:
        flash(plain("Noterat. Raden kommer tillbaka om något nytt händer, eller om en vecka."))
    else:
        flash(plain("Noterat. Raden står kvar på listan."))
    return redirect(url_for(".show"))


@bp.post(LINE + "/tillbaka")
@needs(Permission.WORK_NOTE)
def put_back(person_id: UUID, task: str, thing_id: UUID) -> ResponseReturnValue:
    """The note of a call was a mistake, or something is left to do."""
    item = _line(person_id, task, thing_id)
    if item is None:
        return _page(None, None)
    marks.put_back(db.session, _key(item))
    db.session.commit()
    flash(plain("Raden står på listan igen."))
    return redirect(url_for(".show"))


@bp.post(LINE + "/lamna")
@keeps_typed
@needs(Permission.WORK_NOTE)
def hand_over(person_id: UUID, task: str, thing_id: UUID) -> ResponseReturnValue:
    """Let a colleague take care of the line, or oneself, or everybody again."""
    item, form = _line(person_id, task, thing_id), _hand_over_form()
    if item is None or not form.validate_on_submit():
        call_form = forms.CallForm(formdata=None, data={"about": forms.about(item)}) if item else None
        return _page(item, call_form, form)
    marks.hand_over(db.session, _key(item), form.staff_id, the_reader.name, clock.now())
    db.session.commit()
    flash(plain("Sparat. Alla på enheten ser vem som har hand om det."))
    return redirect(url_for(".show"))


def _page(
    item: Item | None, form: forms.CallForm | None, over: forms.HandOverForm | None = None
) -> ResponseReturnValue:
    if item is None or form is None:
        gone = render_template("work_list/gone.html")
        return gone if request.method == "GET" else abort(make_response(gone, 404))
    chosen = {"to": str(item.handed_to or "")}
    return render_template(
        "work_list/line.html",
        item=item,
        form=form,
        over=over or _hand_over_form(chosen),
        by_call=item.task in BY_CALL,
        calls=words.CALLS,
        task=words.TASKS[item.task],
        age=age(item.person.born_on, clock.today()),
    )


def _hand_over_form(chosen: dict[str, str] | None = None) -> forms.HandOverForm:
    """Empty where somebody has sent it; `chosen` where it is shown first."""
    where = _where()
    colleagues = naming.colleagues(db.session, where.unit_id, clock.today())
    if chosen is None:
        return forms.HandOverForm(colleagues, where.staff_id)
    return forms.HandOverForm(colleagues, where.staff_id, formdata=None, data=chosen)


def _line(person_id: UUID, task: str, thing_id: UUID) -> Item | None:
    return domain.line(db.session, _where(), person_id, task, thing_id, clock.now())


def _key(item: Item) -> marks.Key:
    return marks.Key(item.person.id, _where().unit_id, item.task.value, item.thing_id)


def _where() -> Where:
    """The unit of the assignment in use; staff without one have no such pages."""
    return Where(
        unit_id=the_reader.unit_id or abort(404),
        organisation_id=the_reader.organisation_id or abort(404),
        flow=Flow(the_reader.flow),
        staff_id=the_reader.staff_id or abort(404),
    )
