"""The benchmark's ways: each program does what its row of the table claims."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from bench.run import Cell, measure

pytestmark = [pytest.mark.engine, pytest.mark.proof]


def test_each_way_registers_and_removes_the_same_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive ones without a look before, the empty stack without a request."""
    monkeypatch.setattr("bench.run.USER", Path(sys.prefix))
    ways = ("dynamic", "naive", "naive with session", "empty stack")
    requests: dict[str, Counter[str]] = {way: Counter() for way in ways}

    for run in measure((Cell(1, 0, ways, operations=("up from nothing", "preview --refresh", "destroy")),)):
        requests[run.way].update(run.requests)

    assert requests == {
        "dynamic": {"GET": 2, "POST": 2, "DELETE": 2},
        "naive": {"POST": 2, "GET": 2, "DELETE": 2},
        "naive with session": {"POST": 2, "GET": 1, "DELETE": 2},
        "empty stack": {},
    }
