"""Secrets stay in their place, and what comes from elsewhere cannot act on a terminal."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from pulumi_8x8.api.client import Client
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.model import Declaration
from pulumi_8x8.settings import Settings
from tests.engine.scratch import Project
from tests.proof.host import Host, scrubbed
from tests.proof.leaks import HEADER, KEY, NEXT_HEADER, SECRETS, leaks, leaks_in
from tests.proof.steps import Stack

VCA: dict[str, Any] = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
DECLARED = Declaration("Sub_1", "VCA", "https://ivr.example/", http_auth_header=HEADER)
TOKEN = "canary-in-the-url"
PROGRAM = """
import os, pulumi
from pulumi_8x8 import Webhook
url, header = os.environ["URL"], os.environ["HEADER"]
vca = Webhook("vca", subaccount_id="Sub_1", type="VCA", url=url, http_auth_header=header)
vss = Webhook("vss", subaccount_id="Sub_1", type="VSS", url=pulumi.Output.secret(url + os.environ["TOKEN"]),
              http_auth_header=pulumi.Config().require_secret("header"))
pulumi.export("secrets", [vca.http_auth_header, vss.http_auth_header, vss.url])
"""

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
CONTROL = "https://x.example/\x1b]0;owned\x07\x1b[2J\r\n\u202egnp.\u0085\x9b31m"


def environment(api: Emulator) -> dict[str, str]:
    return {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}


def control_characters(text: str) -> list[str]:
    """The characters of a text that a terminal acts on, line ends apart."""
    return sorted({character for character in text if not character.isprintable() and character != "\n"})


def test_each_form_in_which_a_secret_could_leak_is_found() -> None:
    """Or no other test here would mean anything."""
    assert leaks(f"Bearer {KEY}", [KEY])
    for text in (json.dumps({"header": HEADER}), json.dumps(json.dumps({"header": HEADER})), repr({"header": HEADER})):
        assert leaks(text, [HEADER])
    assert leaks("?header=Basic+canary%2Fof%22the%5Cheader%2B%26%3D", [HEADER])
    for user in ("", "a", "ab", "abc"):
        assert leaks(base64.b64encode(f"{user}{KEY}:".encode()).decode(), [KEY])


@pytest.mark.engine
def test_nothing_that_the_engine_writes_or_prints_holds_a_secret(api: Emulator, project: Project) -> None:
    """Output, verbose logs, state, history, exports and events, through success, drift, refusals and failures."""
    api.api_key = KEY
    logs, events = project.folder / "logs", project.folder / "events.json"
    logs.mkdir()
    project.environment.update(
        EIGHTX8_API_KEY=KEY, EIGHTX8_DEADLINE="1", TOKEN=f"?{TOKEN}", TMPDIR=str(logs), PULUMI_DEBUG_COMMANDS="true"
    )
    project.write(PROGRAM).run("config", "set", "--secret", "header", HEADER).ok()
    printed = []

    def run(command: str, path: str = "b", header: str = NEXT_HEADER, fails: bool = False) -> None:
        project.environment.update(URL=f"https://ivr.example/{path}", HEADER=header)
        result = project.run(*command.split(), "-v", "5")
        printed.append((result.failed() if fails else result.ok()).out)

    deploy = "up --yes --skip-preview"
    run(f"up --yes --event-log {events}", "a", HEADER)
    assert {webhook.http_auth_header for webhook in api.account.webhooks("Sub_1").values()} == {HEADER}
    run("stack export", "a", HEADER)
    run("stack output", "a", HEADER)
    run("preview --json")
    run(deploy, header=NEXT_HEADER + "\n", fails=True)
    run(deploy, "{{b}}", fails=True)
    api.faults.add(Fault("status", method="POST", status=503, times=None, body={"echo": [KEY, HEADER]}))
    run(deploy, fails=True)
    api.faults.clear()
    api.post_over = "refuse"
    run(f"{deploy} --logtostderr")
    api.account.put("Sub_1", "VCA", "https://elsewhere.example/", http_auth_header="Basic theirs")
    api.account.put("Sub_1", "VSS", "https://elsewhere.example/")
    run("preview --diff")
    api.account.forbidden.add("Sub_1")
    for command in ("preview", "refresh --yes --skip-preview", "destroy --yes --skip-preview"):
        run(command, fails=True)
    api.account.forbidden.clear()
    run("refresh --yes --skip-preview")
    run("stack history --json")
    state = project.resources()
    left = leaks_in(project.folder, [*SECRETS, TOKEN])
    run("destroy --yes --skip-preview")

    assert not leaks("\n".join(printed), [*SECRETS, TOKEN])
    assert left == leaks_in(project.folder, [*SECRETS, TOKEN]) == []
    for where in ("inputs", "outputs"):
        assert state["vca"][where]["http_auth_header"].keys() >= {"ciphertext"}
    assert list(logs.rglob("*")), "the verbose logs were looked at"
    assert events.stat().st_size, "so was the log of events"
    assert list((project.folder / "backend").rglob("*.bak")), "so were former states"


@pytest.mark.parametrize("what", UNUSABLE)
@pytest.mark.parametrize("name", ["http_auth_header", "8x8:apiKey"])
def test_a_key_or_header_that_cannot_be_sent_is_refused_without_being_repeated(
    api: Emulator, name: str, what: str
) -> None:
    """Before anything is sent; the message names it and what is wrong with it."""
    webhook, config = VCA, {"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url}
    if name in config:
        config[name] = UNUSABLE[what]
    else:
        webhook = {**VCA, name: UNUSABLE[what]}

    with Host({}, config) as host:
        result = Stack().run("up", host, {"vca": webhook})

    printed = f"{host.printed}\n{result.error}"
    assert not result.ok
    assert name in printed
    assert "canary" not in printed
    assert "Traceback" not in printed
    assert api.journal.requests("POST") == []


def test_no_chain_of_exceptions_holds_a_secret(api: Emulator) -> None:
    """Whoever prints an error with all that led to it, and every repr on the way, prints no secret."""
    api.api_key = KEY
    settings = Settings(api_key=KEY, base_url=api.url, deadline=1.0)
    client = Client(settings)
    printed = [repr(settings), repr(DECLARED), repr(client)]

    for name in ("reset_before_reading", "truncated", "html", "nan", "bomb", "redirect", "status"):
        api.faults.add(Fault(name, times=None))
        with pytest.raises(WebhookError) as caught:
            client.register(DECLARED, client.deadline())
        printed += [*traceback.format_exception(caught.value), repr(caught.value), repr(vars(caught.value))]
        api.faults.clear()

    assert not leaks("\n".join(printed))


def test_what_the_api_lists_cannot_act_on_a_terminal(api: Emulator) -> None:
    """Neither as what is live, which fails that webhook alone, nor in a refusal."""
    stack = Stack()
    with Host(environment(api)) as host:
        assert stack.run("up", host, {"vca": VCA}).ok
    api.account.put("Sub_1", "VCA", CONTROL)

    def preview(**program: dict[str, Any]) -> tuple[bool, str]:
        with Host(environment(api)) as host:
            result = stack.run("preview", host, program)
        printed = f"{host.printed}{result.error}"
        assert control_characters(printed) == []
        return result.ok, printed

    ok, printed = preview(vca=VCA)
    assert not ok
    assert r"x.example/\x1b]0;owned" in printed
    assert preview(vss={**VCA, "type": "VSS"})[0]
    api.faults.add(Fault("status", method="GET", status=422, body={"statusCode": CONTROL, "errorId": CONTROL}))
    assert "422" in preview(vca=VCA)[1]


def test_what_the_commands_print_cannot_act_on_a_terminal(api: Emulator, tmp_path: Path) -> None:
    """A table shows the URL escaped; a program and a comparison need the webhook, and fail with its URL escaped."""
    api.account.put("Sub_1", "VCA", CONTROL)
    stack = tmp_path / "stack.json"
    resource = {"urn": "urn:a::b::c::vca", "type": "pulumi-python:dynamic/8x8:Webhook", "inputs": VCA}
    stack.write_text(json.dumps({"deployment": {"resources": [resource]}}))

    for command, argument, code in (("list", "Sub_1", 0), ("export", "Sub_1", 2), ("check", str(stack), 2)):
        arguments = [sys.executable, "-m", "pulumi_8x8", command, argument]
        done = subprocess.run(arguments, env={**scrubbed(), **environment(api)}, capture_output=True, text=True)

        assert done.returncode == code
        assert "x.example" in (done.stderr if code else done.stdout)
        assert control_characters(done.stdout + done.stderr) == []


@pytest.mark.engine
def test_a_listed_url_that_reaches_the_state_cannot_act_on_a_terminal(api: Emulator, project: Project) -> None:
    """The engine prints what it reads on a refresh by itself."""
    project.declare(vca=VCA).deploy().ok()
    api.account.put("Sub_1", "VCA", CONTROL)

    printed = [project.refresh("--diff").out, project.run("preview", "--diff").out, project.deploy("--diff").out]

    assert control_characters("\n".join(printed)) == []
