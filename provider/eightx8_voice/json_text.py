"""One reader of JSON, on bytes and as the standard has it: Python's own also accepts UTF-16, NaN and Infinity."""

from __future__ import annotations

import json
from typing import NoReturn


def read(body: bytes | str, *, bom_allowed: bool = False) -> object:
    """Decode one JSON document in UTF-8.

    Args:
        body: The document's bytes, or its text.
        bom_allowed: Whether a byte order mark may precede it. Default: no, as the standard forbids senders to add one.

    Raises:
        ValueError: It is not JSON in UTF-8; NaN, Infinity and nesting too deep to read count as such.
    """
    try:
        text = body if isinstance(body, str) else body.decode()
    except UnicodeDecodeError:
        raise ValueError("it is not text in UTF-8") from None
    if text.startswith("\ufeff") and not bom_allowed:
        raise ValueError("it begins with a byte order mark")
    try:
        value: object = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
