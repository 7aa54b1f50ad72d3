"""Giving a paper code in the room, taking it back, and coming in with one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts import logins, paper, session, words
from webapp.accounts.forms import GiveCodeForm, PaperCodeForm
from webapp.accounts.models import Account, HowKnown
from webapp.core import access, clock, db
from webapp.core.access import needs, public, sight
from webapp.core.i18n import plain
from webapp.core.limits import limited
from webapp.core.security import keeps_typed
from webapp.permissions import Permission

bp = Blueprint("paper", __name__)


@bp.route("/personal/kod/<uuid:person_id>", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.PAPER_CODE)
def give(person_id: UUID) -> ResponseReturnValue:
    """The new code is shown once, in the answer to the press: it stands in no address and is kept nowhere."""
    form, now = GiveCodeForm(), clock.now()
    if form.validate_on_submit():
        try:
            code = paper.issue(db.session, sight(), HowKnown(form.how.data), now)
        except paper.TooYoung:
            form.form_errors.append(plain("Personen är för ung för en egen inloggning."))
        else:
            db.session.commit()
            address = current_app.config["SETTINGS"].origin + url_for(".ask")
            return render_template(
                "accounts/paper_code.html", code=code, until=now + paper.LASTS, address=address
            )
    return render_template(
        "accounts/give_code.html",
        form=form,
        state=paper.state(db.session, person_id, now),
        how=words.HOW_KNOWN,
    )


@bp.post("/personal/kod/<uuid:person_id>/ta-tillbaka")
@needs(Permission.PAPER_CODE)
def take_back(person_id: UUID) -> ResponseReturnValue:
    paper.revoke(db.session, person_id, clock.now())
    db.session.commit()
    flash(plain("Klart. Papperskoden och det den har öppnat gäller inte längre."))
    return redirect(url_for(".give", person_id=person_id))


@bp.post("/p/<uuid:person_id>/papperskod/ta-tillbaka")
@needs(Permission.PASSKEY_SET)
def take_back_own(person_id: UUID) -> ResponseReturnValue:
    """Signed in by the code, the person is signed out by it too."""
    paper.revoke(db.session, person_id, clock.now())
    db.session.commit()
    flash(plain("Klart. Papperskoden och det den har öppnat gäller inte längre."))
    return redirect(url_for("passkeys.show", person_id=person_id))


@bp.get("/logga-in/papperskod")
@public
def ask() -> ResponseReturnValue:
    return render_template("accounts/paper_sign_in.html", form=PaperCodeForm())


@bp.post("/logga-in/papperskod")
@keeps_typed
@public
@limited("paper code", "10 per 10 minutes", of_all="1000 per 10 minutes")
def sign_in() -> ResponseReturnValue:
    """Come in by a code, and go straight to saving the sign-in on this device."""
    form = PaperCodeForm()
    if not form.validate_on_submit():
        return render_template("accounts/paper_sign_in.html", form=form)
    now = clock.now()
    account = paper.use(db.session, form.code.data or "", now)
    token = _open(account) if account else None
    db.session.flush()
    found = logins.reader_of(db.session, token, now) if token else None
    if account is None or token is None or found is None:
        db.session.rollback()
        form.code.errors = [plain("Koden stämmer inte, eller gäller inte längre. Be om en ny.")]
        return render_template("accounts/paper_sign_in.html", form=form)
    before = access.reader()
    if before is not None:
        logins.end_login(db.session, before.login_id, now)
    db.session.commit()
    session.begin(token)
    flash(plain("Du är inloggad. Spara nu inloggningen på din telefon. Koden gäller bara en gång."))
    return redirect(url_for("passkeys.show", person_id=account.person_id or abort(404)))


def _open(account: Account) -> str:
    return logins.open_login(db.session, account, clock.now(), device=session.device(), limited=True)
