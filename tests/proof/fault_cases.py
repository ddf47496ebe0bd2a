"""Everything that the matrix lets go wrong: one line each.

A fault meets one request, or that one and all that follow; the last ones are about the connection, and last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WRITES = frozenset({"POST", "DELETE"})
READS_AND_POST = frozenset({"GET", "POST"})
POST = frozenset({"POST"})
ALL = frozenset({"GET", *WRITES})


@dataclass(frozen=True)
class FaultCase:
    """What goes wrong.

    Attributes:
        kind: Its class, a key of `CLASSES`.
        name: Its row in the full table.
        fault: Arguments of the emulator's `Fault`; none where the connection itself is the fault.
        methods: Of the requests that it can meet.
        slow: Ends by a time-out, so the settings must make that a short one.
        to: Where a redirect leads: "same", "elsewhere" or "plain".
        connection: "refused", or the name of a bad certificate.
        lasts: Whether it only makes sense for all requests that follow.
    """

    kind: str
    name: str
    fault: Mapping[str, Any] = field(default_factory=dict)
    methods: frozenset[str] = ALL
    slow: bool = False
    to: str = ""
    connection: str = ""
    lasts: bool = False


CLASSES = {
    "nothing": "Nothing goes wrong.",
    "refused": "The API refuses the request: 400, 409, 418 or 422.",
    "not allowed": "The key or the subaccount is refused: 401, 403, 404 or 410.",
    "too many requests": "429, with each kind of Retry-After.",
    "unavailable": "503, with each kind of Retry-After.",
    "server error": "500, 502 or 504.",
    "error, though done": "500 or 504, although the request took effect.",
    "lost before": "The connection breaks before the request is read.",
    "lost after": "The connection breaks, or the response is cut short, after the request took effect.",
    "no response": "Nothing comes back, whether or not the request took effect.",
    "dripping": "A byte at a time comes back, without an end.",
    "broken": "The response is empty, HTML, broken JSON or of another shape.",
    "oversized": "Megabytes, compressed megabytes, or ten thousand entries come back.",
    "listed twice": "A type is listed twice.",
    "redirect": "A redirect to the same host, another host, or from https to http.",
    "stale": "A listing, or the response to a POST, shows what was before.",
    "stored otherwise": "The API stores another URL, another switch, or no header.",
    "unreachable": "No connection can be made.",
    "certificate": "The certificate is of another name, expired or self-signed.",
}
"""The classes of fault, as the page has them."""

RETRY_AFTER = {
    "": None,
    ", Retry-After 1": "1",
    ", Retry-After of the past": "Wed, 21 Oct 2015 07:28:00 GMT",
    ", Retry-After negative": "-5",
    ", Retry-After a day": "86400",
    ", Retry-After garbage": "soon",
}


def _statuses(kind: str, *statuses: int) -> list[FaultCase]:
    return [FaultCase(kind, str(status), {"name": "status", "status": status}) for status in statuses]


FAULT_CASES = (
    *_statuses("refused", 400, 409, 418, 422),
    *_statuses("not allowed", 401, 403, 404, 410),
    *(
        FaultCase(kind, f"{status}{words}", {"name": "status", "status": status, "retry_after": value})
        for kind, status in (("too many requests", 429), ("unavailable", 503))
        for words, value in RETRY_AFTER.items()
    ),
    *_statuses("server error", 500, 502, 504),
    *(
        FaultCase(
            "error, though done", f"{s}, though it was done", {"name": "status", "status": s, "apply": True}, WRITES
        )
        for s in (500, 504)
    ),
    FaultCase("lost before", "reset before it was read", {"name": "reset_before_reading"}),
    FaultCase("lost after", "reset after it was done", {"name": "reset_after_applying"}),
    FaultCase("lost after", "reset inside the response", {"name": "reset_in_body"}),
    FaultCase("lost after", "response cut short", {"name": "truncated"}),
    FaultCase("no response", "no response", {"name": "hang"}, slow=True),
    FaultCase("no response", "no response, though it was done", {"name": "hang", "apply": True}, WRITES, slow=True),
    FaultCase("dripping", "response dripping", {"name": "drip"}, slow=True),
    FaultCase("dripping", "response dripping from its first line", {"name": "drip_header"}, slow=True),
    FaultCase("broken", "empty response", {"name": "empty"}),
    FaultCase("broken", "not JSON", {"name": "not_json"}),
    FaultCase("broken", "HTML", {"name": "html"}),
    FaultCase("broken", "half of the JSON", {"name": "cut_json"}),
    FaultCase("broken", "wrong types", {"name": "wrong_types"}),
    FaultCase("broken", "wrong shape", {"name": "wrong_shape"}),
    FaultCase("broken", "NaN", {"name": "nan"}),
    FaultCase("oversized", "10,000 entries of other types", {"name": "many"}, READS_AND_POST),
    FaultCase("oversized", "5 MB", {"name": "large", "size": 5_000_000}),
    FaultCase("oversized", "5 MB, compressed", {"name": "bomb", "size": 5_000_000}),
    FaultCase("listed twice", "a type twice", {"name": "duplicate_type"}, READS_AND_POST),
    FaultCase("redirect", "redirect to itself", {"name": "redirect"}, to="same"),
    FaultCase("redirect", "redirect to another host", {"name": "redirect"}, to="elsewhere"),
    FaultCase("redirect", "redirect from https to http", {"name": "redirect"}, to="plain"),
    FaultCase("stale", "stale listing", {"name": "stale"}, frozenset({"GET"}), lasts=True),
    FaultCase("stale", "done, but a stale response", {"name": "stale", "method": "POST"}, POST),
    FaultCase("stored otherwise", "another URL stored", {"name": "altered"}, POST),
    FaultCase("stored otherwise", "stored as disabled", {"name": "altered", "stored": {"enabled": False}}, POST),
    FaultCase("stored otherwise", "header not stored", {"name": "altered", "stored": {"http_auth_header": None}}, POST),
    FaultCase("unreachable", "connection refused", connection="refused", lasts=True),
    FaultCase("certificate", "certificate of another name", connection="another name", lasts=True),
    FaultCase("certificate", "certificate expired", connection="expired", lasts=True),
    FaultCase("certificate", "certificate self-signed", connection="self-signed", lasts=True),
)

NOTHING = FaultCase("nothing", "nothing goes wrong", {"name": "pass"}, POST)
"""For the modes in which the API itself is what is tried."""
