"""What a plan starter holds: suggestions that staff and the person begin from, never a finished plan.

A starter is one local flow of the county's strategy. Its texts are data in several languages: see docs/starters.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from hashlib import sha256

from webapp.core.catalogues import catalogue
from webapp.directory.flows import Flow

SOURCE = "sv"  # the language that is never missing
LANGUAGES = ("sv", "fit", "se", "smj", "sma")
DOERS = ("me", "relative", "region", "kommun", "other")
ROLES = ("fast_vardkontakt", "fast_lakarkontakt", "fast_omsorgskontakt", "other")


@dataclass(frozen=True, slots=True)
class Said:
    """One text in the languages that have it; Swedish always does."""

    words: Mapping[str, str]

    @property
    def sv(self) -> str:
        return self.words[SOURCE]

    def text(self, wanted: str) -> str:
        """In a language: the file's own words, else the catalogue's, else Swedish."""
        return self.words.get(wanted) or catalogue(wanted).texts.get(self.sv) or self.sv

    def language(self, wanted: str) -> str:
        """The language that `text` comes in: the wanted one, or Swedish openly."""
        return wanted if wanted in self.words or self.sv in catalogue(wanted).texts else SOURCE


@dataclass(frozen=True, slots=True)
class Suggested:
    """A reminder that goes with a row: it begins when the person has said yes to that row."""

    text: Said
    why: Said
    how: Said
    if_not: Said
    times: tuple[time, ...]
    weekdays: frozenset[int]  # 0 is Monday
    weeks: int


@dataclass(frozen=True, slots=True)
class Effort:
    """A row to propose: what, who does it, how often, and which of the person's contacts it belongs to."""

    what: Said
    doer: str
    how_often: Said | None
    contact: str
    flow: Flow | None  # None: the plan's own
    reminder: Suggested | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A goal to talk about: the question, and how an answer could sound in the person's words."""

    ask: Said
    words: Said
    noticed_by: Said


@dataclass(frozen=True, slots=True)
class Worse:
    """If it gets worse: the two questions, and how answers could sound."""

    signs_ask: Said
    signs: Said
    do_ask: Said
    do: Said


@dataclass(frozen=True, slots=True)
class Starter:
    """One local flow. `key` is its file's name; `places` are the municipalities that worked it out."""

    key: str
    name: Said
    places: tuple[str, ...]
    flow: Flow
    read_by_speakers: tuple[str, ...]  # languages that somebody who speaks them has read; others are drafts
    contacts: tuple[str, ...]
    situation: Said
    worse: Worse
    goals: tuple[Wish, ...]
    rows: tuple[Effort, ...]

    @property
    def mark(self) -> str:
        """What stands in an address: the name of a flow beside a person's id would say what they suffer from."""
        return sha256(self.key.encode()).hexdigest()[:10]
