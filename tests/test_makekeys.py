"""Keys are made once, kept, and never made anew by accident."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from tests.conftest import settings
from webapp import create_app, makekeys


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
    for name in ("SECRET_KEY", "VAPID_PRIVATE_KEY"):
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
