"""A webhook that moves to another provider process in one run stays registered, because processes share claims."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest

from eightx8_voice.emulator import Emulator, Fault
from tests.support.account import urls
from tests.support.scratch import SECONDS, Project

pytestmark = pytest.mark.engine

VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
SLOW = {"subaccount_id": "Sub_2", "type": "VSS", "url": "https://ivr.example/vss"}
LIVE = {"Sub_1/VCA": VCA["url"]}


def declare(project: Project, **webhooks: dict[str, Any]) -> Project:
    """Make the program declare these webhooks, each with its provider and instance."""
    project.declare(**webhooks)
    return project.use("instances")


@pytest.fixture
def project(api: Emulator, tmp_path: Path) -> Project:
    return Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}, provider="native")


in_proof = pytest.mark.proof
DYNAMIC, NATIVE = {"provider": "dynamic"}, {"provider": "native"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"vca": DYNAMIC}, {"vca": NATIVE}, id="from dynamic to native"),
        pytest.param({"vca": NATIVE}, {"vca": DYNAMIC}, id="from native to dynamic", marks=in_proof),
        pytest.param({"old": DYNAMIC}, {"vca": {**DYNAMIC, "instance": "second"}}, id="within dynamic", marks=in_proof),
        pytest.param({"old": NATIVE}, {"vca": {**NATIVE, "instance": "second"}}, id="within native", marks=in_proof),
    ],
)
def test_a_webhook_that_moves_to_another_provider_process_stays_registered(
    api: Emulator, project: Project, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Even without an alias; the old row names the new manager, and removal still deletes."""
    declare(project, **{name: {**VCA, **how} for name, how in before.items()}).deploy().ok()

    moved = declare(project, **{name: {**VCA, **how} for name, how in after.items()}).deploy().ok()

    assert urls(api) == LIVE
    assert moved.lines("not deleted: now managed by 'vca'")
    assert list(project.resources()) == ["vca"]

    project.destroy().ok()

    assert urls(api) == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(DYNAMIC, NATIVE, id="both"),
        pytest.param({**NATIVE, "instance": "one"}, {**NATIVE, "instance": "two"}, id="native", marks=in_proof),
        pytest.param(DYNAMIC, {**DYNAMIC, "instance": "two"}, id="dynamic", marks=in_proof),
    ],
)
def test_two_resources_for_one_webhook_are_refused_across_providers_and_instances(
    api: Emulator, project: Project, first: dict[str, str], second: dict[str, str]
) -> None:
    """The preview refuses them before anything is registered."""
    declare(project, ivr={**VCA, **first}, calls={**VCA, **second, "after": ["ivr"]})

    refused = project.preview().refused()

    assert "is declared twice in this program, by 'ivr' and 'calls'" in refused.out
    assert urls(api) == {}


def providers(process: psutil.Process, name: str) -> list[psutil.Process]:
    return [child for child in process.children(recursive=True) if name in " ".join(child.cmdline())]


@pytest.mark.proof
@pytest.mark.parametrize(("new", "old"), [("native", "dynamic"), pytest.param("dynamic", "native", marks=in_proof)])
def test_killing_a_provider_process_in_between_loses_no_webhook(
    api: Emulator, project: Project, new: str, old: str
) -> None:
    """The adopting process can no longer confirm its claim, and the next run finds the webhook unchanged."""
    declare(project, old={**VCA, "provider": old}).deploy().ok()
    gate = Event()
    held = api.faults.add(Fault("pass", "POST", "Sub_2", hold=gate))
    declare(project, vca={**VCA, "provider": new}, slow={**SLOW, "provider": old, "after": ["vca"]})

    with project.start("up", "--yes", "--skip-preview") as running:
        assert held.reached.wait(SECONDS)
        name = "pulumi-resource-eightx8" if new == "native" else "pulumi.dynamic"
        for process in providers(psutil.Process(running.pid), name):
            process.kill()
        gate.set()
        running.communicate(timeout=SECONDS)

    assert urls(api)["Sub_1/VCA"] == VCA["url"]

    project.deploy().ok()

    assert urls(api) == {**LIVE, "Sub_2/VSS": SLOW["url"]}
    assert sorted(project.resources()) == ["slow", "vca"]


@pytest.mark.proof
def test_concurrent_stacks_do_not_share_claims(api: Emulator, tmp_path: Path) -> None:
    """One stack deletes a webhook that the other one declares, because they are separate runs."""
    environment = {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url, "TMPDIR": str(tmp_path)}
    one, two = (Project(tmp_path / name, environment, provider="native") for name in ("one", "two"))
    declare(one, vca={**VCA, "provider": "native"}).deploy().ok()
    gate = Event()
    held = api.faults.add(Fault("pass", "POST", "Sub_2", hold=gate))
    declare(two, vca={**VCA, "provider": "dynamic"}, slow={**SLOW, "provider": "dynamic", "after": ["vca"]})

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(two.deploy)
        assert held.reached.wait(SECONDS)
        declare(one).deploy().ok()
        gone = urls(api)
        gate.set()
        running.result().ok()

    assert gone == {}
    assert urls(api) == {"Sub_2/VSS": SLOW["url"]}
