"""Words and dates in the reader's language: Swedish is the source, and what is missing is shown in Swedish.

In templates `_()` gives text for an element. Where the reader's language lacks the text it comes as
`<span lang="sv">…</span>`, so that a screen reader changes voice. In attributes, titles, push messages and
code `plain()` gives the same words without the span; `lang_attr()` marks the element instead.

Catalogues are read from `translations/<language>/LC_MESSAGES/messages.po` when a language is first used, and
held as dictionaries: nothing to compile, and a lookup costs well under a microsecond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import flask_babel
from babel.numbers import format_decimal
from flask import Flask, Request, current_app, has_app_context, has_request_context, request, request_started
from markupsafe import Markup, escape

from webapp.core import clock
from webapp.core.catalogues import CatalogueState, Key, catalogue, catalogue_state
from webapp.core.locales import LANGUAGES, SOURCE, calendar_words, code_for, plural_index

__all__ = [
    "LANGUAGES",
    "SOURCE",
    "CatalogueState",
    "LazyText",
    "_",
    "_l",
    "catalogue_state",
    "code_for",
    "force_language",
    "forget_catalogues",
    "format_day",
    "format_day_numeric",
    "format_moment",
    "format_number",
    "format_ordinal",
    "format_time",
    "init_app",
    "is_missing",
    "lang_attr",
    "lang_of",
    "language",
    "month_name",
    "ngettext",
    "pgettext",
    "plain",
    "plain_n",
    "weekday_name",
]

Choose = Callable[[], str | None]
Text = TypeVar("Text", bound=str)

_NO_BREAK_HYPHEN = "\N{NON-BREAKING HYPHEN}"


# Which language

_current: ContextVar[str | None] = ContextVar("language", default=None)
_BEFORE = "naramig.language_before"  # in the request's environ: what was current outside this request
_CHOOSE = "naramig.choose_language"  # among the app's extensions


def language() -> str:
    """The code of the language now spoken: forced, else chosen for this request, else Swedish."""
    code = _current.get()
    if code is not None:
        return code
    if not has_request_context():
        return SOURCE
    request.environ.setdefault(_BEFORE, None)
    code = _wanted_by_browser(request) or SOURCE
    _current.set(code)  # before asking further: the page that tells of a fault there needs a language too
    choose: Choose | None = current_app.extensions.get(_CHOOSE)
    if choose is not None:
        code = code_for(choose()) or code
        _current.set(code)
    return code


def _wanted_by_browser(asked: Request) -> str | None:
    """The first of the browser's languages that we speak, by the reader's own order."""
    for tag, quality in asked.accept_languages:
        code = code_for(tag)
        if code and quality > 0:
            return code
    return None


@contextmanager
def force_language(code: str) -> Iterator[None]:
    """Speak one language for a while, as when a reminder goes out in its recipient's. Unknown is Swedish."""
    code = code_for(code) or SOURCE
    token = _current.set(code)
    try:
        with flask_babel.force_locale(code) if has_app_context() else nullcontext():
            yield
    finally:
        _current.reset(token)


def _begin_request(_app: Flask, **_extra: object) -> None:
    request.environ[_BEFORE] = _current.get()
    _current.set(None)
    flask_babel.refresh()


def _end_request(_error: BaseException | None) -> None:
    if _BEFORE in request.environ:
        _current.set(request.environ[_BEFORE])


# Texts

_MOST_KEPT = 5000  # far more than the app has: a guard should somebody pass a text that is not a constant


class _Shelf(dict[Key, Text]):
    """Texts of one language, each made ready at its first use."""

    def __init__(self, code: str, make: Callable[[str, Key], Text]) -> None:
        super().__init__()
        self._code = code
        self._make = make

    def __missing__(self, key: Key) -> Text:
        text = self._make(self._code, key)
        if len(self) < _MOST_KEPT:
            self[key] = text
        return text


def _swedish(key: Key) -> str:
    return key if isinstance(key, str) else key[1]


def _marked_swedish(text: str) -> Markup:
    return Markup('<span lang="sv">%s</span>') % text


def _make_plain(code: str, key: Key) -> str:
    return catalogue(code).texts.get(key) or _swedish(key)


def _make_marked(code: str, key: Key) -> Markup:
    if code == SOURCE:
        return escape(_swedish(key))
    text = catalogue(code).texts.get(key)
    return escape(text) if text is not None else _marked_swedish(_swedish(key))


_PLAIN: dict[str, _Shelf[str]] = {code: _Shelf(code, _make_plain) for code in LANGUAGES}
_MARKED: dict[str, _Shelf[Markup]] = {code: _Shelf(code, _make_marked) for code in LANGUAGES}


def forget_catalogues() -> None:
    """Read the files anew at the next use; for tests and the commands that write them."""
    catalogue.cache_clear()
    for code in LANGUAGES:
        _MARKED[code].clear()
        _PLAIN[code].clear()


def _filled(text: str, variables: Mapping[str, Any]) -> Markup:
    """Put variables into a text that is safe already; what is not Markup among them is escaped."""
    safe = {
        name: value if type(value) in (int, float) else escape(value) for name, value in variables.items()
    }
    return Markup(str.__mod__(text, safe))  # noqa: S704 - text and values are escaped


def _text(key: Key, variables: Mapping[str, Any]) -> Markup:
    text = _MARKED[language()][key]
    if not variables:
        return text
    try:
        return _filled(text, variables)
    except (KeyError, TypeError, ValueError):
        if language() == SOURCE:
            raise
        return _filled(_marked_swedish(_swedish(key)), variables)  # a translator's slip must not be a 500


def _(message: str, /, **variables: Any) -> Markup:
    """The text in the reader's language, for an element; Swedish in a marked span where it is missing.

    Text and variables are escaped; a variable that is Markup is kept. `%(name)s` is filled only when
    variables are given: a text without them may hold a plain %.
    """
    return _text(message, variables) if variables else _MARKED[_current.get() or language()][message]


def pgettext(context: str, message: str, /, **variables: Any) -> Markup:
    """As `_`, for a Swedish word of two meanings: the context tells the translator which."""
    return _text((context, message), variables)


def plain(message: str, /, **variables: Any) -> str:
    """The text in the reader's language, or in Swedish, without markup: for attributes, titles and push."""
    text = _PLAIN[language()][message]
    if not variables:
        return text
    try:
        return text % variables
    except (KeyError, TypeError, ValueError):
        if language() == SOURCE:
            raise
        return message % variables


def _plural(one: str, many: str, n: int) -> tuple[str, bool]:
    """The form that goes with `n`, and whether it had to be Swedish."""
    code = language()
    if code != SOURCE:
        forms = catalogue(code).plurals.get(one)
        if forms:
            return forms[plural_index(code, n)], False
    return (one if n == 1 else many), code != SOURCE


def ngettext(one: str, many: str, n: int, /, **variables: Any) -> Markup:
    """As `_`, for counts: `ngettext("%(n)s sak", "%(n)s saker", n)`. The Sami languages have a dual."""
    variables = {"n": n, "num": n, **variables}
    form, is_swedish = _plural(one, many, n)
    try:
        return _filled(_marked_swedish(form) if is_swedish else escape(form), variables)
    except (KeyError, TypeError, ValueError):
        if language() == SOURCE:
            raise
        return _filled(_marked_swedish(one if n == 1 else many), variables)


def plain_n(one: str, many: str, n: int, /, **variables: Any) -> str:
    """As `ngettext`, without markup."""
    variables = {"n": n, "num": n, **variables}
    form, _is_swedish = _plural(one, many, n)
    try:
        return form % variables
    except (KeyError, TypeError, ValueError):
        if language() == SOURCE:
            raise
        return (one if n == 1 else many) % variables


class LazyText:
    """A text at module level, as in a form, found anew in the reader's language each time it is shown."""

    __slots__ = ("message", "variables")

    def __init__(self, message: str, variables: Mapping[str, Any]) -> None:
        self.message = message
        self.variables = variables

    def __html__(self) -> str:
        return _text(self.message, self.variables)

    def __str__(self) -> str:
        return plain(self.message, **self.variables)

    def __repr__(self) -> str:
        return f"LazyText({self.message!r})"

    def __mod__(self, more: Mapping[str, Any]) -> LazyText:
        """The same text with more variables: WTForms' own validators fill their messages this way."""
        return LazyText(self.message, {**self.variables, **more})


def _l(message: str, /, **variables: Any) -> LazyText:
    """A lazy text: marked when a template shows it, plain by `str()`."""
    return LazyText(message, variables)


def is_missing(message: str, context: str | None = None) -> bool:
    """Is this text shown in Swedish to a reader of another language?"""
    code = language()
    return code != SOURCE and ((context, message) if context else message) not in catalogue(code).texts


def lang_of(message: str, context: str | None = None) -> str:
    """The code of the language this text is shown in."""
    return SOURCE if is_missing(message, context) else language()


def lang_attr(message: str) -> Markup:
    """`lang="sv"` for an element whose attribute or text by `plain` is shown in Swedish, else nothing."""
    return Markup('lang="sv"') if is_missing(message) else Markup("")


# Days, times and figures


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _local_date(day: date) -> date:
    """The day itself, or the day an instant falls on in Stockholm. Raises ValueError for a naive instant."""
    return _local(day).date() if isinstance(day, datetime) else day


def _local(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return clock.local(instant)


def weekday_name(day: int | date, form: str = "wide") -> str:
    """A weekday's name, from Monday (0) or of a date; `form` is wide or short."""
    number = day if isinstance(day, int) else _local_date(day).weekday()
    words = calendar_words(language())
    return (words.weekdays_short if form == "short" else words.weekdays)[number]


def month_name(month: int, form: str = "wide") -> str:
    """A month's name, from January (1); `form` is wide (alone), in_date (beside a day's number) or short."""
    words = calendar_words(language())
    names = {"wide": words.months, "in_date": words.months_in_dates, "short": words.months_short}
    return names[form][month - 1]


def format_day_numeric(day: date) -> str:
    """2026-03-09, with hyphens that do not break: the same in all five languages."""
    return _local_date(day).isoformat().replace("-", _NO_BREAK_HYPHEN)


def format_day(day: date, *, start: bool = False, today: date | None = None) -> str:
    """A day in words: "måndag 9 mars", with the year where it is not this year's.

    The Sami languages have the weekday in words and the date in figures until a speaker has approved a long
    form.
    `start` gives a capital, where the day begins a line.
    """
    day = _local_date(day)
    code = language()
    words = calendar_words(code)
    text = words.weekdays[day.weekday()]
    if code in ("sv", "fit"):
        number = f"{day.day}." if code == "fit" else f"{day.day}"
        text = f"{text} {number} {words.months_in_dates[day.month - 1]}"
        if day.year != (today or clock.today()).year:
            text = f"{text} {day.year}"
    else:
        text = f"{text} {format_day_numeric(day)}"
    return _capital(text) if start else text


def format_time(at: time | datetime) -> str:
    """The clock with a dot, "08.00"; an aware instant as the clock in Stockholm shows it."""
    clock_time = _local(at) if isinstance(at, datetime) else at
    return f"{clock_time.hour:02}.{clock_time.minute:02}"


_IDAG = _l("Idag %(time)s")
_IGAR = _l("Igår %(time)s")
_I_MORGON = _l("I morgon %(time)s")


def format_moment(instant: datetime, *, start: bool = True, today: date | None = None) -> str:
    """An instant as people say it: "Idag 08.15", "Igår 16.12", "I morgon 10.00", else the day and the time.

    Never Swedish in another language: where it has no word for today, the day is written out.
    """
    local = _local(instant)
    today = today or clock.today()
    clock_time = format_time(local.time())
    near = {
        today: _IDAG,
        today - timedelta(days=1): _IGAR,
        today + timedelta(days=1): _I_MORGON,
    }.get(local.date())
    if near is not None and not is_missing(near.message):
        text = plain(near.message, time=clock_time)
        return _capital(text) if start else _small(text)
    comma = "," if language() not in ("sv", "fit") else ""
    return f"{format_day(local.date(), start=start, today=today)}{comma} {clock_time}"


def format_number(number: float) -> str:
    """A number with the language's decimal sign and a no-break space between thousands."""
    return format_decimal(number, locale=language())


def format_ordinal(number: int) -> str:
    """A number in a row: "2:a" and "3:e" in Swedish, "3." in the others."""
    if language() != SOURCE:
        return f"{number}."
    return f"{number}:a" if number % 10 in (1, 2) and number % 100 not in (11, 12) else f"{number}:e"


# The app


def init_app(app: Flask, choose: Choose | None) -> None:
    """Give the app its languages. `choose` returns the person's or the device's language, or None.

    After None the browser's Accept-Language decides, then Swedish. It is asked once per request, at the
    first text.
    """
    app.extensions[_CHOOSE] = choose
    flask_babel.Babel(
        app,
        configure_jinja=False,
        default_locale=SOURCE,
        default_timezone=clock.STOCKHOLM.key,
        locale_selector=language,
    )
    request_started.connect(_begin_request, app)
    app.teardown_request(_end_request)
    app.context_processor(lambda: {"language": language()})
    shared: dict[str, Callable[..., Any]] = {
        "day": format_day,
        "day_numeric": format_day_numeric,
        "clock_time": format_time,
        "moment": format_moment,
        "weekday": weekday_name,
        "month": month_name,
        "number": format_number,
    }
    app.jinja_env.filters.update(shared)
    app.jinja_env.globals.update(
        shared,
        languages=LANGUAGES,
        _=_,
        pgettext=pgettext,
        ngettext=ngettext,
        plain=plain,
        plain_n=plain_n,
        lang_attr=lang_attr,
        lang_of=lang_of,
        is_missing=is_missing,
    )
