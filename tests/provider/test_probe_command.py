"""`pulumi-8x8 probe` under faults, signals and kills, its output, and `emulate --like` with its report."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from eightx8_voice.emulator import Emulator, Fault, Modes, StoredWebhook
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.probe.run import HEADER, Probe
from pulumi_8x8.settings import Settings
from tests.support.client import KEY
from tests.support.command_line import SUB, run
from tests.support.malformed import MALFORMED

pytestmark = pytest.mark.usefixtures("account_in_the_environment")

COMMAND = [sys.executable, "-m", "pulumi_8x8", "probe", SUB, "--yes"]
REQUESTS = 13
"""The number of requests of a probe if every assumption holds."""

THEIRS = StoredWebhook("VCA", "https://theirs.example/", False, "Basic dGhlaXJz")
FAULTS: dict[str, Any] = {
    "500": {"name": "status", "status": 500},
    "401": {"name": "status", "status": 401},
    "429": {"name": "status", "status": 429},
    "redirect": {"name": "redirect"},
    "lost before": {"name": "reset_before_reading"},
    "lost after": {"name": "reset_after_applying"},
    "cut": {"name": "truncated"},
    "silent": {"name": "hang"},
    "no json": {"name": "body", "make": MALFORMED["html"]},
}


@pytest.fixture(autouse=True)
def others(api: Emulator) -> dict[str, StoredWebhook]:
    """The subaccount's other webhooks, which no probe may change."""
    api.account.put(SUB, "VCA", THEIRS.url, enabled=THEIRS.enabled, http_auth_header=THEIRS.http_auth_header)
    return {"VCA": THEIRS}


def probe(api: Emulator) -> Probe:
    brief = Settings(api_key=KEY, base_url=api.url, read_timeout=0.3, deadline=2)
    return Probe(brief, SUB, sleep=lambda _: None)


def left_by(asked: Probe) -> list[str] | None:
    """The types that are reported as left after probing, or None if it is not known."""
    try:
        asked.look()
        asked.ask()
    except WebhookError:
        pass
    try:
        return [entry.type for entry in asked.clean()]
    except WebhookError:
        return None


@pytest.mark.parametrize("times", [1, 3, None], ids=["once", "three times", "from then on"])
@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_in_any_request_every_leftover_is_reported(
    api: Emulator, others: dict[str, StoredWebhook], fault: str, times: int | None
) -> None:
    """The next probe removes the leftovers and completes."""
    for number in range(REQUESTS):
        api.faults.add(Fault(**FAULTS[fault], skip=number, times=times))

        left = left_by(probe(api))

        api.faults.clear()
        held = api.account.webhooks(SUB)
        if left is not None:
            assert held.keys() - others.keys() == set(left), (number, held)
        again = probe(api)
        assert left_by(again) == [], number
        assert "invalid_url_status" in again.facts
        assert api.account.webhooks(SUB) == others


@contextmanager
def held(api: Emulator, number: int, at: str, **more: Any) -> Iterator[subprocess.Popen[str]]:
    """A running probe whose request with this number, from 1, is held before or after it takes effect."""
    release = threading.Event()
    fault = api.faults.add(Fault("pass", skip=number - 1, hold=release, hold_at=at))  # type: ignore[arg-type]
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more) as process:
        assert fault.reached.wait(60)
        try:
            yield process
        finally:
            process.kill()
            release.set()
    while len(api.journal) < number:  # the API completes every request that it received
        threading.Event().wait(0.01)


@pytest.mark.parametrize("at", ["before", "after"])
@pytest.mark.parametrize(
    "number", [pytest.param(n, marks=[] if n in (3, 7) else pytest.mark.proof) for n in range(1, REQUESTS + 1)]
)
def test_what_a_killed_probe_leaves_is_removed_by_the_next_one(
    api: Emulator, others: dict[str, StoredWebhook], number: int, at: str
) -> None:
    """It may be killed at any request; leftovers are recognised by their URL."""
    with held(api, number, at) as process:
        process.kill()
    again = probe(api)

    assert left_by(again) == []

    assert "invalid_url_status" in again.facts
    assert api.account.webhooks(SUB) == others


@pytest.mark.parametrize("number", [4, 8])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_probe_removes_what_it_registered(
    api: Emulator, others: dict[str, StoredWebhook], sent: signal.Signals, number: int
) -> None:
    """Its exit code is 130."""
    with held(api, number, "after") as process:
        process.send_signal(sent)
        api.faults.clear()
        _, printed = process.communicate(timeout=60)

    assert (process.returncode, "Press Ctrl-C again to leave it" in printed) == (130, True)
    assert api.account.webhooks(SUB) == others


def test_a_second_ctrl_c_ends_a_probe_whose_api_is_silent(api: Emulator) -> None:
    """It prints what may be left and how to remove it."""
    with held(api, 4, "before") as process:
        api.faults.add(Fault("hang", times=None))
        process.send_signal(signal.SIGINT)
        assert process.stderr
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, printed = process.communicate(timeout=60)

    assert "Press Ctrl-C again" in first
    assert process.returncode == 130
    assert f"It is not known whether a webhook of type VSS is left in {SUB}. `pulumi-8x8 probe {SUB}` rem" in printed


def test_a_probe_prints_what_it_saw_and_what_that_means(api: Emulator) -> None:
    """The exit code is 0 if every assumption holds; otherwise it is 1, with an explanation."""
    good = run("probe", SUB, "--yes")
    api.modes = Modes(post_over="refuse")
    bad = run("probe", SUB, "--yes")

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "Every assumption that could be checked holds." in good.output
    assert f"Nothing is left: {SUB} has the webhooks that it had before." in good.output
    assert "An update deletes the webhook and registers it again" in bad.output


def test_a_report_can_be_attached_to_a_public_issue(api: Emulator, tmp_path: Path) -> None:
    """File and JSON contain no key, header, subaccount or address."""
    file = tmp_path / "report.json"

    result = run("probe", SUB, "--yes", "--json", "--output", str(file))

    document = json.loads(file.read_text())
    assert json.loads(result.stdout) == document
    assert (document["complete"], document["left"], document["requests"]) == (True, [], REQUESTS)
    for secret in (KEY, HEADER, SUB, api.url, "theirs.example", str(THEIRS.http_auth_header)):
        assert secret not in result.stdout


def test_nothing_is_sent_if_the_report_cannot_be_written(api: Emulator, tmp_path: Path) -> None:
    """An unwritable file is misuse."""
    result = run("probe", SUB, "--yes", "--output", str(tmp_path / "missing" / "report.json"))

    assert (result.exit_code, "cannot be written" in result.output) == (2, True)
    assert {entry.method for entry in api.journal} == {"GET"}


@pytest.mark.parametrize("url", ["http://a.example", "https://a.example/path", "https://a.example?q", "nonsense"])
def test_the_probe_url_must_be_https_without_path_or_query(api: Emulator, url: str) -> None:
    """Any other URL could hide the probe's mark and is misuse."""
    result = run("probe", SUB, "--yes", "--url", url)

    assert (result.exit_code, "--url" in result.output, len(api.journal)) == (2, True, 0)


def test_without_a_terminal_there_is_no_prompt(api: Emulator) -> None:
    """Nothing is registered without --yes."""
    result = run("probe", SUB)

    assert (result.exit_code, "Add --yes" in result.output) == (2, True)
    assert {entry.method for entry in api.journal} == {"GET"}


@pytest.mark.parametrize(("typed", "code"), [("n\n", 2), ("y\n", 0), ("\x04", 2)], ids=["no", "yes", "end"])
def test_the_probe_asks_before_it_registers_anything(api: Emulator, typed: str, code: int) -> None:
    """The prompt names the type, the subaccount, and leftovers of an earlier probe."""
    api.account.put(SUB, "VRU", "https://example.com/pulumi-8x8-probe/2")
    outside, inside = pty.openpty()
    os.write(outside, typed.encode())

    process = subprocess.run(COMMAND[:-1], stdin=inside, capture_output=True, text=True, timeout=60, check=False)

    os.close(inside)
    os.close(outside)
    assert process.returncode == code
    assert f"webhooks of type VSS, free in {SUB}" in process.stderr
    assert "VRU was left by an earlier probe and will be removed first." in process.stderr
    assert set(api.account.webhooks(SUB)) == ({"VCA"} if code == 0 else {"VCA", "VRU"})


def test_a_webhook_that_cannot_be_removed_is_reported_with_the_next_step(api: Emulator) -> None:
    """It is an error, in the report too."""
    api.modes = Modes(delete_vnu_status=405)

    result = run("probe", SUB, "--yes", "--type", "VNU", "--json")

    assert (result.exit_code, json.loads(result.stdout)["left"]) == (2, ["VNU"])
    assert f"{SUB}/VNU is left, with https://example.com" in result.stderr
    assert "Remove it in the portal" in result.stderr


def test_an_emulator_behaves_as_a_report_says(api: Emulator, tmp_path: Path) -> None:
    """An option overrides the report, and a malformed report is refused."""
    api.modes = Modes(post_over="refuse", refusal_status=409, normalise=("add-slash",), delete_response="list")
    file, other = tmp_path / "report.json", tmp_path / "other.json"
    run("probe", SUB, "--yes", "--output", str(file))
    other.write_text("{}")
    command = [sys.executable, "-m", "pulumi_8x8", "emulate", "--json", "--api-key", KEY, "--like"]

    with subprocess.Popen([*command, str(file), "--refusal-status", "422"], stdout=subprocess.PIPE) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        asked = Probe(Settings(api_key=KEY, base_url=url), SUB, sleep=lambda _: None)
        left = left_by(asked)
        process.terminate()
    refused = run("emulate", "--like", str(other))

    assert left == []
    assert {"post_over": "refuse", "refusal_status": 422, "stored": ["add-slash"]}.items() <= asked.facts.items()
    assert asked.facts["delete_response"] == "list"
    assert (refused.exit_code, "is not a report" in refused.output) == (2, True)
