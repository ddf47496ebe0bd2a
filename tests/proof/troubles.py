"""Everything that the matrix lets go wrong: one line each.

A trouble meets one request, or that one and all that follow; the last ones are about the connection, and last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WRITES = frozenset({"POST", "DELETE"})
ALL = frozenset({"GET", *WRITES})


@dataclass(frozen=True)
class Trouble:
    """What goes wrong.

    Attributes:
        name: Its row in the page.
        fault: Arguments of the emulator's `Fault`; none where the connection itself is the trouble.
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
    *(Trouble(str(status), _status(status)) for status in (400, 401, 403, 404, 409, 410, 418, 422)),
    *(
        Trouble(f"{status}, Retry-After {name}" if name else str(status), _status(status, retry_after=value))
        for status in (429, 503)
        for name, value in {"": None, **RETRY_AFTER}.items()
    ),
    *(Trouble(str(status), _status(status)) for status in (500, 502, 504)),
    *(Trouble(f"{status}, though it was done", _status(status, apply=True), WRITES) for status in (500, 504)),
    Trouble("reset before it was read", {"name": "reset_before_reading"}),
    Trouble("reset after it was done", {"name": "reset_after_applying"}),
    Trouble("reset inside the answer", {"name": "reset_in_body"}),
    Trouble("answer cut short", {"name": "truncated"}),
    Trouble("no answer", {"name": "hang"}, slow=True),
    Trouble("no answer, though it was done", {"name": "hang", "apply": True}, WRITES, slow=True),
    Trouble("answer dripping", {"name": "drip"}, slow=True),
    Trouble("answer dripping from its first line", {"name": "drip_header"}, slow=True),
    Trouble("empty answer", {"name": "empty"}),
    Trouble("not JSON", {"name": "not_json"}),
    Trouble("HTML", {"name": "html"}),
    Trouble("half of the JSON", {"name": "cut_json"}),
    Trouble("wrong types", {"name": "wrong_types"}),
    Trouble("wrong shape", {"name": "wrong_shape"}),
    Trouble("NaN", {"name": "nan"}),
    Trouble("a type twice", {"name": "duplicate_type"}, frozenset({"GET", "POST"})),
    Trouble("10,000 entries of other types", {"name": "many"}, frozenset({"GET", "POST"})),
    Trouble("5 MB", {"name": "large", "size": 5_000_000}),
    Trouble("5 MB, compressed", {"name": "bomb", "size": 5_000_000}),
    Trouble("redirect to itself", {"name": "redirect"}, to="same"),
    Trouble("redirect to another host", {"name": "redirect"}, to="elsewhere"),
    Trouble("redirect from https to http", {"name": "redirect"}, to="plain"),
    Trouble("stale listing", {"name": "stale"}, frozenset({"GET"}), lasts=True),
    Trouble("done, but a stale answer", {"name": "stale", "method": "POST"}, frozenset({"POST"})),
    Trouble("another URL stored", {"name": "altered"}, frozenset({"POST"})),
    Trouble("stored as disabled", {"name": "altered", "stored": {"enabled": False}}, frozenset({"POST"})),
    Trouble("header not stored", {"name": "altered", "stored": {"http_auth_header": None}}, frozenset({"POST"})),
    Trouble("connection refused", connection="refused", lasts=True),
    Trouble("certificate of another name", connection="another name", lasts=True),
    Trouble("certificate expired", connection="expired", lasts=True),
    Trouble("certificate self-signed", connection="self-signed", lasts=True),
)
