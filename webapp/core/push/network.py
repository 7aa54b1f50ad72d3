"""Only out to the internet: a name of a push service must not lead into our own network."""

import asyncio
import functools
import ipaddress
import socket
import ssl

from aiohttp import TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

IDLE_SECONDS = 30  # how long a connection is kept for the next message

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the IPv4 address is the last 32 bits


class NotPublic(OSError):
    """The name leads to no public address."""


def is_public(address: str) -> bool:
    """Whether this IP address is of the open internet, seen also through forms that wrap an IPv4 address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    site_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local  # fec0::/10, before fc00::/7
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or site_local)


class PublicResolver(AbstractResolver):
    """Looks names up and keeps the public addresses alone; raises NotPublic if none is left.

    `exempt` are the (host, port) pairs of extra origins, for demo and test. Numeric hosts never come here:
    they are no push service's and stop at the allow-list.
    """

    def __init__(self, exempt: frozenset[tuple[str, int]], inner: AbstractResolver | None = None) -> None:
        self._exempt = exempt
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if (host, port) in self._exempt:
            return found
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise NotPublic("no public address")
        return public

    async def close(self) -> None:
        await self._inner.close()


class _Ended(ResponseHandler):
    """A connection that ends at once.

    Parting as TLS has it asks the other side to agree: a service that hangs or talks without end would hold
    on for 30 s more, being read all the while, and past the end of the loop.
    """

    def close(self) -> None:
        self.abort()


def _ended(loop: asyncio.AbstractEventLoop) -> ResponseHandler:
    return _Ended(loop)


class Connector(TCPConnector):
    """A pool of connections to public addresses, TLS as `tls` says; limits are the caller's own."""

    def __init__(self, tls: ssl.SSLContext, exempt: frozenset[tuple[str, int]]) -> None:
        super().__init__(ssl=tls, resolver=PublicResolver(exempt), limit=0, keepalive_timeout=IDLE_SECONDS)
        # No setting offers this (aiohttp 3.14). If it stops working, test_push_sender fails: open connections.
        self._factory = functools.partial(_ended, loop=self._loop)
