"""The identity providers somebody can sign in by, read from one TOML file and checked at the start.

`docs/running.md` shows a file. What is not understood is refused with a line that says what to write.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CITIZEN, STAFF = "citizen", "staff"
BASIC, POST, PRIVATE_KEY = "client_secret_basic", "client_secret_post", "private_key_jwt"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
_ISSUER_MOST = 255  # characters: what account.issuer holds


class UnfitProviders(ValueError):
    """The file cannot be used; the message says what to write in it, and holds no secret."""


@dataclass(frozen=True, slots=True)
class ClaimMap:
    """What this provider calls each thing; empty: it does not tell it, or is not believed about it."""

    number: str = ""  # personnummer
    coordination: str = ""  # samordningsnummer, where it comes under a name of its own
    previous_number: str = ""  # the number that the person had before; naming it here is to believe it
    name: str = "name"
    given_name: str = "given_name"
    hsa_id: str = ""
    assignment: str = ""  # the HSA-id of the assignment (medarbetaruppdrag) or of the unit


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider as the organisation has agreed with it."""

    key: str  # in our own addresses, such as "bankid"
    name: str  # on the button, such as "BankID"
    kind: str  # "citizen" or "staff": an account's kind comes from here alone
    issuer: str
    client_id: str
    secret: str = field(repr=False)  # the client's secret, or with private_key_jwt its key as PEM
    authenticates_by: str = BASIC
    acr: frozenset[str] = frozenset()  # the levels of assurance (LoA) that are enough
    scopes: tuple[str, ...] = ("openid",)
    fresh_minutes: int | None = None  # how long ago the person may have shown who they are; None: not asked
    userinfo: bool = False  # whether claims are also fetched from the userinfo endpoint
    claims: ClaimMap = ClaimMap()


def read(path: Path, env: Mapping[str, str], *, loopback: bool) -> tuple[Provider, ...]:
    """Read and check the file; secrets are taken from `env`. `loopback`: whether http to this machine will do."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as fault:
        raise UnfitProviders(f"cannot be read: {fault.strerror}") from None
    except ValueError as fault:
        raise UnfitProviders(f"is no TOML: {fault}") from None
    _only(data, {"provider"}, "the file")
    tables = data.get("provider", [])
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise UnfitProviders("at least one [[provider]] is needed")
    each = tuple(_provider(table, env, loopback) for table in tables)
    _all_differ(each)
    return each


_WORDS = {
    "key",
    "name",
    "kind",
    "issuer",
    "client_id",
    "secret_from",
    "authenticates_by",
    "acr",
    "scopes",
    "fresh_minutes",
    "userinfo",
    "claims",
}


def _provider(table: Mapping[str, Any], env: Mapping[str, str], loopback: bool) -> Provider:
    key = _text(table, "key", "a provider")
    if not _KEY.fullmatch(key):
        raise UnfitProviders("key: small letters a–z, digits and hyphens, such as bankid")
    where = f"provider {key}"
    _only(table, _WORDS, where)
    kind = _one_of(table, "kind", (CITIZEN, STAFF), where)
    acr = frozenset(_texts(table, "acr", where))
    if not acr:
        raise UnfitProviders(f"{where}: acr must name the levels of assurance that are enough")
    scopes = tuple(dict.fromkeys(["openid", *_texts(table, "scopes", where)]))
    return Provider(
        key=key,
        name=_text(table, "name", where),
        kind=kind,
        issuer=_issuer(table, where, loopback),
        client_id=_text(table, "client_id", where),
        secret=_secret(table, env, where),
        authenticates_by=_one_of(table, "authenticates_by", (BASIC, POST, PRIVATE_KEY), where, BASIC),
        acr=acr,
        scopes=scopes,
        fresh_minutes=_minutes(table, where),
        userinfo=_yes(table, "userinfo", where),
        claims=_claims(table.get("claims", {}), kind, where),
    )


def _claims(table: object, kind: str, where: str) -> ClaimMap:
    if not isinstance(table, dict):
        raise UnfitProviders(f"{where}: [provider.claims] must be a table")
    _only(table, {each.name for each in fields(ClaimMap)}, f"{where}, claims")
    for name in table:
        _text(table, name, f"{where}, claims")
    claims = ClaimMap(**table)
    if kind == CITIZEN and not (claims.number or claims.coordination):
        raise UnfitProviders(f"{where}, claims: number must say which claim holds the personal number")
    if kind == STAFF and not claims.hsa_id:
        raise UnfitProviders(f"{where}, claims: hsa_id must say which claim holds the HSA-id")
    return claims


def _issuer(table: Mapping[str, Any], where: str, loopback: bool) -> str:
    issuer = _url(_text(table, "issuer", where), f"{where}: issuer", loopback)
    if len(issuer) > _ISSUER_MOST:
        raise UnfitProviders(f"{where}: issuer may have at most {_ISSUER_MOST} characters")
    return issuer


def _url(text: str, what: str, loopback: bool) -> str:
    if not is_safe(text, loopback):
        allowed = "https://…, or http:// to 127.0.0.1 in demo and test" if loopback else "https://…"
        raise UnfitProviders(f"{what} must be {allowed}, without query, fragment or password")
    return text


def is_safe(url: str, loopback: bool) -> bool:
    """Whether a sign-in may go there: https, or with `loopback` also http to this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.query or parts.fragment or "@" in parts.netloc or not url.isascii() or " " in url:
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and host in LOOPBACK)


def _secret(table: Mapping[str, Any], env: Mapping[str, str], where: str) -> str:
    name = _text(table, "secret_from", where)
    secret = env.get(name, "").strip()
    if not secret:
        raise UnfitProviders(f"{where}: {name} is not set; it must hold the client's secret or private key")
    return secret


def _minutes(table: Mapping[str, Any], where: str) -> int | None:
    minutes = table.get("fresh_minutes")
    if minutes is None:
        return None
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 <= minutes <= 720:
        raise UnfitProviders(f"{where}: fresh_minutes must be a number from 0 to 720")
    return minutes


def _yes(table: Mapping[str, Any], name: str, where: str) -> bool:
    said = table.get(name, False)
    if not isinstance(said, bool):
        raise UnfitProviders(f"{where}: {name} must be true or false")
    return said


def _one_of(
    table: Mapping[str, Any], name: str, words: tuple[str, ...], where: str, default: str = ""
) -> str:
    word = table.get(name, default)
    if word not in words:
        raise UnfitProviders(f"{where}: {name} must be one of {', '.join(words)}")
    return str(word)


def _text(table: Mapping[str, Any], name: str, where: str) -> str:
    text = table.get(name)
    if not isinstance(text, str) or not text.strip():
        raise UnfitProviders(f"{where}: {name} is missing, or is no text")
    return text.strip()


def _texts(table: Mapping[str, Any], name: str, where: str) -> list[str]:
    texts = table.get(name, [])
    fine = isinstance(texts, list) and all(
        isinstance(text, str) and text and " " not in text for text in texts
    )
    if not fine:
        raise UnfitProviders(f'{where}: {name} must be a list of words, such as ["openid"]')
    return list(texts)


def _only(table: Mapping[str, Any], words: set[str], where: str) -> None:
    for name in table:
        if name not in words:
            raise UnfitProviders(f"{where}: {name} is no setting; there are {', '.join(sorted(words))}")


def _all_differ(each: tuple[Provider, ...]) -> None:
    for what in ("key", "name"):
        if len({getattr(one, what) for one in each}) < len(each):
            raise UnfitProviders(f"two providers have the same {what}")
    kinds: dict[str, str] = {}
    for one in each:
        if kinds.setdefault(one.issuer, one.kind) != one.kind:
            raise UnfitProviders("one issuer cannot be both citizens' and staff's: their accounts would mix")
