"""The benchmark's ways: each Pulumi program does what its row claims."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from bench.grid import PROGRAMS, Cell
from bench.measure import measure
from bench.mock import Mock

pytestmark = pytest.mark.engine

SEEN = {"GET": 1, "POST": 2, "DELETE": 2}
"""What the package asks for two webhooks of one subaccount, however they are declared."""


def test_each_way_creates_and_destroys_the_same_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive one without a look before, the empty stack without a request."""
    monkeypatch.setattr("bench.ways.USER", Path(sys.prefix))
    asked: dict[str, Counter[str]] = {way.value: Counter() for way in PROGRAMS}

    with Mock() as mock:
        for run in measure([Cell(1, 0, tuple(PROGRAMS), operations=("up from nothing", "destroy"))], mock):
            asked[run.way].update(run.requests)

    assert asked == {
        "pulumi-8x8": SEEN,
        "experiment: 4 hosts": SEEN,
        "experiment: pairs": SEEN,
        "naive provider": {"POST": 2, "DELETE": 2},
        "empty stack": {},
    }
