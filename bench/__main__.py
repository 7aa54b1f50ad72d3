"""`make bench`: the sender against a plain webpush() loop, and a person's page against a bare Flask page."""

from __future__ import annotations

import argparse

from bench import pages, sending


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=["sending", "pages"], help="one of them; both if left out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=6000, help="our messages in each round")
    given = parser.parse_args()
    if given.only != "pages":
        sending.measure(given.rounds, given.messages)
    if given.only != "sending":
        pages.measure(given.rounds)


if __name__ == "__main__":
    main()
