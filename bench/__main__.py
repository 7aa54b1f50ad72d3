"""`make bench`: the sender, a person's page and staff's lists against others, and a county's morning."""

from __future__ import annotations

import argparse

from bench import county, pages, sending, work_list

PARTS = ("sending", "pages", "worklist", "county")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one of them; all if left out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=6000, help="our messages in each round")
    parser.add_argument("--people", type=int, default=250_000, help="of the county")
    parser.add_argument("--reminders", type=int, default=1_000_000, help="of the county")
    parser.add_argument("--due", type=int, default=60_000, help="of the county's people, all at once")
    given = parser.parse_args()
    if given.due > given.people:
        parser.error("--due: each of them needs a person")
    wanted = [given.only] if given.only else PARTS
    if "sending" in wanted:
        sending.measure(given.rounds, given.messages)
    if "pages" in wanted:
        pages.measure(given.rounds)
    if "worklist" in wanted:
        work_list.measure()
    if "county" in wanted:
        county.measure(county.Size(given.people, given.reminders, given.due))


if __name__ == "__main__":
    main()
