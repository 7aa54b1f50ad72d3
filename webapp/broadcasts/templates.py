"""Ready texts in our languages (mallar): written by administrators, chosen by staff. They name no person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.broadcasts.models import Template
from webapp.core.access import Reader


class Changed(Exception):
    """Somebody else has changed it since the page was opened."""


def offered(session: Session) -> Sequence[Template]:
    """Those that can be chosen, by name."""
    found = select(Template).where(Template.retired_at.is_(None)).order_by(Template.name, Template.id)
    return session.scalars(found).all()


def of_id(session: Session, template_id: UUID) -> Template | None:
    """One that is offered."""
    found = session.get(Template, template_id)
    return found if found is not None and found.retired_at is None else None


def add(
    session: Session, who: Reader, name: str, texts: Mapping[str, str], made_id: UUID, now: datetime
) -> bool:
    """A new one; whether it is: the same `made_id` again changes nothing, also in the same moment."""
    if session.get(Template, made_id) is not None:
        return False
    made = Template(id=made_id, revision=0)
    _write(made, who, name, texts, now)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return False
    return True


def change(
    session: Session,
    who: Reader,
    template: Template,
    name: str,
    texts: Mapping[str, str],
    revision: int,
    now: datetime,
) -> None:
    """Write it anew. What has been sent from it stays as it was sent. Raises Changed."""
    session.refresh(template, with_for_update=True)
    if template.revision != revision:
        raise Changed
    _write(template, who, name, texts, now)
    session.flush()


def retire(session: Session, who: Reader, template: Template, now: datetime) -> None:
    """Offer it to nobody any more. Twice is once."""
    template.retired_at = template.retired_at or now
    template.changed_as = _named(who)
    session.flush()


def _write(template: Template, who: Reader, name: str, texts: Mapping[str, str], now: datetime) -> None:
    template.name, template.texts = name, json.dumps(dict(texts), ensure_ascii=False)
    template.revision += 1
    template.changed_at, template.changed_as = now, _named(who)


def _named(who: Reader) -> str:
    return f"{who.name}, {who.unit_name}"[:300]
