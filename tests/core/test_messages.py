from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from click.testing import CliRunner

from webapp.core import catalogues, i18n, messages
from webapp.core.catalogues import forms_of, note_of, read_catalogue
from webapp.core.locales import PLURAL_FORMS, TRANSLATED
from webapp.core.message_faults import faults

CODE = """
from webapp.core.i18n import _l, plain, plain_n
TITLE = _l("Påminnelser")
def count(n: int) -> str:
    return plain_n("%(n)s sak", "%(n)s saker", n) + plain("Idag")
"""
PAGE = """
<h1>{{ _("Hej %(name)s", name=name) }}</h1>
<button {{ lang_attr("Senare") }} aria-label="{{ plain("Senare") }}"></button>
<p>{{ ngettext("%(n)s dag", "%(n)s dagar", n) }} {{ pgettext("knapp", "Stäng") }}</p>
"""
Fill = Callable[..., None]


@pytest.fixture(autouse=True)
def app_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small app of its own: its texts, and its catalogues still to be made."""
    (tmp_path / "webapp" / "templates" / "today").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "webapp" / "words.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "webapp" / "templates" / "today" / "show.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "tests" / "test_words.py").write_text('_("Aldrig")', encoding="utf-8")
    (tmp_path / "babel.cfg").write_bytes((messages.ROOT / "babel.cfg").read_bytes())
    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path / "translations")
    i18n.forget_catalogues()
    return tmp_path


def update(root: Path, code: str) -> Catalog:
    merged = messages.merge(read_catalogue(code), messages.extract(root), code)
    messages.write(merged, code)
    return read_catalogue(code)


def translate(code: str, text: str, *forms: str, notes: tuple[str, ...] = ("status: draft",)) -> None:
    catalog = read_catalogue(code)
    entry = catalog.get(text)
    assert entry is not None
    entry.string = forms if entry.pluralizable else forms[0]
    entry.user_comments = list(notes)
    messages.write(catalog, code)


def reword(root: Path, before: str, after: str) -> None:
    for path in (root / "webapp").rglob("*.*"):
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def test_every_text_in_code_and_templates_is_found_and_no_other(app_folder: Path) -> None:
    found = {(message.context, message.id) for message in messages.extract(app_folder) if message.id}
    assert found == {
        (None, "Påminnelser"),
        (None, ("%(n)s sak", "%(n)s saker")),
        (None, "Idag"),
        (None, "Hej %(name)s"),
        (None, "Senare"),
        (None, ("%(n)s dag", "%(n)s dagar")),
        ("knapp", "Stäng"),
    }


def test_a_template_that_cannot_be_read_is_a_fault(app_folder: Path) -> None:
    page = app_folder / "webapp" / "templates" / "today" / "show.html"
    page.write_text('{% if %}{{ _("Hej") }}', encoding="utf-8")
    with pytest.raises(Exception, match="Expected an expression"):
        messages.extract(app_folder)


@pytest.mark.parametrize("code", TRANSLATED)
def test_each_catalogue_keeps_its_language_and_plural_header(app_folder: Path, code: str) -> None:
    update(app_folder, code)
    catalog = update(app_folder, code)
    number, rule = PLURAL_FORMS[code]
    assert (catalog.num_plurals, catalog.plural_expr) == (number, rule)
    assert str(catalog.locale) == code
    assert not faults(code)


def test_a_catalogue_holds_no_dates_line_numbers_or_paths_of_a_machine(app_folder: Path) -> None:
    update(app_folder, "smj")
    text = catalogues.catalogue_path("smj").read_text(encoding="utf-8")
    assert "#: webapp/templates/today/show.html\n" in text
    assert "Date" not in text
    assert "Babel" not in text
    assert str(app_folder) not in text


def test_updating_twice_changes_nothing(app_folder: Path) -> None:
    update(app_folder, "se")
    translate("se", "Senare", "maŋŋil", notes=("status: sourced", "source: " + "a long source " * 20))
    update(app_folder, "se")
    first = catalogues.catalogue_path("se").read_bytes()
    update(app_folder, "se")
    assert catalogues.catalogue_path("se").read_bytes() == first


def test_a_translators_word_on_an_entry_is_never_lost(app_folder: Path) -> None:
    update(app_folder, "smj")
    notes = ("status: reviewed", "review: a Sami centre, 2026-01-15", "source: a public text")
    translate("smj", "Idag", "Uddni", notes=notes)
    reword(app_folder, "TITLE", "\n\nHEADING")
    entry = update(app_folder, "smj").get("Idag")
    assert entry is not None
    assert entry.string == "Uddni"
    assert tuple(entry.user_comments) == notes


def test_a_translation_without_a_status_becomes_a_draft(app_folder: Path) -> None:
    update(app_folder, "smj")
    translate("smj", "Idag", "Uddni", notes=())
    entry = update(app_folder, "smj").get("Idag")
    assert entry is not None
    assert note_of(entry, "status") == "draft"


def test_a_changed_swedish_text_makes_its_translation_a_fuzzy_draft(app_folder: Path) -> None:
    update(app_folder, "se")
    translate("se", "Påminnelser", "Muittuhusat", notes=("status: reviewed", "review: a centre, 2026-01-15"))
    reword(app_folder, "Påminnelser", "Mina påminnelser")
    catalog = update(app_folder, "se")
    entry = catalog.get("Mina påminnelser")
    assert entry is not None
    assert entry.fuzzy
    assert entry.string == "Muittuhusat"
    assert entry.user_comments == ["status: draft", "was: Påminnelser"]
    assert catalog.get("Påminnelser") is None
    with i18n.force_language("se"):
        assert i18n.plain("Mina påminnelser") == "Mina påminnelser"
    assert update(app_folder, "se").get("Mina påminnelser").fuzzy  # type: ignore[union-attr]  # seen above


def test_a_text_that_learns_to_count_becomes_a_fuzzy_draft(app_folder: Path) -> None:
    update(app_folder, "smj")
    translate("smj", "%(n)s dag", "%(n)s one", "%(n)s two", "%(n)s many")
    reword(app_folder, "%(n)s dagar", "%(n)s hela dagar")
    entry = update(app_folder, "smj").get("%(n)s dag")
    assert entry is not None
    assert entry.fuzzy
    assert forms_of(entry) == ("%(n)s one", "%(n)s two", "%(n)s many")


def test_a_text_nobody_uses_any_more_is_dropped(app_folder: Path) -> None:
    update(app_folder, "fit")
    translate("fit", "Senare", "Myöhemin")
    reword(app_folder, "Senare", "Ring hälsocentralen")
    catalog = update(app_folder, "fit")
    assert catalog.get("Senare") is None
    assert not catalog.obsolete
    new = catalog.get("Ring hälsocentralen")
    assert new is not None
    assert not new.string


@pytest.mark.parametrize(
    ("code", "text", "forms", "fault"),
    [
        ("smj", "Hej %(name)s", ("Buoris",), "lacks %(name)s"),
        ("smj", "Hej %(name)s", ("Buoris %(namn)s",), "has %(namn)s, which the Swedish text has not"),
        ("smj", "Hej %(name)s", ("Buoris %(name)s %",), "has a bare %"),
        ("smj", "%(n)s dag", ("%(n)s one", "", "%(n)s many"), "2 of 3 plural forms are written"),
        ("fit", "%(n)s dag", ("%(n)s päivä", "päivää"), "lacks %(n)s"),
        ("se", "Senare", ("senäre",), "“senäre” has ä, which Davvisámegiella does not write"),
        ("smj", "Senare", ("Mæŋgel",), "“Mæŋgel” has æ, ŋ, which Julevsámegiella does not write"),
        ("sma", "Senare", ("mænngan á",), "“á” has á, which Åarjelsaemien gïele does not write"),
        ("sma", "Senare", ("daesnie jih",), "“jih” should be “jïh”"),
        ("fit", "Senare", ("että",), "“että” should be “ette”"),
        ("fit", "Senare", ("myo\u0308hemin",), "not in the composed form (NFC)"),
    ],
)
def test_a_slip_in_a_catalogue_is_found(
    app_folder: Path, code: str, text: str, forms: tuple[str, ...], fault: str
) -> None:
    update(app_folder, code)
    translate(code, text, *forms)
    assert any(fault in line for line in faults(code)), faults(code)


@pytest.mark.parametrize(
    ("notes", "fault"),
    [
        ((), "has no `# status: draft`"),
        (("status: good",), "has no `# status: draft`"),
        (("status: sourced",), "names no `# source:`"),
        (("status: reviewed", "review: somebody"), "has no `# review: organisation, date`"),
    ],
)
def test_a_translation_says_what_it_is_worth_and_who_says_so(
    app_folder: Path, notes: tuple[str, ...], fault: str
) -> None:
    update(app_folder, "smj")
    translate("smj", "Idag", "Uddni", notes=notes)
    assert any(fault in line for line in faults("smj")), faults("smj")


def test_names_stand_as_in_swedish_and_two_may_be_written_out(app_folder: Path) -> None:
    reword(app_folder, "Senare", "Luleå är öppet")
    update(app_folder, "se")
    translate("se", "Luleå är öppet", "Luleå lea rabas")
    translate("se", "%(n)s dag", "okta beaivi", "guokte beaivvi", "%(n)s beaivvi")
    assert not faults("se")


def test_a_new_text_is_stale_until_the_catalogues_are_updated(app_folder: Path) -> None:
    update(app_folder, "smj")
    assert not messages.stale("smj", messages.extract(app_folder))
    reword(app_folder, "Idag", "Nu")
    assert messages.stale("smj", messages.extract(app_folder)) == [
        "“Nu”: not in the catalogue; run `flask messages update`"
    ]


def test_the_commands_update_count_and_check(app_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = messages.extract(app_folder)
    monkeypatch.setattr(messages, "extract", lambda: template)
    run = CliRunner()
    refused = run.invoke(messages.cli, ["check"])
    assert refused.exit_code == 1
    assert "fit: there is no catalogue" in refused.output
    updated = run.invoke(messages.cli, ["update"])
    assert updated.output.splitlines()[0] == "fit: 0 of 7 texts translated"
    translate("smj", "Idag", "Uddni")
    assert run.invoke(messages.cli, ["check"]).output == "No faults in the catalogues.\n"
    table = run.invoke(messages.cli, ["status"]).output.splitlines()
    assert [line.split() for line in table if line.startswith("smj")] == [
        ["smj", "Julevsámegiella", "7", "0", "0", "1", "6"]
    ]


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_apps_own_catalogues_have_no_faults(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "TRANSLATIONS", messages.ROOT / "translations")
    assert faults(code) == []
