"""JSON as the standard has it: Python's own reader also takes NaN and Infinity."""

from __future__ import annotations

import json
from typing import NoReturn


def read(text: bytes | str) -> object:
    """Decode one JSON document (UTF-8, 16 or 32).

    Raises:
        ValueError: it is not JSON; NaN, Infinity and nesting too deep to read count as such.

    """
    try:
        value: object = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise ValueError("it is not text in UTF-8") from None
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
