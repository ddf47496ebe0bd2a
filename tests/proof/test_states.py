"""The state files that released versions have written."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from pulumi_8x8.emulator import Emulator
from tests.engine.account import urls, writes
from tests.engine.scratch import Project

pytestmark = pytest.mark.engine

STATES = Path(__file__).with_name("states")


@pytest.mark.parametrize("state", sorted(STATES.glob("*.json")), ids=lambda state: state.stem)
def test_a_state_of_each_version_loads_previews_clean_refreshes_and_destroys(
    api: Emulator, project: Project, state: Path
) -> None:
    """Nothing is sent that changes anything until the stack is destroyed, and then no other webhook is touched."""
    project.write((STATES / "program" / "__main__.py").read_text()).deploy().ok()
    api.account.put("Sub_2", "VRU", "https://theirs.example/")
    project.run("stack", "import", "--file", str(state)).ok()
    api.journal.clear()

    preview = project.preview("--expect-no-changes").ok()
    project.refresh().ok()
    project.up("--expect-no-changes").ok()

    assert preview.steps == preview.lines("8x8") == writes(api) == []
    assert len(project.resources()) == 7

    project.destroy().ok()

    assert urls(api) == {"Sub_2/VRU": "https://theirs.example/"}
    assert project.resources() == {}


def test_a_state_of_this_version_is_kept() -> None:
    """The release procedure adds one."""
    assert (STATES / f"{version('pulumi-8x8').partition('.dev')[0]}.json").exists()
