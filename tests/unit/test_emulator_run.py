"""The emulator in the foreground."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
import requests

from pulumi_8x8.emulator import LIMITS, Emulator, EmulatorError, run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal(number: signal.Signals) -> None:
    """It prints one line with its URL, responds, stops on the signal and gives the handlers back."""
    before = signal.getsignal(number)
    lines: list[str] = []
    statuses: list[int] = []

    def ready(emulator: Emulator) -> None:
        url = f"{emulator.url}/api/v1/subaccounts/acme/webhooks"
        statuses.append(requests.get(url, headers={"Authorization": "Bearer k"}, timeout=10).status_code)
        os.kill(os.getpid(), number)

    run(api_key="k", ready=ready, echo=lines.append)

    assert statuses == [200]
    assert len(lines) == 1
    assert "http://127.0.0.1:" in lines[0]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize(("variable", "key"), [("from-environment", "from-environment"), (None, "emulator")])
def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, variable: str | None, key: str) -> None:
    """Without an argument the key is EIGHTX8_API_KEY, and without that "emulator"."""
    monkeypatch.delenv("EIGHTX8_API_KEY", raising=False)
    if variable is not None:
        monkeypatch.setenv("EIGHTX8_API_KEY", variable)
    keys: list[str] = []

    def ready(emulator: Emulator) -> None:
        keys.append(emulator.api_key)
        os.kill(os.getpid(), signal.SIGTERM)

    run(ready=ready, echo=lambda _line: None)

    assert keys == [key]


def test_the_command_line_sets_every_mode() -> None:
    """What is chosen at the start is what the control endpoint shows."""
    options = "--post-over ignore --stale-reads 2 --normalise add-slash --normalise lower-host --error-body platform"
    command = [sys.executable, "-m", "pulumi_8x8", "emulate", "--control", "--json", *options.split()]
    command += ["--active", "ignore", "--latency", "0.01"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        modes = requests.get(f"{url}/_control/modes", timeout=10).json()
        process.terminate()

    assert process.returncode == 0
    assert modes == {
        "post_over": "ignore",
        "stale_reads": 2,
        "normalise": ["add-slash", "lower-host"],
        "error_body": "platform",
        "active": "ignore",
        "latency": 0.01,
    }


@pytest.mark.parametrize("subject", ["auth header is delivered as it is", "legs of a session that failed", "active"])
def test_what_is_only_assumed_is_listed(subject: str) -> None:
    """In one list, which the command's help shows."""
    assert subject in LIMITS.split("What is only assumed")[1]


def test_a_taken_port_is_said_so() -> None:
    """The error names the address and the way out."""
    with Emulator() as api:
        port = int(api.url.rsplit(":", 1)[1])

        with pytest.raises(EmulatorError, match=f"127.0.0.1:{port}: .*in use.* Choose another port"):
            run(port=port)
