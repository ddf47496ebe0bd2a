"""Text from elsewhere, made safe for a terminal and short enough for a line."""

from __future__ import annotations

LONGEST = 200
"""Characters of a foreign text that a message shows at most."""


def printable(text: object, longest: int = LONGEST) -> str:
    r"""The text with everything a terminal could act on written as an escape (`\x1b`), cut to `longest`."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
