"""Bodies that are not what the vendor documents, each made from the true one."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ENTRIES = 10_000
PADDING = 50_000_000


@dataclass(frozen=True)
class Body:
    """A body and the headers that it needs; content is JSON unless they say otherwise."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Maker = Callable[[bytes, "int | None"], Body]
"""From the true body and the fault's size to the malformed one."""


def _empty(_body: bytes, _size: int | None) -> Body:
    return Body(b"")


def _not_json(_body: bytes, _size: int | None) -> Body:
    return Body(b"OK", {"Content-Type": "text/plain"})


def _html(_body: bytes, _size: int | None) -> Body:
    return Body(b"<html><body><h1>Please sign in</h1></body></html>", {"Content-Type": "text/html"})


def _cut_json(body: bytes, _size: int | None) -> Body:
    return Body(body[: len(body) // 2])


def _wrong_types(body: bytes, _size: int | None) -> Body:
    return _json(_retyped(json.loads(body)))


def _wrong_shape(body: bytes, _size: int | None) -> Body:
    return _json([json.loads(body)])


def _nan(body: bytes, _size: int | None) -> Body:
    document = json.loads(body)
    return _json({**document, "statusCode": float("nan"), "count": float("nan")})


def _duplicate_type(body: bytes, _size: int | None) -> Body:
    document = json.loads(body)
    entries = document.get("webhooks") or [_entry("VCA", 0)]
    twice = [*entries, _entry(entries[0]["type"], 1)]
    return _json({**document, "count": len(twice), "webhooks": twice})


def _many(body: bytes, size: int | None) -> Body:
    document = json.loads(body)
    entries = document.get("webhooks", [])
    more = [_entry(f"X{number}", number) for number in range(len(entries), size or ENTRIES)]
    return _json({**document, "count": len(entries) + len(more), "webhooks": [*entries, *more]})


def _large(body: bytes, size: int | None) -> Body:
    return Body(body.rstrip(b"}") + b', "padding": "' + b"x" * (size or PADDING) + b'"}')


def _bomb(body: bytes, size: int | None) -> Body:
    gzip = zlib.compressobj(9, wbits=31)
    return Body(gzip.compress(_large(body, size).body) + gzip.flush(), {"Content-Encoding": "gzip"})


MALFORMED: dict[str, Maker] = {
    "empty": _empty,
    "not_json": _not_json,
    "html": _html,
    "cut_json": _cut_json,
    "wrong_types": _wrong_types,
    "wrong_shape": _wrong_shape,
    "nan": _nan,
    "duplicate_type": _duplicate_type,
    "many": _many,
    "large": _large,
    "bomb": _bomb,
}


def _retyped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _retyped(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_retyped(item) for item in value]
    return 7 if isinstance(value, str) else str(value)


def _entry(name: str, number: int) -> dict[str, Any]:
    url = f"https://example.com/{number}"
    return {"type": name, "url": url, "enabled": True, "httpAuthHeaderAvailable": False}


def _json(document: Any) -> Body:
    return Body(json.dumps(document).encode())
