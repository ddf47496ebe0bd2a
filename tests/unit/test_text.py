"""Foreign text on its way to a terminal."""

from __future__ import annotations

import pytest

from pulumi_8x8.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://example.com/ä", "https://example.com/ä"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("two\r\nlines", r"two\r\nlines"),
        ("\u202eevil\ud800\x00", r"\u202eevil\ud800\x00"),
        (7.0, "7.0"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
    ],
)
def test_what_a_terminal_could_act_on_is_written_as_an_escape(text: object, shown: str) -> None:
    """Ordinary text stays as it is; a long one ends in an ellipsis."""
    assert printable(text) == shown
