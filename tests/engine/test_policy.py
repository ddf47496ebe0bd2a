"""The policy pack in docs/policy.md on the real engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.account import urls
from tests.support.engine import both_providers
from tests.support.environments import environment
from tests.support.scratch import ROOT, Project, copy, engine_bin

pytestmark = pytest.mark.engine

EXAMPLE = ROOT / "examples" / "policy"
VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/", "http_auth_header": "Bearer canary"}
VCS = {"subaccount_id": "Sub_1", "type": "VCS", "url": "https://desk.example/"}


def runnable(pack: Path, made: Path) -> str:
    """The folder for `--policy-pack`, or a launcher if `make setup` built a language host of 2023."""
    (pack / "venv").symlink_to(made)
    if not Path(engine_bin()).is_relative_to(ROOT / ".tools"):
        return str(pack)
    (pack / "run").write_text(f'#!/bin/sh\nexec "{pack}/venv/bin/python" -u -m pulumi.policy "$1" "{pack}"\n')
    (pack / "run").chmod(0o755)
    return str(pack / "run")


@pytest.mark.proof
@both_providers
def test_the_policy_pack_requires_an_auth_header(api: Emulator, project: Project, tmp_path: Path) -> None:
    """A webhook without one fails the preview, which names it; one with a header is deployed."""
    made = environment(EXAMPLE / "requirements.txt", "parver")  # the native provider's SDK imports it
    project.environment["PATH"] = os.pathsep.join([str(made / "bin"), project.env()["PATH"]])
    copy(EXAMPLE, tmp_path / "pack")
    pack = runnable(tmp_path / "pack", made)
    header = {"http_auth_header": "Bearer canary"}

    refused = project.declare(vca=VCA, status=VCS).run("preview", "--diff", "--policy-pack", pack).failed()
    before = urls(api)
    deployed = project.declare(vca=VCA, status={**VCS, **header}).deploy("--policy-pack", pack).ok()

    assert len(refused.lines("webhook-auth-header")) == 1
    assert "Webhook: status)" in refused.out
    assert before == {}
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/", "Sub_1/VCS": "https://desk.example/"}
    assert "canary" not in refused.out + deployed.out


def test_the_page_shows_the_pack() -> None:
    """The program in docs/policy.md is the tested one."""
    assert f"```python\n{(EXAMPLE / '__main__.py').read_text()}```" in (ROOT / "docs" / "policy.md").read_text()
