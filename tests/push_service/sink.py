"""A push service that believes everything: for benchmarks, whose measure must not be its own work."""

import asyncio
import re
import ssl

ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _Connection(asyncio.Protocol):
    def __init__(self, sink: "Sink") -> None:
        self._sink = sink
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport) or hasattr(transport, "write")
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._waiting, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._waiting) < whole:
                return
            self._waiting = self._waiting[whole:]
            self._sink.taken += 1
            self._transport.write(ANSWER)


class Sink:
    """Answers 201 to any request on 127.0.0.1:`port`, over TLS, without a look at it; `taken` counts them."""

    def __init__(self, context: ssl.SSLContext, port: int = 0) -> None:
        self._context = context
        self._port = port
        self.taken = 0

    async def start(self) -> str:
        """Start listening on the running loop; return the origin."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self), "127.0.0.1", self._port, ssl=self._context
        )
        return f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
