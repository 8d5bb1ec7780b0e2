"""What /metrics shows. A registry of its own, so that two bots in one process do not mix their numbers."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 3.0, 10.0)


class Metrics:
    """Counts asks and failures, and times acks and answers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._asks = Counter(
            "ta_bot_asks", "Asks by kind and outcome", ("kind", "outcome"), registry=self.registry
        )
        self._acks = Histogram(
            "ta_bot_ack_seconds", "From a request to its ack", registry=self.registry, buckets=_SECONDS
        )
        self._answers = Histogram(
            "ta_bot_answer_seconds",
            "From an ask to its answer being sent",
            ("kind",),
            registry=self.registry,
            buckets=_SECONDS,
        )
        self._counted: dict[tuple[str, str], tuple[Counter, Histogram]] = {}
        self._slack = Counter(
            "ta_bot_slack_errors",
            "Calls to Slack that failed, by method and reason",
            ("method", "error"),
            registry=self.registry,
        )
        self._working = Gauge("ta_bot_work_in_progress", "Asks being answered", registry=self.registry)
        self._book = Gauge("ta_bot_book_age_seconds", "Age of the newest import", registry=self.registry)

    def acked(self, seconds: float) -> None:
        """A request was acknowledged."""
        self._acks.observe(seconds)

    def answered(self, kind: str, outcome: str, seconds: float) -> None:
        """An ask came to its end."""
        counted = self._counted.get((kind, outcome))
        if counted is None:
            counted = self._asks.labels(kind, outcome), self._answers.labels(kind)
            self._counted[kind, outcome] = counted
        counted[0].inc()
        counted[1].observe(seconds)

    def slack_error(self, method: str, error: str) -> None:
        """A call to Slack failed."""
        self._slack.labels(method, error).inc()

    def watch_work(self, count: Callable[[], int]) -> None:
        """Show how many asks are being answered."""
        self._working.set_function(count)

    def book_age(self, seconds: float) -> None:
        """How old the newest import is."""
        self._book.set(seconds)

    def text(self) -> bytes:
        """Everything, in Prometheus's format."""
        return generate_latest(self.registry)
