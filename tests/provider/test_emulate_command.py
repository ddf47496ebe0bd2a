"""`pulumi-8x8 emulate` as a process: its ready line, key, modes and termination."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from eightx8_voice.emulator import MODES, Emulator, Modes
from pulumi_8x8.cli.app import pulumi_8x8
from pulumi_8x8.cli.emulate import emulate

LIST = "/api/v1/subaccounts/acme/webhooks"
VCA = {"type": "VCA", "url": "https://Example.com/vca"}
CHOSEN: dict[str, Any] = {
    "post_over": "refuse", "refusal_status": 409, "omitted_header": "keep", "enabled": "ignore", "active": "ignore",
    "normalise": ("add-slash", "lower-host"), "stale_reads": 2, "late_reads": 1.5, "stale_response": True,
    "delete_response": "list", "delete_missing_status": 410, "delete_vnu_status": 405, "invalid_type_status": 400,
    "invalid_url_status": 200, "error_body": "platform", "count": "wrong", "latency": 0.25,
}  # fmt: skip


@contextmanager
def serving(*options: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, its standard output and its ready line."""
    command = [sys.executable, "-m", "pulumi_8x8", "emulate", *options]
    variables = {**os.environ, "EIGHTX8_API_KEY": "", **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.terminate()


def listed(url: str, key: str) -> int:
    return requests.get(url + LIST, headers={"Authorization": f"Bearer {key}"}, timeout=10).status_code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_with_the_environments_key_until_a_signal(number: signal.Signals) -> None:
    """The key is not printed."""
    with serving(EIGHTX8_API_KEY="from-environment") as (process, ready):
        url = re.findall(r"http://127\.0\.0\.1:[0-9]+", ready)[0]
        statuses = [listed(url, "from-environment"), listed(url, "emulator")]
        process.send_signal(number)
        printed = ready + process.stdout.read()  # type: ignore[union-attr]
        process.wait(30)

    assert (statuses, process.returncode) == ([200, 401], 0)
    assert f"export EIGHTX8_BASE_URL={url}\n" in printed
    assert "from-environment" not in printed


def test_without_a_key_one_is_generated_and_printed() -> None:
    """It is printed as an export line for another terminal, or as JSON."""
    with serving() as (process, ready), serving("--json") as (_, line):
        url = re.findall(r"http://[0-9.:]+", ready)[0]
        exported = re.search("export EIGHTX8_API_KEY=(.+)", "".join(process.stdout.readline() for _ in range(2)))  # type: ignore[union-attr]
        document = json.loads(line)

        assert exported is not None
        assert [listed(url, exported[1]), listed(document["url"], document["api_key"])] == [200, 200]


def test_the_emulator_behaves_in_the_chosen_modes() -> None:
    """The responses and the account's contents show it."""
    options = "--post-over refuse --refusal-status 409 --normalise lower-host --normalise add-slash --count wrong"
    options += " --speech-profile en-US-Jenny --number +6512345678 --number +6512345679"
    with serving(*options.split(), "--json", "--api-key", "key") as (_, line):
        url, session = json.loads(line)["url"] + LIST, requests.Session()
        session.headers["Authorization"] = "Bearer key"
        first, second = (session.post(url, json=VCA, timeout=10) for _ in range(2))
        facts = [url.replace("webhooks", name) for name in ("speech-profiles", "numbers")]
        of_account = [session.get(fact, timeout=10).text for fact in facts]

    assert (first.json()["webhooks"][0]["url"], first.json()["count"]) == ("https://example.com/vca/", 2)
    assert (second.status_code, "api_key" in line) == (409, False)
    assert re.findall(r"en-US-\w+|\+65\d+", "".join(of_account)) == ["en-US-Jenny", "+6512345678", "+6512345679"]


def test_each_mode_is_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mode without an option has its default."""
    made: list[Any] = []

    def stop(emulator: Emulator) -> None:
        made.append(emulator.modes)
        raise SystemExit(0)

    monkeypatch.setattr(Emulator, "__enter__", stop)
    options = [f"--{mode.name.replace('_', '-')}" for mode in MODES]
    arguments = [
        text
        for option, value in zip(options, CHOSEN.values(), strict=True)
        for one in (value if isinstance(value, tuple) else [value])
        for text in ([option] if one is True else [option, str(one)])
    ]

    results = [CliRunner().invoke(emulate, given) for given in (arguments, [])]

    assert [result.exit_code for result in results] == [0, 0], results[0].output
    assert made == [Modes(**CHOSEN), Modes()]


@pytest.mark.parametrize(
    "arguments",
    ["--port 70000", "--port -5", "--latency nan", "--late-reads inf", "--post-over merge", "--refusal-status 200",
     "--normalise add-slash --normalise remove-slash", "--state /dev/null/state.json", "--state /proc/self/state.json"],
)  # fmt: skip
def test_invalid_options_are_refused_in_one_line(arguments: str) -> None:
    """The exit code is 2, and nothing is served."""
    result = CliRunner().invoke(pulumi_8x8, ["emulate", *arguments.split()])

    assert (result.exit_code, len(result.output.strip().splitlines()[-1:])) == (2, 1)
    assert re.search("(?m)^Error: [^\n]+$", result.output)
    assert "Traceback" not in result.output
