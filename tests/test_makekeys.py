"""Keys are made once, kept, and never made anew by accident."""

from __future__ import annotations

import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import settings
from webapp import create_app, makekeys
from webapp.core.keyring import Keys
from webapp.migrations import steps


def _read(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / "keys.env").read_text("utf-8").splitlines())


def test_keys_are_made_once_and_stay(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "instance"
    assert makekeys.make(folder)
    before = (folder / "keys.env").read_bytes()
    assert not makekeys.make(folder)
    assert (folder / "keys.env").read_bytes() == before


def test_the_app_starts_with_them_and_nobody_else_reads_them(tmp_path: Path) -> None:
    makekeys.make(tmp_path)
    assert create_app({**settings(f"sqlite:///{tmp_path}/x.sqlite"), **_read(tmp_path)})
    assert stat.S_IMODE((tmp_path / "keys.env").stat().st_mode) == 0o600


def test_no_two_makings_give_the_same_keys(tmp_path: Path) -> None:
    makekeys.make(tmp_path / "a")
    makekeys.make(tmp_path / "b")
    one, two = _read(tmp_path / "a"), _read(tmp_path / "b")
    for name in ("SECRET_KEY", "NARAMIG_KEYS", "VAPID_PRIVATE_KEY"):
        assert one[name] != two[name]


def test_with_data_and_no_keys_nothing_is_made_and_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """New keys would silence every phone that subscribed under the old ones."""
    (tmp_path / "naramig.sqlite").write_bytes(b"")
    with pytest.raises(makekeys.KeysLost):
        makekeys.make(tmp_path)
    monkeypatch.setattr(sys, "argv", ["makekeys", str(tmp_path)])
    assert makekeys.main() == 1
    assert "backup" in capsys.readouterr().err
    assert not (tmp_path / "keys.env").exists()


def test_an_empty_key_file_is_not_filled_behind_anybodys_back(tmp_path: Path) -> None:
    (tmp_path / "keys.env").write_text("")
    assert not makekeys.make(tmp_path)
    assert (tmp_path / "keys.env").read_text() == ""


def older(folder: Path) -> str:
    """A file of keys from before texts were sealed, without a line break at its end."""
    makekeys.make(folder)
    lines = (folder / "keys.env").read_text("utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("NARAMIG_KEYS"))
    (folder / "keys.env").write_text(text, encoding="utf-8")
    return text


def test_an_older_demo_gets_the_key_it_lacks_and_keeps_the_others(tmp_path: Path) -> None:
    before = older(tmp_path)
    with closing(sqlite3.connect(tmp_path / "naramig.sqlite")) as connection:
        connection.execute("CREATE TABLE person (id CHAR(32), phone VARCHAR(30))")
    makekeys.make(tmp_path)
    after = (tmp_path / "keys.env").read_text("utf-8")
    assert after.startswith(before + "\n")
    assert create_app({**settings(f"sqlite:///{tmp_path}/x.sqlite"), **_read(tmp_path)})
    assert stat.S_IMODE((tmp_path / "keys.env").stat().st_mode) == 0o600
    makekeys.make(tmp_path)
    assert (tmp_path / "keys.env").read_text("utf-8") == after


def test_where_texts_are_sealed_the_key_is_never_made_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = older(tmp_path)
    steps.upgrade(f"sqlite:///{tmp_path}/naramig.sqlite")
    monkeypatch.setattr(sys, "argv", ["makekeys", str(tmp_path)])
    assert makekeys.main() == 1
    assert "backup" in capsys.readouterr().err
    assert (tmp_path / "keys.env").read_text("utf-8") == before


def test_a_new_key_is_printed_and_kept_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["makekeys", "--new-key"])
    assert makekeys.main() == 0
    assert Keys.read(f"1:{capsys.readouterr().out.strip()}").newest.number == 1
    assert list(tmp_path.iterdir()) == []
