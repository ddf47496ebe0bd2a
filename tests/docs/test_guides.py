"""The commands in the guides work as described."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from threading import Event

import pytest

from eightx8_voice.emulator import Emulator, Fault
from tests.support.account import urls, writes
from tests.support.guide import DOCS, SECONDS, Guide
from tests.support.processes import descendants
from tests.support.scratch import Project
from tools.sdks.generate import hosts

pytestmark = pytest.mark.engine
VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
IMPORT = "## Import with the native provider"


def reader(folder: Path, api: Emulator) -> Project:
    """A reader who has installed everything and is logged in."""
    return Project(folder, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url})


def test_existing_webhooks_are_adopted(tmp_path: Path) -> None:
    """They are exported with the auth header as a secret, and only the one with a header is registered again."""
    with Emulator() as api:
        project = reader(tmp_path, api)
        with Guide("adopt.md", project.program, project.env(), end=IMPORT) as guide:
            for words in ("register()", "VCA", "VSS", "VSS", "export", "cd"):
                guide.next(words).ok()
            before = {id: api.account.webhooks(id) for id in api.account.subaccounts()}
            api.journal.clear()
            printed = [guide.next(words).ok().out for words in ("init", "config", "preview", "up", "no-changes")]
            state = guide.type("pulumi stack export").ok().out
            guide.ended()

        assert writes(api) == ["POST Sales_1a2B_voice/VCA"]
        assert {id: api.account.webhooks(id) for id in api.account.subaccounts()} == before
        assert "made-up" not in "".join(printed) + state


@pytest.mark.proof
def test_a_webhook_is_imported_with_the_native_provider(tmp_path: Path) -> None:
    """The program that the CLI prints needs no changes."""
    with Emulator() as api:
        project = reader(tmp_path, api)
        environment = {**project.env(), "PATH": os.pathsep.join([str(hosts()), project.env()["PATH"]])}
        with Guide("adopt.md", project.program, environment, start=IMPORT) as guide:
            guide.next("curl").ok()
            for words in ("mkdir", "stack init", "import", "cat", "--expect-no-changes"):
                guide.next(words).ok()
            guide.ended()

        assert writes(api) == ["POST Desk_5e6F_voice/VCA"]
        assert urls(api) == {"Desk_5e6F_voice/VCA": "https://desk.example.com/vca"}


def test_an_account_is_probed_and_imitated(tmp_path: Path) -> None:
    """The probe leaves nothing, and an emulator starts from its report."""
    with Emulator() as api:
        project = reader(tmp_path, api)
        with Guide("probe.md", project.program, project.env()) as guide:
            guide.next("probe").ok()
            guide.serve("emulate --like")
            guide.ended()
        report = (project.program / "account.json").read_text()

        assert urls(api) == {}
        assert api.api_key not in report
        assert "YOUR_SUBACCOUNT" not in report


@pytest.mark.proof
def test_a_key_in_the_stacks_config_is_rotated(tmp_path: Path) -> None:
    """Refresh fails with the recorded key and names the next step; `up` records the new one."""
    with Emulator("old-key") as api:
        project = Project(tmp_path).declare(vca=VCA)
        project.run("config", "set", "8x8:baseUrl", api.url).ok()
        project.run("config", "set", "--secret", "8x8:apiKey", "old-key").ok()
        project.deploy().ok()
        api.api_key = "NEW-KEY"
        with Guide("rotate.md", project.program, project.env()) as guide:
            guide.next("config set").ok()
            recorded = project.refresh().failed()
            guide.next("refresh --yes --run-program").ok()
            guide.next("up").ok()
            guide.ended()
        project.refresh().ok()
        recorded_now = str(project.export())

        assert "Refresh and destroy use the key that the last `pulumi up` recorded; add --run-program" in recorded.out
        assert "NEW-KEY" not in recorded_now
        assert "'apiKey': {" in recorded_now or "8x8:apiKey" in recorded_now


@pytest.mark.proof
def test_the_processes_of_a_run_are_found_with_their_engines_address(tmp_path: Path) -> None:
    """The command is that of the repair page."""
    [listing] = re.findall(r"^ps -A .+$", (DOCS / "repair.md").read_text(encoding="utf-8"), re.MULTILINE)
    with Emulator() as api:
        project = reader(tmp_path, api).declare(vca=VCA)
        gate = Event()
        held = api.faults.add(Fault("pass", "POST", hold=gate))
        with project.start("up", "--yes", "--skip-preview") as running:
            try:
                assert held.reached.wait(SECONDS)
                shown = subprocess.run(["bash", "-c", listing], capture_output=True, text=True, check=True).stdout
                started = {str(process.pid) for process in descendants(running.pid)}
            finally:
                gate.set()
            running.communicate(timeout=SECONDS)

    ours = [line.split() for line in shown.splitlines() if line.split()[0] in started]
    assert any("pulumi.dynamic" in words for words in ours)
    assert any("pulumi-language-python" in " ".join(words) for words in ours)
    assert len({words[-1] for words in ours}) == 1


def test_an_endpoint_is_rehearsed_before_it_goes_live(tmp_path: Path) -> None:
    """A wrong address is not ready, and the exit code is 1."""
    project = Project(tmp_path)
    with Guide("endpoints.md", project.program, project.env()) as guide:
        rehearsal = guide.next("rehearse https://ivr.example.com/vca --type VCA")

    assert rehearsal.code == 1
    assert "The endpoint is not ready." in rehearsal.out
