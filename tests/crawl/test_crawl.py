"""Everything anybody can reach is tried by everybody else: nobody reads a word that is not for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests import databases
from tests.conftest import NOON, of_its_own, settings
from tests.crawl.marks import MARK, Mark, plant
from tests.crawl.walk import UUID, Answer, Way, everybody
from tests.people import Visitor
from webapp import create_app
from webapp.core import clock
from webapp.core.db import EXTENSION, Base, Database

pytestmark = pytest.mark.slow

DOORS = (
    "/p/",
    "/personal/person/",
    "/personal/skicka/",
    "/personal/skickat/",
    "/personal/kod/",
)  # then a person
NOT_COMPARED = {"login", "tries"}  # the last use of a sign-in, and the counts of tries


@dataclass
class County:
    """The invented people with their marks, and everybody's way through the app."""

    database: Database
    ways: dict[str, Way]
    marks: dict[str, Mark]

    @property
    def pages(self) -> set[str]:
        return {path for way in self.ways.values() for path in way.pages}


@pytest.fixture(scope="module", params=databases.KINDS)
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """Walked once for all the questions below, which change nothing."""
    with of_its_own(request, tmp_path_factory.mktemp("county")) as url:
        app = create_app(settings(url))
        database: Database = app.extensions[EXTENSION]
        with clock.frozen(NOON):
            with database.writing() as session:
                marks = plant(session)
            yield County(database, everybody(Visitor(app)), marks)
        database.dispose()


def worth_trying(way: Way, addresses: Iterable[str]) -> list[str]:
    """Of what belongs to somebody whose pages this reader has no way into at all, one address of each kind will do:
    the door is the person, and is asked before anything behind it. Of all others every address, whatever is asked of
    it after the question mark: there stands only which page one comes from."""
    known = {found[0] for path in way.pages if (found := UUID.search(path))}
    tried: set[str] = set()
    chosen = []
    for address in sorted(addresses):
        found, kind = UUID.search(address), address.partition("?")[0]
        if found and address.startswith(DOORS) and found[0] not in known:
            kind = found[0] + UUID.sub("…", kind)
        if kind not in tried:
            tried.add(kind)
            chosen.append(address)
    return chosen


def leaks(county: County, name: str, path: str, page: str) -> list[str]:
    seen = {county.marks[mark] for mark in MARK.findall(page)}
    return [
        f"{name} reads {mark.where} of {mark.owner} at {UUID.sub('…', path)}"
        for mark in seen
        if name not in mark.readers
    ]


def test_everybody_comes_across_their_own(county: County) -> None:
    """Else nothing below would show anything."""
    for name in ("aino", "eino", "elle", "jon", "gun", "rolf"):
        read = {
            county.marks[mark] for page in county.ways[name].pages.values() for mark in MARK.findall(page)
        }
        assert {mark.where for mark in read if mark.owner == name} >= {
            "answer_version.words",
            "person.called",
        }
    assert any(
        county.marks[m].owner == "aino" for p in county.ways["nils"].pages.values() for m in MARK.findall(p)
    )
    assert [name for name, way in county.ways.items() if not way.buttons] == []


def test_nobody_reads_a_word_that_is_not_for_them(county: County) -> None:
    found: list[str] = []
    for name, way in county.ways.items():
        for path in worth_trying(way, county.pages):
            page = way.pages.get(path)
            found += leaks(county, name, path, way.ask(path).body if page is None else page)
    assert not found, "\n".join(sorted(set(found)))


def test_what_is_anothers_answers_like_what_never_existed(county: County) -> None:
    told: list[str] = []
    compared = 0
    for name, way in county.ways.items():
        nobodys: dict[str, Answer] = {}
        for path in worth_trying(way, county.pages - set(way.pages)):
            theirs, kind = way.ask(path), UUID.sub("…", path)
            if kind == path or theirs.status == 200:
                continue  # not linked to from where they are, but theirs: the marks say whether it may be
            if kind not in nobodys:
                nobodys[kind] = way.ask(UUID.sub(lambda _: str(uuid4()), path))
            compared += 1
            if theirs != nobodys[kind]:
                told.append(f"{name}: {kind} {theirs.status} {nobodys[kind].status}")
    assert compared > 1000
    assert not told, "\n".join(sorted(set(told)))


def test_nobody_presses_a_button_that_is_not_theirs(county: County) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    buttons: dict[str, dict[str, str]] = {}
    for name, way in county.ways.items():
        for action, fields in way.buttons.items():
            seen[action].add(name)
            buttons[action] = fields
    before = everything(county.database)
    wrong: list[str] = []
    for name, way in county.ways.items():
        for action in worth_trying(way, buttons):
            if name in seen[action] or not UUID.search(action):
                continue
            fields = buttons[action]
            answer = way.guest.client.post(action, data={**fields, "csrf_token": way.token})
            to_sign_in = answer.status_code == 302 and answer.location.startswith("/logga-in")
            if answer.status_code != 404 and not to_sign_in:
                wrong.append(f"{name} presses {UUID.sub('…', action)}: {answer.status_code}")
    assert not wrong, "\n".join(sorted(set(wrong)))
    assert everything(county.database) == before


def everything(database: Database) -> dict[str, list[Any]]:
    """Every row there is, but for what any visit may touch."""
    with database.read() as session:
        return {
            table.name: [
                tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
            if table.name not in NOT_COMPARED
        }
