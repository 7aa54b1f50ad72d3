"""Make the demo's keys once and keep them: `python -m webapp.makekeys instance`.

A lost push key silences every phone that subscribed under it, so keys are never remade by accident: if
the database is there and the keys are not, this refuses and says what to do.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from webapp.core.push import new_private_key

FILE, DATABASE = "keys.env", "naramig.sqlite"


class KeysLost(RuntimeError):
    """There is data made under keys that are not here."""


def make(folder: Path) -> bool:
    """Write `keys.env` (readable by its owner alone) unless it is there; True if it was made now.

    Raises KeysLost where there is a database without its keys.
    """
    file = folder / FILE
    if file.exists():
        return False
    if (folder / DATABASE).exists():
        raise KeysLost(
            f"{file} is missing, but {folder / DATABASE} was made with keys. Put the keys back from your backup. "
            "With new ones every phone would have to be connected anew: if that is what you want, "
            "move the database away first."
        )
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"VAPID_PRIVATE_KEY={new_private_key()}",
        "VAPID_SUBJECT=mailto:demo@naramig.invalid",
    ]
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return True


def main() -> int:
    try:
        make(Path(sys.argv[1] if len(sys.argv) > 1 else "instance"))
    except KeysLost as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
