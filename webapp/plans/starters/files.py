"""The starters' data files, read and checked: a fault names the file, the place in it and what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from webapp.directory.flows import PLANS, Flow
from webapp.plans.starters.shape import (
    DOERS,
    LANGUAGES,
    ROLES,
    SOURCE,
    Effort,
    Said,
    Starter,
    Suggested,
    Wish,
    Worse,
)

DATA = Path(__file__).parent / "data"
MOST_TEXT = 300  # characters, as the forms take
MOST_NAME = 80
MOST_REMINDER = 120
MOST_ROWS = 12
MOST_GOALS = 4
LONGEST = 52  # weeks
T = TypeVar("T")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class BadStarter(ValueError):
    """A data file cannot be used; the message names file, key and fault."""


class Part:
    """One table of a file, taken key by key, so that a misspelt key is found too."""

    def __init__(self, where: str, facts: Any) -> None:
        self.where = where
        if not isinstance(facts, Mapping):
            raise BadStarter(f"{where}: should be a table")
        self._left = dict(facts)

    def fault(self, key: str, what: str) -> BadStarter:
        return BadStarter(f"{self.where}{key}: {what}")

    def take(self, key: str, kind: type, missing: Any = None) -> Any:
        if key not in self._left:
            if missing is None:
                raise self.fault(key, "is missing")
            return missing
        found = self._left.pop(key)
        if not isinstance(found, kind) or isinstance(found, bool):
            raise self.fault(key, f"should be {kind.__name__}")
        return found

    def one_of(self, key: str, choices: Sequence[str], missing: str | None = None) -> str:
        found: str = self.take(key, str, missing)
        if found not in choices and found != missing:
            raise self.fault(key, f"{found!r} is none of {', '.join(choices)}")
        return found

    def some_of(self, key: str, choices: Sequence[str]) -> tuple[str, ...]:
        found = tuple(self.take(key, list))
        for each in found:
            if each not in choices:
                raise self.fault(key, f"{each!r} is none of {', '.join(choices)}")
        return found

    def said(self, key: str, most: int = MOST_TEXT) -> Said:
        words = self.take(key, dict)
        for language, text in words.items():
            if language not in LANGUAGES:
                raise self.fault(f"{key}.{language}", f"is none of our languages: {', '.join(LANGUAGES)}")
            if not isinstance(text, str) or not text.strip() or text != text.strip() or "\n" in text:
                raise self.fault(f"{key}.{language}", "should be words on one line, without space around")
            if len(text) > most:
                raise self.fault(f"{key}.{language}", f"has {len(text)} characters; {most} at most")
        if SOURCE not in words:
            raise self.fault(key, "has no Swedish (sv)")
        return Said(words)

    def maybe_said(self, key: str) -> Said | None:
        return self.said(key) if key in self._left else None

    def parts(self, key: str, most: int) -> Iterator[Part]:
        found = self.take(key, list)
        if not 1 <= len(found) <= most:
            raise self.fault(key, f"there should be 1 to {most}, and there are {len(found)}")
        for number, each in enumerate(found, start=1):
            yield Part(f"{self.where}{key} {number}: ", each)

    def part(self, key: str) -> Part | None:
        return Part(f"{self.where}{key}.", self._left.pop(key)) if key in self._left else None

    def nothing_left(self) -> None:
        for key in self._left:
            raise self.fault(key, "is no key that we know")


def read(key: str, text: str, places: Sequence[str]) -> Starter:
    """Read one file's text; `places` are the municipalities there are. Raises BadStarter."""
    name = f"{key}.toml"
    if not _KEY.fullmatch(key):
        raise BadStarter(f"{name}: the file's name should be a-z, 0-9 and hyphens")
    try:
        facts = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadStarter(f"{name}: {fault}") from fault
    whole = Part(f"{name}: ", facts)
    starter = Starter(
        key=key,
        name=whole.said("name", MOST_NAME),
        places=whole.some_of("places", places),
        flow=Flow(whole.one_of("flow", PLANS)),
        read_by_speakers=whole.some_of("read_by_speakers", LANGUAGES),
        contacts=whole.some_of("contacts", ROLES),
        situation=whole.said("situation"),
        worse=_worse(whole),
        goals=tuple(_whole(part, _wish) for part in whole.parts("goal", MOST_GOALS)),
        rows=tuple(_whole(part, _effort) for part in whole.parts("row", MOST_ROWS)),
    )
    whole.nothing_left()
    return starter


def _whole(part: Part, make: Callable[[Part], T]) -> T:
    made = make(part)
    part.nothing_left()
    return made


def _worse(whole: Part) -> Worse:
    part = whole.part("worse")
    if part is None:
        raise whole.fault("worse", "is missing")
    return _whole(
        part,
        lambda part: Worse(part.said("signs_ask"), part.said("signs"), part.said("do_ask"), part.said("do")),
    )


def _wish(part: Part) -> Wish:
    return Wish(part.said("ask"), part.said("words"), part.said("noticed_by"))


def _effort(part: Part) -> Effort:
    flow = part.one_of("flow", [str(flow) for flow in Flow], "")
    effort = Effort(
        what=part.said("what"),
        doer=part.one_of("doer", DOERS),
        how_often=part.maybe_said("how_often"),
        contact=part.one_of("contact", ROLES, ""),
        flow=Flow(flow) if flow else None,
        reminder=_whole(found, _suggested) if (found := part.part("reminder")) else None,
    )
    if effort.reminder is not None and effort.doer not in ("me", "relative"):
        raise part.fault("reminder", "belongs to what the person or a relative does")
    return effort


def _suggested(part: Part) -> Suggested:
    times, weeks = part.take("times", str).split(), part.take("weeks", int)
    if not 1 <= len(times) <= 4 or not all(_CLOCK.fullmatch(at) for at in times):
        raise part.fault("times", 'should be one to four times such as "08:00 20:00"')
    if not 1 <= weeks <= LONGEST:
        raise part.fault("weeks", f"should be 1 to {LONGEST}")
    return Suggested(
        text=part.said("text", MOST_REMINDER),
        why=part.said("why"),
        how=part.said("how"),
        if_not=part.said("if_not"),
        times=tuple(time.fromisoformat(at) for at in times),
        weekdays=_weekdays(part),
        weeks=weeks,
    )


def _weekdays(part: Part) -> frozenset[int]:
    """ "1-5": Monday to Friday; "1-4,7": those and Sunday."""
    said = part.take("days", str)
    days: set[int] = set()
    for piece in said.split(","):
        found = re.fullmatch(r"([1-7])(?:-([1-7]))?", piece)
        if found is None or (found[2] and found[2] <= found[1]):
            raise part.fault("days", 'should be such as "1-7", "1-5" or "2,4", where 1 is Monday')
        days.update(range(int(found[1]) - 1, int(found[2] or found[1])))
    return frozenset(days)


def read_all(folder: Path, places: Sequence[str]) -> Iterator[Starter | BadStarter]:
    """Every file of a folder by name: the starter, or what is wrong with it."""
    for path in sorted(folder.glob("*.toml")):
        try:
            yield read(path.stem, path.read_text("utf-8"), places)
        except UnicodeDecodeError:
            yield BadStarter(f"{path.name}: is not UTF-8")
        except BadStarter as fault:
            yield fault


@cache
def all_starters() -> tuple[Starter, ...]:
    """The county's starters, in the order of their files. Raises BadStarter."""
    from webapp.directory.numbers import municipalities

    found = []
    for each in read_all(DATA, [each.name for each in municipalities()]):
        if isinstance(each, BadStarter):
            raise each
        found.append(each)
    return tuple(found)


def starter(key: str) -> Starter | None:
    return next((each for each in all_starters() if each.key == key), None)


def marked(mark: str) -> Starter | None:
    """The one that this mark in an address stands for."""
    return next((each for each in all_starters() if each.mark == mark), None)


def for_unit(plans: Sequence[Flow], place: str) -> list[Starter]:
    """Those that a unit can begin, for the kinds of plan it takes part in: the person's own place first."""
    return sorted(
        (each for each in all_starters() if each.flow in plans),
        key=lambda each: (place not in each.places, each.name.sv, each.places),
    )


def texts(starter: Starter) -> list[Said]:
    """Everything that a starter says."""
    worse = starter.worse
    said = [starter.name, starter.situation, worse.signs_ask, worse.signs, worse.do_ask, worse.do]
    for goal in starter.goals:
        said += [goal.ask, goal.words, goal.noticed_by]
    for row in starter.rows:
        said += [row.what, *([row.how_often] if row.how_often else [])]
        if row.reminder:
            said += [row.reminder.text, row.reminder.why, row.reminder.how, row.reminder.if_not]
    return said


@cache
def known() -> Mapping[str, Said]:
    """What stands in the starters, by its Swedish words: a row left as it was can be read in any language."""
    return {said.sv: said for starter in all_starters() for said in texts(starter)}
