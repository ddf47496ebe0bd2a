"""The emulator in the foreground, as the command line runs it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from eightx8_voice.emulator.server import Emulator

API_KEY_VARIABLE = "EIGHTX8_API_KEY"


def run(
    *,
    api_key: str | None = None,
    ready: Callable[[Emulator], None] | None = None,
    echo: Callable[[str], None] = print,
    **options: Any,
) -> None:
    """Serve until SIGINT or SIGTERM; call it in the main thread.

    Args:
        api_key: The bearer to accept. Default: EIGHTX8_API_KEY in the environment, else "emulator".
        ready: Called once the emulator serves, after the ready line.
        echo: Prints the ready line.
        options: As for `Emulator`.

    Raises:
        EmulatorError: The emulator cannot start.

    """
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Emulator(api_key or os.environ.get(API_KEY_VARIABLE) or "emulator", **options) as emulator:
            echo(f"The emulator serves {emulator.url}; Ctrl-C stops it.")
            if ready is not None:
                ready(emulator)
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
