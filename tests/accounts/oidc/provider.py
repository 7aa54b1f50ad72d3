"""An identity provider of the tests' own, on loopback, which behaves or misbehaves as a test tells it to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})  # a forger's, under the same name
NEW_KEY = ECKey.generate_key("P-256", {"kid": "2", "use": "sig"})
ACCESS = "an-access-token"
Said = dict[str, Any]


def half_hash(token: str) -> str:
    return base64url(hashlib.sha256(token.encode()).digest()[:16]).decode()


def base64url(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def assembled(header: Said, claims: Said, mark: Callable[[bytes], bytes]) -> str:
    """A token put together by hand, since a library refuses to make one that is wrong."""
    start = b".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    return b".".join((start, base64url(mark(start)))).decode()


def unsigned(claims: Said) -> str:
    """A token that says it needs no signature."""
    return assembled({"alg": "none"}, claims, lambda _start: b"")


def signed_with_public_key(claims: Said) -> str:
    """A token under HS256 whose secret is the provider's public key, which everybody has."""
    pem = KEY.as_pem(private=False)
    return assembled({"alg": "HS256", "kid": "1"}, claims, lambda start: hmac.digest(pem, start, "sha256"))


def rsa_signed(header: Said, claims: Said, key: Any) -> str:
    return assembled(header, claims, lambda start: bytes(key.private_key.sign(start, PKCS1v15(), SHA256())))


@dataclass
class Behaviour:
    """What one provider answers. A test changes what it wants to be wrong."""

    issuer: str
    now: datetime
    claims: Said = field(default_factory=dict)  # beside or instead of the right ones; None takes one away
    userinfo: Said = field(default_factory=dict)
    metadata: Said = field(default_factory=dict)
    token: Said = field(default_factory=dict)
    header: Said = field(default_factory=dict)
    key: Key = field(default_factory=lambda: KEY)
    published: list[Key] = field(default_factory=lambda: [KEY])
    make: Callable[[Said], str] | None = None  # makes the id_token in another way
    raw: dict[str, Callable[[BaseHTTPRequestHandler], object]] = field(
        default_factory=dict
    )  # path: writes it all
    asked: list[str] = field(default_factory=list)  # the paths, in order
    challenge: str = ""
    nonce: str = ""
    client_id: str = "naramig"

    def says(self) -> Said:
        """The claims of an id_token."""
        at = int(self.now.timestamp())
        said: Said = {
            "iss": self.issuer,
            "sub": "sub-1",
            "aud": self.client_id,
            "iat": at,
            "exp": at + 300,
            "auth_time": at,
            "nonce": self.nonce,
            "acr": "loa3",
            "at_hash": half_hash(ACCESS),
            **self.claims,
        }
        return {name: value for name, value in said.items() if value is not None}

    def sign(self, said: Said) -> str:
        is_curve = isinstance(self.key, ECKey)
        given = {"alg": "ES256" if is_curve else "RS256", "kid": self.key.kid, **self.header}
        return jwt.encode(given, said, self.key) if is_curve else rsa_signed(given, said, self.key)

    def id_token(self) -> str:
        said = self.says()
        return self.make(said) if self.make else self.sign(said)

    def logout_token(self, **more: Any) -> str:
        """What the provider sends when somebody has signed out there."""
        at = int(self.now.timestamp())
        said: Said = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": at,
            "exp": at + 120,
            "jti": str(uuid4()),
            "sub": self.claims.get("sub", "sub-1"),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **more,
        }
        said = {name: value for name, value in said.items() if value is not None}
        return self.make(said) if self.make else self.sign(said)


class Server:
    """One port with several providers, by the first part of the path."""

    def __init__(self) -> None:
        self.each: dict[str, Behaviour] = {}
        each = self.each

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self, each)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                return

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                return  # our side hangs up on what it refuses to read

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def begin(self, name: str, now: datetime) -> Behaviour:
        self.each[name] = Behaviour(f"{self.origin}/{name}", now)
        return self.each[name]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def answer(request: BaseHTTPRequestHandler, each: dict[str, Behaviour]) -> None:
    path = urlsplit(request.path).path
    _, name, rest = path.split("/", 2)
    provider = each[name]
    provider.asked.append(rest)
    form = parse_qs(request.rfile.read(int(request.headers.get("Content-Length", 0))).decode())
    if rest in provider.raw:
        provider.raw[rest](request)
        return
    if rest == ".well-known/openid-configuration":
        send(request, _metadata(provider))
    elif rest == "jwks":
        send(request, {"keys": [key.as_dict(private=False) for key in provider.published]})
    elif rest == "token":
        _token(request, provider, form)
    elif rest == "userinfo":
        assert request.headers["Authorization"] == f"Bearer {ACCESS}"
        send(request, {"sub": provider.says().get("sub"), **provider.userinfo})
    else:
        send(request, {}, 404)


def _metadata(provider: Behaviour) -> Said:
    issuer = provider.issuer
    said = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/end",
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "authorization_response_iss_parameter_supported": True,
        **provider.metadata,
    }
    return {name: value for name, value in said.items() if value is not None}


def _token(request: BaseHTTPRequestHandler, provider: Behaviour, form: dict[str, list[str]]) -> None:
    basic = base64.b64encode(f"{provider.client_id}:the client's secret".encode()).decode()
    verifier = hashlib.sha256(form["code_verifier"][0].encode()).digest()
    proven = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == provider.challenge
    if not proven or form["code"] != ["a-code"] or request.headers["Authorization"] != f"Basic {basic}":
        send(request, {"error": "invalid_grant"}, 400)
        return
    said = {
        "access_token": ACCESS,
        "token_type": "Bearer",
        "expires_in": 60,
        "id_token": provider.id_token(),
        **provider.token,
    }
    send(request, {name: value for name, value in said.items() if value is not None})


def send(request: BaseHTTPRequestHandler, body: object, status: int = 200, **headers: str) -> None:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(octets)))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(octets)


def drip(request: BaseHTTPRequestHandler) -> None:
    """A body that comes an octet at a time and never ends, until we hang up."""
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(0.02)
    except OSError:
        return


def drip_headers(request: BaseHTTPRequestHandler) -> None:
    try:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            request.wfile.write(b"a")
            request.wfile.flush()
            time.sleep(0.02)
    except OSError:
        return
