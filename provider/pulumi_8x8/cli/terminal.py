"""Standard output and error on any terminal, pipe or device."""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import suppress

ESCAPE = "backslashreplace"
"""How a character that the encoding does not have is written."""


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
