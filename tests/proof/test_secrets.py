"""Secrets stay in their place, and what comes from elsewhere cannot act on a terminal."""

from __future__ import annotations

import base64
import http.server
import json
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from pulumi_8x8.api.client import Client
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.model import Declaration
from pulumi_8x8.settings import Settings
from tests.engine.scratch import Project
from tests.proof.canaries import HEADER, KEY, NEXT_HEADER, leaks, leaks_in
from tests.proof.certificates import bundle, contexts
from tests.proof.host import HostFactory, scrubbed
from tests.proof.steps import Result, Stack

VCA: dict[str, Any] = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
WITH_HEADER = {**VCA, "http_auth_header": HEADER}

UNUSABLE = {
    "line break": "canary\nX-Injected: canary",
    "carriage return": "canary\r\nX-Injected: canary",
    "NUL": "canary\0canary",
    "escape": "canary\x1b[2Jcanary",
    "not Latin": "canary-ключ",
    "not ASCII": "canary-clé",
    "8 KB": "canary" + "x" * 8192,
    "space before": " canary",
}


def up(
    host_factory: HostFactory,
    webhook: dict[str, Any],
    environment: dict[str, str],
    config: dict[str, str] | None = None,
) -> tuple[Result, str]:
    """Deploy one webhook in a process of its own; returns how that ended, and everything that a person would see."""
    with host_factory.host(environment, config) as host:
        result = Stack().up({"vca": webhook}, host)
    return result, f"{host.printed}\n{result.error}"


def reached(api: Emulator) -> dict[str, str]:
    return {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}


def test_the_forms_in_which_a_secret_is_looked_for_are_found() -> None:
    """Or nothing that is said here would mean anything."""
    assert leaks(f"Bearer {KEY}", [KEY])
    assert leaks(json.dumps({"header": HEADER}), [HEADER])
    assert leaks(json.dumps(json.dumps({"header": HEADER})), [HEADER])
    assert leaks(repr({"header": HEADER}), [HEADER])
    assert leaks("?header=Basic+canary%2Fof%22the%5Cheader%2B%26%3D", [HEADER])
    for user in ("", "a", "ab", "abc"):
        assert leaks(base64.b64encode(f"{user}{KEY}:".encode()).decode(), [KEY])


@pytest.mark.engine
def test_nothing_that_the_engine_writes_or_prints_holds_a_secret(api: Emulator, project: Project) -> None:
    """Output, verbose logs, state, history, exports and events, through success, drift, refusals and failures."""
    api.api_key = KEY
    temporary, events = project.folder / "temporary", project.folder / "events.json"
    temporary.mkdir()
    project.environment.update(
        EIGHTX8_API_KEY=KEY, EIGHTX8_DEADLINE="1", TMPDIR=str(temporary), PULUMI_DEBUG_COMMANDS="true"
    )
    project.write(
        "import os, pulumi\n"
        "from pulumi_8x8 import Webhook\n"
        "webhook = Webhook('vca', subaccount_id='Sub_1', type='VCA', url=os.environ['URL'],\n"
        "                  http_auth_header=os.environ['HEADER'])\n"
        "pulumi.export('header', webhook.http_auth_header)\n"
    )

    def said(url: str, header: str, *command: str) -> str:
        project.environment.update(URL=url, HEADER=header)
        return project.run(*command, "-v", "5").out

    deploy = ("up", "--yes", "--skip-preview")
    printed = [said("https://ivr.example/a", HEADER, "up", "--yes", "--event-log", str(events))]
    assert api.account.webhooks("Sub_1")["VCA"].http_auth_header == HEADER
    printed += [
        said("https://ivr.example/a", HEADER, "stack", "export"),
        said("https://ivr.example/a", HEADER, "stack", "output"),
        said("https://ivr.example/b", NEXT_HEADER, "preview", "--json"),
        said("https://ivr.example/b", NEXT_HEADER + "\n", *deploy),
        said("https://ivr.example/{{b}}", NEXT_HEADER, *deploy),
    ]
    api.faults.add(Fault("status", method="POST", status=503, times=None, body={"echo": [KEY, HEADER]}))
    printed.append(said("https://ivr.example/b", NEXT_HEADER, *deploy))
    api.faults.clear()
    api.post_over = "refuse"
    printed.append(said("https://ivr.example/b", NEXT_HEADER, *deploy, "--logtostderr"))
    assert api.account.webhooks("Sub_1")["VCA"].http_auth_header == NEXT_HEADER
    api.account.put("Sub_1", "VCA", "https://elsewhere.example/", http_auth_header="Basic theirs")
    printed += [
        said("https://ivr.example/b", NEXT_HEADER, "preview", "--diff"),
        said("https://ivr.example/b", NEXT_HEADER, "refresh", "--yes", "--skip-preview"),
        said("https://ivr.example/b", NEXT_HEADER, "stack", "history", "--json"),
    ]
    kept = leaks_in(project.folder)
    logs = list(temporary.rglob("*"))
    printed.append(said("https://ivr.example/b", NEXT_HEADER, "destroy", "--yes", "--skip-preview"))

    assert not leaks("\n".join(printed))
    assert kept == []
    assert leaks_in(project.folder) == []
    assert logs, "the verbose logs were looked at"
    assert events.stat().st_size, "so was the log of events"
    assert list((project.folder / "backend").rglob("*.bak")), "so were former states"


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_header_that_cannot_be_sent_is_refused_without_being_repeated(
    api: Emulator, host_factory: HostFactory, what: str
) -> None:
    """Before anything is sent; the text says what is wrong with it."""
    result, seen = up(host_factory, {**VCA, "http_auth_header": UNUSABLE[what]}, reached(api))

    assert "http_auth_header" in seen
    assert "canary" not in seen
    assert "Traceback" not in seen
    assert not result.ok
    assert api.journal.requests("POST") == []


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_key_that_cannot_be_sent_is_refused_without_being_repeated(
    api: Emulator, host_factory: HostFactory, what: str
) -> None:
    """From the stack's config, which can hold anything."""
    config = {"8x8:apiKey": UNUSABLE[what], "8x8:baseUrl": api.url}

    result, seen = up(host_factory, VCA, {}, config)

    assert "8x8:apiKey" in seen
    assert "canary" not in seen
    assert "Traceback" not in seen
    assert not result.ok
    assert len(api.journal) == 0


def test_no_chain_of_exceptions_holds_a_secret(api: Emulator) -> None:
    """Whoever prints an error with all that led to it, and every repr on the way, prints no secret."""
    api.api_key = KEY
    settings = Settings(api_key=KEY, base_url=api.url, deadline=1.0)
    client = Client(settings)
    declared = Declaration("Sub_1", "VCA", "https://ivr.example/", http_auth_header=HEADER)
    said = [repr(settings), repr(declared), repr(client)]

    for name in ("reset_before_reading", "truncated", "html", "nan", "bomb", "redirect", "status"):
        api.faults.add(Fault(name, times=None))
        with pytest.raises(WebhookError) as caught:
            client.register(declared, client.deadline())
        said += traceback.format_exception(caught.value)
        said += [repr(caught.value), repr(vars(caught.value))]
        api.faults.clear()

    assert not leaks("\n".join(said))


def test_the_emulator_writes_no_secret_into_its_log(tmp_path: Path) -> None:
    """Neither its journal, nor what it prints, nor its page; its state file is for its owner alone."""
    state = tmp_path / "state.json"
    command = [sys.executable, "-m", "pulumi_8x8", "emulate", "--json", "--state", str(state)]
    with subprocess.Popen(
        command, env={**scrubbed(), "EIGHTX8_API_KEY": KEY}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            url = json.loads(process.stdout.readline())["url"]
            client = Client(Settings(api_key=KEY, base_url=url))
            declared = Declaration("Sub_1", "VCA", "https://ivr.example/", http_auth_header=HEADER)
            client.register(declared, client.deadline())
            page = requests.get(url, timeout=60).text
        finally:
            process.terminate()
            printed = "".join(process.communicate(timeout=60))

    assert "https://ivr.example/" in page
    assert not leaks(page + printed)
    assert leaks(state.read_text(), [HEADER]), "it has to be kept somewhere"
    assert state.stat().st_mode & 0o077 == 0


def test_the_journal_holds_no_secret(api: Emulator, host_factory: HostFactory) -> None:
    """What was asked of the emulator can be shown to anybody."""
    api.api_key = KEY

    assert up(host_factory, WITH_HEADER, reached(api))[0].ok

    assert not leaks(repr(api.journal) + repr(list(api.account.webhooks("Sub_1").values())))


def test_a_netrc_entry_does_not_replace_the_key(api: Emulator, host_factory: HostFactory, tmp_path: Path) -> None:
    """Neither from NETRC nor from the home folder."""
    entry = "machine 127.0.0.1 login somebody password else\n"
    for name in ("netrc", ".netrc"):
        (tmp_path / name).write_text(entry)
        (tmp_path / name).chmod(0o600)
    environment = {**reached(api), "NETRC": str(tmp_path / "netrc"), "HOME": str(tmp_path)}

    result, seen = up(host_factory, WITH_HEADER, environment)

    assert result.ok, seen
    assert {entry.status for entry in api.journal} == {200}


def test_the_environments_ca_bundle_is_believed_and_no_other(host_factory: HostFactory) -> None:
    """An API behind the company's own authority is reached with its bundle, and not without."""
    with Emulator(tls=contexts()[""]) as api:
        without, seen = up(host_factory, VCA, {**reached(api), "EIGHTX8_DEADLINE": "1"})
        with_bundle, _ = up(host_factory, VCA, {**reached(api), "REQUESTS_CA_BUNDLE": bundle()})

        assert not without.ok
        assert "TLS certificate was not accepted" in seen
        assert with_bundle.ok
        assert {entry.status for entry in api.journal} == {200}


def test_the_environments_proxy_is_used_and_no_proxy_is_heeded(api: Emulator, host_factory: HostFactory) -> None:
    """As with every other command-line tool."""
    with proxy() as (address, asked):
        through, seen = up(host_factory, VCA, {**reached(api), "HTTP_PROXY": address, "http_proxy": address})
        by_proxy = list(asked)
        around, _ = up(host_factory, VCA, {**reached(api), "http_proxy": address, "NO_PROXY": "127.0.0.1"})

    assert not through.ok
    assert by_proxy
    assert all(line.startswith(api.url) for line in by_proxy)
    assert not leaks(seen)
    assert around.ok
    assert asked == by_proxy


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that passes nothing on; its address, and the URLs that it was asked for."""
    asked: list[str] = []

    class Refuses(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


CONTROL = "https://x.example/\x1b]0;owned\x07\x1b[2J\r\n\u202egnp.\u0085\x9b31m"


def acts(text: str) -> list[str]:
    """The characters of a text that a terminal acts on, line ends apart."""
    return sorted({character for character in text if not character.isprintable() and character != "\n"})


def test_what_the_api_lists_cannot_act_on_a_terminal(api: Emulator, host_factory: HostFactory) -> None:
    """Neither as what is live, which fails that webhook alone, nor in a refusal."""
    stack, seen = Stack(), []
    with host_factory.host(reached(api)) as host:
        assert stack.up({"vca": VCA}, host).ok
    api.account.put("Sub_1", "VCA", CONTROL)
    results = []
    for program in ({"vca": VCA}, {"vss": {**VCA, "type": "VSS"}}):
        with host_factory.host(reached(api)) as host:
            results.append(stack.preview(program, host))
        seen += [host.printed, results[-1].error or ""]
    api.faults.add(Fault("status", method="GET", status=422, body={"statusCode": CONTROL, "errorId": CONTROL}))
    with host_factory.host(reached(api)) as host:
        result = stack.preview({"vca": VCA}, host)
    seen += [host.printed, result.error or ""]

    assert [result.ok for result in results] == [False, True]
    assert r"x.example/\x1b]0;owned" in seen[1]
    assert "422" in seen[5]
    assert acts("\n".join(seen)) == []


@pytest.mark.parametrize("command", ["list", "export", "check"])
def test_what_the_commands_print_cannot_act_on_a_terminal(api: Emulator, tmp_path: Path, command: str) -> None:
    """A table shows the URL escaped; a program and a comparison need the webhook, and say why they have none."""
    api.account.put("Sub_1", "VCA", CONTROL)
    stack = tmp_path / "stack.json"
    resource = {"urn": "urn:a::b::c::vca", "type": "pulumi-python:dynamic/8x8:Webhook", "inputs": VCA}
    stack.write_text(json.dumps({"deployment": {"resources": [resource]}}))
    arguments = [str(stack)] if command == "check" else ["Sub_1"]

    done = subprocess.run(
        [sys.executable, "-m", "pulumi_8x8", command, *arguments],
        env={**scrubbed(), **reached(api)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert "x.example" in (done.stdout if command == "list" else done.stderr)
    assert done.returncode == (0 if command == "list" else 2)
    assert acts(done.stdout + done.stderr) == []


@pytest.mark.engine
def test_a_listed_url_that_reaches_the_state_cannot_act_on_a_terminal(api: Emulator, project: Project) -> None:
    """The engine prints what it reads on a refresh by itself."""
    project.declare(vca=VCA).deploy().ok()
    api.account.put("Sub_1", "VCA", CONTROL)

    printed = [project.refresh("--diff").out, project.run("preview", "--diff").out, project.deploy("--diff").out]

    assert acts("\n".join(printed)) == []
