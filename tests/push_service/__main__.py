"""Run push services as a process: prints one line of JSON, {"ca": file, "origins": […]}, and serves until
stopped.

With --fast they believe everything and look at nothing, for benchmarks; else other processes may ask for
/control/subscribe?behaviour=… and /control/received.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.push_service.certificates import Authority
from tests.push_service.service import PushService
from tests.push_service.sink import Sink


def _say(authority: Authority, origins: list[str]) -> None:
    sys.stdout.write(json.dumps({"ca": str(authority.ca), "origins": origins}) + "\n")
    sys.stdout.flush()


async def _fast(authority: Authority, ports: list[int]) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    sinks = [Sink(authority.server_context(), port) for port in ports]
    _say(authority, [await sink.start() for sink in sinks])
    await stopped.wait()
    sys.stdout.write(json.dumps({"taken": [sink.taken for sink in sinks]}) + "\n")


def _checking(authority: Authority, ports: list[int]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as stack:
        services = [stack.enter_context(PushService(port, authority)) for port in ports]
        _say(authority, [service.origin for service in services])
        signal.pause()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.push_service", description=__doc__)
    parser.add_argument("--port", type=int, action="append", help="one origin each; 0 finds a free one")
    parser.add_argument("--fast", action="store_true", help="believe everything; for benchmarks")
    given = parser.parse_args()
    ports: list[int] = given.port or [0]
    with tempfile.TemporaryDirectory(prefix="push-service-") as folder:
        authority = Authority(Path(folder))
        if given.fast:
            uvloop.run(_fast(authority, ports))
        else:
            with contextlib.suppress(KeyboardInterrupt):
                _checking(authority, ports)


if __name__ == "__main__":
    main()
