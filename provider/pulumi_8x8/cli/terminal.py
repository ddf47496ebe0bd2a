"""Standard output and error on any terminal, pipe or device."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from rich.console import Console
from rich.table import Table

ESCAPE = "backslashreplace"
"""How a character that the encoding does not have is written."""

PIPE_WIDTH = 1_000_000
"""Columns where the output is no terminal: nothing is folded."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]], folded: Sequence[str]) -> str:
    """Return a table that fits the terminal, without blanks at the ends of its lines.

    Args:
        header: The columns' names.
        rows: The cells.
        folded: Names of the columns that are folded where the terminal is too narrow.
    """
    # No rule below the header and no style: an encoding may lack the one, and padding would follow the other.
    shown = Table(box=None, pad_edge=False, header_style="")
    for name in header:
        shown.add_column(name, overflow="fold", no_wrap=name not in folded)
    for row in rows:
        shown.add_row(*row)
    width = None if sys.stdout and sys.stdout.isatty() else PIPE_WIDTH
    console = Console(markup=False, highlight=False, emoji=False, width=width)
    with console.capture() as printed:
        console.print(shown)
    return "\n".join(line.rstrip() for line in printed.get().splitlines())


class _Ascii(io.TextIOWrapper):
    """A stream that hides its encoding: to one that is called `ascii`, click writes UTF-8 all the same."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "escaped ascii"


def escape_output() -> None:
    """Let standard output and error escape what their encoding cannot show."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, io.TextIOWrapper):  # None where it is closed
            continue
        if isinstance(stream, _Ascii) or codecs.lookup(stream.encoding).name != "ascii":
            stream.reconfigure(errors=ESCAPE)
        else:
            buffered = stream.line_buffering
            setattr(sys, name, _Ascii(stream.detach(), "ascii", ESCAPE, line_buffering=buffered))


def discard_output() -> None:
    """Drop what could not be written: Python would fail on it again when it exits."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError):
            stream.flush()
            continue
        with suppress(OSError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
