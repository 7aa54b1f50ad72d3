"""Where the tests keep what they throw away: in memory where the machine has room, else on the disk.

A fresh PostgreSQL database is a thousand small files; in memory they cost a tenth.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

SHARED = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it
ROOM = 4 * 1024**3  # octets


def folder(prefix: str) -> Path:
    """A fresh, empty folder with a short path. Whoever asks for it takes it away again."""
    roomy = SHARED.is_dir() and shutil.disk_usage(SHARED).free >= ROOM
    return Path(tempfile.mkdtemp(prefix=prefix, dir=SHARED if roomy else "/tmp"))  # noqa: S108
