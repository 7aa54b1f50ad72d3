"""Signing in at providers of the tests' own: two brokers for citizens, and one for staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.accounts.oidc.provider import Behaviour, Server
from tests.conftest import NOON
from tests.people import Guest
from webapp.accounts.oidc.client import Client
from webapp.accounts.oidc.leaving import EXTENSION
from webapp.accounts.oidc.providers import CITIZEN, STAFF, ClaimMap, Provider

ADDRESS = "http://localhost"
CLAIMS = {
    CITIZEN: ClaimMap(number="pnr", previous_number="previousCoordinationNumber"),
    STAFF: ClaimMap(hsa_id="employeeHsaId", assignment="commissionHsaId"),
}


def agreed(key: str, issuer: str, kind: str, **more: Any) -> Provider:
    """A provider as the settings would have it."""
    given: dict[str, Any] = {
        "key": key,
        "name": key.capitalize(),
        "kind": kind,
        "issuer": issuer,
        "client_id": "naramig",
        "secret": "the client's secret",
        "acr": frozenset({"loa3"}),
        "claims": CLAIMS[kind],
        **more,
    }
    return Provider(**given)


@dataclass
class Away:
    """Where a press on a provider's button led: the address, and what it asks for."""

    to: str
    asked: dict[str, str]


@dataclass
class SigningIn:
    """A browser's way to a provider and back."""

    app: Flask
    server: Server

    def __getitem__(self, key: str) -> Behaviour:
        return self.server.each[key]

    def agree(self, key: str, kind: str = CITIZEN, **more: Any) -> Client:
        """Make the app know a provider, which answers as it should until told otherwise."""
        behaviour = self.server.begin(key, NOON)
        client = Client(agreed(key, behaviour.issuer, kind, **more), ADDRESS, loopback=True)
        self.app.extensions[EXTENSION][key] = client
        return client

    def away(self, guest: Guest, key: str, back: str | None = None) -> Away:
        """Press the button; the provider notes what it was asked."""
        response = guest.get(f"/logga-in/med/{key}", query_string={"next": back} if back else None)
        assert response.status_code == 302, response.status_code
        parts = urlsplit(response.location)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self[key].challenge, self[key].nonce = asked["code_challenge"], asked["nonce"]
        return Away(response.location, asked)

    def back(self, guest: Guest, key: str, away: Away, **answer: str | None) -> TestResponse:
        """The provider sends the browser back with its answer."""
        given = {"code": "a-code", "state": away.asked["state"], "iss": self[key].issuer, **answer}
        sent = {name: value for name, value in given.items() if value is not None}
        return guest.get(f"/logga-in/svar/{key}?{urlencode(sent)}")

    def whole(self, guest: Guest, key: str, **claims: Any) -> TestResponse:
        """There and back, with these claims."""
        self[key].claims = claims
        return self.back(guest, key, self.away(guest, key))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def signing_in(app: Flask, server: Server) -> Iterator[SigningIn]:
    server.each.clear()
    app.extensions[EXTENSION] = {}
    made = SigningIn(app, server)
    made.agree("bankid")
    made.agree("freja")
    made.agree("siths", STAFF)
    yield made
    app.extensions[EXTENSION] = {}


def number(born: str, serial: int = 980) -> str:
    """A personal number with its check digit, of the range kept for tests: number("19450312")."""
    digits = f"{born[2:]}{serial:03}"
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10)) for place, digit in enumerate(digits)
    )
    return f"{born}{serial:03}{-total % 10}"
