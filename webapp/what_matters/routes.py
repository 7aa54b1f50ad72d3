"""Viktigt för mig: the question, three prompts, and who may read."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.core import clock, db
from webapp.core.access import needs, sight
from webapp.core.forms import clean, has_strange_signs
from webapp.core.i18n import plain
from webapp.core.security import keeps_typed, survives_sign_in
from webapp.permissions import Permission
from webapp.what_matters import domain
from webapp.what_matters.forms import SharingForm, WordsForm
from webapp.what_matters.models import MOST_WORDS, Prompt
from webapp.what_matters.questions import QUESTIONS

bp = Blueprint("what_matters", __name__, url_prefix="/p/<uuid:person_id>/viktigt")


@bp.get("")
@needs(Permission.WHAT_MATTERS_SEE)
def show(person_id: UUID) -> ResponseReturnValue:
    words = domain.all_words(db.session, sight())
    return render_template("what_matters/show.html", words=words, questions=QUESTIONS)


@bp.route("/<prompt>", methods=["GET", "POST"])
@keeps_typed
@survives_sign_in
@needs(Permission.WHAT_MATTERS_WRITE)
def write(person_id: UUID, prompt: str) -> ResponseReturnValue:
    """Write or change the words; the version they were written from decides whether somebody was faster."""
    asked = _prompt(prompt)
    said = next(each for each in domain.all_words(db.session, sight()) if each.prompt is asked)
    if not domain.can_write(sight(), said):
        abort(404)
    form = WordsForm(data={"words": said.draft or said.words, "version": said.version})
    faster: domain.ChangedMeanwhile | None = None
    if form.validate_on_submit():
        try:
            words, version = form.words.data or "", form.version.data or 0
            domain.write(db.session, sight(), asked, words, version, clock.now())
        except domain.ChangedMeanwhile as changed:
            faster, form.version.data = changed, changed.version
            form.version.raw_data = None
        else:
            db.session.commit()
            flash(plain("Sparat."))
            if sight().is_self and (said.version == 0 or said.written_as):
                return redirect(url_for(".share", person_id=person_id, prompt=prompt))
            return redirect(url_for(".show", person_id=person_id))
    return render_template(
        "what_matters/write.html",
        form=form,
        question=QUESTIONS[asked],
        prompt=asked,
        said=said,
        faster=faster,
    )


@bp.post("/<prompt>/utkast")
@needs(Permission.WHAT_MATTERS_WRITE)
def keep_draft(person_id: UUID, prompt: str) -> ResponseReturnValue:
    """Kept while the person types; for them alone."""
    words = clean(request.form.get("words", ""))
    if len(words) > MOST_WORDS:
        abort(413)
    if has_strange_signs(words):
        abort(400)
    domain.keep_draft(db.session, sight(), _prompt(prompt), words, clock.now())
    db.session.commit()
    return "", 204


@bp.route("/<prompt>/vem", methods=["GET", "POST"])
@keeps_typed
@needs(Permission.WHAT_MATTERS_SHARE)
def share(person_id: UUID, prompt: str) -> ResponseReturnValue:
    asked = _prompt(prompt)
    said = next(each for each in domain.all_words(db.session, sight()) if each.prompt is asked)
    if not said.words:
        abort(404)
    form = SharingForm(data={"team": said.for_team, "relatives": said.for_relatives})
    if form.validate_on_submit():
        domain.share(db.session, sight(), asked, relatives=form.relatives.data, team=form.team.data)
        db.session.commit()
        flash(plain("Sparat. Det gäller direkt."))
        return redirect(url_for(".show", person_id=person_id))
    return render_template("what_matters/share.html", form=form, question=QUESTIONS[asked], said=said)


@bp.get("/<prompt>/tidigare")
@needs(Permission.WHAT_MATTERS_HISTORY)
def history(person_id: UUID, prompt: str) -> ResponseReturnValue:
    asked = _prompt(prompt)
    versions = domain.history(db.session, sight(), asked)
    if not versions:
        abort(404)
    return render_template("what_matters/history.html", versions=versions, question=QUESTIONS[asked])


@bp.post("/last/<uuid:version_id>")
@needs(Permission.WHAT_MATTERS_RECEIPT)
def give_receipt(person_id: UUID, version_id: UUID) -> ResponseReturnValue:
    if not domain.give_receipt(db.session, sight(), version_id, clock.now()):
        abort(404)
    db.session.commit()
    flash(plain("Personen ser nu att du har läst."))
    return redirect(url_for(".show", person_id=person_id))


def _prompt(word: str) -> Prompt:
    try:
        return Prompt(word)
    except ValueError:
        abort(404)
