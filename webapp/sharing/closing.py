"""The page that relatives come to when a person's pages are closed for good."""

from __future__ import annotations

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from webapp.core.access import CLOSING, Sight
from webapp.directory import numbers


def init_app(app: Flask) -> None:
    app.extensions[CLOSING] = page


def page(opened: Sight) -> ResponseReturnValue:
    """That it is closed; why, for whoever presses; and where to turn. Nothing of what stood there."""
    carers = [each for each in numbers.public_numbers() if each.group == "carers"]
    return render_template("sharing/closed.html", called=opened.called, carers=carers)
