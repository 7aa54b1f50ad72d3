"""The public pages, and what a browser asks for by itself: manifest, service worker, pictures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Protocol, cast
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from webapp.core import clock, limits
from webapp.core.access import public
from webapp.core.i18n import LANGUAGES, _l, catalogue_state, language, plain
from webapp.core.security import keeps_typed
from webapp.pages import assets, sky, statement, telephone
from webapp.pages.assets import Assets
from webapp.pages.forms import MOST_PAGE, FeedbackForm
from webapp.pages.manifest import manifest_for
from webapp.pages.worker import worker_script

COOKIE = "__Host-sprak"
YEAR = 365 * 24 * 3600

bp = Blueprint("pages", __name__)


class UrgentNumber(Protocol):
    """A number that stands on every public page: 112 and 1177, from the directory's dated file."""

    number: str
    what: str
    life: bool


def init_app(app: Flask) -> None:
    """Serve the public pages and the static files.

    Others may put into `app.extensions`: "naramig.urgent", () -> the numbers on the start and error pages;
    "naramig.language_chosen", (code) -> None, which keeps it for the signed-in person;
    "naramig.feedback", (page, words, id) -> None: the same id again is the same message.
    """
    assets.init_app(app)
    app.add_template_global(sky.theme_colours, "theme_colours")
    app.add_template_filter(telephone.tel_href, "tel_href")
    app.register_blueprint(bp)


def urgent() -> Sequence[UrgentNumber]:
    """The numbers to show when nothing else helps; none until the directory has given them."""
    give = cast(Callable[[], Sequence[UrgentNumber]] | None, current_app.extensions.get("naramig.urgent"))
    return give() if give else ()


def local_path(target: str | None) -> str:
    """`target` if it is a path of our own, else the start page: nobody is sent away by a forged form."""
    path = (target or "").strip()
    try:
        parts = urlsplit(path)
    except ValueError:  # such as "//[": no address at all
        return "/"
    foreign = parts.scheme or parts.netloc or "\\" in path or any(ord(sign) < 32 for sign in path)
    return path if path.startswith("/") and not path.startswith("//") and not foreign else "/"


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    local = clock.local(clock.now())
    return render_template("pages/start.html", urgent=urgent(), sky=sky.sky(local))


@bp.get("/sprak")
@public
def languages() -> ResponseReturnValue:
    states = {code: catalogue_state(code) for code in LANGUAGES}
    return render_template("pages/languages.html", states=states)


@bp.post("/sprak")
@public
def set_language() -> ResponseReturnValue:
    """Keep the chosen language on the device, and for the person who is signed in."""
    code = request.form.get("sprak", "")
    if code not in LANGUAGES:
        abort(400)
    keep = cast(Callable[[str], None] | None, current_app.extensions.get("naramig.language_chosen"))
    if keep:
        keep(code)
    response = redirect(local_path(request.form.get("next")))
    response.set_cookie(COOKIE, code, max_age=YEAR, secure=True, httponly=True, samesite="Lax", path="/")
    return response


def device_language() -> str | None:
    """The language kept on this device, or None; for the app's choice of language."""
    code = request.cookies.get(COOKIE)
    return code if code in LANGUAGES else None


@bp.get("/tillganglighet")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("pages/accessibility.html", statement=statement)


@bp.get("/integritet")
@public
def privacy() -> ResponseReturnValue:
    return render_template("pages/privacy.html", urgent=urgent())


@bp.route("/fel", methods=["GET", "POST"])
@keeps_typed
@public
def feedback() -> ResponseReturnValue:
    form = FeedbackForm()
    if form.validate_on_submit() and _may_tell(form):
        page, words = form.value()
        current_app.extensions["naramig.feedback"](page, words, form.once_id)
        flash(plain("Tack. Det du skrev är skickat."), "good")
        return redirect(url_for(".feedback"))
    if request.method == "GET":
        form.page.data = request.args.get("sida", "")[:MOST_PAGE]
    return render_template("pages/feedback.html", form=form)


def _may_tell(form: FeedbackForm) -> bool:
    """Whether one more message may come from here now; if not, the form says so and keeps what was typed."""
    if limits.may_try("feedback", "10 per hour"):
        return True
    form.words.errors = [_l("Du har skickat många meddelanden. Vänta en timme och försök igen.")]
    return False


@bp.get("/offline")
@public
def offline() -> ResponseReturnValue:
    return render_template("pages/offline.html", urgent=urgent())


@bp.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """The manifest; the language is in the address, since browsers fetch it without cookies."""
    code = request.args.get("sprak", "")
    made = manifest_for(code if code in LANGUAGES else language(), _assets().url)
    body = json.dumps(made, ensure_ascii=False)
    return Response(body, content_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


@bp.get("/sw.js")
@public
def service_worker() -> ResponseReturnValue:
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
    response = Response(
        worker_script(_assets()), content_type="text/javascript; charset=utf-8", headers=headers
    )
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """For browsers that ask without reading the page: the mark, as a picture they all can show."""
    return _assets().answer("icon-192.png")


def _assets() -> Assets:
    return cast(Assets, current_app.extensions["naramig.assets"])
