"""How commands end and where they print, with real processes and real standard streams."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eightx8_voice.emulator import Emulator
from pulumi_8x8.cli.app import pulumi_8x8
from tests.support.command_line import SUB, run
from tests.support.wires import Listener

pytestmark = pytest.mark.usefixtures("account_in_the_environment")

COMMAND = [sys.executable, "-m", "pulumi_8x8"]
FULL = Path("/dev/full")


def started(*arguments: str, **more: Any) -> subprocess.Popen[bytes]:
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # Buffered as for users: Python retries failed writes when it exits.
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.Popen([*COMMAND, *arguments], **{**streams, "env": buffered, **more})


@pytest.mark.parametrize("command", sorted(pulumi_8x8.commands))
def test_every_command_can_be_scripted(command: str) -> None:
    """Its help lists the exit codes and fits 80 columns, and it prints JSON on request."""
    shown = run(command, "--help")

    assert (shown.exit_code, "Exit codes:" in shown.output, "--json" in shown.output) == (0, True, True)
    assert [line for line in shown.output.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_unencodable_characters_are_escaped(api: Emulator, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """This applies to tables, help texts and messages about arguments."""
    api.account.put(SUB, "VCA", "https://ivr.example/п")
    monkeypatch.setenv("PYTHONIOENCODING", encoding)

    ended = [started("list", SUB), started("call", "--help"), started("list", "п")]
    printed = [b"".join(process.communicate()).decode(encoding) for process in ended]

    assert [process.returncode for process in ended] == [0, 0, 2]
    cyrillic = "п" if encoding == "utf-8" else "\\u043f"
    assert f"https://ivr.example/{cyrillic}" in printed[0]
    assert "+65…" in printed[1] or "+65\\u2026" in printed[1]
    assert f"(got '{cyrillic}')" in printed[2]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["list", SUB], ["list", SUB, "--json"], ["export", SUB], ["list", "--help"]])
def test_a_full_device_is_reported_in_one_line(api: Emulator, arguments: list[str]) -> None:
    """The exit code is that of an error, not of a finding."""
    api.account.put(SUB, "VCA", "https://ivr.example/")

    with FULL.open("wb") as full, started(*arguments, stdout=full) as process:
        _, printed = process.communicate()

    assert (process.returncode, printed) == (2, b"Error: The output cannot be written: No space left on device.\n")


def test_a_closed_pipe_ends_a_command_silently(api: Emulator) -> None:
    """`head` closes its input like this."""
    api.account.put(SUB, "VCA", "https://ivr.example/")
    reading, writing = os.pipe()
    os.close(reading)

    with started("list", SUB, stdout=writing) as process:
        os.close(writing)
        _, printed = process.communicate()

    assert (process.returncode, printed) == (2, b"")


def test_commands_work_with_closed_standard_streams(api: Emulator) -> None:
    """Some job schedulers close unused streams."""
    api.account.put(SUB, "VCA", "https://ivr.example/")

    listed = subprocess.run(["sh", "-c", '"$@" <&-', "-", *COMMAND, "list", SUB], capture_output=True, check=False)
    unheard = subprocess.run(["sh", "-c", '"$@" >&-', "-", *COMMAND, "list", SUB], capture_output=True, check=False)

    assert (listed.returncode, listed.stderr, b"https://ivr.example/" in listed.stdout) == (0, b"", True)
    assert (unheard.returncode, unheard.stderr) == (0, b"")


@pytest.mark.parametrize("arguments", [["list", SUB], ["export", SUB]])
def test_ctrl_c_ends_a_command_while_the_api_is_silent(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """It ends at once, although every time-out here is an hour."""
    for name in ("READ_TIMEOUT", "DEADLINE"):
        monkeypatch.setenv(f"EIGHTX8_{name}", "3600")

    def interrupt(*_: object) -> None:
        process.send_signal(signal.SIGINT)
        process.wait(60)

    with Listener(interrupt) as silent:
        monkeypatch.setenv("EIGHTX8_BASE_URL", f"http://{silent.address}")
        with started(*arguments) as process:
            output, message = process.communicate(timeout=60)

    assert (process.returncode, output, message.strip()) == (130, b"", b"Interrupted.")


def test_an_internal_error_is_one_line_without_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the place in the code, so that it can be reported."""
    monkeypatch.setattr("pulumi_8x8.cli.list.fetch", lambda _: int("canary"))

    result = run("list", SUB)

    assert (result.exit_code, len(result.output.splitlines()), "canary" in result.output) == (2, 1, False)
    assert "internal error" in result.output
    assert f"in {Path(__file__).name}, line " in result.output


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "1e9", "soon"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["rehearse", "http://127.0.0.1:9/", "--type", "VCA", "--timeout"],
        ["call", SUB, "--from", "+6591234567", "--to", "+6561234567", "--timeout"],
        ["call", SUB, "--from", "+6591234567", "--to", "+6561234567", "--delay"],
    ],
    ids=["rehearse", "call", "call --delay"],
)
def test_an_excessive_time_is_misuse(arguments: list[str], seconds: str) -> None:
    """The error names the option, and nothing is sent."""
    result = run(*arguments, seconds)

    assert (result.exit_code, "must be a number of seconds" in result.output) == (2, True), result.output
    assert arguments[-1] in result.output
