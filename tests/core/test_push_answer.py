"""What a service's words about time mean, and which addresses are of the open internet."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.push.answer import LONGEST_WAIT, SHORTEST_WAIT, Outcome, read, retry_at
from webapp.core.push.network import NotPublic, PublicResolver, is_public

NOW = datetime(2026, 11, 6, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 1),
        ("99999999999999999999999", 3600),
        ("Fri, 06 Nov 2026 08:32:00 GMT", 120),
        ("Friday, 06-Nov-26 08:32:00 GMT", 120),
        ("Fri Nov  6 08:32:00 2026", 120),
        ("Fri, 06 Nov 2026 09:32:00 +0100", 120),
        ("Fri, 06 Nov 2026 08:00:00 GMT", 1),
        ("Fri, 06 Nov 9999 08:00:00 GMT", 3600),
    ],
)
def test_both_forms_of_retry_after_are_understood_and_kept_within_reason(header: str, seconds: int) -> None:
    assert retry_at(header, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "header", [None, "", "soon", "-5", "1.5", "1e3", "²", "Fri, 99 Nov 2026 08:32:00 GMT"]
)
def test_words_that_are_no_time_leave_the_wait_to_the_queue(header: str | None) -> None:
    assert retry_at(header, NOW) is None


@given(st.one_of(st.text(max_size=40), st.integers().map(str), st.datetimes().map(format_datetime)))
def test_whatever_a_service_says_about_time_we_wait_within_reason(header: str) -> None:
    at = retry_at(header, NOW)
    assert at is None or SHORTEST_WAIT <= at - NOW <= LONGEST_WAIT


@given(st.integers(min_value=100, max_value=999))
def test_only_a_service_that_says_so_makes_us_retire_a_subscription(status: int) -> None:
    outcome = read(status, None, NOW)[0].outcome
    assert (outcome is Outcome.GONE) == (status in (404, 410))
    assert (outcome is Outcome.SENT) == (200 <= status < 300)
    assert (outcome is Outcome.LATER) == (status in (408, 425, 429) or status >= 500)


@pytest.mark.parametrize(
    "address", ["142.250.74.10", "17.188.143.1", "2a00:1450:400f:80d::200a", "64:ff9b::8efa:4a0a"]
)
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


OURS = """
127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 192.0.2.1 198.18.0.1 224.0.0.1
239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 fe80::1 fe80::1%eth0 2a00:1450:400f:80d::200a%eth0 fc00::1
fd12::1 ff02::1 ff0e::1 fec0::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1
2002:7f00:1:: 2002:a00:1::1 ::127.0.0.1 2001:db8::1 nonsense 127.1 0x7f.1 2130706433
"""


@pytest.mark.parametrize("address", [*OURS.split(), ""])
def test_an_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not is_public(address)


class Names(AbstractResolver):
    """A name service that answers as it is told."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=each, port=port, family=family, proto=0, flags=0)
            for each in self.addresses
        ]

    async def close(self) -> None:
        return None


def look_up(host: str, port: int, *addresses: str) -> list[str]:
    async def looking() -> list[str]:
        resolver = PublicResolver(frozenset({("localhost", 9201)}), Names(*addresses))
        found = await resolver.resolve(host, port)
        await resolver.close()
        return [one["host"] for one in found]

    return asyncio.run(looking())


def test_a_name_with_an_inner_address_among_its_own_loses_that_one() -> None:
    assert look_up("web.push.apple.com", 443, "10.0.0.1", "17.188.143.1", "::1") == ["17.188.143.1"]


def test_a_name_with_inner_addresses_alone_leads_nowhere() -> None:
    with pytest.raises(NotPublic):
        look_up("web.push.apple.com", 443, "10.0.0.1", "fd00::1")


def test_only_the_extra_origin_itself_may_lie_in_our_own_network() -> None:
    assert look_up("localhost", 9201, "127.0.0.1") == ["127.0.0.1"]
    with pytest.raises(NotPublic):
        look_up("localhost", 22, "127.0.0.1")
