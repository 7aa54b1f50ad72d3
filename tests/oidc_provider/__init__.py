"""A real, certified OpenID provider (npm's oidc-provider) on loopback, started by the tests that sign in at it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def installed() -> str:
    """The node to run it with; installs what is missing. Fails with what to do: the tests are never skipped."""
    found = subprocess.run(["bash", "install.sh"], cwd=HERE, capture_output=True, text=True, timeout=600)
    if found.returncode != 0:
        raise RuntimeError(found.stderr[-2000:])
    return found.stdout.strip()


@contextmanager
def running(app: str, live: str, people: dict[str, Any], public_key: dict[str, Any]) -> Iterator[str]:
    """The issuer's address. `app` is our origin to the browser, `live` where our app listens for logouts."""
    told = {"APP": app, "LIVE": live, "PEOPLE": json.dumps(people), "PUBLIC_KEY": json.dumps(public_key)}
    with subprocess.Popen(
        [installed(), "server.mjs"],
        cwd=HERE,
        env={**os.environ, **told},
        stdin=subprocess.PIPE,  # when it closes, the provider ends
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout
            word, _, issuer = process.stdout.readline().strip().partition(" ")
            assert word == "ready", "the provider did not start"
            yield issuer
        finally:
            process.terminate()
