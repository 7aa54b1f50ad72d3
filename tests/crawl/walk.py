"""Everybody's way through the app: each link that a reader is shown is followed, each button noted."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from html.parser import HTMLParser

from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.people import Guest, Visitor

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
BRITTAS_OTHER = "britta på Pajala hälsocentral"
CITIZENS = ("aino", "eino", "elle", "jon", "gun", "rolf", "vera", "lisa", "marit", "sara")
STAFF = ("nils", "britta", BRITTAS_OTHER, "mats", "anna", "tor", "johan", "ulla", "eva", "lena", "karin")
CHANGING = re.compile(r'name="csrf_token" value="[^"]*"')
MOST = 400  # pages of one reader; far more than there are


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, where it leads, and the body: of a refusal, without what differs from answer to answer."""

    status: int
    location: str
    body: str


@dataclass
class Way:
    """What one reader came across: pages by address, and buttons by address with their hidden fields."""

    guest: Guest
    pages: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    @cached_property
    def token(self) -> str:
        return self.guest.token()

    def ask(self, path: str) -> Answer:
        """What this reader is answered at an address, asked once."""
        if path not in self.answers:
            answer = self.guest.get(path)
            text = text_of(answer)
            body = CHANGING.sub("", UUID.sub("…", text)) if answer.status_code != 200 else text
            self.answers[path] = Answer(answer.status_code, UUID.sub("…", answer.location or ""), body)
        return self.answers[path]


class Reading(HTMLParser):
    """The links and the forms of a page."""

    def __init__(self, address: str, page: str) -> None:
        super().__init__()
        self._address = address
        self.links: list[str] = []
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and said.get("href", "").startswith("/"):
            self.links.append(unescape(said["href"]).partition("#")[0])
        elif tag == "form" and said.get("method", "").lower() == "post":
            self._form = self.forms.setdefault(said.get("action") or self._address, {})
        elif self._form is not None and said.get("name") and _is_pressed(tag, said):
            self._form[said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def _is_pressed(tag: str, said: dict[str, str]) -> bool:
    return tag == "button" or (tag == "input" and said.get("type") in {"hidden", "submit"})


def come_in(visit: Visitor, name: str) -> Guest:
    """A browser of this reader's; Britta has one at each of her two units."""
    guest = visit(name.partition(" ")[0])
    if name == BRITTAS_OTHER:
        page = guest.page("/personal/")
        assert guest.post("/personal/uppdrag", {"uppdrag": _pajala(page)}).status_code == 302
    return guest


def _pajala(page: str) -> str:
    found = re.search(r'value="([0-9a-f-]{36})"[^>]*>(?:(?!value=).)*?Pajala', page, re.DOTALL)
    assert found, "Pajala stands among her units"
    return found[1]


def walk(guest: Guest, starts: list[str]) -> Way:
    """Follow every link from the reader's first pages."""
    way, ahead, met = Way(guest), list(starts), set(starts)
    while ahead:
        path = ahead.pop()
        answer = guest.get(path)
        if answer.status_code != 200 or not _is_page(answer):
            continue
        way.pages[path] = text_of(answer)
        assert len(way.pages) < MOST, path
        found = Reading(path, way.pages[path])
        for action, fields in found.forms.items():
            way.buttons.setdefault(action, fields)
        for link in found.links:
            if link not in met:
                met.add(link)
                ahead.append(link)
    return way


def _is_page(answer: TestResponse) -> bool:
    return answer.mimetype in ("text/html", "application/pdf", "application/fhir+json")


def text_of(answer: TestResponse) -> str:
    """What somebody who has the answer can read in it."""
    if answer.mimetype != "application/pdf":
        return answer.text
    read = PdfReader(io.BytesIO(answer.data))
    return "\n".join([str(read.metadata), *(page.extract_text() for page in read.pages)])


def everybody(visit: Visitor) -> dict[str, Way]:
    ways = {}
    for name in CITIZENS:
        guest = come_in(visit, name)
        ways[name] = walk(guest, [f"{guest.p}/idag", f"{guest.p}/mer", "/mina"])
    for name in STAFF:
        ways[name] = walk(come_in(visit, name), ["/personal/", "/personal/ingen-vard"])
    ways["a stranger"] = walk(visit.stranger(), ["/"])
    return ways
