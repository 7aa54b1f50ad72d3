"""Who acts for a person by somebody's decision, as staff read it: what was looked at, and whether it is frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Date, Uuid, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.directory.models import Unit
from webapp.sharing.decisions import Basis, Freeze, Mandate
from webapp.sharing.models import BY_STAFF, Consent, ConsentKind
from webapp.sharing.ties import Relative, holds


@dataclass(frozen=True, slots=True)
class Recorded:
    """A mandate as staff read it. What was noted, and why it is frozen, only the organisation's own staff read."""

    consent_id: UUID
    kind: ConsentKind
    name: str
    relation: str
    until_on: date
    holds: bool  # False: it has ended, and stands here because what its holder sees is still frozen
    recorded_by: str
    basis: Basis | None  # None: recorded before this was asked for
    note: str | None  # None: noted by another organisation
    freeze_id: UUID | None
    look_again_on: date | None
    frozen_why: str | None  # None: not frozen, or by another organisation


def mandates_of(session: Session, person_id: UUID, organisation_id: UUID, today: date) -> Sequence[Recorded]:
    """The person's mandates that hold today, frozen ones too.

    A freeze outlives the mandate it began with, and stands over every later tie: where no mandate of the frozen
    one holds any more, their last is here for the sake of lifting it.
    """
    found = session.execute(
        _OF, {"person_id": person_id, "organisation_id": organisation_id, "today": today}
    ).all()
    holding = {row.Consent.relative_id for row in found if row.holds}
    last = {row.Consent.relative_id: row for row in found if row.Consent.relative_id not in holding}
    return [_recorded(row) for row in found if row.holds or last.get(row.Consent.relative_id) is row]


_ORGANISATION = bindparam("organisation_id", type_=Uuid())
_NOTED_AT, _FROZEN_AT = aliased(Unit), aliased(Unit)
_HOLDS = holds(bindparam("today", type_=Date()))
_OF = (
    select(
        Consent,
        Mandate,
        Relative.called,
        Relative.protected,
        _HOLDS.label("holds"),
        _NOTED_AT.name.label("unit"),
        (_NOTED_AT.organisation_id == _ORGANISATION).label("noted_here"),
        Freeze,
        (_FROZEN_AT.organisation_id == _ORGANISATION).label("frozen_here"),
    )
    .join(Relative, Relative.id == Consent.relative_id)
    .outerjoin(Mandate, Mandate.consent_id == Consent.id)
    .outerjoin(_NOTED_AT, _NOTED_AT.id == Mandate.unit_id)
    .outerjoin(
        Freeze,
        and_(
            Freeze.person_id == Consent.person_id,
            Freeze.relative_id == Consent.relative_id,
            Freeze.lifted_at.is_(None),
        ),
    )
    .outerjoin(_FROZEN_AT, _FROZEN_AT.id == Freeze.unit_id)
    .where(
        Consent.person_id == bindparam("person_id", type_=Uuid()),
        Consent.kind.in_(BY_STAFF),
        or_(_HOLDS, Freeze.id.is_not(None)),
    )
    .order_by(Consent.kind, Consent.given_at)
)


def _recorded(row) -> Recorded:  # type: ignore[no-untyped-def] # a row of _OF
    mandate: Mandate | None = row.Mandate
    known = "" if row.protected else row.called
    return Recorded(
        consent_id=row.Consent.id,
        kind=row.Consent.kind,
        name=mandate.name if mandate else known,
        relation=row.Consent.relation,
        until_on=row.Consent.until_on,
        holds=row.holds,
        recorded_by=row.Consent.recorded_by,
        basis=mandate.basis if mandate else None,
        note=mandate.note if mandate and row.noted_here else None,
        freeze_id=row.Freeze.id if row.Freeze else None,
        look_again_on=row.Freeze.look_again_on if row.Freeze else None,
        frozen_why=row.Freeze.why if row.Freeze and row.frozen_here else None,
    )
