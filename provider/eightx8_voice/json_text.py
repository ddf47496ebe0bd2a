"""A strict JSON reader, per the standard: Python's own also accepts UTF-16, NaN and Infinity."""

from __future__ import annotations

import json
from typing import NoReturn


def read(body: bytes | str, *, bom_allowed: bool = False) -> object:
    """Decode one JSON document in UTF-8.

    Args:
        body: The document's bytes, or its text.
        bom_allowed: Whether to accept a leading byte order mark. Default: no, as the standard forbids sending one.

    Raises:
        ValueError: It is not JSON in UTF-8, contains NaN or Infinity, or is nested too deeply.
    """
    try:
        text = body if isinstance(body, str) else body.decode()
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    if text.startswith("\ufeff") and not bom_allowed:
        raise ValueError("it begins with a byte order mark")
    try:
        value: object = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
