"""The app's own word to a person, in the app alone: something that concerns them has changed.

Neutral in all cases: it says that there is something to look at, never why, and never a word about anybody's
health. Whoever adds a kind gives it a text in TEXTS, and a name in the text only where the reader already
knows of that person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Uuid, bindparam, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.core import fence
from webapp.core.db import rows
from webapp.core.i18n import LazyText, _l
from webapp.sharing.models import Notice

MOST_OPEN = 50  # the oldest go first


class Kind(StrEnum):
    """What has happened."""

    ACCESS_CHANGED = "access_changed"  # to whom it was given: more, less or nothing
    LET_IN = "let_in"  # to the relative
    RELATIVE_ACCEPTED = "relative_accepted"  # to the person, who is to say that it is the right one
    RELATIVE_JOINED = "relative_joined"  # to the person, who named this one by number
    RELATIVE_LEFT = "relative_left"  # to the person
    INVITATION_DECLINED = "invitation_declined"  # to the person
    CONSENT_ENDS_SOON = "consent_ends_soon"  # to the person
    SIP_RECORDED = "sip_recorded"  # to the person: staff have written down a consent
    SIP_ENDED = "sip_ended"  # to the person: staff have written down that it is withdrawn
    PLAN_BEGUN = "plan_begun"  # to the person: staff have begun a plan, as agreed
    PLAN_ASKS = "plan_asks"  # to the person: somebody has proposed a row, or a change of one
    PLAN_PART_ADDED = "plan_part_added"  # to the person: staff have written that somebody takes part in it
    PLAN_PAUSED = "plan_paused"  # to a relative who takes part: nothing is shared in it for now
    PLAN_GOES_ON = "plan_goes_on"  # to a relative who takes part
    PLAN_ENDED = "plan_ended"  # to a relative who takes part
    MY_PLAN_ENDED = "my_plan_ended"  # to the person: staff have written that they want it no more
    CARE_BEGUN = "care_begun"  # to the person: a unit can open the pages from now on
    CONTACT_CHANGED = "contact_changed"  # to the person: a named contact is new, changed or ended
    EMERGENCY = "emergency"  # to the person: somebody has opened the pages in an emergency
    PASSKEY_MADE = "passkey_made"  # to the person
    PASSKEY_COPIED = "passkey_copied"  # to the person, whose key there seem to be two of
    PAPER_CODE = "paper_code"  # to the person, who has been given one
    PHONE_LOST = "phone_lost"  # to the person, whose phones somebody who may has signed out
    MANDATE_BEGAN = "mandate_began"  # to the person: staff recorded a guardian, a god man …
    MANDATE_ENDED = "mandate_ended"  # to the person
    REMINDER_RECALLED = "reminder_recalled"  # to the person: a text to several that came by mistake
    TIMES_CHANGED = "times_changed"  # to the person, and to relatives invited: new, moved or cancelled
    I_TURN_13 = "i_turn_13"  # to the child, 30 days ahead
    I_TURN_16 = "i_turn_16"
    CHILD_TURNS_13 = "child_turns_13"  # to the guardian, 30 days ahead
    CHILD_TURNS_16 = "child_turns_16"


@dataclass(frozen=True, slots=True)
class Text:
    """What is said; `named` also says about whom; `way` is the page to go on to."""

    text: LazyText
    named: LazyText | None = None
    way: str = ""  # the page to go on to: templates/sharing/news.html knows which
    named_way: str = ""  # where it is about another, if that is another page


TEXTS: Mapping[Kind, Text] = {
    Kind.ACCESS_CHANGED: Text(_l("Det har ändrats vad du får se i appen."), way="sharing.mine"),
    Kind.LET_IN: Text(
        _l("Du har blivit insläppt hos någon. Det står under De jag hjälper."), way="sharing.mine"
    ),
    Kind.INVITATION_DECLINED: Text(_l("Den du bjöd in har tackat nej."), way="sharing.show"),
    Kind.RELATIVE_ACCEPTED: Text(
        _l("Någon har tackat ja till din inbjudan. Titta om det är rätt person."),
        _l("%(name)s har tackat ja till din inbjudan. Titta om det är rätt person."),
        "sharing.show",
    ),
    Kind.RELATIVE_JOINED: Text(
        _l("Någon har tackat ja till din inbjudan."),
        _l("%(name)s har tackat ja till din inbjudan."),
        "sharing.show",
    ),
    Kind.RELATIVE_LEFT: Text(
        _l("Någon som du har släppt in har gått ur."),
        _l("%(name)s har gått ur och ser inte dina sidor mer."),
        "sharing.show",
    ),
    Kind.CONSENT_ENDS_SOON: Text(
        _l("Något som du delar tar slut snart. Du kan förlänga det."),
        _l("Det du delar med %(name)s tar slut snart. Du kan förlänga det."),
        "sharing.show",
    ),
    Kind.SIP_RECORDED: Text(
        _l(
            "Personalen har skrivit att du vill dela din plan mellan region och kommun. Titta om det stämmer."
        ),
        way="sharing.show",
    ),
    Kind.SIP_ENDED: Text(
        _l("Personalen har skrivit att du inte vill dela din plan mellan region och kommun mer."),
        way="sharing.show",
    ),
    Kind.PLAN_BEGUN: Text(
        _l("Personalen har börjat skriva på en plan med dig. Titta om det stämmer, och svara på raderna."),
        way="plans.show",
    ),
    Kind.PLAN_ASKS: Text(_l("Det finns något nytt i din plan att svara på."), way="plans.show"),
    Kind.PLAN_PART_ADDED: Text(
        _l("Personalen har skrivit att någon mer är med i din plan. Titta om det stämmer."),
        way="taking_part.show",
    ),
    Kind.PLAN_PAUSED: Text(_l("En plan som du är med i har pausats."), way="sharing.mine"),
    Kind.PLAN_GOES_ON: Text(_l("En plan som du är med i är igång igen."), way="sharing.mine"),
    Kind.PLAN_ENDED: Text(_l("En plan som du var med i är avslutad."), way="sharing.mine"),
    Kind.MY_PLAN_ENDED: Text(
        _l("Personalen har skrivit att du vill avsluta din plan. Säg till dem om det är fel.")
    ),
    Kind.CARE_BEGUN: Text(_l("En enhet till kan öppna dina sidor. Titta om det stämmer."), way="units.show"),
    Kind.CONTACT_CHANGED: Text(_l("En av dina kontakter har ändrats. Titta på sidan Kontakter.")),
    Kind.EMERGENCY: Text(
        _l("Personal har öppnat dina sidor i en nödsituation. Du ser vem och varför."), way="units.show"
    ),
    Kind.PASSKEY_MADE: Text(
        _l("Inloggningen har sparats på en enhet. Var det inte du? Ta bort den på sidan Logga in snabbare.")
    ),
    Kind.PASSKEY_COPIED: Text(
        _l(
            "En sparad inloggning kan ha kopierats. Den är borttagen. Logga in med e-legitimation och spara en ny."
        )
    ),
    Kind.PAPER_CODE: Text(
        _l("Du har fått en papperskod. Har du inte bett om den? Ta bort den på sidan Logga in snabbare.")
    ),
    Kind.PHONE_LOST: Text(
        _l("Någon som hjälper dig har sagt att din telefon är borta. Alla enheter loggades ut.")
    ),
    Kind.MANDATE_BEGAN: Text(
        _l("Vården har skrivit in att någon får se dina sidor. Titta vem det är."),
        _l("Vården har skrivit in att %(name)s får se dina sidor. Titta vad det gäller."),
        "sharing.show",
    ),
    Kind.MANDATE_ENDED: Text(
        _l("Någon som såg dina sidor gör det inte längre."),
        _l("%(name)s ser inte dina sidor längre."),
        "sharing.show",
    ),
    Kind.REMINDER_RECALLED: Text(
        _l(
            "Du har fått en påminnelse som skickades av misstag. Den är borttagen. Du behöver inte göra något."
        )
    ),
    Kind.TIMES_CHANGED: Text(
        _l("En tid har lagts till eller ändrats. Den står under Tider."),
        _l("En tid har lagts till eller ändrats för %(name)s. Den står under Tider."),
        "meetings.show",
        "sharing.mine",
    ),
    Kind.I_TURN_13: Text(
        _l(
            "Från den dag du fyller 13 loggar du in själv. Dina vårdnadshavare ser då tider, kontakter och det "
            "de själva ska göra. Det du skriver ser de inte."
        ),
        way="sharing.show",
    ),
    Kind.I_TURN_16: Text(
        _l(
            "Från den dag du fyller 16 ser dina vårdnadshavare inte dina sidor längre. Vill du att de ska se "
            "något kan du bjuda in dem."
        ),
        way="sharing.show",
    ),
    Kind.CHILD_TURNS_13: Text(
        _l(
            "När ett barn fyller 13 år ändras vad du ser. Då ser du tider, kontakter och det du själv ska göra. "
            "Barnet loggar in själv."
        ),
        _l(
            "När %(name)s fyller 13 år ändras vad du ser. Då ser du tider, kontakter och det du själv ska göra. "
            "%(name)s loggar in själv."
        ),
        "sharing.mine",
    ),
    Kind.CHILD_TURNS_16: Text(
        _l("När ett barn fyller 16 år slutar du se sidorna. Barnet kan välja att bjuda in dig."),
        _l("När %(name)s fyller 16 år slutar du se sidorna. %(name)s kan välja att bjuda in dig."),
        "sharing.mine",
    ),
}


WORDS = frozenset(str(kind) for kind in Kind)  # a later version of the app may have written others


@dataclass(frozen=True, slots=True)
class Told:
    """One notice as it is read."""

    id: UUID
    text: LazyText
    way: str
    at: datetime


def tell(session: Session, person_id: UUID, kind: Kind, now: datetime, about: UUID | None = None) -> None:
    """Tell one person, until they press it away. The same thing again while it still stands only gets a new time."""
    with fence.meanwhile(session, person_id):
        _tell(session, person_id, kind, now, about)


def _tell(session: Session, person_id: UUID, kind: Kind, now: datetime, about: UUID | None) -> None:
    same = (Notice.kind == kind, Notice.about_id == about if about else Notice.about_id.is_(None))
    stands = (Notice.person_id == person_id, Notice.seen_at.is_(None))
    if session.execute(update(Notice).where(*stands, *same).values(at=now).returning(Notice.id)).first():
        return
    kept = select(Notice.id).where(*stands).order_by(Notice.at.desc()).limit(MOST_OPEN - 1)
    session.execute(
        update(Notice)
        .where(*stands, Notice.id.not_in(kept))
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )
    session.add(Notice(id=uuid4(), person_id=person_id, kind=kind, about_id=about, at=now))
    session.flush()


# Made once: putting a query together costs twice what running it does.
_OPEN = (
    select(Notice.id, Notice.kind, Notice.at, Person.called)
    .outerjoin(
        Person, (Person.id == Notice.about_id) & Person.protected.is_(False) & Person.deceased_at.is_(None)
    )
    .where(Notice.person_id == bindparam("person_id", type_=Uuid()), Notice.seen_at.is_(None))
    .order_by(Notice.at.desc(), Notice.id)
)


def told_to(session: Session, person_id: UUID) -> Sequence[Told]:
    """What this person has not pressed away yet, the newest first. One query."""
    return [_told(row) for row in rows(session, _OPEN, {"person_id": person_id}) if row.kind in WORDS]


def _told(row) -> Told:  # type: ignore[no-untyped-def] # a row of _OPEN
    said = TEXTS[Kind(row.kind)]
    if said.named and row.called:
        return Told(row.id, said.named % {"name": row.called}, said.named_way or said.way, row.at)
    return Told(row.id, said.text, said.way, row.at)


def take_back(
    session: Session, person_id: UUID, about: UUID, now: datetime, only: Collection[Kind] = frozenset(Kind)
) -> None:
    """What this person was told about another, and has not pressed away, is not shown any more."""
    with fence.meanwhile(session, person_id):
        session.execute(
            update(Notice)
            .where(
                Notice.person_id == person_id,
                Notice.about_id == about,
                Notice.seen_at.is_(None),
                Notice.kind.in_(only),
            )
            .values(seen_at=now)
        )


def press_away(session: Session, person_id: UUID, ids: Sequence[UUID], now: datetime) -> None:
    """The person has read these; what is not theirs is left alone."""
    session.execute(
        update(Notice)
        .where(Notice.person_id == person_id, Notice.id.in_(ids), Notice.seen_at.is_(None))
        .values(seen_at=now)
    )
