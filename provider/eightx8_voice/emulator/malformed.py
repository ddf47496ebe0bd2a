"""Bodies that are not what the vendor documents, each made from the true one."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

ENTRIES = 10_000
PADDING = 50_000_000

Made = tuple[bytes, dict[str, str]]
"""A body and the headers that it needs; content is JSON unless they name another type."""


def _nan(body: bytes, _size: int | None) -> Made:
    return _json({**json.loads(body), "statusCode": float("nan"), "count": float("nan")})


def _duplicate_type(body: bytes, _size: int | None) -> Made:
    document = json.loads(body)
    entries = document.get("webhooks") or [_entry("VCA", 0)]
    twice = [*entries, _entry(entries[0]["type"], 1)]
    return _json({**document, "count": len(twice), "webhooks": twice})


def _many(body: bytes, size: int | None) -> Made:
    document = json.loads(body)
    entries = document.get("webhooks", [])
    more = [_entry(f"X{number}", number) for number in range(len(entries), size or ENTRIES)]
    return _json({**document, "count": len(entries) + len(more), "webhooks": [*entries, *more]})


def _large(body: bytes, size: int | None) -> Made:
    return body.rstrip(b"}") + b', "padding": "' + b"x" * (size or PADDING) + b'"}', {}


def _bomb(body: bytes, size: int | None) -> Made:
    gzip = zlib.compressobj(9, wbits=31)
    return gzip.compress(_large(body, size)[0]) + gzip.flush(), {"Content-Encoding": "gzip"}


def _retyped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _retyped(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_retyped(item) for item in value]
    return 7 if isinstance(value, str) else str(value)


def _entry(name: str, number: int) -> dict[str, Any]:
    url = f"https://example.com/{number}"
    return {"type": name, "url": url, "enabled": True, "httpAuthHeaderAvailable": False}


def _json(document: Any) -> Made:
    return json.dumps(document).encode(), {}


MALFORMED: dict[str, Callable[[bytes, int | None], Made]] = {
    "empty": lambda _body, _size: (b"", {}),
    "not_json": lambda _body, _size: (b"OK", {"Content-Type": "text/plain"}),
    "html": lambda _body, _size: (b"<html><body><h1>Please sign in</h1></body></html>", {"Content-Type": "text/html"}),
    "cut_json": lambda body, _size: (body[: len(body) // 2], {}),
    "wrong_types": lambda body, _size: _json(_retyped(json.loads(body))),
    "wrong_shape": lambda body, _size: _json([json.loads(body)]),
    "nan": _nan,
    "duplicate_type": _duplicate_type,
    "many": _many,
    "large": _large,
    "bomb": _bomb,
}
"""From the true body, and the fault's size, to the malformed one."""
