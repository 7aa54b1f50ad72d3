"""What goes out by SMS and e-mail: as little as on a locked screen, unless the person chose otherwise.

A letter is made ready when its delivery is leased: the address and the words are read then, once more, so that
what was taken away since planning is not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import and_, not_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.channels import domain
from webapp.channels.codes import Codes
from webapp.channels.models import Way
from webapp.core.i18n import force_language, format_time, plain
from webapp.reminders.models import Channel, Delivery, Occurrence, Purpose, Reminder
from webapp.reminders.tokens import Tokens

MOST_SIGNS = 300  # of the reminder's own words in one message


@dataclass(frozen=True, slots=True)
class Letter:
    """One message by SMS or e-mail, ready to go. `subject` is e-mail's; `text` is all of the SMS."""

    address: str
    language: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes letters. `origin` is where people reach the app; the keys are the web's own."""

    origin: str
    tokens: Tokens
    codes: Codes

    def write(self, session: Session, delivery_ids: Sequence[UUID], now: datetime) -> dict[UUID, Letter]:
        """The letters of these deliveries. One that is not there has no address that is proven, or asked for."""
        if not delivery_ids:
            return {}
        found = session.execute(
            select(Delivery, Way, Person.language, _MAY_SHOW.label("shows"), Occurrence.local_at)
            .join(Way, and_(Way.person_id == Delivery.person_id, Way.channel == Delivery.channel))
            .join(Person, Person.id == Delivery.person_id)
            .outerjoin(Occurrence, Occurrence.id == Delivery.occurrence_id)
            .where(Delivery.id.in_(delivery_ids))
        ).all()
        words = _words(session, [row.Delivery.occurrence_id for row in found if row.shows])
        letters: dict[UUID, Letter] = {}
        for row in found:
            own = words.get(row.Delivery.occurrence_id, "")
            letter = self._letter(row.Delivery, row.Way, row.language, row.local_at, own, now)
            if letter is not None:
                letters[row.Delivery.id] = letter
        return letters

    def _letter(
        self, delivery: Delivery, way: Way, language: str, at: time | None, own: str, now: datetime
    ) -> Letter | None:
        with force_language(language):
            if (
                delivery.purpose is Purpose.TRIAL
                and way.code_salt is not None
                and domain.waits_for_code(way, now)
            ):
                code = self.codes.code(way.id, way.asked_address, way.code_salt)
                return Letter(way.asked_address, language, plain("Din kod till Nära mig"), _code(code))
            if way.verified_at is None:
                return None
            if delivery.purpose is Purpose.TRIAL:
                text = plain("Så här kommer en påminnelse från Nära mig.")
                return Letter(way.address, language, plain("Så här ser en påminnelse ut"), text)
            if delivery.purpose is Purpose.RELATIVE:
                text = plain(
                    "Något väntar på dig i Nära mig. Logga in för att läsa: %(where)s",
                    where=f"{self.origin}/hjalp/{delivery.occurrence_id}",
                )
                return Letter(way.address, language, plain("Något väntar på dig"), text)
            if delivery.occurrence_id is None or at is None:
                return None
            where = f"{self.origin}/s/{self.tokens.token(delivery.occurrence_id)}"
            return Letter(way.address, language, plain("Du har en påminnelse"), _reminder(own, at, where))


# The reminder's own words go out only by the person's choice for this way, and never where they are protected.
_MAY_SHOW = and_(
    Way.with_text,
    not_(Person.protected),
    Delivery.purpose == Purpose.REMINDER,
    Delivery.channel != Channel.PUSH,
)


def _words(session: Session, occurrence_ids: Iterable[UUID]) -> dict[UUID | None, str]:
    found = session.execute(
        select(Occurrence.id, Reminder.text, Reminder.own_language_text)
        .join(Reminder, Reminder.id == Occurrence.reminder_id)
        .where(Occurrence.id.in_(list(occurrence_ids)))
    )
    return {row.id: _short(row.own_language_text or row.text) for row in found}


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= MOST_SIGNS else f"{line[: MOST_SIGNS - 1]}…"


def _code(code: str) -> str:
    return plain(
        "Din kod till Nära mig är %(code)s. Den gäller i 15 minuter. Har du inte bett om den? Då behöver du inte"
        " göra något.",
        code=code,
    )


def _reminder(own: str, at: time, where: str) -> str:
    """With the time it was due: the same message twice is then seen to be one reminder."""
    if own:
        return plain(
            "Påminnelse %(time)s: %(text)s. Svara här: %(where)s", time=format_time(at), text=own, where=where
        )
    return plain("Du har en påminnelse %(time)s. Svara här: %(where)s", time=format_time(at), where=where)
