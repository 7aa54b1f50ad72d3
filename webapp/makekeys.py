"""Make the demo's keys once and keep them: `python -m webapp.makekeys instance`.

A lost push key silences every phone that subscribed under it, and a lost key of NARAMIG_KEYS loses every text
sealed with it, so keys are never remade by accident: if the database is there and the keys are not, this
refuses and says what to do. `python -m webapp.makekeys --new-key` prints a key for NARAMIG_KEYS, and keeps nothing.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from webapp.core.push import new_private_key

FILE, DATABASE, RING = "keys.env", "naramig.sqlite", "NARAMIG_KEYS"


class KeysLost(RuntimeError):
    """There is data made under keys that are not here."""


def make(folder: Path) -> bool:
    """Write `keys.env` (readable by its owner alone) unless it is there; True if it was made now.

    A file from before texts were sealed gets the key it lacks. Raises KeysLost where there is a database
    without its keys.
    """
    file = folder / FILE
    if file.exists():
        _add_ring(file, folder / DATABASE)
        return False
    if (folder / DATABASE).exists():
        raise KeysLost(
            f"{file} is missing, but {folder / DATABASE} was made with keys. Put the keys back from your backup. "
            "With new ones no text could be read, and every phone would have to be connected anew: "
            "if that is what you want, move the database away first."
        )
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"{RING}=1:{new_key()}",
        f"VAPID_PRIVATE_KEY={new_private_key()}",
        "VAPID_SUBJECT=mailto:demo@naramig.invalid",
    ]
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return True


def new_key() -> str:
    """A key for NARAMIG_KEYS: 32 random octets in base64url."""
    return secrets.token_urlsafe(32)


def _add_ring(file: Path, database: Path) -> None:
    """Give a file of keys from before texts were sealed its ring; an empty file is not filled."""
    text = file.read_text("utf-8")
    names = {line.partition("=")[0].strip() for line in text.splitlines()}
    if RING in names or "SECRET_KEY" not in names:
        return
    if database.exists() and _knows_sealing(database):
        raise KeysLost(
            f"{file} has no line {RING}, but {database} is from an app that had one: what is sealed there can be "
            "opened with that line alone. Put it back from your backup. If there is none, the texts are lost: "
            "move the database away and begin anew."
        )
    with file.open("a", encoding="utf-8") as out:
        out.write(f"{'' if text.endswith(chr(10)) else chr(10)}{RING}=1:{new_key()}\n")


def _knows_sealing(database: Path) -> bool:
    """Whether this database has been shaped by an app that cannot start without NARAMIG_KEYS."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return any(row[1] == "number_mac" for row in connection.execute("PRAGMA table_info(person)"))


def main() -> int:
    if sys.argv[1:] == ["--new-key"]:
        sys.stdout.write(f"{new_key()}\n")
        return 0
    try:
        make(Path(sys.argv[1] if len(sys.argv) > 1 else "instance"))
    except KeysLost as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
