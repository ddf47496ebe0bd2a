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
"""Error handler for characters that the encoding cannot represent."""

PIPE_WIDTH = 1_000_000
"""Columns if the output is not a terminal: nothing is folded."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]], folded: Sequence[str]) -> str:
    """Return a table that fits the terminal, without trailing blanks.

    Args:
        header: The columns' names.
        rows: The cells.
        folded: Names of the columns that are folded if the terminal is too narrow.
    """
    # No rule below the header, which an encoding may lack, and no style, which padding would follow.
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
    """A stream that hides its encoding: click writes UTF-8 even to a stream whose encoding is named `ascii`."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "escaped ascii"


def escape_output() -> None:
    """Make standard output and error escape what their encoding cannot represent."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, io.TextIOWrapper):  # None if it is closed
            continue
        if isinstance(stream, _Ascii) or codecs.lookup(stream.encoding).name != "ascii":
            stream.reconfigure(errors=ESCAPE)
        else:
            buffered = stream.line_buffering
            setattr(sys, name, _Ascii(stream.detach(), "ascii", ESCAPE, line_buffering=buffered))


def discard_output() -> None:
    """Drop output that could not be written: Python would fail on it again at exit."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError):
            stream.flush()
            continue
        with suppress(OSError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
