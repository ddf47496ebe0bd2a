"""Features that only the native provider has, and guarantees for programs that use its SDK."""

from __future__ import annotations

import json
import os
import signal
import threading
from typing import Any

import psutil
import pytest

from eightx8_voice.emulator import Emulator, Fault
from tests.support.account import urls, writes
from tests.support.scratch import NATIVE, Project

pytestmark = [pytest.mark.engine, pytest.mark.parametrize("project", ["native"], indirect=True)]

VCA: dict[str, Any] = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VSS: dict[str, Any] = {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}

ACCOUNTS = """
import os, pulumi
from pulumi_eightx8 import Provider, Webhook, get_webhooks_output
for name in ("one", "two"):
    account = Provider(name, api_key=os.environ[f"KEY_{name}"], base_url=os.environ[f"URL_{name}"], deadline=30)
    vca = Webhook(name, subaccount_id="Sub_1", type="VCA", url=f"https://{name}.example/",
                  opts=pulumi.ResourceOptions(provider=account))
    listed = get_webhooks_output(vca.subaccount_id, opts=pulumi.InvokeOutputOptions(provider=account, depends_on=[vca]))
    pulumi.export(name, listed.webhooks.apply(lambda webhooks: [f"{w.type} {w.url}" for w in webhooks]))
"""


def test_a_plain_preview_names_each_property_that_has_drifted(api: Emulator, project: Project) -> None:
    """It is named in the resource's row, where the dynamic provider shows only `update`."""
    project.declare(vca=VCA, vss=VSS).deploy().ok()
    api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    api.account.remove("Sub_1", "VSS")

    preview = project.run("preview").ok()

    assert preview.lines(f"~  {NATIVE} vca update [diff: ~url]")
    assert preview.lines(f"~  {NATIVE} vss update [diff: +enabled,url]")
    assert preview.lines("warning: drift: url is https://elsewhere.example/ (declared: https://ivr.example/vca)")
    assert sorted(writes(api)) == ["POST Sub_1/VCA", "POST Sub_1/VSS"]


@pytest.mark.proof
def test_each_explicit_provider_uses_its_own_account(api: Emulator, project: Project) -> None:
    """One program has two keys and two addresses; the state contains the keys only as secrets."""
    with Emulator("canary-of-another-key") as other:
        keys = {"KEY_one": api.api_key, "KEY_two": other.api_key, "URL_one": api.url, "URL_two": other.url}
        project.environment.update(keys)

        printed = project.write(ACCOUNTS).up().ok().out

        assert urls(api) == {"Sub_1/VCA": "https://one.example/"}
        assert urls(other) == {"Sub_1/VCA": "https://two.example/"}
        assert project.outputs() == {"one": ["VCA https://one.example/"], "two": ["VCA https://two.example/"]}
        assert "canary-of-another-key" not in printed + json.dumps(project.export())

        project.destroy().ok()

        assert urls(api) == urls(other) == {}


def test_a_header_and_a_secret_url_are_never_shown(api: Emulator, project: Project) -> None:
    """Declared, drifted, refused or recorded, they are neither printed nor stored in plain text."""
    canaries = ("canary-in-the-header", "canary-in-the-url")
    vca = {**VCA, "url": f"https://ivr.example/?t={canaries[1]}", "http_auth_header": canaries[0], "secret": ["url"]}

    printed = project.declare(vca=vca).up().ok().out
    state = json.dumps(project.export())
    api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
    printed += project.run("preview", "--diff").ok().out + project.deploy().ok().out
    refused = {**vca, "type": "VSS", "http_auth_header": canaries[0] + "\n"}
    printed += project.declare(vca=refused).preview().refused().out

    assert not [canary for canary in canaries if canary in printed + state]
    assert api.account.webhooks("Sub_1")["VCA"].url == vca["url"]


@pytest.mark.proof
def test_custom_timeouts_limit_an_operation(api: Emulator, project: Project) -> None:
    """An unresponsive API is abandoned after the program's time-out, not the setting's."""
    api.faults.add(Fault("hang", method="POST", times=None))

    failed = project.declare(vca={**VCA, "opts": {"custom_timeouts": {"create": "2s"}}}).deploy().refused()

    assert any("within the deadline of 2 s" in line or "within the deadline of 1." in line for line in failed.lines(""))
    assert urls(api) == {}


@pytest.mark.proof
def test_a_killed_engine_leaves_no_process_and_one_more_up_converges(api: Emulator, project: Project) -> None:
    """The engine is killed during a create, after the API stored the webhook and before it responded."""
    go_on = threading.Event()
    held = Fault("pass", method="POST", apply=True, hold=go_on, hold_at="after")
    api.faults.add(held)
    engine = project.declare(vca=VCA).start("up", "--yes", "--skip-preview", start_new_session=True)
    held.reached.wait(60)
    children = psutil.Process(engine.pid).children(recursive=True)
    plugins = [process for process in children if "eightx8" in " ".join(process.cmdline())]

    os.kill(engine.pid, signal.SIGKILL)
    engine.communicate()
    go_on.set()

    _, alive = psutil.wait_procs(plugins, 60)
    assert plugins
    assert alive == []
    project.run("cancel", "--yes").ok()
    project.deploy().ok()
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}
    assert list(project.resources()) == ["vca"]
    assert writes(api).count("POST Sub_1/VCA") == 1
