"""Who to call, for everybody: without signing in, and kept on the phone for when there is no net."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.contacts import words as contact_words
from webapp.core import clock, db
from webapp.core.access import public, reader
from webapp.directory import near, numbers, words

bp = Blueprint("directory", __name__)


@bp.get("/ring")
@public
def ring() -> ResponseReturnValue:
    shown = numbers.public_numbers()
    return render_template(
        "directory/ring.html",
        groups={group: [each for each in shown if each.group == group] for group in numbers.GROUPS},
        emergency=numbers.number(numbers.EMERGENCY),
        advice=numbers.number(numbers.ADVICE),
        municipalities=numbers.municipalities(),
        checked_on=min(each.checked_on for each in shown),
    )


@bp.get("/nara-mig")
@public
def near_me() -> ResponseReturnValue:
    """What there is in one municipality: the one asked for, else the reader's own."""
    now, municipality = clock.now(), _municipality()
    return render_template(
        "directory/near.html",
        places=near.places_in(db.current(), municipality, now) if municipality else [],
        municipality=municipality,
        municipalities=[each.name for each in numbers.municipalities()],
        kinds=words.KINDS,
        hours=contact_words.hours,
        now=clock.local(now),
        advice=numbers.number(numbers.ADVICE),
    )


def _municipality() -> str:
    """Only one of the county's; empty where nothing is chosen."""
    who = reader()
    wanted = request.args.get("kommun") or (who.municipality if who else "")
    return next((each.name for each in numbers.municipalities() if each.name == wanted), "")
