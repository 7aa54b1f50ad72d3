"""Bjud in en anhörig: the person's side, and the side of the one who opens the link."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import access, clock, db
from webapp.core.access import needs, public, signed_in, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed
from webapp.permissions import Permission
from webapp.sharing import invitations, link
from webapp.sharing.forms import InvitationForm
from webapp.sharing.models import Closed
from webapp.sharing.words import AREAS

bp = Blueprint("invitations", __name__)
MINE = "/p/<uuid:person_id>/delning"


@bp.route(f"{MINE}/bjud-in", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.SHARING_SET)
def new(person_id: UUID) -> ResponseReturnValue:
    form = InvitationForm()
    if form.validate_on_submit():
        whom = (form.called.data or "", form.relation.data or "", form.identity())
        wish = invitations.Wish(form.grant(), *whom)
        try:
            _, token = invitations.invite(db.session, person_id, wish, clock.now(), form.once_id)
        except invitations.TooMany:
            form.form_errors.append(
                plain("Du har redan många inbjudningar eller anhöriga. Ta bort någon först.")
            )
        except invitations.NotForProtected:
            form.form_errors.append(plain("Det går inte att bjuda in med länk. Prata med din vårdkontakt."))
        except invitations.OwnNumber:
            form.number.errors = [plain("Det är ditt eget nummer")]
        else:
            db.session.commit()
            link.show_to_inviter(token)
            return redirect(url_for(".given", person_id=person_id))
    return render_template("sharing/invite.html", form=form)


@bp.get(f"{MINE}/inbjudan")
@needs(Permission.SHARING_SET)
def given(person_id: UUID) -> ResponseReturnValue:
    """The link and the square, in this browser, for some minutes: the app itself does not know them any more."""
    token = link.shown_to_inviter()
    if token is None:
        return redirect(url_for("sharing.show", person_id=person_id))
    to = link.address(token)
    return render_template("sharing/given.html", link=to, square=link.square(to))


@bp.post(f"{MINE}/inbjudan/<uuid:invitation_id>/ta-tillbaka")
@needs(Permission.SHARING_SET)
def take_back(person_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    done = invitations.take_back(db.session, person_id, invitation_id, clock.now())
    if not (done or _closed(person_id, invitation_id) is Closed.TAKEN_BACK):
        return _has_changed(person_id)
    return _done(person_id, plain("Inbjudan är tillbakatagen. Länken går inte att använda."))


@bp.post(f"{MINE}/inbjudan/<uuid:invitation_id>/ja")
@needs(Permission.SHARING_SET)
def confirm(person_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    now = clock.now()
    try:
        done = invitations.confirm(db.session, person_id, invitation_id, now)
    except invitations.TooMany:
        flash(plain("Du har redan många anhöriga. Sluta dela med någon först."), "warn")
        return redirect(url_for("sharing.show", person_id=person_id))
    except invitations.Suspended:
        flash(plain("Det går inte att släppa in personen just nu. Prata med din vårdkontakt."), "warn")
        return redirect(url_for("sharing.show", person_id=person_id))
    if done is None:
        confirmed = _closed(person_id, invitation_id) is Closed.CONFIRMED
        if not (confirmed and invitations.is_let_in(db.session, person_id, invitation_id, now)):
            return _has_changed(person_id)
    return _done(person_id, plain("Klart. Personen är insläppt."))


@bp.post(f"{MINE}/inbjudan/<uuid:invitation_id>/nej")
@needs(Permission.SHARING_SET)
def refuse(person_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    done = invitations.refuse(db.session, person_id, invitation_id, clock.now())
    if not (done or _closed(person_id, invitation_id) is Closed.REFUSED):
        return _has_changed(person_id)
    return _done(person_id, plain("Personen är inte insläppt och har inte sett något."))


def _closed(person_id: UUID, invitation_id: UUID) -> Closed | None:
    """How this person's invitation ended: a button pressed twice says the same twice."""
    try:
        return invitations.closed_as(db.session, person_id, invitation_id)
    except LookupError:
        abort(404)


def _has_changed(person_id: UUID) -> ResponseReturnValue:
    flash(plain("Något har hänt med inbjudan sedan du öppnade sidan. Så här ser det ut nu."), "warn")
    return redirect(url_for("sharing.show", person_id=person_id))


def _done(person_id: UUID, said: str) -> ResponseReturnValue:
    db.session.commit()
    link.no_longer_shown()
    flash(said)
    return redirect(url_for("sharing.show", person_id=person_id))


# The one who opens the link


@bp.get("/inbjudan/<token>")
@public
def arrive(token: str) -> ResponseReturnValue:
    """Take the token out of the address; whether it is any good is not told here."""
    response = make_response(redirect(url_for(".show")))
    link.carry(response, token)
    return response


@bp.get("/inbjudan")
@public
def show() -> ResponseReturnValue:
    """Before sign-in the same page for every link; after it, who invites and to what."""
    who, token = access.reader(), link.carried()
    if who is None:
        return render_template("sharing/invited.html", state="sign_in" if token else "no_link", areas=AREAS)
    if who.person_id is None:
        return render_template("sharing/invited.html", state="staff", areas=AREAS)
    offer = invitations.offer(db.session, token, who.person_id, clock.now()) if token else None
    state = "gone" if offer is None else ("own" if offer.is_own else "open")
    return render_template("sharing/invited.html", state=state, offer=offer, areas=AREAS)


@bp.post("/inbjudan")
@signed_in("citizen")
def answer() -> ResponseReturnValue:
    token, person_id = link.carried(), the_reader.person_id or abort(404)
    said = request.form.get("svar")
    if said not in ("ja", "nej"):
        abort(400)
    if token is None:
        return redirect(url_for(".show"))
    if said == "nej":
        done = invitations.decline(db.session, token, person_id, clock.now())
        told = plain("Du har tackat nej.")
    else:
        try:
            offer = invitations.accept(db.session, token, person_id, clock.now())
        except invitations.TooMany:
            flash(
                plain("Det går inte just nu. Be den som bjöd in dig att titta under Vem får se vad."), "warn"
            )
            return redirect(url_for(".show"))
        done = offer is not None
        told = plain("Du har tackat ja. Nu behöver den som bjöd in dig bekräfta att det är du.")
        if offer is not None and offer.at_once:
            told = plain("Du har tackat ja. Nu ser du det som är delat med dig.")
    if not done:
        return redirect(url_for(".show"))
    db.session.commit()
    flash(told)
    return link.put_down(make_response(redirect(url_for("sharing.mine"))))


@bp.post("/mina/inbjudan/<uuid:invitation_id>/avbryt")
@signed_in("citizen")
def step_back(invitation_id: UUID) -> ResponseReturnValue:
    """Who has accepted takes it back before the person has answered."""
    person_id = the_reader.person_id or abort(404)
    if not invitations.step_back(db.session, invitation_id, person_id, clock.now()):
        abort(404)
    db.session.commit()
    flash(plain("Du har tackat nej."))
    return redirect(url_for("sharing.mine"))
