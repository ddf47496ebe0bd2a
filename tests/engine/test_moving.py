"""A stack moves from one provider to the other by aliases, and nothing changes at 8x8."""

from __future__ import annotations

from typing import Any

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.account import urls, writes
from tests.support.scratch import NATIVE, TOKEN, Project

pytestmark = pytest.mark.engine

WEBHOOKS: dict[str, dict[str, Any]] = {
    "vca": {
        "subaccount_id": "Sub_1",
        "type": "VCA",
        "url": "https://ivr.example/vca",
        "http_auth_header": "Basic b25l",
    },
    "vss": {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss", "enabled": False},
}


def moved(project: Project, door: str, old_type: str) -> Project:
    """The same program for the other provider, whose state was written by the first."""
    project.door = door
    webhooks = {
        name: {**webhook, "opts": {"aliases": [{"name": name, "type_": old_type}]}}
        for name, webhook in WEBHOOKS.items()
    }
    return project.declare(**webhooks)


@pytest.mark.parametrize(
    ("door", "there", "back"),
    [("dynamic", NATIVE, TOKEN), pytest.param("native", TOKEN, NATIVE, marks=pytest.mark.proof)],
)
def test_a_stack_moves_there_and_back_with_nothing_changed_at_8x8(
    api: Emulator, project: Project, door: str, there: str, back: str
) -> None:
    """The state is written anew, in the other's names and with the header as a secret; then there is nothing to do."""
    other = "native" if door == "dynamic" else "dynamic"
    project.door = door
    project.declare(**WEBHOOKS).deploy().ok()
    before = api.account.webhooks("Sub_1")
    api.journal.clear()

    moved(project, other, back).up().ok()

    state = project.resources()
    assert {resource["type"] for resource in state.values()} == {there}
    assert ("subaccountId" in state["vca"]["outputs"]) == (other == "native")
    assert "ciphertext" in str(state["vca"]["outputs"])
    assert "b25l" not in str(project.export())
    project.declare(**WEBHOOKS).up("--expect-no-changes").ok()

    moved(project, door, there).up().ok()
    project.declare(**WEBHOOKS).up("--expect-no-changes").ok()

    assert writes(api) == []
    assert api.account.webhooks("Sub_1") == before

    project.destroy().ok()

    assert urls(api) == {}
