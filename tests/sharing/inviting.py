"""Inviting, in the tests: the form's fields, and the link as it stands on the page."""

from __future__ import annotations

import re
from typing import Any

from tests.people import Guest

FIELDS = {"what_matters": "0", "plan": "1", "contacts": "1", "reminders": "0", "until": "12"}


def invite(person: Guest, **fields: Any) -> str:
    """The person makes an invitation; the path of its link."""
    made = person.post(f"{person.p}/delning/bjud-in", {**FIELDS, **fields})
    assert made.location == f"{person.p}/delning/inbjudan", made.text
    found = re.search(r'value="http://localhost(/inbjudan/[\w-]+)"', person.page(made.location))
    assert found
    return found[1]


def open_link(guest: Guest, link: str) -> str:
    """Opening it: the page one comes to."""
    moved = guest.get(link)
    assert moved.location == "/inbjudan"
    return guest.page("/inbjudan")


def accept(guest: Guest, link: str) -> None:
    open_link(guest, link)
    assert guest.post("/inbjudan", {"svar": "ja"}).location == "/mina"


def only_button(person: Guest, word: str) -> str:
    """The address of the one button on the person's page that ends in `word`."""
    (found,) = set(re.findall(rf'action="([^"]*/{word})"', person.page(f"{person.p}/delning")))
    return str(found)


def confirm(person: Guest) -> None:
    assert person.post(only_button(person, "ja")).location == f"{person.p}/delning"
