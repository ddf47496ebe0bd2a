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
