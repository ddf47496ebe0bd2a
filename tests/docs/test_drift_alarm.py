"""The step of the workflow in docs/drift-alarm.md, run as GitHub Actions runs it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from eightx8_voice.emulator import Emulator
from tests.support.guide import DOCS
from tests.support.scratch import SECONDS, Project

pytestmark = pytest.mark.engine

PAGE = (DOCS / "drift-alarm.md").read_text(encoding="utf-8")
WORKFLOW, REFRESH = re.findall(r"^```(?:yaml|sh)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
STEP: dict[str, Any] = yaml.safe_load(WORKFLOW)["jobs"]["drift"]["steps"][-1]
PREVIEW = next(line for line in STEP["run"].splitlines() if line.startswith("pulumi preview"))
VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}


def run(project: Project, script: str, **environment: str) -> tuple[int, str]:
    """The exit code and the output."""
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], cwd=project.program,
        env={**project.env(), "STACK": "dev", **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.proof
@pytest.mark.parametrize(
    "compare",
    [pytest.param(PREVIEW, id="preview"), pytest.param(REFRESH.strip(), id="refresh", marks=pytest.mark.proof)],
)
def test_the_alarm_distinguishes_drift_from_errors(tmp_path: Path, compare: str) -> None:
    """The code is 0 without drift, 7 with drift, and 1 for a refused key or an unreachable API."""
    with Emulator() as api:
        project = Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url})
        script = STEP["run"].replace(PREVIEW, compare)
        project.declare(vca=VCA).deploy().ok()

        equal = run(project, script)
        refused = run(project, script, EIGHTX8_API_KEY="revoked")
        unreachable = run(project, script, EIGHTX8_BASE_URL="http://127.0.0.1:9", EIGHTX8_DEADLINE="0.5")
        elsewhere = api.account.put("Sub_1", "VCA", "https://elsewhere.example/")
        drifted = run(project, script)

        assert [code for code, _ in (equal, refused, unreachable, drifted)] == [0, 1, 1, 7]
        assert "::error" not in equal[1]
        assert all("::The comparison failed." in printed for _, printed in (refused, unreachable))
        assert "::Something differs." in drifted[1]
        assert api.account.webhooks("Sub_1") == {"VCA": elsewhere}
