"""What each operation may ask of the API and leave in the state: counts and bytes, no times."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bench.mock import Mock

from pulumi_8x8.api.client import CONNECTIONS
from pulumi_8x8.emulator import Emulator
from tests.engine.scratch import QUICK, ROOT, Project

pytestmark = pytest.mark.engine

BENCH_PROGRAMS = ROOT / "bench" / "programs"


def fleet(url: str, **other: str) -> dict[str, dict[str, str]]:
    """Two webhooks in each of six subaccounts; some with another URL, by name."""
    return {
        f"{type}-{number}".lower(): {
            "subaccount_id": f"team_{number}",
            "type": type,
            "url": other.get(f"{type}_{number}".lower(), url),
        }
        for number in range(6)
        for type in ("VCA", "VSS")
    }


def asked(api: Emulator) -> dict[str, int]:
    """Requests by method since the last time; never over more connections than the host has threads."""
    assert api.journal.connections <= CONNECTIONS
    counts = dict(Counter(entry.method for entry in api.journal))
    api.journal.clear()
    return counts


def test_each_operation_asks_once_per_subaccount_and_once_per_change(api: Emulator, project: Project) -> None:
    """One GET for both webhooks of a subaccount, one POST or DELETE for each change, and nothing else."""
    project.declare(**fleet("https://ivr.example/a"))

    project.deploy().ok()
    assert asked(api) == {"GET": 6, "POST": 12}

    project.deploy().ok()
    assert asked(api) == {"GET": 6}

    project.preview().ok()
    assert asked(api) == {"GET": 6}

    project.preview("--refresh").ok()
    assert asked(api) == {"GET": 6}

    project.declare(**fleet("https://ivr.example/a", vca_0="https://ivr.example/b")).deploy().ok()
    assert asked(api) == {"GET": 6, "POST": 1}

    project.declare(**fleet("https://ivr.example/c")).deploy().ok()
    assert asked(api) == {"GET": 6, "POST": 12}

    project.environment["EIGHTX8_LIVE_CHECKS"] = "0"
    project.preview().ok()
    assert asked(api) == {}

    project.destroy().ok()
    assert asked(api) == {"DELETE": 12}


def test_a_webhooks_state_is_hardly_larger_than_that_of_a_naive_provider(tmp_path: Path) -> None:
    """The engine writes the whole state after each step, so that its size is what large stacks wait for."""
    with Mock() as mock:
        ours, naive = state_size(tmp_path / "ours", mock, "ours"), state_size(tmp_path / "naive", mock, "naive")

    assert ours <= 1.2 * naive


def state_size(folder: Path, mock: Mock, program: str) -> float:
    """Bytes of exported state per webhook."""
    environment = {
        "EIGHTX8_API_KEY": "k",
        "EIGHTX8_BASE_URL": mock.url,
        "BENCH_WAY": "same",
        "BENCH_URL": "https://ivr.example/a",
        "BENCH_SUBACCOUNTS": "1",
        "PYTHONPATH": os.pathsep.join([str(QUICK), str(BENCH_PROGRAMS)]),
    }
    project = Project(folder, environment)
    project.write((BENCH_PROGRAMS / f"{program}.py").read_text())
    project.deploy().ok()
    exported: list[dict[str, Any]] = project.export()["deployment"]["resources"]
    webhooks = [json.dumps(resource, indent=4) for resource in exported if ":dynamic/" in resource["type"]]
    mock.clear()

    assert len(webhooks) == 2
    return sum(map(len, webhooks)) / len(webhooks)
