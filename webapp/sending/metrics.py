"""The worker's figures, for whoever watches over it: counts and times, never a person, a text or an address.

Read by Prometheus at the worker's own port on this machine (docs/running.md). A push service is named by its
host alone.
"""

from __future__ import annotations

import logging
from collections import Counter as Tally
from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from webapp.core.push import Outcome, Result
from webapp.sending.queue import Leased
from webapp.sending.standing import Waiting

log = logging.getLogger(__name__)

LATENESS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600)  # seconds


class Metrics:
    """What one worker has done since it started, and what waits."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.due = Gauge("naramig_due", "Notices that are due and have not gone.", registry=self.registry)
        self.oldest = Gauge(
            "naramig_oldest_due_seconds", "How long the oldest of them has waited.", registry=self.registry
        )
        self.beat = Gauge(
            "naramig_beat_timestamp_seconds", "When the worker last went round.", registry=self.registry
        )
        self.settled_ = Counter(
            "naramig_deliveries",
            "Notices by channel, purpose and what became of them.",
            ("channel", "purpose", "outcome"),
            registry=self.registry,
        )
        self.answers = Counter(
            "naramig_answers",
            "Answers of each service; 0 where none came.",
            ("service", "status"),
            registry=self.registry,
        )
        self.lost = Counter(
            "naramig_subscriptions_lost",
            "Subscriptions that a push service let go.",
            registry=self.registry,
        )
        self.lateness = Histogram(
            "naramig_lateness_seconds",
            "From when a notice was due until its service had it.",
            buckets=LATENESS,
            registry=self.registry,
        )

    def waits(self, waiting: Waiting, now: datetime) -> None:
        self.beat.set(now.timestamp())
        self.due.set(waiting.due)
        self.oldest.set(max(0.0, (now - waiting.oldest).total_seconds()) if waiting.oldest else 0.0)

    def settled(self, results: Iterable[tuple[Leased, Result]], now: datetime) -> None:
        """Count what has been written down: a batch at a time, since a count takes as long as a signature."""
        became: Tally[tuple[str, str, str]] = Tally()
        answered: Tally[tuple[str, str]] = Tally()
        for leased, result in results:
            became[leased.channel, leased.purpose, result.outcome] += 1
            answered[leased.lane, str(result.status or 0)] += 1
            if result.outcome is Outcome.SENT:
                self.lateness.observe(max(0.0, (now - leased.due_at).total_seconds()))
        for labels, number in became.items():
            self.settled_.labels(*labels).inc(number)
            if labels[2] == Outcome.GONE:
                self.lost.inc(number)
        for (lane, status), number in answered.items():
            self.answers.labels(urlsplit(lane).hostname or lane or "unknown", status).inc(number)

    def serve(self, port: int) -> Callable[[], None] | None:
        """Let them be read at 127.0.0.1:`port`, until the function that is returned is called.

        A port that is taken is logged, and the worker goes on: then None.
        """
        try:
            server, thread = start_http_server(port, "127.0.0.1", self.registry)
        except OSError as error:
            log.error("metrics not served: port=%d error=%s", port, type(error).__name__)
            return None

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop
