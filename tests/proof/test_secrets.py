"""Secrets do not leak, and foreign text cannot control a terminal."""

from __future__ import annotations

import base64
import json

import pytest

from eightx8_voice.emulator import Emulator, Fault, Modes
from tests.proof.testbed import BARE
from tests.support.host import Host
from tests.support.leaks import HEADER, KEY, NEXT_HEADER, SECRETS, leaks
from tests.support.scratch import Project
from tests.support.steps import Stack

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
CONTROL = "https://x.example/\x1b]0;owned\x07\x1b[2J\r\n\u202egnp.\u0085\x9b31m"


def test_the_search_finds_every_form_of_a_leaked_secret() -> None:
    """Without this, the other tests here would prove nothing."""
    assert leaks(f"Bearer {KEY}", [KEY])
    for text in (json.dumps({"header": HEADER}), json.dumps(json.dumps({"header": HEADER})), repr({"header": HEADER})):
        assert leaks(text, [HEADER])
    assert leaks("?header=Basic+canary%2Fof%22the%5Cheader%2B%26%3D", [HEADER])
    for user in ("", "a", "ab", "abc"):
        assert leaks(base64.b64encode(f"{user}{KEY}:".encode()).decode(), [KEY])


@pytest.mark.engine
def test_nothing_that_the_engine_writes_or_prints_contains_a_secret(api: Emulator, project: Project) -> None:
    """Output, logs, state, history, exports and events are searched, after successes and failures."""
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
    for command in ("stack export", "stack output", "preview --json"):
        run(command)
    run(deploy, header=NEXT_HEADER + "\n", fails=True)
    run(deploy, "{{b}}", fails=True)
    api.faults.add(Fault("status", method="POST", status=503, times=None, body={"echo": [KEY, HEADER]}))
    run(deploy, fails=True)
    api.faults.clear()
    api.modes = Modes(post_over="refuse")
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
    run("destroy --yes --skip-preview")

    files, secrets = [path for path in project.folder.rglob("*") if path.is_file()], [*SECRETS, TOKEN]
    assert not leaks("\n".join(printed), secrets)
    assert [path for path in files if leaks(path.read_bytes().decode("latin-1"), secrets)] == []
    for where in ("inputs", "outputs"):
        assert state["vca"][where]["http_auth_header"].keys() >= {"ciphertext"}
    assert list(logs.rglob("*")), "the verbose logs were looked at"
    assert events.stat().st_size, "so was the log of events"
    assert list((project.folder / "backend").rglob("*.bak")), "so were former states"


@pytest.mark.parametrize("value", ["canary\r\nX-Injected: canary", "canary\0", "canary-ключ", "canary" + "x" * 8192])
@pytest.mark.parametrize("name", ["http_auth_header", "8x8:apiKey"])
def test_a_key_or_header_that_cannot_be_sent_is_refused_without_being_repeated(
    api: Emulator, name: str, value: str
) -> None:
    """The message names it, and nothing is sent."""
    config = {"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url}
    webhook = BARE if name in config else {**BARE, name: value}
    with Host({}, {**config, name: value} if name in config else config) as host:
        result = Stack().run("up", {"vca": webhook}, {0: host})

    printed = f"{host.printed}\n{result.error}"
    assert not result.ok
    assert name in printed
    assert [word for word in ("canary", "Traceback") if word in printed] == []
    assert api.journal.requests("POST") == []


@pytest.mark.engine
def test_text_from_the_api_cannot_control_a_terminal(api: Emulator, project: Project) -> None:
    """It is harmless as a live value, in a refusal, and after a refresh."""
    project.declare(vca=BARE).deploy().ok()
    api.account.put("Sub_1", "VCA", CONTROL)
    printed = [project.run("preview", "--diff").failed().out]
    project.declare(vca=BARE, vss={**BARE, "type": "VSS"})
    printed += [project.refresh("--diff").out, project.run("preview", "--diff").out]
    printed.append(project.deploy("--diff", "--continue-on-error").failed().out)
    project.deploy("--target", project.urn("vss")).ok()  # the refusal of the other one may have ended the program first
    api.faults.add(Fault("status", method="GET", status=422, times=None, body={"statusCode": CONTROL}))
    printed.append(project.run("preview", "--diff").failed().out)

    assert "Sub_1/VCA is listed with control characters in its URL" in printed[0]
    assert list(api.account.webhooks("Sub_1")) == ["VCA", "VSS"]
    assert "422" in printed[-1]
    assert [character for character in "".join(printed) if not character.isprintable() and character != "\n"] == []
