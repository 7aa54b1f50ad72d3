"""Signing out at the provider: going on there from here, and being told from there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts import logins
from webapp.accounts.models import Account, Login
from webapp.accounts.oidc import claims, once
from webapp.accounts.oidc.client import Client
from webapp.accounts.oidc.models import ProviderLogin
from webapp.accounts.oidc.refusal import not_trusted

MOST_OCTETS = 16 * 1024  # of a logout token with its form


@dataclass(frozen=True, slots=True)
class Opened:
    """How a login was opened: by which provider, and its own name for that."""

    provider: str
    sid: str


def opened_by(session: Session, login_id: UUID) -> Opened | None:
    """The provider that opened this login; None for a passkey, a paper code or the demo."""
    found = session.get(ProviderLogin, login_id)
    return Opened(found.provider, found.sid) if found is not None else None


def remember(session: Session, login_id: UUID, provider: str, sid: str) -> None:
    session.add(ProviderLogin(login_id=login_id, provider=provider, sid=sid))


def follow(session: Session, before: UUID, after: UUID) -> None:
    """A login that goes on as another, at a change of assignment, can still be ended by its provider."""
    found = opened_by(session, before)
    if found is not None:
        remember(session, after, found.provider, found.sid)


def told_from_there(session: Session, client: Client, token: str, now: datetime) -> int:
    """End the logins that this provider's logout token names, and say how many; raises Refused.

    It ends what this provider has opened for this account, and nothing that a passkey or another has.
    """
    said, header = client.read_signed(token, now)
    sub, sid, jti = claims.check_logout(said, header, client.provider, now)
    name = f"logout {client.provider.issuer} {jti}"
    if not once.use(session, name, now + claims.ISSUED_AT_MOST + 2 * claims.LEEWAY, now):
        raise not_trusted("jti used")
    theirs = (
        select(Login.id)
        .join(ProviderLogin, ProviderLogin.login_id == Login.id)
        .join(Account, Account.id == Login.account_id)
        .where(
            ProviderLogin.provider == client.provider.key,
            Account.issuer == client.provider.issuer,
            Account.kind == client.provider.kind,
            Login.ended_at.is_(None),
        )
    )
    if sub:
        theirs = theirs.where(Account.sub == sub)
    if sid:
        theirs = theirs.where(ProviderLogin.sid == sid)
    ended = session.scalars(theirs).all()
    for login_id in ended:
        logins.end_login(session, login_id, now)
    return len(ended)
