"""Passkeys (passnyckel): a key in the person's own device brings them back after they have shown who they are.

The library `webauthn` checks the answers; what it leaves to us stands here: that a challenge serves once, that
the page was not within somebody else's, that the key is its account's, and what a copied key leads to.
It is imported when first needed, since it takes four tenths of a second.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Challenge, Kind, Login, Passkey, Purpose
from webapp.core import fence
from webapp.core.access import Reader
from webapp.sharing import notices

CHALLENGE_LASTS = timedelta(minutes=5)
FRESH = timedelta(minutes=10)  # a key is made only this soon after showing who one is
MOST = 10  # keys of one person
WAIT_MILLISECONDS = 300_000  # how long the device may ask its holder


class Refused(Exception):
    """The answer does not hold. Nobody is told which part of it."""


class Copied(Refused):
    """The key has counted backwards, so there are two of it: it has been ended, and its person told."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where keys are bound to: they answer for this host name, and from pages of this origin."""

    origin: str  # such as https://naramig.example

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""


def begin(
    session: Session, purpose: Purpose, now: datetime, account_id: UUID | None = None
) -> tuple[UUID, bytes]:
    """A new challenge: its id, which stays in the browser's cookie, and what the key is to sign."""
    octets, new = secrets.token_bytes(32), uuid4()
    session.add(Challenge(id=new, octets=octets, purpose=purpose, account_id=account_id, made_at=now))
    session.flush()
    return new, octets


def take(
    session: Session, challenge_id: UUID, purpose: Purpose, now: datetime, account_id: UUID | None = None
) -> bytes:
    """The challenge, once and no more; raises Refused where it has been used, is too old or for another."""
    taken = session.execute(
        delete(Challenge)
        .where(Challenge.id == challenge_id, Challenge.purpose == purpose)
        .returning(Challenge.octets, Challenge.account_id, Challenge.made_at)
    ).first()
    if taken is None or taken.account_id != account_id or now - taken.made_at > CHALLENGE_LASTS:
        raise Refused
    return bytes(taken.octets)


def drop_old(session: Session, now: datetime) -> None:
    """Challenges that nobody answered."""
    session.execute(delete(Challenge).where(Challenge.made_at < now - CHALLENGE_LASTS))


def is_fresh(who: Reader, now: datetime) -> bool:
    """Whether the reader has shown who they are so lately that a key may be made."""
    return who.began_at is not None and now - who.began_at <= FRESH


def keys_of(session: Session, person_id: UUID) -> Sequence[Passkey]:
    """The keys that bring this person in, the newest first."""
    return session.scalars(
        select(Passkey)
        .where(Passkey.person_id == person_id, Passkey.ended_at.is_(None))
        .order_by(Passkey.made_at.desc(), Passkey.id)
    ).all()


def to_make(site: Site, who: Reader, octets: bytes, known: Sequence[Passkey]) -> str:
    """What the browser is given to make a key with, as JSON."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Nära mig",
        user_id=who.account_id.bytes,
        user_name=who.name,
        user_display_name=who.name,
        challenge=octets,
        timeout=WAIT_MILLISECONDS,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            authenticator_attachment=structs.AuthenticatorAttachment.PLATFORM,
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(key.credential_id) for key in known],
    )
    return webauthn.options_to_json(options)


def to_sign_in(site: Site, octets: bytes) -> str:
    """What the browser is given to sign in with any key that it has for us, as JSON."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=octets,
        timeout=WAIT_MILLISECONDS,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def make(
    session: Session,
    site: Site,
    who: Reader,
    octets: bytes,
    answer: Mapping[str, Any],
    name: str,
    now: datetime,
) -> Passkey:
    """Keep a new key of a citizen's; it reaches as far as the sign-in it was made in. Raises Refused."""
    import webauthn

    if who.person_id is None or who.kind != Kind.CITIZEN:
        raise Refused
    if len(keys_of(session, who.person_id)) >= MOST:
        raise Refused
    try:
        _refuse_framed(answer)
        made = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=octets,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as fault:  # it reads whatever it is sent, and fails in any way
        raise Refused from fault
    fence.by_key(session, made.credential_id.hex())
    if session.scalar(select(func.count()).where(Passkey.credential_id == made.credential_id)):
        raise Refused
    key = Passkey(
        id=uuid4(),
        person_id=who.person_id,
        account_id=who.account_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
        limited=who.limited,
        made_at=now,
    )
    session.add(key)
    session.flush()
    notices.tell(session, who.person_id, notices.Kind.PASSKEY_MADE, now)
    return key


def sign_in(session: Session, site: Site, octets: bytes, answer: Mapping[str, Any], now: datetime) -> Passkey:
    """The key that answers; its person has shown who they are. Raises Refused, and Copied.

    The library would compare the counts before it looks at the signature: then anybody who knows a key's id
    could make it look copied. So it is given a count of nothing, and ours is compared once the key has signed.
    """
    import webauthn
    from webauthn.helpers import base64url_to_bytes

    try:
        _refuse_framed(answer)
        key = _known(session, base64url_to_bytes(str(answer["rawId"])))
        handle = answer["response"]["userHandle"]
        if key is None or base64url_to_bytes(str(handle)) != key.account_id.bytes:
            raise Refused
        seen = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=octets,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as fault:
        raise Refused from fault
    if (seen.new_sign_count or key.sign_count) and seen.new_sign_count <= key.sign_count:
        end(session, key.person_id, key.id, now)
        notices.tell(session, key.person_id, notices.Kind.PASSKEY_COPIED, now)
        raise Copied
    key.sign_count, key.used_at = seen.new_sign_count, now
    return key


def _known(session: Session, credential_id: bytes) -> Passkey | None:
    """A key that still holds, of a citizen's account that is still its person's; the session is about them then."""
    fence.by_key(session, credential_id.hex())
    whose = session.scalar(select(Passkey.person_id).where(Passkey.credential_id == credential_id))
    fence.about(session, whose)
    return session.scalars(
        select(Passkey)
        .join(Account, Account.id == Passkey.account_id)
        .where(
            Passkey.credential_id == credential_id,
            Passkey.ended_at.is_(None),
            Account.kind == Kind.CITIZEN,
            Account.person_id == Passkey.person_id,
        )
        .with_for_update(of=Passkey)
    ).first()


def _refuse_framed(answer: Mapping[str, Any]) -> None:
    """An answer that was asked for within somebody else's page. The library reads this and says nothing."""
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json

    said = parse_client_data_json(base64url_to_bytes(str(answer["response"]["clientDataJSON"])))
    if said.cross_origin:
        raise Refused


def end(session: Session, person_id: UUID, key_id: UUID, now: datetime) -> bool:
    """Take a key away, and whoever it brought in. False where the person has no such key."""
    ended = session.execute(
        update(Passkey)
        .where(Passkey.id == key_id, Passkey.person_id == person_id, Passkey.ended_at.is_(None))
        .values(ended_at=now)
        .returning(Passkey.id)
    ).first()
    session.execute(
        update(Login).where(Login.passkey_id == key_id, Login.ended_at.is_(None)).values(ended_at=now)
    )
    return ended is not None


def end_all(session: Session, person_id: UUID, now: datetime, *, limited_only: bool = False) -> None:
    """Take every key away, or those alone that a paper code led to. What they brought in ends elsewhere."""
    these = update(Passkey).where(Passkey.person_id == person_id, Passkey.ended_at.is_(None))
    if limited_only:
        these = these.where(Passkey.limited.is_(True))
    session.execute(these.values(ended_at=now).execution_options(synchronize_session=False))
