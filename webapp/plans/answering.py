"""The person's yes and no to a row, and to a proposed change of one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from webapp.plans import earlier, row_reminders, rows
from webapp.plans.earlier import About
from webapp.plans.models import PlanRow, RowStatus


class Answered(StrEnum):
    """What came of an answer."""

    DONE = "done"
    CHANGED = "changed"  # the row was changed since the page was opened: nothing is written
    GONE = "gone"  # it has ended, and takes no answer


def say_yes(session: Session, row: PlanRow, started_from: int, now: datetime) -> Answered:
    """Yes to the row as it stood at revision `started_from`. Twice is once.

    Yes to a proposed change: what it says goes into the agreed row, or the row ends.
    """
    if row.revises_id is not None and row.status is RowStatus.ENDED and row.answered_at is not None:
        return Answered.DONE  # the first answer never came back
    if row.status is RowStatus.ENDED:
        return Answered.GONE
    if row.status is RowStatus.AGREED:
        return Answered.DONE
    if row.revision != started_from:
        return Answered.CHANGED
    if row.revises_id is None:
        row.status, row.objection, row.answered_at = RowStatus.AGREED, "", now
        row_reminders.begin(session, row, now)
        session.flush()
        return Answered.DONE
    return _say_yes_to_change(session, row, now)


def _say_yes_to_change(session: Session, proposal: PlanRow, now: datetime) -> Answered:
    row = session.get_one(PlanRow, proposal.revises_id)
    proposal.status, proposal.answered_at = RowStatus.ENDED, now
    if row.status is RowStatus.ENDED:
        return Answered.GONE
    if proposal.ends_row:
        row.status = RowStatus.ENDED
        row_reminders.end(session, row, now)
    else:
        earlier.keep(session, About.ROW, row, asdict(rows.words_of(row)), now, "")
        for name, value in asdict(rows.words_of(proposal)).items():
            setattr(row, name, value)
        row.written_as, row.written_at, row.unit_id = (
            proposal.written_as,
            proposal.written_at,
            proposal.unit_id,
        )
    row.answered_at, row.revision = now, row.revision + 1
    session.flush()
    return Answered.DONE


def say_no(session: Session, row: PlanRow, words: str, started_from: int, now: datetime) -> Answered:
    """No to the row as it stood at revision `started_from`, with words if the person wants. Twice is once.

    No to a proposed change leaves the agreed row as it is.
    """
    if row.status is RowStatus.ENDED:
        return Answered.GONE
    if row.status is RowStatus.OBJECTED and row.objection == words:
        return Answered.DONE
    if row.revision != started_from:
        return Answered.CHANGED
    row.status, row.objection, row.answered_at = RowStatus.OBJECTED, words, now
    row_reminders.end(session, row, now)
    row.revision += 1  # whoever is writing the row anew meets the person's words first
    session.flush()
    return Answered.DONE
