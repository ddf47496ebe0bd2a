"""Everything that the matrix lets go wrong: one line each.

A fault_case meets one request, or that one and all that follow; the last ones are about the connection, and last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WRITES = frozenset({"POST", "DELETE"})
ALL = frozenset({"GET", *WRITES})


@dataclass(frozen=True)
class FaultCase:
    """What goes wrong.

    Attributes:
        name: Its row in the page.
        fault: Arguments of the emulator's `Fault`; none where the connection itself is the fault_case.
        methods: Of the requests that it can meet.
        slow: Ends by a time-out, so the settings must make that a short one.
        to: Where a redirect leads: "same", "elsewhere" or "plain".
        connection: "refused", or the name of a bad certificate.
        lasts: Whether it only makes sense for all requests that follow.
    """

    name: str
    fault: Mapping[str, Any] = field(default_factory=dict)
    methods: frozenset[str] = ALL
    slow: bool = False
    to: str = ""
    connection: str = ""
    lasts: bool = False


def _status(status: int, **more: Any) -> dict[str, Any]:
    return {"name": "status", "status": status, **more}


RETRY_AFTER = {
    "1": "1",
    "of the past": "Wed, 21 Oct 2015 07:28:00 GMT",
    "negative": "-5",
    "a day": "86400",
    "garbage": "soon",
}

TROUBLES = (
    *(FaultCase(str(status), _status(status)) for status in (400, 401, 403, 404, 409, 410, 418, 422)),
    *(
        FaultCase(f"{status}, Retry-After {name}" if name else str(status), _status(status, retry_after=value))
        for status in (429, 503)
        for name, value in {"": None, **RETRY_AFTER}.items()
    ),
    *(FaultCase(str(status), _status(status)) for status in (500, 502, 504)),
    *(FaultCase(f"{status}, though it was done", _status(status, apply=True), WRITES) for status in (500, 504)),
    FaultCase("reset before it was read", {"name": "reset_before_reading"}),
    FaultCase("reset after it was done", {"name": "reset_after_applying"}),
    FaultCase("reset inside the answer", {"name": "reset_in_body"}),
    FaultCase("answer cut short", {"name": "truncated"}),
    FaultCase("no answer", {"name": "hang"}, slow=True),
    FaultCase("no answer, though it was done", {"name": "hang", "apply": True}, WRITES, slow=True),
    FaultCase("answer dripping", {"name": "drip"}, slow=True),
    FaultCase("answer dripping from its first line", {"name": "drip_header"}, slow=True),
    FaultCase("empty answer", {"name": "empty"}),
    FaultCase("not JSON", {"name": "not_json"}),
    FaultCase("HTML", {"name": "html"}),
    FaultCase("half of the JSON", {"name": "cut_json"}),
    FaultCase("wrong types", {"name": "wrong_types"}),
    FaultCase("wrong shape", {"name": "wrong_shape"}),
    FaultCase("NaN", {"name": "nan"}),
    FaultCase("a type twice", {"name": "duplicate_type"}, frozenset({"GET", "POST"})),
    FaultCase("10,000 entries of other types", {"name": "many"}, frozenset({"GET", "POST"})),
    FaultCase("5 MB", {"name": "large", "size": 5_000_000}),
    FaultCase("5 MB, compressed", {"name": "bomb", "size": 5_000_000}),
    FaultCase("redirect to itself", {"name": "redirect"}, to="same"),
    FaultCase("redirect to another host", {"name": "redirect"}, to="elsewhere"),
    FaultCase("redirect from https to http", {"name": "redirect"}, to="plain"),
    FaultCase("stale listing", {"name": "stale"}, frozenset({"GET"}), lasts=True),
    FaultCase("done, but a stale answer", {"name": "stale", "method": "POST"}, frozenset({"POST"})),
    FaultCase("another URL stored", {"name": "altered"}, frozenset({"POST"})),
    FaultCase("stored as disabled", {"name": "altered", "stored": {"enabled": False}}, frozenset({"POST"})),
    FaultCase("header not stored", {"name": "altered", "stored": {"http_auth_header": None}}, frozenset({"POST"})),
    FaultCase("connection refused", connection="refused", lasts=True),
    FaultCase("certificate of another name", connection="another name", lasts=True),
    FaultCase("certificate expired", connection="expired", lasts=True),
    FaultCase("certificate self-signed", connection="self-signed", lasts=True),
)
