"""All faults of the matrix, one line each, grouped by the kinds that the record counts.

A fault affects one request, or that one and all later ones; the last faults affect every connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from tests.support import malformed

WRITES = frozenset({"POST", "DELETE"})
READS_AND_POST = frozenset({"GET", "POST"})
POST = frozenset({"POST"})
ALL = frozenset({"GET", *WRITES})


class FaultCase(NamedTuple):
    """A fault, and which requests it can affect."""

    kind: str
    name: str
    fault: Mapping[str, Any] = {}  # arguments of the emulator's `Fault`; empty if the connection is faulty
    methods: frozenset[str] = ALL  # of the requests that it can affect
    slow: bool = False  # ends with a time-out, so the settings must make that short
    to: str = ""  # where a redirect leads: "same", "elsewhere" or "plain"
    connection: str = ""  # "refused", or the name of a bad certificate
    lasts: bool = False  # whether it only makes sense for all later requests


RETRY_AFTER = (None, "1", "Wed, 21 Oct 2015 07:28:00 GMT", "-5", "86400", "soon")


def _statuses(kind: str, *statuses: int) -> list[FaultCase]:
    return [FaultCase(kind, str(status), {"name": "status", "status": status}) for status in statuses]


def _named(kind: str, *names: str, **more: Any) -> list[FaultCase]:
    return [FaultCase(kind, name, {"name": name}, **more) for name in names]


def _malformed(kind: str, *names: str, **more: Any) -> list[FaultCase]:
    return [FaultCase(kind, name, {"name": "body", "make": malformed.MALFORMED[name]}, **more) for name in names]


FAULT_CASES = (
    *_statuses("refused", 400, 409, 418, 422),
    *_statuses("not allowed", 401, 403, 404, 410),
    *(
        FaultCase(kind, f"{status}, Retry-After {value}", {"name": "status", "status": status, "retry_after": value})
        for kind, status in (("too many requests", 429), ("unavailable", 503))
        for value in RETRY_AFTER
    ),
    *_statuses("server error", 500, 502, 504),
    FaultCase("error, though done", "500, done", {"name": "status", "status": 500, "apply": True}, WRITES),
    FaultCase("error, though done", "504, done", {"name": "status", "status": 504, "apply": True}, WRITES),
    *_named("lost before", "reset_before_reading"),
    *_named("lost after", "reset_after_applying", "reset_in_body", "truncated"),
    FaultCase("no response", "no response", {"name": "hang"}, slow=True),
    FaultCase("no response", "no response, though it was done", {"name": "hang", "apply": True}, WRITES, slow=True),
    *_named("dripping", "drip", "drip_header", slow=True),
    *_malformed("broken", "empty", "not_json", "html", "cut_json", "wrong_types", "wrong_shape", "nan"),
    *_malformed("oversized", "many", methods=READS_AND_POST),
    FaultCase("oversized", "5 MB", {"name": "body", "make": partial(malformed.large, size=5_000_000)}),
    FaultCase("oversized", "5 MB, compressed", {"name": "body", "make": partial(malformed.bomb, size=5_000_000)}),
    *_malformed("listed twice", "duplicate_type", methods=READS_AND_POST),
    *(FaultCase("redirect", f"redirect, {to}", {"name": "redirect"}, to=to) for to in ("same", "elsewhere", "plain")),
    FaultCase("stale", "stale listing", {"name": "stale"}, frozenset({"GET"}), lasts=True),
    FaultCase("stale", "done, but a stale response", {"name": "stale", "method": "POST"}, POST),
    FaultCase("stored otherwise", "another URL stored", {"name": "altered"}, POST),
    FaultCase("stored otherwise", "stored as disabled", {"name": "altered", "stored": {"enabled": False}}, POST),
    FaultCase("stored otherwise", "header not stored", {"name": "altered", "stored": {"http_auth_header": None}}, POST),
    FaultCase("unreachable", "connection refused", connection="refused", lasts=True),
    *(
        FaultCase("certificate", f"certificate: {problem}", connection=problem, lasts=True)
        for problem in ("another name", "expired", "self-signed")
    ),
)

NOTHING = FaultCase("nothing", "nothing goes wrong", {"name": "pass"}, POST)  # tests the API's modes alone
