"""Text from elsewhere: made safe for a terminal, short enough for a line, and compared with what may be meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 200
"""Characters of a foreign text that a message shows at most."""


def printable(text: object, longest: int = LONGEST) -> str:
    r"""Return the text with everything a terminal could act on written as an escape (`\x1b`), cut to `longest`."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def near_miss(text: str, known: Iterable[str]) -> str | None:
    """Return the known text that was probably meant, or None; letter case and underscores do not matter."""
    plain = {each.lower().replace("_", ""): each for each in known}
    return next((plain[each] for each in get_close_matches(text.lower().replace("_", ""), plain, 1, 0.8)), None)
