"""Random sequences, in each of the three ways in which an API may treat a POST over an existing webhook."""

from __future__ import annotations

import os
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from eightx8_voice.emulator.modes import PostOver
from tests.proof.machine import Machine

UNHURRIED = settings(deadline=None, suppress_health_check=list(HealthCheck))
PROFILES = {
    # The same sequences in every run, so that a failure is caused by a change.
    "ci": settings(UNHURRIED, max_examples=25, stateful_step_count=8, derandomize=True, database=None),
    "soak": settings(UNHURRIED, max_examples=2000, stateful_step_count=25),
}
# The number of sequences for each mode of the API.
PROFILE = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "ci")]


@pytest.mark.parametrize("post_over", ["replace", "refuse", "ignore"])
def test_any_sequence_ends_as_declared_or_refused(post_over: PostOver) -> None:
    """Sequences consist of program edits, moves, commands, drift, faults and crashes."""
    run_state_machine_as_test(partial(Machine, post_over), settings=PROFILE)  # type: ignore[arg-type]
