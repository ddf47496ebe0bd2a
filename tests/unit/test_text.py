"""Foreign text on its way to a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_8x8.text import LONGEST, printable


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


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_becomes_one_short_printable_line(text: str) -> None:
    """Whatever a server sends, a message stays one line."""
    shown = printable(text)

    assert shown.isprintable()
    assert len(shown) <= LONGEST
