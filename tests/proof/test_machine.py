"""Any sequence, in each of the three ways in which an API may take a registration over a webhook that exists."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.engine.scratch import Project
from tests.proof.conftest import PROFILE
from tests.proof.engine_machine import EngineMachine
from tests.proof.host import Host
from tests.proof.machine import Machine
from tests.proof.native_host import NativeHost


@pytest.mark.parametrize("kind", [Host, NativeHost], ids=["dynamic", "native"])
@pytest.mark.parametrize("post_over", ["replace", "refuse", "ignore"])
def test_any_sequence_ends_as_declared_or_refused(kind: type[Host], post_over: Any) -> None:
    """Program edits, commands, drift, faults and crashes, with the real provider process over gRPC."""

    class Here(Machine):
        host = kind
        mode = post_over

    run_state_machine_as_test(Here, settings=PROFILE)


@pytest.mark.engine
@pytest.mark.parametrize("post_over", ["replace", "refuse"])
def test_any_sequence_on_the_real_engine_ends_as_declared_or_refused(tmp_path: Path, post_over: Any) -> None:
    """Fewer and shorter ones: each command takes seconds."""
    numbers = count()

    class Here(EngineMachine):
        new_project = staticmethod(lambda environment: Project(tmp_path / str(next(numbers)), environment))
        mode = post_over

    fewer = settings(PROFILE, max_examples=max(3, PROFILE.max_examples // 40), stateful_step_count=4)
    run_state_machine_as_test(Here, settings=fewer)
