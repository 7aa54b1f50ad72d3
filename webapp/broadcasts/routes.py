"""Staff send one text to several: written, looked through, let go, and undone within the minute."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts.models import Duty
from webapp.broadcasts import domain, incidents, templates, words
from webapp.broadcasts.forms import BroadcastForm, PeopleForm, SendForm, as_typed
from webapp.broadcasts.group import ASK_AGAIN_ABOVE, Whom, from_text
from webapp.broadcasts.models import Broadcast, Handed, Stage
from webapp.core import clock, db
from webapp.core.access import signed_in, the_reader
from webapp.core.i18n import LANGUAGES, plain
from webapp.core.security import keeps_typed
from webapp.directory.models import Unit
from webapp.reminders.outcome import Outcome

bp = Blueprint("broadcasts", __name__, url_prefix="/personal/utskick")
carers = signed_in("staff", Duty.CARE)


@bp.get("")
@carers
def show_all() -> ResponseReturnValue:
    page = page_asked_for()
    found, more = domain.listed(db.session, unit_id(), page)
    return render_template(
        "broadcasts/all.html",
        found=found,
        more=more,
        page=page,
        stages=words.STAGES,
        texts_of=domain.texts_of,
    )


@bp.route("/nytt", methods=["GET", "POST"])
@keeps_typed
@carers
def new() -> ResponseReturnValue:
    form, unit = _offered(BroadcastForm()), _unit()
    if form.validate_on_submit() and (made := _keep(form, unit, None)) is not None:
        db.session.commit()
        return _after(made)
    return render_template("broadcasts/write.html", form=form, broadcast=None)


@bp.route("/<uuid:broadcast_id>/andra", methods=["GET", "POST"])
@keeps_typed
@carers
def change(broadcast_id: UUID) -> ResponseReturnValue:
    broadcast = of_unit(broadcast_id)
    if request.method == "GET" and broadcast.stage is not Stage.DRAFT:
        return redirect(url_for(".show", broadcast_id=broadcast_id))
    form = _offered(BroadcastForm(data=as_typed(broadcast)))
    if form.validate_on_submit() and _keep(form, _unit(), broadcast) is not None:
        db.session.commit()
        return _after(broadcast)
    return render_template("broadcasts/write.html", form=form, broadcast=broadcast)


def _offered(form: BroadcastForm) -> BroadcastForm:
    form.offer(_unit(), templates.offered(db.session))
    return form


def _keep(form: BroadcastForm, unit: Unit, draft: Broadcast | None) -> Broadcast | None:
    """Write the draft; None where the group cannot be had, which the form then says."""
    now = clock.now()
    try:
        if draft is None:
            return domain.draft(db.session, unit, sender(), form.value(), form.once_id, now)
        domain.change(db.session, unit, draft, form.value(), form.revision.data or 0, now)
    except domain.Empty:
        form.nobody()
    except domain.Everybody:
        form.everybody()
    except domain.TooMany:
        form.too_many()
    except domain.Changed:
        form.form_errors.append(_changed(draft))
    else:
        return draft
    return None


def _changed(draft: Broadcast | None) -> str:
    if draft is None or draft.stage is Stage.DRAFT:
        return plain("Någon har ändrat utkastet. Ladda om sidan och skriv på nytt.")
    return _gone()


def _gone() -> str:
    return plain("Utskicket är redan skickat eller slängt. Det du gjorde nu är inte sparat.")


@bp.errorhandler(domain.Changed)
def show_what_became_of_it(_reason: domain.Changed) -> ResponseReturnValue:
    """The draft was let go or thrown away before this press, of which nothing is kept."""
    flash(_gone(), "warn")
    return redirect(url_for(".show_all"))


def _after(broadcast: Broadcast) -> ResponseReturnValue:
    """Those chosen one by one are chosen next; others are looked through."""
    there = domain.how_many(db.session, broadcast, clock.now())
    chosen = from_text(broadcast.chosen).whom is Whom.CHOSEN
    return redirect(url_for(".people" if chosen and not there else ".show", broadcast_id=broadcast.id))


@bp.get("/<uuid:broadcast_id>")
@carers
def show(broadcast_id: UUID) -> ResponseReturnValue:
    """A draft to look through; or what became of it."""
    broadcast = of_unit(broadcast_id)
    if broadcast.stage is Stage.DRAFT:
        return _look_through(broadcast, None)
    return render_template(
        "broadcasts/sent.html",
        broadcast=broadcast,
        stage=words.STAGES[broadcast.stage],
        group=words.group_in_words(from_text(broadcast.chosen)),
        when=words.when(broadcast),
        texts=domain.texts_of(broadcast.said),
        handed=incidents.counts(db.session, broadcast),
        outcomes=incidents.outcomes(db.session, broadcast),
        notified=incidents.notified(db.session, broadcast),
        incident=incidents.of_broadcast(db.session, broadcast.id),
        may_undo=domain.may_undo(broadcast, clock.now()),
        may_recall=incidents.may_recall(broadcast, clock.now()),
        Handed=Handed,
        Outcome=Outcome,
    )


def _look_through(broadcast: Broadcast, asked: SendForm | None) -> ResponseReturnValue:
    """What it says in each language, how many read it, and the names of some of them."""
    now, texts = clock.now(), domain.texts_of(broadcast.said)
    counted = domain.by_language(db.session, broadcast, now)
    return render_template(
        "broadcasts/look.html",
        broadcast=broadcast,
        form=asked,
        group=words.group_in_words(from_text(broadcast.chosen)),
        when=words.when(broadcast),
        texts=texts,
        by_language=counted,
        missing=[language for language in counted if language not in texts],
        names=LANGUAGES,
        count=sum(counted.values()),
        sample=domain.sample(db.session, broadcast, now),
    )


@bp.post("/<uuid:broadcast_id>/skicka")
@keeps_typed
@carers
def send(broadcast_id: UUID) -> ResponseReturnValue:
    """Let it go. Above fifty, how many they are is asked first. Pressed twice, it is sent once."""
    broadcast, form = of_unit(broadcast_id), SendForm()
    if broadcast.stage is not Stage.DRAFT:
        return redirect(url_for(".show", broadcast_id=broadcast.id))
    if not form.validate_on_submit():
        return _look_through(broadcast, form)
    if (form.count.data or 0) > ASK_AGAIN_ABOVE and form.ask_again():
        return _look_through(broadcast, form)
    try:
        domain.confirm(db.session, broadcast, form.revision.data or 0, form.count.data or 0, clock.now())
    except domain.Empty:
        flash(plain("Det finns ingen att skicka till. Inget är skickat."), "warn")
    except domain.Changed:
        flash(plain("Något har ändrats sedan du tittade. Titta igen. Inget är skickat."), "warn")
    except domain.TooSoon:
        flash(plain("Tiden är för nära eller har varit. Välj en senare tid. Inget är skickat."), "warn")
    else:
        db.session.commit()
        flash(plain("Klart. Du kan ångra i en minut."))
    return redirect(url_for(".show", broadcast_id=broadcast_id))


@bp.post("/<uuid:broadcast_id>/angra")
@carers
def undo(broadcast_id: UUID) -> ResponseReturnValue:
    broadcast = of_unit(broadcast_id)
    if domain.undo(db.session, broadcast, clock.now()):
        db.session.commit()
        flash(plain("Ångrat. Inget har skickats."))
    else:
        flash(plain("Det är för sent att ångra. Återkalla i stället."), "warn")
    return redirect(url_for(".show", broadcast_id=broadcast_id))


@bp.post("/<uuid:broadcast_id>/slang")
@carers
def throw_away(broadcast_id: UUID) -> ResponseReturnValue:
    domain.throw_away(db.session, of_unit(broadcast_id))
    db.session.commit()
    flash(plain("Utkastet är borta. Inget har skickats."))
    return redirect(url_for(".show_all"))


@bp.route("/<uuid:broadcast_id>/vilka", methods=["GET", "POST"])
@keeps_typed
@carers
def people(broadcast_id: UUID) -> ResponseReturnValue:
    """Who it is for, one by one. What is searched for is a name, so it is posted and stands in no address."""
    broadcast, form = of_unit(broadcast_id), PeopleForm()
    if request.method == "POST" and form.validate() and _take(broadcast, request.form.get("steg", "")):
        db.session.commit()
        return redirect(url_for(".people", broadcast_id=broadcast_id))
    if broadcast.stage is not Stage.DRAFT:
        return redirect(url_for(".show", broadcast_id=broadcast_id))
    now, page = clock.now(), page_asked_for()
    found, more = domain.recipients(db.session, broadcast, page, now)
    others, more_others = domain.others(db.session, broadcast, form.typed.data or "", now)
    return render_template(
        "broadcasts/people.html",
        broadcast=broadcast,
        form=form,
        found=found,
        more=more,
        page=page,
        others=others,
        more_others=more_others,
        count=domain.how_many(db.session, broadcast, now),
    )


def _take(broadcast: Broadcast, step: str) -> bool:
    """Take the ticked ones in or out; False where the page is only shown again, as after a search."""
    ids = PeopleForm.ids(request.form.getlist("person"))
    if step == "in":
        domain.add_people(db.session, broadcast, ids, clock.now())
    elif step == "ut":
        domain.take_out(db.session, broadcast, ids)
    return step in ("in", "ut")


# What recalling and the records of it share


def unit_id() -> UUID:
    """The unit of the assignment in use; staff without one have no such pages."""
    return the_reader.unit_id or abort(404)


def _unit() -> Unit:
    return db.session.get(Unit, unit_id()) or abort(404)


def sender() -> domain.By:
    named = f"{the_reader.name}, {the_reader.role}, {the_reader.unit_name}"
    return domain.By(the_reader.account_id, unit_id(), named)


def of_unit(broadcast_id: UUID) -> Broadcast:
    return domain.of_unit(db.session, unit_id(), broadcast_id) or abort(404)


def page_asked_for() -> int:
    return min(max(request.args.get("sida", 1, type=int), 1), 1000)
