"""Limits on each operation's requests and state: counts and bytes, not times, for both providers."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from eightx8_voice.emulator import Emulator
from pulumi_8x8.reconcile.listings import LISTED_AT_ONCE
from tests.support.engine import native_in_proof
from tests.support.scratch import Project

pytestmark = [pytest.mark.engine, native_in_proof, pytest.mark.proof]

A, B = "https://ivr.example/a", "https://ivr.example/b"
MOST_CONNECTIONS = LISTED_AT_ONCE + 4
MOST_STATE = {"dynamic": 2300, "native": 2000}
"""Bytes per webhook, without the machine's paths; the engine writes the whole state before and after each step."""


def fleet(**other: str) -> dict[str, dict[str, str]]:
    """Two webhooks in each of six subaccounts, by name; some with another URL."""
    return {
        f"{type}{number}": {"subaccount_id": f"Sub_{number}", "type": type, "url": other.get(f"{type}{number}", A)}
        for number in range(6)
        for type in ("VCA", "VSS")
    }


def requested(api: Emulator, project: Project) -> dict[str, int]:
    """Requests by method since the last call."""
    assert api.journal.connections <= MOST_CONNECTIONS
    counts = dict(Counter(entry.method for entry in api.journal))
    api.journal.clear()
    return counts


def state_size(resource: dict[str, Any]) -> int:
    kept = {name: value for name, value in resource.items() if name not in ("sourcePosition", "stackTrace")}
    return len(json.dumps(kept, indent=4))


def test_each_operation_requests_once_per_subaccount_and_once_per_change(api: Emulator, project: Project) -> None:
    """There is one GET per subaccount, one POST or DELETE per change, and a small state."""
    project.declare(**fleet()).deploy().ok()
    assert requested(api, project) == {"GET": 6, "POST": 12}
    assert max(map(state_size, map(dict, project.resources().values()))) <= MOST_STATE[project.provider]

    project.preview("--refresh").ok()
    assert requested(api, project) == {"GET": 6}

    project.declare(**fleet(VCA0=B)).deploy().ok()
    assert requested(api, project) == {"GET": 6, "POST": 1}

    project.environment["EIGHTX8_LIVE_CHECKS"] = "0"
    project.preview().ok()
    assert requested(api, project) == {}

    project.destroy().ok()
    assert requested(api, project) == {"DELETE": 12}
