"""The public pages stand by themselves here: what the rest of the house gives them are stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import StrictUndefined
from markupsafe import Markup

import webapp.pages
from webapp.core import i18n, limits
from webapp.pages import routes
from webapp.pages.errors import error_page

ELSEWHERE = {
    "directory.ring": "/ring",
    "accounts.sign_in": "/logga-in",
    "accounts.sign_out": "/logga-ut",
    "today.show": "/p/<uuid:person_id>/idag",
    "worse.show": "/p/<uuid:person_id>/om-det-blir-samre",
    "work_list.show": "/personal/",
}


@dataclass(frozen=True)
class Number:
    number: str
    what: str
    life: bool


URGENT = (Number("112", "Fara för liv", True), Number("1177", "Råd om vård", False))
AINO = UUID(int=1)
EINO = UUID(int=2)


@pytest.fixture
def context() -> dict[str, Any]:
    """What create_app would tell every template; a test may change it before asking for a page."""
    return {"reader": None, "seen": None, "sky": "dag"}


@pytest.fixture
def told() -> list[tuple[str, str]]:
    """What has been told through /fel."""
    return []


@pytest.fixture
def app(
    monkeypatch: pytest.MonkeyPatch, context: dict[str, Any], told: list[tuple[str, str]]
) -> Iterator[Flask]:
    root = Path(webapp.pages.__file__).parent.parent
    app = Flask("webapp", root_path=str(root), static_folder=None)
    app.config.update(TESTING=True, SECRET_KEY="only for the tests")
    app.jinja_env.undefined = StrictUndefined
    i18n.init_app(app, routes.device_language)
    app.jinja_env.globals["csrf"] = lambda: Markup('<input type="hidden" name="csrf_token" value="token">')
    app.extensions["naramig.urgent"] = lambda: URGENT
    app.extensions["naramig.feedback"] = lambda page, words, _: told.append((page, words))
    monkeypatch.setattr(limits, "may_try", lambda *_what: True)  # counting needs a database
    routes.init_app(app)
    for endpoint, address in ELSEWHERE.items():
        app.add_url_rule(address, endpoint, lambda **_parts: "")
    app.context_processor(lambda: context)
    app.register_error_handler(404, lambda _error: (error_page(404, URGENT), 404))
    app.register_error_handler(400, lambda _error: (error_page(400, URGENT), 400))
    yield app
    i18n.forget_catalogues()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def marit_sees_eino(context: dict[str, Any]) -> None:
    reader = SimpleNamespace(
        name="Marit", kind="citizen", person_id=AINO, unit_name=None, role=None, limited=False
    )
    context["reader"] = reader
    ties = SimpleNamespace(mandate="")
    context["seen"] = SimpleNamespace(person_id=EINO, called="Eino", is_self=False, young=False, ties=ties)
