"""Who to call, for everybody: without signing in, and kept on the phone for when there is no net."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.core.access import public
from webapp.directory import numbers

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
