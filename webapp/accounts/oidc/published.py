"""What a provider publishes about itself, its metadata and its keys, and reading what it has signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from webapp.accounts.oidc import network
from webapp.accounts.oidc.providers import is_safe
from webapp.accounts.oidc.refusal import Refused, not_trusted

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
KEPT = timedelta(hours=1)  # how long metadata and keys are taken as they are
STALE = timedelta(days=1)  # how long they are used while the provider does not answer
REST = timedelta(seconds=15)  # how long a provider that did not answer is left alone
KEYS_EVERY = timedelta(seconds=60)  # an unknown key makes us ask for the keys anew, at most this often
WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(slots=True)
class _Kept:
    """What the provider has published, and when we read it."""

    document: dict[str, Any]
    at: datetime


class Published:
    """What one issuer has published, as this process knows it. Used by many threads.

    `session` makes a session that is bound (network.bind); `loopback`: whether http to this machine will do.
    """

    def __init__(self, issuer: str, session: Callable[[], OAuth2Session], *, loopback: bool) -> None:
        self._issuer, self._session, self._loopback = issuer, session, loopback
        self._lock = Lock()
        self._metadata: _Kept | None = None
        self._keys: _Kept | None = None
        self._down_at: datetime | None = None
        self._keys_asked_at: datetime | None = None

    def metadata(self, now: datetime) -> dict[str, Any]:
        """The provider's metadata; raises Refused(DOWN) when there is none to be had."""
        with self._lock:
            kept, down_at = self._metadata, self._down_at
        if kept is not None and now - kept.at < KEPT:
            return kept.document
        rests = down_at is not None and timedelta(0) <= now - down_at < REST
        try:
            if rests:
                raise network.down("resting")
            found = self._ask(self._issuer.rstrip("/") + WELL_KNOWN)
            if found.get("issuer") != self._issuer:
                raise network.down("metadata of another issuer")
        except Refused:
            if not rests:
                self._down_at = now
            if kept is not None and now - kept.at < STALE:
                return kept.document
            raise
        with self._lock:
            self._metadata, self._down_at = _Kept(found, now), None
        return found

    def _ask(self, url: str) -> dict[str, Any]:
        with self._session() as session:
            return network.json_object(session.get(url, withhold_token=True))

    def endpoint(self, name: str, now: datetime) -> str:
        url = self.metadata(now).get(name)
        if not isinstance(url, str) or not is_safe(url.partition("?")[0], self._loopback) or "#" in url:
            raise network.down("endpoint")
        return url

    def read_signed(self, signed: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
        """Claims and header of a token that the provider has signed; raises Refused.

        A key that we do not know makes us ask for the keys again, but a forger cannot make us ask all day.
        """
        try:
            try:
                found = jwt.decode(signed, self._key_set(now), registry=self._registry(now))
            except InvalidKeyIdError:
                found = jwt.decode(signed, self._key_set(now, again=True), registry=self._registry(now))
            if not isinstance(found.claims, dict):
                raise not_trusted("signature")
            return found.claims, dict(found.header)
        except Refused:
            raise
        except Exception:  # a forged token can break a reader in any way: whatever it does, it is refused
            raise not_trusted("signature") from None

    def _registry(self, now: datetime) -> JWSRegistry:
        offered = self.metadata(now).get("id_token_signing_alg_values_supported")
        used = [each for each in ALGORITHMS if not isinstance(offered, list) or each in offered]
        return JWSRegistry(algorithms=used, strict_check_header=False)

    def _key_set(self, now: datetime, *, again: bool = False) -> KeySet:
        with self._lock:
            kept, asked_at = self._keys, self._keys_asked_at
        rested = asked_at is None or now - asked_at >= KEYS_EVERY
        if kept is None or (rested and (again or now - kept.at >= KEPT)):
            self._keys_asked_at = now
            try:
                kept = _Kept(self._ask(self.endpoint("jwks_uri", now)), now)
            except Refused:
                if kept is None or now - kept.at >= STALE:
                    raise
            with self._lock:
                self._keys = kept
        listed = kept.document.get("keys")
        public = [_public(key) for key in listed if _signs(key)] if isinstance(listed, list) else []
        return KeySet.import_key_set({"keys": public})


def _signs(key: object) -> bool:
    return isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"


def _public(key: dict[str, Any]) -> dict[str, Any]:
    """The key as a public one alone."""
    words = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")
    return {word: key[word] for word in words if word in key}
