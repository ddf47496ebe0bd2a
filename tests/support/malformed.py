"""Malformed response bodies, each made from the true one, for `Fault("body")`."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

Made = tuple[bytes, dict[str, str]]
"""A body and its headers; the content is JSON unless they name another type."""


def _nan(body: bytes) -> Made:
    return _json({**json.loads(body), "statusCode": float("nan"), "count": float("nan")})


def duplicate_type(body: bytes) -> Made:
    """The list with its first type repeated, or with VCA twice."""
    document = json.loads(body)
    entries = document.get("webhooks") or [_entry("VCA", 0)]
    twice = [*entries, _entry(entries[0]["type"], 1)]
    return _json({**document, "count": len(twice), "webhooks": twice})


def many(body: bytes, size: int = 10_000) -> Made:
    """The list with this many entries."""
    document = json.loads(body)
    entries = document.get("webhooks", [])
    more = [_entry(f"X{number}", number) for number in range(len(entries), size)]
    return _json({**document, "count": len(entries) + len(more), "webhooks": [*entries, *more]})


def large(body: bytes, size: int) -> Made:
    """The body with this many bytes of padding."""
    return body.rstrip(b"}") + b', "padding": "' + b"x" * size + b'"}', {}


def bomb(body: bytes, size: int) -> Made:
    """The same, compressed to a fraction of its size."""
    gzip = zlib.compressobj(9, wbits=31)
    return gzip.compress(large(body, size)[0]) + gzip.flush(), {"Content-Encoding": "gzip"}


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


MALFORMED: dict[str, Callable[[bytes], Made]] = {
    "empty": lambda _: (b"", {}),
    "not_json": lambda _: (b"OK", {"Content-Type": "text/plain"}),
    "html": lambda _: (b"<html><body><h1>Please sign in</h1></body></html>", {"Content-Type": "text/html"}),
    "cut_json": lambda body: (body[: len(body) // 2], {}),
    "wrong_types": lambda body: _json(_retyped(json.loads(body))),
    "wrong_shape": lambda body: _json([json.loads(body)]),
    "nan": _nan,
    "duplicate_type": duplicate_type,
    "many": many,
}
"""Functions from the true body to a malformed one."""
