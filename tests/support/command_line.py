"""The command line in this process, connected to an emulated account."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from click.testing import CliRunner, Result

from eightx8_voice.emulator import Emulator
from pulumi_8x8.cli.app import pulumi_8x8
from tests.support.client import KEY

SUB = "Demo_1_voice"
MANY = [f"team_{number}" for number in range(300)]


@pytest.fixture
def account_in_the_environment(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables that connect the commands to the account."""
    monkeypatch.setenv("EIGHTX8_BASE_URL", api.url)
    monkeypatch.setenv("EIGHTX8_API_KEY", KEY)
    monkeypatch.delenv("EIGHTX8_HTTP_AUTH_HEADER", raising=False)


def run(*arguments: str, stdin: str = "") -> Result:
    """Run a command to its end."""
    return CliRunner().invoke(pulumi_8x8, arguments, input=stdin)


def on_terminal(*arguments: str, columns: int = 80, progress_after: float = 3600.0) -> tuple[str, str]:
    """The output of a command on a terminal of this width, and its standard error on another one."""
    program = f"from pulumi_8x8.cli import listings, main; listings.PROGRESS_AFTER = {progress_after}; main()"
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns)}
    (out, out_end), (err, err_end) = pty.openpty(), pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.DEVNULL, stdout=out_end, stderr=err_end, env=environment,
    ):  # fmt: skip
        os.close(out_end)
        os.close(err_end)
        with ThreadPoolExecutor(2) as readers:
            printed, beside = readers.map(_read, (out, err))
    return printed, beside


def _read(terminal: int) -> str:
    text = b""
    with suppress(OSError):  # Linux reports a closed terminal like this
        while part := os.read(terminal, 1 << 16):
            text += part
    os.close(terminal)
    return text.decode()
