"""Signing in and out, one's settings, and the assignment staff work under."""

from __future__ import annotations

from uuid import UUID

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue

from webapp.accounts import domain, logins, session
from webapp.accounts.forms import SettingsForm
from webapp.accounts.oidc import leaving, logout
from webapp.broadcasts import opting_out
from webapp.core import access, clock, db
from webapp.core.access import needs, public, the_reader
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed
from webapp.pages.frame import own_page
from webapp.pages.routes import local_path, urgent
from webapp.permissions import Permission
from webapp.sharing import link

bp = Blueprint("accounts", __name__)


@bp.get("/logga-in")
@public
def sign_in() -> ResponseReturnValue:
    who = access.reader()
    back = local_path(request.args.get("next"))
    if who is not None:
        return redirect(own_page(who))
    people = current_app.extensions.get("naramig.demo_people")
    providers = [client.provider for client in leaving.clients().values()]
    return render_template(
        "accounts/sign_in.html",
        providers=providers,
        people=people() if people else None,
        back=back,
        urgent=urgent(),
    )


@bp.post("/logga-ut")
@public
def sign_out() -> ResponseReturnValue:
    """End this sign-in. Cached copies go; notices and the numbers to call stay on the phone."""
    opened = None
    if access.reader() is not None:
        opened = logout.opened_by(db.session, the_reader.login_id)
        logins.end_login(db.session, the_reader.login_id, clock.now())
        db.session.commit()
    session.end()
    if opened is not None:
        leaving.keep(cookie, opened)
    response = make_response(redirect(url_for("oidc.signed_out" if opened else "pages.start")))
    response.headers["Clear-Site-Data"] = '"cache"'
    return link.put_down(response)


@bp.get("/personal/uppdrag")
@access.signed_in("staff")
def assignments() -> ResponseReturnValue:
    """Which of one's assignments to work under, where the card has not said it."""
    mine = (
        domain.assignments_of(db.session, the_reader.staff_id, clock.today()) if the_reader.staff_id else []
    )
    return render_template("accounts/assignments.html", assignments=mine)


@bp.post("/personal/uppdrag")
@access.signed_in("staff")
def take_assignment() -> ResponseReturnValue:
    try:
        assignment_id = UUID(request.form.get("uppdrag", ""))
    except ValueError:
        abort(404)
    token = logins.take_assignment(db.session, the_reader, assignment_id, clock.now())
    if token is None:
        abort(404)
    db.session.flush()
    found = logins.reader_of(db.session, token, clock.now()) or abort(404)
    logout.follow(db.session, the_reader.login_id, found[0].login_id)
    db.session.commit()
    session.begin(token)
    return redirect(own_page(found[0]))


@bp.route("/p/<uuid:person_id>/installningar", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.SETTINGS_SET)
def settings(person_id: UUID) -> ResponseReturnValue:
    chosen = domain.chosen_by(db.session, person_id)
    form = SettingsForm(obj=chosen)
    form.offer(chosen.municipality)
    if form.validate_on_submit():
        wanted = domain.Chosen(form.lock_screen.data, form.municipality.data or "", form.no_broadcasts.data)
        domain.choose(db.session, person_id, wanted)
        if wanted.no_broadcasts:
            opting_out.end_those_that_come(db.session, person_id, clock.now())
        db.session.commit()
        flash(plain("Sparat."))
        return redirect(url_for(".settings", person_id=person_id))
    return render_template("accounts/settings.html", form=form)
