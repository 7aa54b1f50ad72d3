"""Ready texts (mallar): staff read them, administrators write them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts.models import Duty
from webapp.broadcasts import domain, templates
from webapp.broadcasts.forms import TemplateForm
from webapp.broadcasts.models import Template
from webapp.core import clock, db
from webapp.core.access import signed_in, the_reader
from webapp.core.i18n import LANGUAGES, plain
from webapp.core.security import keeps_typed
from webapp.staff.administration import Act, write_down

bp = Blueprint("templates", __name__, url_prefix="/personal/mallar")
administrators = signed_in("staff", Duty.ADMINISTRATOR)


@bp.get("")
@signed_in("staff")
def show_all() -> ResponseReturnValue:
    """Every ready text, and the languages that it lacks."""
    found = [(each, domain.texts_of(each.texts)) for each in templates.offered(db.session)]
    return render_template(
        "broadcasts/templates.html",
        found=found,
        names=LANGUAGES,
        may_write=the_reader.duty == Duty.ADMINISTRATOR,
    )


@bp.route("/ny", methods=["GET", "POST"])
@keeps_typed
@administrators
def new() -> ResponseReturnValue:
    form = TemplateForm()
    if form.validate_on_submit():
        now, name = clock.now(), form.name.data or ""
        if templates.add(db.session, the_reader, name, form.typed(), form.once_id, now):
            write_down(db.session, the_reader, Act.TEMPLATE_WRITTEN, name, now)
        return _saved()
    return render_template("broadcasts/template.html", form=form, template=None)


@bp.route("/<uuid:template_id>", methods=["GET", "POST"])
@keeps_typed
@administrators
def change(template_id: UUID) -> ResponseReturnValue:
    template = _template(template_id)
    texts = {f"text_{language}": text for language, text in domain.texts_of(template.texts).items()}
    form = TemplateForm(data={"name": template.name, "revision": template.revision, **texts})
    if form.validate_on_submit():
        name, revision, now = form.name.data or "", form.revision.data or 0, clock.now()
        try:
            templates.change(db.session, the_reader, template, name, form.typed(), revision, now)
        except templates.Changed:
            form.form_errors.append(plain("Någon annan har ändrat mallen. Ladda om sidan och skriv på nytt."))
        else:
            write_down(db.session, the_reader, Act.TEMPLATE_WRITTEN, name, now)
            return _saved()
    return render_template("broadcasts/template.html", form=form, template=template)


@bp.post("/<uuid:template_id>/ta-bort")
@administrators
def retire(template_id: UUID) -> ResponseReturnValue:
    """Offered to nobody any more; what has been sent from it stays as it was."""
    template, now = _template(template_id), clock.now()
    templates.retire(db.session, the_reader, template, now)
    write_down(db.session, the_reader, Act.TEMPLATE_RETIRED, template.name, now)
    db.session.commit()
    flash(plain("Mallen är borttagen."))
    return redirect(url_for(".show_all"))


def _template(template_id: UUID) -> Template:
    return templates.of_id(db.session, template_id) or abort(404)


def _saved() -> ResponseReturnValue:
    db.session.commit()
    flash(plain("Sparat."))
    return redirect(url_for(".show_all"))
