"""Metrics about deliveries and sessions, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

REASONS = {
    400: "not JSON",
    401: "auth header",
    413: "too large",
    415: "content type",
    422: "malformed",
    500: "internal error",
    503: "store",
}
"""The reason in `ivr_refusals_total` for each status; any other status is "other"."""


class Metrics:
    """The metrics of one endpoint since its start."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.deliveries = Counter(
            "ivr_deliveries",
            "Deliveries by type and outcome: answered, stored, duplicate, received, rehearsal or refused.",
            ["type", "outcome"],
            registry=self.registry,
        )
        self.refusals = Counter("ivr_refusals", "Refused requests by reason.", ["reason"], registry=self.registry)
        self.seconds = Histogram(
            "ivr_response_seconds",
            "Time from a delivery's headers to its response, by webhook type.",
            ["type"],
            registry=self.registry,
        )
        self.sessions = Counter("ivr_sessions", "Stored sessions by outcome.", ["outcome"], registry=self.registry)
