"""The effect of the CLI's flags and `state` commands on webhooks, as described in docs/options.md."""

from __future__ import annotations

import pytest

from eightx8_voice.emulator import Emulator, Fault
from tests.support.account import urls, writes
from tests.support.engine import native_in_proof
from tests.support.scratch import CommandResult, Project

pytestmark = pytest.mark.engine

VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VSS = {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}
NEW, ELSEWHERE = "https://ivr.example/new", "https://elsewhere.example/"


@pytest.mark.proof
@pytest.mark.options("--target", "--exclude")
@native_in_proof
def test_a_webhook_that_is_not_a_target_is_left_alone(api: Emulator, project: Project) -> None:
    """Its changes and drift are ignored, and it is neither refused nor deleted."""
    project.declare(vca=VCA, vss=VSS).deploy().ok()
    api.account.put("Sub_1", "VSS", ELSEWHERE)

    project.declare(vca={**VCA, "url": NEW}, vss={**VSS, "url": "not a URL"}).deploy(
        "--target", project.urn("vca")
    ).ok()

    assert urls(api) == {"Sub_1/VCA": NEW, "Sub_1/VSS": ELSEWHERE}

    project.declare(vca=VCA, vss=VSS).deploy("--exclude", project.urn("vss")).ok()

    assert urls(api) == {"Sub_1/VCA": VCA["url"], "Sub_1/VSS": ELSEWHERE}

    project.destroy("--target", project.urn("vca")).ok()
    project.destroy("--exclude", project.urn("vss")).ok()

    assert urls(api) == {"Sub_1/VSS": ELSEWHERE}


@pytest.mark.options("--replace", "state taint")
@native_in_proof
def test_a_replacement_on_demand_keeps_the_webhook(api: Emulator, project: Project) -> None:
    """Nothing is sent if it is live as declared; with another URL the replacement is refused."""
    taints = project.provider == "native"  # a taint requests a replacement as --replace does
    project.declare(vca=VCA).deploy().ok()
    api.journal.clear()

    def replace(**changed: str) -> CommandResult:
        project.declare(vca={**VCA, **changed})
        if taints:
            project.run("state", "taint", project.urn("vca"), "--yes").ok()
        return project.deploy(*([] if taints else ["--replace", project.urn("vca")]))

    assert replace().ok().lines("+-1 replaced")
    assert writes(api) == []

    refused = replace(url=NEW).refused()

    assert "is already registered with another URL" in refused.out
    assert "for --replace, run `pulumi up` without it first" in refused.out
    assert writes(api) == []

    if taints:
        project.run("state", "untaint", project.urn("vca"), "--yes").ok()
    project.deploy().ok()
    project.declare(vca={**VCA, "url": NEW}).deploy().ok()

    assert urls(api) == {"Sub_1/VCA": NEW}
    assert writes(api) == ["POST Sub_1/VCA"]


@pytest.mark.proof
@pytest.mark.options("--save-plan, --plan")
def test_an_update_executes_its_plan_and_nothing_else(api: Emulator, project: Project) -> None:
    """It fails if program or webhook changed since; a plan made after drift repairs it."""
    plan = str(project.folder / "plan.json")
    project.declare(vca=VCA).preview("--save-plan", plan).ok()

    changed = project.declare(vca={**VCA, "url": NEW}).deploy("--plan", plan).refused()

    assert "violates plan: properties changed: ++url" in changed.out
    assert writes(api) == []

    project.declare(vca=VCA).deploy("--plan", plan).ok()
    project.preview("--save-plan", plan).ok()
    api.account.put("Sub_1", "VCA", ELSEWHERE)
    drifted = project.deploy("--plan", plan).refused()

    assert "update is not allowed by the plan: this resource is constrained to same" in drifted.out
    assert urls(api) == {"Sub_1/VCA": ELSEWHERE}

    project.preview("--save-plan", plan).ok()
    project.deploy("--plan", plan).ok()

    assert urls(api) == {"Sub_1/VCA": VCA["url"]}


@pytest.mark.proof
@pytest.mark.options("--continue-on-error")
@native_in_proof
def test_other_webhooks_are_processed_after_a_failure(api: Emulator, project: Project) -> None:
    """In up and destroy the command fails, and the next one does the rest."""
    project.declare(bad={**VCA, "subaccount_id": "Sub_2"}, vca=VCA, vss=VSS)
    api.faults.add(Fault("status", subaccount="Sub_2", method="POST", status=400, times=None))
    api.faults.add(Fault("status", subaccount="Sub_2", method="DELETE", status=400, times=None))

    created = project.deploy("--continue-on-error").refused()

    assert created.lines("bad **creating failed** error: Sub_2/VCA")
    assert created.lines("error: Sub_2/VCA")[-1].startswith("error: ")
    assert project.resources().keys() == {"vca", "vss"}
    assert urls(api) == {"Sub_1/VCA": VCA["url"], "Sub_1/VSS": VSS["url"]}

    api.account.put("Sub_2", "VCA", VCA["url"])
    project.deploy().ok()
    destroyed = project.destroy("--continue-on-error").refused()

    assert destroyed.lines("bad **deleting failed** error: ")
    assert project.resources().keys() == {"bad"}
    assert urls(api) == {"Sub_2/VCA": VCA["url"]}


@pytest.mark.proof
@pytest.mark.options("--refresh", "refresh --preview-only", "--expect-no-changes", "--json")
@native_in_proof
def test_every_command_reports_the_same_drift(api: Emulator, project: Project) -> None:
    """Preview, preview with refresh, and refresh preview agree; with the flag the exit code is 7."""
    project.declare(vca=VCA, vss=VSS).deploy().ok()
    clean = project.preview("--refresh", "--expect-no-changes").ok()
    api.account.put("Sub_1", "VCA", ELSEWHERE)
    api.account.remove("Sub_1", "VSS")
    api.journal.clear()

    plain = project.preview("--expect-no-changes")
    refreshed = project.preview("--refresh", "--expect-no-changes")
    only = project.run("refresh", "--preview-only", "--expect-no-changes")

    assert clean.steps == ["refresh vca", "refresh vss"]
    assert (plain.code, refreshed.code, only.code) == (7, 7, 7)
    assert plain.changes() == ["update vca", "update vss"]
    assert sorted(plain.out.splitlines()) == [
        "error: no changes were expected for preview but changes were proposed",
        f"vca: warning: drift: url is {ELSEWHERE} (declared: {VCA['url']})",
        "vss: warning: no longer registered",
    ]
    assert refreshed.steps == ["create vss", "refresh vca", "refresh vss", "update vca ~url"]
    assert only.lines("vca update [diff: ~url]")
    assert only.lines("vss delete")
    assert writes(api) == []

    late = project.deploy("--refresh", "--expect-no-changes").refused()

    assert "no changes were expected" in late.out
    assert urls(api) == {"Sub_1/VCA": VCA["url"], "Sub_1/VSS": VSS["url"]}


@pytest.mark.proof
@pytest.mark.options("--run-program")
@native_in_proof
def test_refresh_and_destroy_use_the_current_config_with_run_program(api: Emulator, project: Project) -> None:
    """Without it they use the last recorded key, and a rotated one is refused with the next step."""
    del project.environment["EIGHTX8_API_KEY"]
    project.run("config", "set", "--secret", project.words("8x8:apiKey"), api.api_key).ok()
    project.declare(vca=VCA).deploy().ok()
    api.api_key = "the-next-key"
    project.run("config", "set", "--secret", project.words("8x8:apiKey"), api.api_key).ok()

    refused = project.destroy().refused()

    assert "add --run-program to use the one in the stack's config" in refused.out
    assert urls(api) == {"Sub_1/VCA": VCA["url"]}

    project.refresh("--run-program").ok()
    api.api_key = "another-key"
    project.run("config", "set", "--secret", project.words("8x8:apiKey"), api.api_key).ok()
    project.destroy("--run-program").ok()

    assert urls(api) == {}


@pytest.mark.proof
@pytest.mark.options("state delete", "state rename", "state move")
def test_editing_the_state_changes_no_webhook(api: Emulator, project: Project) -> None:
    """The next up adopts what was removed from the state, and renamed or moved entries stay the same."""
    project.declare(vca=VCA, vss=VSS).deploy().ok()
    project.run("stack", "init", "other", "--no-select").ok()
    api.journal.clear()

    project.run("state", "delete", project.urn("vca"), "--yes").ok()
    adopted = project.deploy().ok()
    project.run("state", "rename", project.urn("vca"), "calls", "--yes").ok()
    renamed = project.declare(calls=VCA, vss=VSS).preview("--expect-no-changes").ok()
    project.run("state", "move", "--source", "dev", "--dest", "other", "--yes", project.urn("vss")).ok()
    left = project.declare(calls=VCA).preview("--expect-no-changes").ok()
    project.run("stack", "select", "other").ok()
    moved = project.declare(vss=VSS).preview("--expect-no-changes").ok()

    assert adopted.lines("vca created")
    assert adopted.lines("adopted unchanged (already registered as declared)")
    assert (renamed.steps, left.steps, moved.steps) == ([], [], [])
    assert writes(api) == []

    project.destroy().ok()

    assert urls(api) == {"Sub_1/VCA": VCA["url"]}
