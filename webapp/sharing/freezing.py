"""Staff freeze what one person sees of another, such as a guardian of a child; and lift it again.

The frozen one gets the same answer as for a person who never existed, and is told nothing: a word could put the
child in danger. Law: docs/legal.md, "Barn och vårdnadshavare".
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, select, update
from sqlalchemy.orm import Session

from webapp.core.sealing import sealed
from webapp.directory.models import Unit
from webapp.sharing.decisions import Freeze
from webapp.sharing.mandates import ByStaff
from webapp.sharing.models import BY_STAFF, Consent
from webapp.sharing.notices import take_back


def freeze(
    session: Session,
    person_id: UUID,
    consent_id: UUID,
    why: str,
    look_again_on: date,
    by: ByStaff,
    now: datetime,
) -> Freeze | None:
    """Freeze what the holder of this mandate sees of the person, by any tie, from the very next request.

    None where there is no such mandate. Freezing again gives it a new day and reason, and keeps the old ones;
    what another organisation has frozen stands as it is.
    """
    relative_id = session.scalar(
        select(Consent.relative_id).where(
            Consent.id == consent_id, Consent.person_id == person_id, Consent.kind.in_(BY_STAFF)
        )
    )
    if relative_id is None:
        return None
    open_ = select(Freeze).where(
        Freeze.person_id == person_id, Freeze.relative_id == relative_id, Freeze.lifted_at.is_(None)
    )
    stands = session.scalars(open_).first()
    if stands is not None and not _is_renewed(session, stands, why, look_again_on, by):
        return stands
    if stands is not None:
        stands.lifted_at, stands.lifted_by, stands.lifted_why = now, by.staff_id, why
        session.flush()
    made = Freeze(
        person_id=person_id,
        relative_id=relative_id,
        why=why,
        look_again_on=look_again_on,
        unit_id=by.unit_id,
        frozen_at=now,
        frozen_by=by.staff_id,
    )
    session.add(made)
    take_back(session, relative_id, person_id, now)
    session.flush()
    return made


def _is_renewed(session: Session, stands: Freeze, why: str, look_again_on: date, by: ByStaff) -> bool:
    """Whether the organisation that froze says anything new: a form sent twice does not."""
    froze = session.get_one(Unit, stands.unit_id)
    return froze.organisation_id == by.organisation_id and (stands.why, stands.look_again_on) != (
        why,
        look_again_on,
    )


# The unit's own freezes whose day has come: whose, which, and the day. `unit_id` and `today` are given later.
TO_LOOK_AT = select(Freeze.person_id, Freeze.id, Freeze.look_again_on).where(
    Freeze.unit_id == bindparam("unit_id", type_=Uuid()),
    Freeze.lifted_at.is_(None),
    Freeze.look_again_on <= bindparam("today", type_=Date()),
)


def lift(session: Session, person_id: UUID, freeze_id: UUID, why: str, by: ByStaff, now: datetime) -> bool:
    """Lift a freeze, with a reason. Only staff of the organisation that froze may. False if there is none such."""
    ours = select(Unit.id).where(Unit.organisation_id == by.organisation_id)
    done = session.execute(
        update(Freeze)
        .where(
            Freeze.id == freeze_id,
            Freeze.person_id == person_id,
            Freeze.lifted_at.is_(None),
            Freeze.unit_id.in_(ours),
        )
        .values(lifted_at=now, lifted_by=by.staff_id, lifted_why=sealed(why, freeze_id))
        .returning(Freeze.id)
    )
    return done.first() is not None
