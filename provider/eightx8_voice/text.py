"""Untrusted text: escaped for a terminal, cut to one line, and matched with known names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 200
"""Most characters of an untrusted text that a message shows."""


def printable(text: object, longest: int = LONGEST) -> str:
    r"""Return the text with non-printable characters escaped (`\x1b`), cut to `longest` characters."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def near_miss(text: str, known: Iterable[str]) -> str | None:
    """Return the known text that was probably meant, or None; letter case and underscores are ignored."""
    plain = {each.lower().replace("_", ""): each for each in known}
    return next((plain[each] for each in get_close_matches(text.lower().replace("_", ""), plain, 1, 0.8)), None)
