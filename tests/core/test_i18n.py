from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import flask_babel
import pytest
from flask import Flask, render_template_string
from markupsafe import Markup

from webapp.core import catalogues, clock, i18n
from webapp.core.i18n import _, _l, force_language, ngettext, pgettext, plain, plain_n

SMJ = """
msgid ""
msgstr ""
"Language: smj\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);\\n"

# status: sourced
# source: a public text
msgid "Spara"
msgstr "Vuorkki"

# status: draft
msgid "Hej %(name)s"
msgstr "Buoris %(name)s"

# status: reviewed
# review: a Sami centre, 2026-01-15
msgctxt "knapp"
msgid "Stäng"
msgstr "Dahppa"

# status: draft
#, fuzzy
msgid "Senare"
msgstr "Manjel"

msgid "Inte idag"
msgstr ""

# status: draft
msgid "%(n)s sak"
msgid_plural "%(n)s saker"
msgstr[0] "%(n)s one"
msgstr[1] "%(n)s two"
msgstr[2] "%(n)s many"

# status: draft
msgid "%(n)s dag"
msgid_plural "%(n)s dagar"
msgstr[0] "%(n)s biejvve"
msgstr[1] ""
msgstr[2] "%(n)s biejve"

# status: draft
msgid "Fel i %(name)s"
msgstr "Wrong %(nam)s"

# status: draft
msgid "Idag %(time)s"
msgstr "Uddni %(time)s"
"""


@pytest.fixture(autouse=True)
def _own_catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "smj" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(SMJ, encoding="utf-8")
    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path)
    i18n.forget_catalogues()
    yield
    i18n.forget_catalogues()


def make_app(choose: i18n.Choose | None = None) -> Flask:
    app = Flask("naramig_languages")
    i18n.init_app(app, choose)

    @app.get("/")
    def show() -> str:
        return render_template_string("{{ language }}|{{ _('Spara') }}|{{ 0|weekday }}")

    @app.get("/fault")
    def fault() -> str:
        raise LookupError(plain("Spara"))

    return app


# Texts


def test_swedish_is_spoken_where_nobody_chose() -> None:
    assert i18n.language() == "sv"
    assert _("Spara") == Markup("Spara")


def test_a_text_comes_in_the_readers_language() -> None:
    with force_language("smj"):
        assert _("Spara") == Markup("Vuorkki")
        assert plain("Spara") == "Vuorkki"


def test_what_is_missing_is_swedish_and_says_so() -> None:
    with force_language("smj"):
        assert _("Ring 112") == Markup('<span lang="sv">Ring 112</span>')
        assert plain("Ring 112") == "Ring 112"


@pytest.mark.parametrize("text", ["Senare", "Inte idag"])
def test_a_fuzzy_or_empty_entry_counts_as_missing(text: str) -> None:
    with force_language("smj"):
        assert _(text) == f'<span lang="sv">{text}</span>'
        assert i18n.is_missing(text)


def test_a_language_without_a_catalogue_is_all_swedish() -> None:
    with force_language("sma"):
        assert _("Spara") == Markup('<span lang="sv">Spara</span>')


def test_what_people_wrote_is_escaped_and_what_is_markup_is_kept() -> None:
    with force_language("smj"):
        assert _("Hej %(name)s", name="<b>") == Markup("Buoris &lt;b&gt;")
        assert _("Hej %(name)s", name=Markup("<b>Elle</b>")) == Markup("Buoris <b>Elle</b>")
        assert _("Råd & stöd till %(name)s", name="A&B") == Markup(
            '<span lang="sv">Råd &amp; stöd till A&amp;B</span>'
        )
        assert plain("Hej %(name)s", name="A&B") == "Buoris A&B"


def test_a_percent_sign_is_only_a_percent_sign_when_nothing_is_filled_in() -> None:
    assert _("100 %") == Markup("100 %")
    assert plain("100 %% av %(name)s", name="allt") == "100 % av allt"


def test_a_translators_slip_shows_swedish_instead_of_an_error() -> None:
    with force_language("smj"):
        assert _("Fel i %(name)s", name="x") == Markup('<span lang="sv">Fel i x</span>')
        assert plain("Fel i %(name)s", name="x") == "Fel i x"


def test_a_slip_in_our_own_swedish_is_an_error() -> None:
    with pytest.raises(KeyError):
        _("Hej %(name)s", nam="x")


def test_a_word_of_two_meanings_is_told_apart_by_its_context() -> None:
    with force_language("smj"):
        assert pgettext("knapp", "Stäng") == Markup("Dahppa")
        assert pgettext("bank", "Stäng") == Markup('<span lang="sv">Stäng</span>')
        assert i18n.is_missing("Stäng")
        assert not i18n.is_missing("Stäng", "knapp")


@pytest.mark.parametrize(("n", "text"), [(0, "0 many"), (1, "1 one"), (2, "2 two"), (3, "3 many")])
def test_two_has_its_own_form_in_lule_sami(n: int, text: str) -> None:
    with force_language("smj"):
        assert ngettext("%(n)s sak", "%(n)s saker", n) == text
        assert plain_n("%(n)s sak", "%(n)s saker", n) == text


@pytest.mark.parametrize(("n", "text"), [(0, "0 saker"), (1, "1 sak"), (2, "2 saker")])
def test_swedish_counts_one_and_many(n: int, text: str) -> None:
    assert ngettext("%(n)s sak", "%(n)s saker", n) == text
    assert plain_n("%(n)s sak", "%(n)s saker", n) == text


@pytest.mark.parametrize(("n", "text"), [(1, "1 dag"), (2, "2 dagar"), (3, "3 dagar")])
def test_a_count_whose_forms_are_partly_written_is_wholly_swedish(n: int, text: str) -> None:
    with force_language("smj"):
        assert ngettext("%(n)s dag", "%(n)s dagar", n) == f'<span lang="sv">{text}</span>'
        assert plain_n("%(n)s dag", "%(n)s dagar", n) == text


def test_a_text_in_a_form_is_found_anew_in_each_language() -> None:
    label = _l("Spara")
    missing = _l("Högst %(max)s tecken")
    assert (str(label), str(label.__html__())) == ("Spara", "Spara")
    with force_language("smj"):
        assert str(label) == "Vuorkki"
        assert Markup("%s") % label == Markup("Vuorkki")
        assert str(missing % {"max": 200}) == "Högst 200 tecken"
        assert (missing % {"max": 200}).__html__() == '<span lang="sv">Högst 200 tecken</span>'


def test_an_element_whose_attribute_is_swedish_can_be_marked() -> None:
    assert i18n.lang_attr("Senare") == ""
    with force_language("smj"):
        assert i18n.lang_attr("Senare") == Markup('lang="sv"')
        assert i18n.lang_attr("Spara") == ""
        assert (i18n.lang_of("Senare"), i18n.lang_of("Spara")) == ("sv", "smj")


def test_the_state_of_a_language_is_counted_by_status() -> None:
    state = i18n.catalogue_state("smj")
    assert state == i18n.CatalogueState(total=9, sourced=1, reviewed=1, draft=4, missing=3)
    assert state.translated == 6
    assert i18n.catalogue_state("sv") == i18n.CatalogueState(
        total=9, sourced=0, reviewed=9, draft=0, missing=0
    )
    assert i18n.catalogue_state("sma").total == 0


# Which language


def answer(app: Flask, wanted: str = "", path: str = "/") -> str:
    return app.test_client().get(path, headers={"Accept-Language": wanted}).text


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("", "sv"),
        ("en-GB, en", "sv"),
        ("fi-FI, fi;q=0.9", "sv"),
        ("sme-NO, sv;q=0.5", "se"),
        ("sv;q=0.5, smj-SE;q=0.8", "smj"),
        ("smj;q=0", "sv"),
        ("*", "sv"),
        ("fit", "fit"),
    ],
)
def test_the_browsers_wish_is_met_where_nobody_chose(wanted: str, code: str) -> None:
    assert answer(make_app(), wanted).startswith(f"{code}|")


def test_the_persons_choice_goes_before_the_browsers() -> None:
    assert answer(make_app(lambda: "smj"), "sv") == "smj|Vuorkki|mánnodahka"
    assert answer(make_app(lambda: None), "smj") == "smj|Vuorkki|mánnodahka"
    assert answer(make_app(lambda: "klingon"), "smj") == "smj|Vuorkki|mánnodahka"


def test_one_readers_language_is_not_the_next_readers() -> None:
    chosen = iter(["smj", None, "se"])
    app = make_app(lambda: next(chosen))
    assert answer(app).startswith("smj|")
    assert answer(app).startswith("sv|")
    assert answer(app).startswith("se|")
    assert i18n.language() == "sv"


def test_a_choice_that_cannot_be_read_still_leaves_a_language_for_the_page_that_says_so() -> None:
    def broken() -> str | None:
        raise OSError("the database is down")

    app = make_app(broken)

    @app.errorhandler(OSError)
    def show(_error: OSError) -> str:
        return f"{i18n.language()}|{plain('Spara')}"

    assert answer(app, "smj", "/fault") == "smj|Vuorkki"


def test_a_reminder_goes_out_in_its_recipients_language() -> None:
    with make_app().app_context():
        with force_language("smj"):
            assert plain("Spara") == "Vuorkki"
            assert str(flask_babel.get_locale()) == "smj"
            with force_language("sv-SE"):
                assert plain("Spara") == "Spara"
            assert plain("Spara") == "Vuorkki"
        assert i18n.language() == "sv"


def test_a_forced_language_outlives_a_request_made_within_it() -> None:
    app = make_app()
    with force_language("smj"):
        assert answer(app, "se").startswith("se|")
        assert i18n.language() == "smj"


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_flask_babel_knows_all_five(code: str) -> None:
    with make_app().test_request_context(headers={"Accept-Language": f"{code}-SE"}):
        assert str(flask_babel.get_locale()) == code
        assert flask_babel.format_date(date(2026, 3, 5))


def test_templates_have_the_words_and_the_dates() -> None:
    template = (
        "{{ _('Hej %(name)s', name='<i>') }}|{{ ngettext('%(n)s sak', '%(n)s saker', 2) }}|"
        "{{ moment|day }}|{{ moment|clock_time }}|{{ plain('Senare') }}|{{ lang_attr('Senare') }}|"
        "{{ label }}|{{ languages|length }}"
    )
    with make_app(lambda: "smj").test_request_context():
        moment = datetime(2026, 3, 9, 7, 15, tzinfo=UTC)
        text = render_template_string(template, moment=moment, label=_l("Senare"))
    assert text == (
        'Buoris &lt;i&gt;|2 two|mánnodahka 2026‑03‑09|08.15|Senare|lang="sv"|<span lang="sv">Senare</span>|5'
    )


# Days and times

MONDAY = date(2026, 3, 9)
DAYS = {
    "sv": "måndag 9 mars",
    "fit": "maanantai 9. marsia",
    "se": "mánnodat 2026‑03‑09",
    "smj": "mánnodahka 2026‑03‑09",
    "sma": "måanta 2026‑03‑09",
}


@pytest.mark.parametrize("code", DAYS)
def test_a_day_is_written_in_words_as_far_as_the_words_are_sure(code: str) -> None:
    with force_language(code):
        assert i18n.format_day(MONDAY, today=MONDAY) == DAYS[code]
        assert i18n.format_day(MONDAY, today=MONDAY, start=True) == DAYS[code].capitalize()
        assert i18n.format_day_numeric(MONDAY) == "2026‑03‑09"
        assert i18n.weekday_name(0) == i18n.weekday_name(MONDAY) == DAYS[code].split()[0]
        assert i18n.month_name(3, "in_date") in ("mars", "marsia", "njukčamánu", "sjnjuktjamáno", "njoktjen")


def test_another_years_day_has_its_year() -> None:
    assert i18n.format_day(date(2027, 3, 9), today=MONDAY) == "tisdag 9 mars 2027"
    with force_language("fit"):
        assert i18n.format_day(date(2027, 3, 9), today=MONDAY) == "tiistai 9. marsia 2027"


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_no_day_in_a_whole_year_is_a_code_or_english(code: str) -> None:
    with force_language(code):
        for number in range(365):
            text = i18n.format_day(date(2026, 1, 1) + timedelta(days=number), start=True, today=MONDAY)
            assert "M0" not in text
            assert not {"Monday", "Thu", "March", "Mar", "May"} & set(text.split())


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_the_clock_is_written_with_a_dot_in_all_five(code: str) -> None:
    with force_language(code):
        assert i18n.format_time(time(8)) == "08.00"
        assert i18n.format_time(datetime(2026, 7, 1, 6, 5, tzinfo=UTC)) == "08.05"


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 3, 9, 7, 15, tzinfo=UTC), "Idag 08.15"),
        (datetime(2026, 3, 8, 15, 12, tzinfo=UTC), "Igår 16.12"),
        (datetime(2026, 3, 9, 23, 30, tzinfo=UTC), "I morgon 00.30"),
        (datetime(2026, 3, 12, 9, tzinfo=UTC), "Torsdag 12 mars 10.00"),
        (datetime(2025, 12, 31, 9, tzinfo=UTC), "Onsdag 31 december 2025 10.00"),
    ],
)
def test_a_moment_is_told_as_people_tell_it(instant: datetime, text: str) -> None:
    assert i18n.format_moment(instant, today=MONDAY) == text
    small = i18n.format_moment(instant, today=MONDAY, start=False)
    assert small == text[0].lower() + text[1:]


def test_a_moment_is_never_half_swedish() -> None:
    today, yesterday = datetime(2026, 3, 9, 7, 15, tzinfo=UTC), datetime(2026, 3, 8, 15, 12, tzinfo=UTC)
    with force_language("smj"):
        assert i18n.format_moment(today, today=MONDAY) == "Uddni 08.15"
        assert i18n.format_moment(yesterday, today=MONDAY) == "Ájllek 2026‑03‑08, 16.12"
    with force_language("fit"):
        assert i18n.format_moment(today, today=MONDAY) == "Maanantai 9. marsia 08.15"


def test_today_is_what_the_clock_says_where_nobody_says_otherwise() -> None:
    with clock.frozen(datetime(2026, 3, 8, 23, 30, tzinfo=UTC)):
        assert i18n.format_moment(datetime(2026, 3, 9, 7, 15, tzinfo=UTC)) == "Idag 08.15"
        assert i18n.format_day(date(2026, 3, 9)) == "måndag 9 mars"


def test_a_naive_instant_is_refused() -> None:
    naive = datetime(2026, 3, 9, 7, 15)  # noqa: DTZ001 - what must be refused
    with pytest.raises(ValueError, match="time zone"):
        i18n.format_moment(naive)
    with pytest.raises(ValueError, match="time zone"):
        i18n.format_time(naive)


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_a_number_has_a_decimal_comma(code: str) -> None:
    with force_language(code):
        assert i18n.format_number(1234.5) == "1\xa0234,5"
