"""What staff send when they begin a plan, for the tests of beginning and of what follows from it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from sqlalchemy import select

from tests.people import Guest
from webapp.core.db import Database
from webapp.directory.models import Unit
from webapp.plans.starters import files
from webapp.plans.starters.shape import Starter


def starter(key: str) -> Starter:
    found = files.starter(key)
    assert found
    return found


def address(person: object, key: str = "arjeplog-hjartsvikt") -> str:
    return f"/personal/person/{person}/plan/ny/{starter(key).mark}"


def unit_id(database: Database, name: str) -> str:
    with database.read() as session:
        return str(session.scalars(select(Unit.id).where(Unit.name == name)).one())


class Standing(HTMLParser):
    """What a browser would send of the page's main form if nothing were changed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, Any] = {}
        self._name, self._is_text = "", False
        begins = page.index('<form class="stack"')
        self.feed(page[begins : page.index("</form>", begins)])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name = said.get("name") or ""
        if tag == "option":
            if "selected" in said:
                self.sent[self._name] = said.get("value") or ""
        elif tag in ("select", "textarea"):
            self._name, self._is_text = name, tag == "textarea"
            self.sent.setdefault(name, "")
        elif tag == "input" and name != "csrf_token":
            if said.get("type") not in ("checkbox", "radio"):
                self.sent[name] = said.get("value") or ""
            elif "checked" in said:
                self.sent.setdefault(name, []).append(said.get("value") or "y")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._name = ""

    def handle_data(self, data: str) -> None:
        if self._name and self._is_text and data.strip():
            self.sent[self._name] = data.strip()


def filled(guest: Guest, path: str, **more: Any) -> dict[str, Any]:
    """The form as it stands, with what staff and the person then agree on."""
    agreed = {"given_by": "self", "how": "oral", "informed": "y", "assessed_by": "Britta, distriktssköterska"}
    return Standing(guest.page(path)).sent | agreed | more
