"""Run one command of the set-up as a named phase: `phase.py TITLE NOTE COMMAND…`.

One line when it starts, a sign of life while it lasts, one line when it is done, and what it printed only if it failed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SIGN_OF_LIFE_AFTER = 20.0  # seconds; on a terminal, one line is rewritten every second instead
WIDTH = 100  # characters of a status line
LINES_OF_A_FAILURE = 40


class PhaseError(Exception):
    """A phase's command could not be started or exited non-zero; its last output has been shown."""


def run(
    title: str,
    command: Sequence[str | Path],
    *,
    note: str = "",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run `command` under `title`, with standard input closed; `note` says what to expect of it.

    Raises `PhaseError` if it cannot be started or exits non-zero; ends it on a keyboard interrupt.
    """
    live = sys.stdout.isatty()
    started = time.monotonic()
    print(f"- {title} ({note})" if note else f"- {title}", flush=True)
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise PhaseError(f"{title} failed: {command[0]}: {error.strerror}") from None
    with process:
        lines: list[str] = []
        reader = threading.Thread(target=_collect, args=(process, lines), daemon=True)
        reader.start()
        try:
            while reader.is_alive():
                reader.join(1.0 if live else SIGN_OF_LIFE_AFTER)
                if reader.is_alive():
                    _show_life(lines, time.monotonic() - started, live=live)
        except KeyboardInterrupt:
            process.terminate()
            raise
    if live:
        print("\r\033[K", end="")
    if process.returncode != 0:
        print("\n".join(f"    {line}" for line in lines[-LINES_OF_A_FAILURE:]), flush=True)
        raise PhaseError(f"{title} failed")
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


def _collect(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip())


def _show_life(lines: list[str], seconds: float, *, live: bool) -> None:
    status = f"  {seconds:.0f} s  {lines[-1].strip() if lines else ''}"[:WIDTH].rstrip()
    print(f"\r\033[K{status}" if live else status, end="" if live else "\n", flush=True)


if __name__ == "__main__":
    try:
        run(sys.argv[1], sys.argv[3:], note=sys.argv[2])
    except PhaseError as error:
        sys.exit(f"{error}; the lines above say why.")
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
