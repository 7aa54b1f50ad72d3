"""Drills: what goes wrong in earnest, done on purpose. Short in the suite, in full by `make drills`.

After each: every due time has exactly one outcome, nothing is lost, what came twice was in somebody's hands
when it was cut off and carries the same topic, and no address but the push services' was touched.
"""

import os

FULL = bool(os.environ.get("DRILLS_IN_FULL"))


def size(short: int, full: int) -> int:
    """How much of it there is: `short` in the suite."""
    return full if FULL else short
