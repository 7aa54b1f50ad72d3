"""Our side of the protocol with one provider: the way there, the way back, and the way out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

from webapp.accounts.oidc import claims, network
from webapp.accounts.oidc.attempts import Attempt
from webapp.accounts.oidc.claims import Identity
from webapp.accounts.oidc.providers import PRIVATE_KEY, Provider
from webapp.accounts.oidc.published import Published
from webapp.accounts.oidc.refusal import Refused, not_trusted

logging.getLogger("authlib").setLevel(logging.WARNING)  # at DEBUG it writes verifiers and tokens


class Client:
    """One provider, as this process knows it. Used by many threads."""

    def __init__(self, provider: Provider, address: str, *, loopback: bool = False) -> None:
        self.provider, self._address = provider, address
        self._published = Published(provider.issuer, self._session, loopback=loopback)

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
                self._published.endpoint("authorization_endpoint", now), state=attempt.state, **asked
            )
        return str(url)

    def finish(self, attempt: Attempt, answer: Mapping[str, str], now: datetime) -> Identity:
        """Exchange the answer's code for who has come; raises Refused for everything that is not as asked."""
        names_itself = (
            self._published.metadata(now).get("authorization_response_iss_parameter_supported") is True
        )
        code = claims.check_answer(answer, self.provider, names_itself=names_itself)
        token = self._exchange(code, attempt, now)
        signed, access = token.get("id_token"), token.get("access_token")
        if not isinstance(signed, str) or not isinstance(access, str) or not signed or not access:
            raise not_trusted("no id_token")
        said, header = self._published.read_signed(signed, now)
        claims.check_id_token(said, header, self.provider, attempt.nonce, access, now)
        more = self._userinfo(token, now) if self.provider.userinfo else None
        return claims.identity(said, more, self.provider)

    def _exchange(self, code: str, attempt: Attempt, now: datetime) -> Mapping[str, Any]:
        endpoint = self._published.endpoint("token_endpoint", now)
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
        endpoint = self._published.endpoint("userinfo_endpoint", now)
        with self._session() as session:
            bearer = {"Authorization": f"Bearer {token['access_token']}"}
            return network.json_object(session.get(endpoint, withhold_token=True, headers=bearer))

    def read_signed(self, signed: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
        """Claims and header of a token that this provider has signed; raises Refused."""
        return self._published.read_signed(signed, now)

    def way_out(self, sid: str, state: str, now: datetime) -> str | None:
        """Where the browser ends the provider's own session; None if the provider has no such place."""
        try:
            url = self._published.endpoint("end_session_endpoint", now)
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
