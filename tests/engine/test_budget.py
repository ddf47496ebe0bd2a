"""What each operation may request of the API and leave in the state: counts and bytes, no times; for both doors."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pulumi_8x8.api.client import CONNECTIONS
from pulumi_8x8.emulator import Emulator
from tests.engine.conftest import both_doors
from tests.engine.scratch import ROOT, Project

pytestmark = pytest.mark.engine

MOST_CONNECTIONS = {"dynamic": CONNECTIONS, "native": 12}
MOST_STATE = {"dynamic": 1.2, "native": 1.0}
"""Of the naive provider's, without the paths of the machine."""


def fleet(url: str, **other: str) -> dict[str, dict[str, str]]:
    """The webhooks of the benchmark's program, two in each of six subaccounts; some with another URL, by name."""
    subaccounts = [f"bench_{number:04}_voice" for number in range(6)]
    return {
        (name := f"{subaccount}-{type}".lower()): {
            "subaccount_id": subaccount,
            "type": type,
            "url": other.get(name.replace("-", "_"), url),
        }
        for subaccount in subaccounts
        for type in ("VCA", "VSS")
    }


def requested(api: Emulator, project: Project) -> dict[str, int]:
    """Requests by method since the last time."""
    assert api.journal.connections <= MOST_CONNECTIONS[project.door]
    counts = dict(Counter(entry.method for entry in api.journal))
    api.journal.clear()
    return counts


def state_size(project: Project) -> float:
    """Bytes of exported state per webhook, without the paths of the machine, which every way has."""
    resources: list[dict[str, Any]] = project.export()["deployment"]["resources"]
    webhooks = [resource for resource in resources if resource["type"].endswith(":Webhook")]
    for webhook in webhooks:
        webhook.pop("sourcePosition", None)
        webhook.pop("stackTrace", None)
    return sum(len(json.dumps(webhook, indent=4)) for webhook in webhooks) / len(webhooks)


def naive_state_size(api: Emulator, folder: Path) -> float:
    """The same of a dynamic provider that makes no request and keeps what the program declares."""
    names = {"BENCH_WAY": "empty", "BENCH_SUBACCOUNTS": "6", "BENCH_URL": "https://ivr.example/a"}
    project = Project(folder, {**names, "EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url})
    shutil.copytree(ROOT / "bench" / "programs", project.program, dirs_exist_ok=True)
    project.deploy().ok()
    return state_size(project)


@both_doors
def test_each_operation_requests_once_per_subaccount_and_once_per_change(api: Emulator, project: Project) -> None:
    """One GET for both webhooks of a subaccount, one POST or DELETE for each change, and nothing else."""
    project.declare(**fleet("https://ivr.example/a"))

    project.deploy().ok()
    assert requested(api, project) == {"GET": 6, "POST": 12}

    project.preview("--refresh").ok()
    assert requested(api, project) == {"GET": 6}

    project.declare(**fleet("https://ivr.example/a", bench_0000_voice_vca="https://ivr.example/b")).deploy().ok()
    assert requested(api, project) == {"GET": 6, "POST": 1}

    project.environment["EIGHTX8_LIVE_CHECKS"] = "0"
    project.preview().ok()
    assert requested(api, project) == {}

    project.destroy().ok()
    assert requested(api, project) == {"DELETE": 12}


@pytest.mark.proof
@both_doors
def test_a_webhooks_state_is_hardly_larger_than_that_of_a_naive_provider(
    api: Emulator, project: Project, tmp_path: Path
) -> None:
    """The engine writes the whole state after each step, so that its size is what large stacks wait for."""
    project.declare(**fleet("https://ivr.example/a")).deploy().ok()

    size, naive = state_size(project), naive_state_size(api, tmp_path / "naive")

    assert size <= MOST_STATE[project.door] * naive
