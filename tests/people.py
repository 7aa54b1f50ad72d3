"""The invented people as visitors of the app: citizen, relatives with and without consent, staff."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from webapp.accounts.models import Account
from webapp.core.db import EXTENSION

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Guest:
    """One browser; `sub` is who has signed in, if anybody."""

    app: Flask
    sub: str = ""

    @cached_property
    def client(self) -> Any:
        return self.app.test_client()

    def get(self, path: str, **more: Any) -> TestResponse:
        response: TestResponse = self.client.get(path, **more)
        return response

    def page(self, path: str, **more: Any) -> str:
        """The page's text; a page that is not there fails the test."""
        response = self.get(path, **more)
        assert response.status_code == 200, (path, response.status_code, response.location)
        return response.text

    def token(self) -> str:
        """A form token of this browser's."""
        found = TOKEN.search(self.page("/ring"))
        assert found
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Press a button: the form with its token."""
        response: TestResponse = self.client.post(
            path, data={"csrf_token": self.token(), **(data or {})}, **more
        )
        return response

    def post_json(self, path: str, body: Any, **more: Any) -> TestResponse:
        response: TestResponse = self.client.post(
            path, json=body, headers={"X-CSRFToken": self.token()}, **more
        )
        return response

    @cached_property
    def id(self) -> UUID:
        """The id of the person who has signed in."""
        return person_id(self.app, self.sub)

    @property
    def p(self) -> str:
        """The beginning of this person's own addresses."""
        return f"/p/{self.id}"


def person_id(app: Flask, sub: str) -> UUID:
    with app.extensions[EXTENSION].read() as session:
        found = session.scalars(select(Account.person_id).where(Account.sub == sub)).one()
    assert isinstance(found, UUID)
    return found


@dataclass
class Visitor:
    """Opens browsers for people."""

    app: Flask

    def __call__(self, sub: str) -> Guest:
        guest = Guest(self.app, sub)
        response = guest.post("/logga-in/demo", {"person": sub})
        assert response.status_code == 302, response.text
        return guest

    def stranger(self) -> Guest:
        return Guest(self.app)

    def p(self, sub: str) -> str:
        """The beginning of a person's addresses."""
        return f"/p/{person_id(self.app, sub)}"
