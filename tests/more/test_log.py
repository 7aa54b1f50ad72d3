"""The log as the person reads it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import NOON
from tests.people import Visitor
from webapp.core import clock
from webapp.more.looked import PAGES, SAME_PAGE

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _said(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def test_the_person_reads_who_looked_by_role_and_unit_and_a_relative_by_name(
    app: Flask, visit: Visitor
) -> None:
    aino, nils = visit("aino"), visit("nils")
    for page in ("idag", "plan", "plan"):
        nils.page(f"{aino.p}/{page}")
    with clock.frozen(NOON + timedelta(minutes=10)):
        visit("lisa").page(f"{aino.p}/kontakter")
    with clock.frozen(NOON + timedelta(hours=2)):
        visit("nils").page(f"{aino.p}/viktigt")
        said = _said(visit("aino").page(f"{aino.p}/logg"))
    assert "Distriktssköterska, Arjeplogs hälsocentral Öppnade: Idag, Plan" in said
    assert said.index("Viktigt") < said.index("Lisa") < said.index("Idag, Plan")  # the newest first
    assert "Nils" not in said  # staff stand by role and unit


@ON_SQLITE
def test_the_log_comes_a_page_at_a_time(app: Flask, visit: Visitor) -> None:
    aino, nils = visit("aino"), visit("nils")
    for hour in range(27):
        with clock.frozen(NOON + timedelta(hours=hour)):
            for sub in ("nils", "anna"):
                nils = visit(sub)
                nils.page(f"{aino.p}/plan")
    with clock.frozen(NOON + timedelta(hours=30)):
        aino = visit("aino")
        assert "Äldre" in aino.page(f"{aino.p}/logg")
        assert "Nyare" in aino.page(f"{aino.p}/logg?sida=2")
        for page in ("0", "-1", "x", "9" * 5000, "1000", "", "%00", "٣"):
            assert aino.get(f"{aino.p}/logg?sida={page}").status_code == 200, page


@ON_SQLITE
def test_nobody_has_looked_at_somebody_new(app: Flask, visit: Visitor) -> None:
    vera = visit("vera")
    assert "Ingen annan har tittat" in vera.page(f"{vera.p}/logg")


@ON_SQLITE
def test_every_page_of_the_log_has_a_name_people_know(app: Flask) -> None:
    personal = {
        rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules() if "person_id" in rule.arguments
    }
    only_ones_own = {"accounts", "sharing", "phones"}
    assert personal - only_ones_own <= set(PAGES) | set(SAME_PAGE)


@ON_SQLITE
def test_more_shows_the_ways_that_are_open_to_the_reader(app: Flask, visit: Visitor) -> None:
    aino = visit("aino")
    mine = aino.page(f"{aino.p}/mer")
    for page in ("paminnelser", "delning", "logg", "installningar"):
        assert f'href="{aino.p}/{page}"' in mine
    for sub in ("lisa", "nils"):
        theirs = visit(sub).page(f"{aino.p}/mer")
        for page in ("delning", "logg", "installningar"):
            assert f'href="{aino.p}/{page}"' not in theirs, (sub, page)
