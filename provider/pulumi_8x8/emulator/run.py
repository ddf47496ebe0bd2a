"""The emulator in the foreground, as the command line runs it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from pulumi_8x8.emulator.account.routes import PostOver
from pulumi_8x8.emulator.server import Emulator

API_KEY_VARIABLE = "EIGHTX8_API_KEY"


def run(
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    api_key: str | None = None,
    post_over: PostOver = "replace",
    state_file: str | Path | None = None,
    latency: float = 0.0,
    control: bool = False,
    ready: Callable[[Emulator], None] | None = None,
    echo: Callable[[str], None] = print,
) -> None:
    """Serve until SIGINT or SIGTERM; call it in the main thread.

    Args:
        port: The port to listen on; 0, the default, takes a free one.
        host: The address to listen on. Default loopback.
        api_key: The bearer to accept. Default: EIGHTX8_API_KEY in the environment, else "emulator".
        post_over: As for `Emulator`.
        state_file: As for `Emulator`.
        latency: Seconds per request to the API. Default 0.
        control: As for `Emulator`.
        ready: Called once the emulator answers, after the ready line.
        echo: Prints the ready line.

    Raises:
        EmulatorError: The emulator cannot start.

    """
    stop = threading.Event()

    def asked_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, asked_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        key = api_key or os.environ.get(API_KEY_VARIABLE) or "emulator"
        with Emulator(
            key,
            post_over,
            host=host,
            port=port,
            state_file=state_file,
            latency=latency,
            control=control,
        ) as emulator:
            echo(f"The emulator answers at {emulator.url}; Ctrl-C stops it.")
            if ready is not None:
                ready(emulator)
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
