"""Programs that use the Automation API: several stacks in one process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.account import listings, urls
from tests.support.scratch import PROGRAMS, ROOT, CommandResult, Project, copy

pytestmark = [pytest.mark.engine, pytest.mark.proof]


def python(project: Project, folder: Path, *arguments: str) -> CommandResult:
    """Run a program that calls the CLI itself, with the project's environment."""
    done = subprocess.run(
        [sys.executable, str(folder / "__main__.py"), *arguments],
        cwd=folder,
        env=project.env(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return CommandResult(done.returncode, done.stdout)


def test_consecutive_programs_in_one_process_share_nothing(api: Emulator, project: Project) -> None:
    """Declarations of an earlier run, even of the same stack, are not listed again for a later one."""
    commands = [["a", "preview", ["Sub_1", "Sub_2"]], ["a", "up", ["Sub_3"]]]

    python(project, PROGRAMS / "inline", json.dumps(commands)).ok()

    assert urls(api) == {"Sub_3/VCA": "https://ivr.example/"}
    assert listings(api) == ["Sub_1", "Sub_2", "Sub_3"]


@pytest.mark.proof
def test_the_stacks_of_a_fleet_succeed_and_fail_independently(api: Emulator, project: Project, tmp_path: Path) -> None:
    """After deployment, one row is invalid and one is missing, which is reported until its stack is destroyed."""
    fleet = tmp_path / "fleet"
    copy(ROOT / "examples" / "fleet", fleet)
    rows = (fleet / "fleet.csv").read_text(encoding="utf-8")
    (fleet / "fleet.csv").write_text(f"{rows}acme,Acme_2_voice,https://ivr.acme.example/vca,\n")
    globex = dict.fromkeys(["Globex_71Ab2_voice/VCA", "Globex_71Ab2_voice/VSS"], "https://calls.globex.example/8x8")
    acme = {
        "Acme_8dD15_voice/VCA": "https://ivr.acme.example/vca",
        "Acme_8dD15_voice/VSS": "https://ivr.acme.example/vss",
    }
    second = dict.fromkeys(["Acme_2_voice/VCA", "Acme_2_voice/VSS"], "https://ivr.acme.example/vca")

    deployed = python(project, fleet, "up").ok()

    assert sorted(deployed.lines(":")) == ["acme: create 7", "globex: create 4"]
    assert urls(api) == {**acme, **second, **globex}

    kept = "".join(rows.splitlines(keepends=True)[:2])
    (fleet / "fleet.csv").write_text(kept.replace("https://ivr.acme.example/vss", "http://ivr.acme.example/vss"))
    failed = python(project, fleet, "up").failed()

    assert ["acme: error: " in line for line in failed.lines("must use https")] == [True]
    assert "globex: no longer in fleet.csv" in failed.out
    assert urls(api) == {**acme, **second, **globex}

    destroyed = python(project, fleet, "destroy", "globex").ok()

    assert destroyed.lines(":") == ["globex: delete 4"]
    assert urls(api) == {**acme, **second}
