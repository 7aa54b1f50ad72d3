"""What an identity provider's signed words must say before anybody is let in.

Authlib checks signature (published.py), issuer, audience, times and nonce. It does not refuse a claim of the
wrong type, a low acr, an old iat or auth_time, or a userinfo about somebody else: that is done here.
Sources: OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2; Back-Channel Logout 1.0, 2.4 and 2.6; RFC 9207.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from webapp.accounts.oidc.providers import ClaimMap, Provider
from webapp.accounts.oidc.refusal import Refused, Why, not_trusted

Claims = Mapping[str, Any]

LEEWAY = timedelta(seconds=60)  # how far apart two clocks may go
ISSUED_AT_MOST = timedelta(minutes=10)  # how old an id_token may be when it reaches us
SHOWN_AT_MOST = timedelta(
    hours=12
)  # how long ago the person showed who they are, where nothing else is agreed
LONGEST = 255  # characters of a sub, and of any other claim that is used
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says has come, in its own words; a field it did not tell is empty."""

    issuer: str
    sub: str
    sid: str  # the provider's name for this sign-in, for logging out
    number: str
    previous_number: str
    name: str
    given_name: str
    hsa_id: str
    assignment: str


def check_id_token(
    claims: Claims, header: Claims, provider: Provider, nonce: str, access_token: str, now: datetime
) -> None:
    """Raise Refused unless these claims, whose signature holds, answer what this browser asked for just now."""
    _check_types(claims)
    params = {"nonce": nonce, "client_id": provider.client_id, "access_token": access_token}
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    seconds = int(now.timestamp())
    try:
        token = CodeIDToken(claims, header, options, params)
        token.validate(now=seconds, leeway=int(LEEWAY.total_seconds()))
    except JoseError as fault:
        raise not_trusted("id_token: " + type(fault).__name__) from None
    if not nonce or claims.get("nonce") != nonce:
        raise not_trusted("nonce")
    _check_audience(claims, provider.client_id)
    _check_age(claims, "iat", ISSUED_AT_MOST, now)
    if text(claims, "acr") not in provider.acr:
        raise not_trusted("acr")
    if provider.fresh_minutes is not None:
        _check_age(claims, "auth_time", timedelta(minutes=provider.fresh_minutes) + ISSUED_AT_MOST, now)
    elif "auth_time" in claims:
        _check_age(claims, "auth_time", SHOWN_AT_MOST, now)


def check_logout(claims: Claims, header: Claims, provider: Provider, now: datetime) -> tuple[str, str, str]:
    """The sub and sid (one may be empty) that a logout token ends, and its jti; raises Refused."""
    _check_types(claims, needs_sub=False)
    if header.get("typ") not in (None, "logout+jwt", "application/logout+jwt", "JWT"):
        raise not_trusted("typ")
    if claims.get("iss") != provider.issuer:
        raise not_trusted("iss")
    _check_audience(claims, provider.client_id)
    _check_age(claims, "iat", ISSUED_AT_MOST, now)
    if "exp" not in claims or claims["exp"] < (now - LEEWAY).timestamp():
        raise not_trusted("exp")
    events = claims.get("events")
    if "nonce" in claims or not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise not_trusted("events")  # an id_token is no logout token
    sub, sid, jti = (text(claims, name) for name in ("sub", "sid", "jti"))
    if not jti or not (sub or sid):
        raise not_trusted("sub")
    return sub, sid, jti


def check_answer(answer: Mapping[str, str], provider: Provider, *, names_itself: bool) -> str:
    """The code of an answer to the browser; `names_itself`: the provider says that its answers carry `iss`."""
    issuer = answer.get("iss")
    if issuer is None and names_itself:
        raise not_trusted("iss missing")
    if issuer is not None and issuer != provider.issuer:
        raise not_trusted("iss altered")
    if error := answer.get("error"):
        if error == "access_denied":
            raise Refused(Why.CANCELLED)
        is_down = error in ("server_error", "temporarily_unavailable")
        raise Refused(Why.DOWN if is_down else Why.NOT_TRUSTED, "error answered")
    code = answer.get("code", "")
    if not code or len(code) > 4096 or not code.isascii():
        raise not_trusted("code")
    return code


def identity(claims: Claims, userinfo: Claims | None, provider: Provider) -> Identity:
    """Who has come. The id_token speaks first; a userinfo of another sub, or that contradicts it, is refused."""
    if userinfo is not None and (not claims["sub"] or userinfo.get("sub") != claims["sub"]):
        raise not_trusted("userinfo sub")

    def told(name: str) -> str:
        signed = text(claims, name) if name else ""
        more = text(userinfo, name) if name and userinfo is not None else ""
        if signed and more and signed != more:
            raise not_trusted("userinfo contradicts")
        return signed or more

    names: ClaimMap = provider.claims
    return Identity(
        issuer=provider.issuer,
        sub=text(claims, "sub"),
        sid=text(claims, "sid"),
        number=told(names.number) or told(names.coordination),
        previous_number=told(names.previous_number),
        name=_shown(told(names.name)),
        given_name=_shown(told(names.given_name)),
        hsa_id=told(names.hsa_id).upper(),
        assignment=told(names.assignment).upper(),
    )


def text(claims: Claims, name: str) -> str:
    """The claim as text without space around it; empty if it is not there. Refuses what is no text."""
    value = claims.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST or not _is_storable(value):
        raise not_trusted("claim")
    return value.strip()


def _is_storable(value: str) -> bool:
    return not any(unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Co") for sign in value)


def _shown(name: str) -> str:
    """A name as it may stand on a page: without signs that cannot be seen or that turn other text round."""
    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    return " ".join(unicodedata.normalize("NFC", seen).split())


def _check_types(claims: Claims, *, needs_sub: bool = True) -> None:
    for name in ("iat", "exp", "nbf", "auth_time"):
        value = claims.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**33:
            raise not_trusted(name)
    sub = text(claims, "sub")
    if needs_sub and (not sub or not sub.isascii() or sub != claims["sub"]):
        raise not_trusted("sub")


def _check_audience(claims: Claims, client_id: str) -> None:
    """For us alone: a token that somebody else may hold too is not taken."""
    if claims.get("aud") not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise not_trusted("aud")


def _check_age(claims: Claims, name: str, most: timedelta, now: datetime) -> None:
    if name not in claims:
        raise not_trusted(name)
    age = now.timestamp() - claims[name]
    if not -LEEWAY.total_seconds() <= age <= most.total_seconds() + LEEWAY.total_seconds():
        raise not_trusted(name)
