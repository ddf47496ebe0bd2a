"""What the parts of `pulumi_8x8.dynamic_host` make of a run of the real engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.scratch import Project

pytestmark = pytest.mark.engine

REFUSAL = "refused: nothing is live; run it again"
PART = "pulumi-python:dynamic:Part"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path).use("host_parts")


def declare(project: Project, **declared: Any) -> None:
    (project.program / "parts.json").write_text(json.dumps(declared))


def test_an_expected_failure_is_one_line_in_the_tree_and_in_diagnostics(project: Project) -> None:
    """Of create, refresh and destroy."""
    declare(project, part={"fail": "create"})
    created = project.deploy().failed()
    declare(project, part={"fail": "read"})
    project.deploy().ok()
    refreshed = project.refresh().failed()
    declare(project, part={"fail": "delete"})
    project.deploy().ok()
    destroyed = project.destroy().failed()

    for rpc, step, run in (("create", "creating", created), ("read", "refreshing", refreshed),
                           ("delete", "deleting", destroyed)):  # fmt: skip
        assert f"{PART} part **{step} failed** error: {rpc} {REFUSAL}" in run.out
        assert f"{PART} (part):\n    error: {rpc} {REFUSAL}\n" in run.out
        assert "Traceback" not in run.out
        assert "Exception" not in run.out


def test_a_warning_is_on_the_row_of_its_resource_and_under_it_in_diagnostics(project: Project) -> None:
    """Of a component's child too, and with the URN in the JSON of a preview."""
    declare(project, part={"warn": "yes"}, nested={"warn": "yes"})

    shown = project.run("preview").ok().out
    told = json.loads(project.run("preview", "--json").ok().out)

    urns = {step["urn"].rpartition("::")[2]: step["urn"] for step in told["steps"]}
    for name in ("part", "nested"):
        warning = f"warning: check of {urns[name]}, ignoring []"
        assert f"{PART} {name} create {warning}" in shown
        assert f"{PART} ({name}):\n    {warning}\n" in shown
        assert {"urn": urns[name], "message": f"{warning}\n", "severity": "warning"} in told["diagnostics"]


def test_what_the_user_told_pulumi_to_ignore_reaches_the_provider(project: Project) -> None:
    """As an option, and as a transform adds it; in a preview and in an update."""
    declare(project, part={"warn": "yes"}, ignore=["warn"])
    project.deploy().ok()

    named = project.run("preview").ok().out
    declare(project, part={"warn": "yes", "more": "yes"}, transform=["*"])
    all_ = project.deploy().ok().out

    assert "ignoring ['warn']" in named
    assert "ignoring ['*']" in all_


def test_the_state_holds_what_a_targeted_replace_and_a_taint_present_as_new(project: Project) -> None:
    """In preview and update; without what is encrypted, and never what is new indeed."""
    urn = f"urn:pulumi:dev::scratch::{PART}::part"
    declare(project, part={"ask": "first"}, secret={"token": "canary"})
    first = project.deploy().ok().out

    declare(project, part={"ask": "second"}, secret={"token": "canary"}, nested={"ask": "yes"})
    previewed = project.preview("--replace", urn).ok().out
    replaced = project.deploy("--replace", urn).ok().out
    project.run("state", "taint", urn, "--yes").ok()
    tainted = project.deploy().ok().out

    assert "part is held as None" in first
    for out, before in ((previewed, "first"), (replaced, "first"), (tainted, "second")):
        [held] = {line.rpartition("part is held as ")[2] for line in out.splitlines() if "part is held as {" in line}
        assert f"'ask': '{before}'" in held
        assert "token" not in held
    assert "nested is held as None" in previewed
    assert "nested is held as {" not in replaced
