"""Any sequence, in each of the three ways in which an API may take a registration over a webhook that exists."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from eightx8_voice.emulator import Fault
from eightx8_voice.emulator.modes import PostOver
from tests.proof.machine import Machine
from tests.support.host import Host
from tests.support.native_host import NativeHost
from tests.support.processes import descendants, end
from tests.support.scratch import SECONDS, TOKEN, Preview, Project
from tests.support.scratch import Result as Ended
from tests.support.steps import Command, Result, Stack

UNHURRIED = settings(deadline=None, suppress_health_check=list(HealthCheck))
PROFILES = {
    "quick": settings(UNHURRIED, max_examples=5, stateful_step_count=8, database=None),
    # The same sequences in every run: a change is not blamed for what it has not done.
    "ci": settings(UNHURRIED, max_examples=150, stateful_step_count=12, derandomize=True, database=None),
    "soak": settings(UNHURRIED, max_examples=2000, stateful_step_count=25),
}
# How many sequences are tried for each way of the API.
PROFILE = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "ci")]


class EngineMachine(Machine):
    """The same sequences with the real engine in place of its steps."""

    def __init__(self, post_over: PostOver) -> None:
        super().__init__(post_over)
        self.folder = TemporaryDirectory()
        environment = {"EIGHTX8_API_KEY": self.api.api_key, "EIGHTX8_BASE_URL": self.api.url}
        self.project = Project(Path(self.folder.name), environment)

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()

    def execute(self, command: Command, kill_at: Fault | None) -> tuple[Result, str]:
        self.project.environment["EIGHTX8_DEADLINE"] = "1" if self.api.faults.pending() else "60"
        self.project.declare(**self.program)
        options = ["--json"] if command == "preview" else ["--yes", "--skip-preview"]
        with self.project.start(command, *options) as process:
            if kill_at is not None:
                while process.poll() is None and not kill_at.reached.wait(0.02):
                    pass
                started = descendants(process.pid)
                process.kill()
                end(started)
            out = process.communicate(timeout=SECONDS)[0]
        ended = Ended(process.returncode, out)
        steps = Preview.of(ended).steps if command == "preview" else []
        self.read_state()
        return Result(steps, None if ended.code == 0 else out), "\n".join(ended.lines("8x8 drift"))

    def repairs(self) -> None:
        self.project.run("cancel", "--yes").ok()
        # An import drops whatever is pending.
        (self.project.folder / "repaired.json").write_text(json.dumps(self.project.export()))
        self.project.run("stack", "import", "--file", str(self.project.folder / "repaired.json")).ok()
        self.read_state()

    def read_state(self) -> None:
        resources = self.project.export()["deployment"].get("resources", [])
        self.stack = Stack([resource for resource in resources if resource["type"] == TOKEN])


@pytest.mark.parametrize("kind", [Host, NativeHost], ids=["dynamic", "native"])
@pytest.mark.parametrize("post_over", ["replace", "refuse", "ignore"])
def test_any_sequence_ends_as_declared_or_refused(kind: type[Host], post_over: PostOver) -> None:
    """Program edits, commands, drift, faults and crashes, with the real provider process over gRPC."""
    run_state_machine_as_test(partial(Machine, post_over, kind), settings=PROFILE)  # type: ignore[arg-type]


@pytest.mark.engine
@pytest.mark.parametrize("post_over", ["replace", "refuse"])
def test_any_sequence_on_the_real_engine_ends_as_declared_or_refused(post_over: PostOver) -> None:
    """Fewer and shorter ones: each command takes seconds."""
    fewer = settings(PROFILE, max_examples=max(3, PROFILE.max_examples // 40), stateful_step_count=4)
    run_state_machine_as_test(partial(EngineMachine, post_over), settings=fewer)  # type: ignore[arg-type]
