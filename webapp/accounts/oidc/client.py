"""Our side of the protocol with one provider: its metadata and keys, the way there, and the way back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from webapp.accounts.oidc import claims, network
from webapp.accounts.oidc.attempts import Attempt
from webapp.accounts.oidc.claims import Identity
from webapp.accounts.oidc.providers import PRIVATE_KEY, Provider, is_safe
from webapp.accounts.oidc.refusal import Refused, Why, not_trusted

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
KEPT = timedelta(hours=1)  # how long metadata and keys are taken as they are
STALE = timedelta(days=1)  # how long they are used while the provider does not answer
REST = timedelta(seconds=15)  # how long a provider that did not answer is left alone
KEYS_EVERY = timedelta(seconds=60)  # an unknown key makes us ask for the keys anew, at most this often
WELL_KNOWN = "/.well-known/openid-configuration"

logging.getLogger("authlib").setLevel(logging.WARNING)  # at DEBUG it writes verifiers and tokens


@dataclass(slots=True)
class _Kept:
    """What the provider has published, and when we read it."""

    document: dict[str, Any]
    at: datetime


class Client:
    """One provider, as this process knows it. Used by many threads."""

    def __init__(self, provider: Provider, address: str, *, loopback: bool = False) -> None:
        self.provider, self._address, self._loopback = provider, address, loopback
        self._lock = Lock()
        self._metadata: _Kept | None = None
        self._keys: _Kept | None = None
        self._down_at: datetime | None = None
        self._keys_asked_at: datetime | None = None

    @property
    def callback(self) -> str:
        """Where the provider sends the browser back: the address that is registered with it."""
        return f"{self._address}/logga-in/svar/{self.provider.key}"

    def way_there(self, attempt: Attempt, language: str, now: datetime) -> str:
        """The provider's address that this attempt goes to; raises Refused(DOWN)."""
        asked = {
            "nonce": attempt.nonce,
            "code_verifier": attempt.verifier,
            "acr_values": " ".join(sorted(self.provider.acr)),
            "ui_locales": " ".join(dict.fromkeys((language, "sv"))),
        }
        if self.provider.fresh_minutes is not None:
            asked["max_age"] = str(self.provider.fresh_minutes * 60)
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._endpoint("authorization_endpoint", now), state=attempt.state, **asked
            )
        return str(url)

    def finish(self, attempt: Attempt, answer: Mapping[str, str], now: datetime) -> Identity:
        """Exchange the answer's code for who has come; raises Refused for everything that is not as asked."""
        names_itself = self.metadata(now).get("authorization_response_iss_parameter_supported") is True
        code = claims.check_answer(answer, self.provider, names_itself=names_itself)
        token = self._exchange(code, attempt, now)
        signed, access = token.get("id_token"), token.get("access_token")
        if not isinstance(signed, str) or not isinstance(access, str) or not signed or not access:
            raise not_trusted("no id_token")
        said, header = self.read_signed(signed, now)
        claims.check_id_token(said, header, self.provider, attempt.nonce, access, now)
        more = self._userinfo(token, now) if self.provider.userinfo else None
        return claims.identity(said, more, self.provider)

    def _exchange(self, code: str, attempt: Attempt, now: datetime) -> Mapping[str, Any]:
        endpoint = self._endpoint("token_endpoint", now)
        with self._session() as session:
            if self.provider.authenticates_by == PRIVATE_KEY:
                session.register_client_auth_method(PrivateKeyJWT(endpoint))
            try:
                token = session.fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=attempt.verifier,
                    redirect_uri=self.callback,
                )
            except Refused:
                raise
            except Exception:  # a provider's own error, or an answer that Authlib cannot read
                raise not_trusted("token endpoint") from None
        if str(token.get("token_type", "")).lower() != "bearer":
            raise not_trusted("token_type")
        return dict(token)

    def _userinfo(self, token: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        endpoint = self._endpoint("userinfo_endpoint", now)
        with self._session() as session:
            bearer = {"Authorization": f"Bearer {token['access_token']}"}
            return network.json_object(session.get(endpoint, withhold_token=True, headers=bearer))

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
                kept = _Kept(self._ask(self._endpoint("jwks_uri", now)), now)
            except Refused:
                if kept is None or now - kept.at >= STALE:
                    raise
            with self._lock:
                self._keys = kept
        listed = kept.document.get("keys")
        public = [_public(key) for key in listed if _signs(key)] if isinstance(listed, list) else []
        return KeySet.import_key_set({"keys": public})

    # What the provider publishes about itself

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
            found = self._ask(self.provider.issuer.rstrip("/") + WELL_KNOWN)
            if found.get("issuer") != self.provider.issuer:
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

    def _endpoint(self, name: str, now: datetime) -> str:
        url = self.metadata(now).get(name)
        if not isinstance(url, str) or not is_safe(url.partition("?")[0], self._loopback) or "#" in url:
            raise network.down("endpoint")
        return url

    def way_out(self, sid: str, state: str, now: datetime) -> str | None:
        """Where the browser ends the provider's own session; None if the provider has no such place."""
        from authlib.common.urls import add_params_to_uri

        try:
            url = self._endpoint("end_session_endpoint", now)
        except Refused:
            return None
        asked = {
            "client_id": self.provider.client_id,
            "post_logout_redirect_uri": f"{self._address}/utloggad",
            "state": state,
        }
        if sid:
            asked["logout_hint"] = sid
        return str(add_params_to_uri(url, asked))

    def _session(self) -> OAuth2Session:
        provider = self.provider
        session = OAuth2Session(
            provider.client_id,
            provider.secret,
            token_endpoint_auth_method=provider.authenticates_by,
            scope=" ".join(provider.scopes),
            redirect_uri=self.callback,
            code_challenge_method="S256",
        )
        network.bind(session)
        return session


def _signs(key: object) -> bool:
    return isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"


def _public(key: dict[str, Any]) -> dict[str, Any]:
    """The key as a public one alone."""
    words = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")
    return {word: key[word] for word in words if word in key}


__all__ = ["ALGORITHMS", "Client", "Why"]
