"""Everything that the matrix lets go wrong: one line each.

A fault meets one request, or that one and all that follow; the last ones are about the connection, and last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

WRITES = frozenset({"POST", "DELETE"})
READS_AND_POST = frozenset({"GET", "POST"})
ALL = frozenset({"GET", *WRITES})


@dataclass(frozen=True)
class FaultCase:
    """What goes wrong.

    Attributes:
        name: Its row in the table.
        fault: Arguments of the emulator's `Fault`; none where the connection itself is the fault.
        methods: Of the requests that it can meet.
        slow: Ends by a time-out, so the settings must make that a short one.
        to: Where a redirect leads: "same", "elsewhere" or "plain".
        connection: "refused", or the name of a bad certificate.
        lasts: Whether it only makes sense for all requests that follow.
        kind: Its class, a key of `CLASSES`.
    """

    name: str
    fault: Mapping[str, Any] = field(default_factory=dict)
    methods: frozenset[str] = ALL
    slow: bool = False
    to: str = ""
    connection: str = ""
    lasts: bool = False
    kind: str = ""


def _status(status: int, **more: Any) -> dict[str, Any]:
    return {"name": "status", "status": status, **more}


RETRY_AFTER = {
    "1": "1",
    "of the past": "Wed, 21 Oct 2015 07:28:00 GMT",
    "negative": "-5",
    "a day": "86400",
    "garbage": "soon",
}

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

_CASES: dict[str, tuple[FaultCase, ...]] = {
    "refused": tuple(FaultCase(str(status), _status(status)) for status in (400, 409, 418, 422)),
    "not allowed": tuple(FaultCase(str(status), _status(status)) for status in (401, 403, 404, 410)),
    **{
        word: tuple(
            FaultCase(f"{status}, Retry-After {name}" if name else str(status), _status(status, retry_after=value))
            for name, value in {"": None, **RETRY_AFTER}.items()
        )
        for word, status in {"too many requests": 429, "unavailable": 503}.items()
    },
    "server error": tuple(FaultCase(str(status), _status(status)) for status in (500, 502, 504)),
    "error, though done": tuple(
        FaultCase(f"{status}, though it was done", _status(status, apply=True), WRITES) for status in (500, 504)
    ),
    "lost before": (FaultCase("reset before it was read", {"name": "reset_before_reading"}),),
    "lost after": (
        FaultCase("reset after it was done", {"name": "reset_after_applying"}),
        FaultCase("reset inside the response", {"name": "reset_in_body"}),
        FaultCase("response cut short", {"name": "truncated"}),
    ),
    "no response": (
        FaultCase("no response", {"name": "hang"}, slow=True),
        FaultCase("no response, though it was done", {"name": "hang", "apply": True}, WRITES, slow=True),
    ),
    "dripping": (
        FaultCase("response dripping", {"name": "drip"}, slow=True),
        FaultCase("response dripping from its first line", {"name": "drip_header"}, slow=True),
    ),
    "broken": (
        FaultCase("empty response", {"name": "empty"}),
        FaultCase("not JSON", {"name": "not_json"}),
        FaultCase("HTML", {"name": "html"}),
        FaultCase("half of the JSON", {"name": "cut_json"}),
        FaultCase("wrong types", {"name": "wrong_types"}),
        FaultCase("wrong shape", {"name": "wrong_shape"}),
        FaultCase("NaN", {"name": "nan"}),
    ),
    "oversized": (
        FaultCase("10,000 entries of other types", {"name": "many"}, READS_AND_POST),
        FaultCase("5 MB", {"name": "large", "size": 5_000_000}),
        FaultCase("5 MB, compressed", {"name": "bomb", "size": 5_000_000}),
    ),
    "listed twice": (FaultCase("a type twice", {"name": "duplicate_type"}, READS_AND_POST),),
    "redirect": (
        FaultCase("redirect to itself", {"name": "redirect"}, to="same"),
        FaultCase("redirect to another host", {"name": "redirect"}, to="elsewhere"),
        FaultCase("redirect from https to http", {"name": "redirect"}, to="plain"),
    ),
    "stale": (
        FaultCase("stale listing", {"name": "stale"}, frozenset({"GET"}), lasts=True),
        FaultCase("done, but a stale response", {"name": "stale", "method": "POST"}, frozenset({"POST"})),
    ),
    "stored otherwise": (
        FaultCase("another URL stored", {"name": "altered"}, frozenset({"POST"})),
        FaultCase("stored as disabled", {"name": "altered", "stored": {"enabled": False}}, frozenset({"POST"})),
        FaultCase("header not stored", {"name": "altered", "stored": {"http_auth_header": None}}, frozenset({"POST"})),
    ),
    "unreachable": (FaultCase("connection refused", connection="refused", lasts=True),),
    "certificate": tuple(
        FaultCase(f"certificate {words}", connection=name, lasts=True)
        for words, name in {
            "of another name": "another name",
            "expired": "expired",
            "self-signed": "self-signed",
        }.items()
    ),
}

FAULT_CASES = tuple(replace(case, kind=kind) for kind, cases in _CASES.items() for case in cases)

NOTHING = FaultCase("nothing goes wrong", {"name": "pass"}, frozenset({"POST"}), kind="nothing")
"""For the modes in which the API itself is what is tried."""
