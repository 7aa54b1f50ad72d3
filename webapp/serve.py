"""The web server: waitress, which reads slow bodies in its own loop and keeps no thread waiting for them.

See docs/decisions/0004-waitress.md. Start it with `python -m webapp.serve`; it listens on PORT.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import Any, cast

from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import WSGITask
from waitress.utilities import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from webapp import create_app
from webapp.core import logs
from webapp.core.security import UNREADABLE
from webapp.interchange import octets

THREADS = 6
MOST_BODY = octets.MOST_OCTETS + 256 * 1024  # the largest file there is a form for; more is not even read


class Parser(HTTPRequestParser):
    """Waitress unwraps a chunked body and forgets that it was one; the app refuses those, so it is told."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked:
            self.headers["TRANSFER_ENCODING"] = "chunked"
            self.headers["CONNECTION"] = (
                "close"  # what follows could be read in two ways: nothing more is (RFC 9112, 6.1)
            )


class Refusal(WSGITask):
    """What the server itself refuses: the app says so, on the same calm page and with the same headers as ever.

    A body past every limit goes on empty. Of what could not even be read nothing goes on but that it was refused.
    """

    def execute(self) -> None:
        self.set_close_on_finish()
        super().execute()

    def get_environment(self) -> dict[str, Any]:
        fault = self.request.error
        if isinstance(fault, RequestEntityTooLarge):
            return cast(dict[str, Any], super().get_environment())
        host, port = (*(self.channel.addr or ()), "", "")[:2]
        known = {"REMOTE_ADDR": host, "REMOTE_HOST": host, "REMOTE_PORT": str(port), UNREADABLE: fault.code}
        language = self.request.headers.get("ACCEPT_LANGUAGE")
        headers = [("Accept-Language", language)] if language else []
        return EnvironBuilder(path="/", headers=headers, environ_base=known).get_environ()


def _proxy(address: str) -> dict[str, Any]:
    """Take the client's address from the balancer at `address`, which added it last; from nobody else."""
    if not address:
        return {}
    return {
        "trusted_proxy": address,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for"},
    }


def main() -> None:
    logs.set_up()
    app = create_app()
    gc.collect()
    gc.freeze()  # what is there now stays: no collection need look at it again
    HTTPChannel.parser_class = Parser
    HTTPChannel.error_task_class = Refusal
    settings = app.config["SETTINGS"]
    server = create_server(
        app,
        host=os.environ.get("HOST", "127.0.0.1"),
        port=settings.port,
        threads=THREADS,
        ident="",
        max_request_body_size=MOST_BODY,
        channel_timeout=60,
        connection_limit=500,
        clear_untrusted_proxy_headers=True,
        **_proxy(settings.proxy),
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # waitress finishes what is in hand
    server.run()


if __name__ == "__main__":
    main()
