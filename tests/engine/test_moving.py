"""A stack moves between the providers with aliases, and nothing changes at 8x8."""

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


TOKENS = {"dynamic": TOKEN, "native": NATIVE}


@pytest.mark.proof
@pytest.mark.parametrize(
    ("before", "after"), [("dynamic", "native"), pytest.param("native", "dynamic", marks=pytest.mark.proof)]
)
def test_a_stack_moves_to_the_other_provider_with_nothing_changed_at_8x8(
    api: Emulator, project: Project, before: str, after: str
) -> None:
    """Its state is rewritten with the other provider's names and a secret header; then nothing is left to do."""
    project.provider = before
    project.declare(**WEBHOOKS).deploy().ok()
    live = api.account.webhooks("Sub_1")
    api.journal.clear()

    project.provider = after
    alias = {name: {"aliases": [{"name": name, "type_": TOKENS[before]}]} for name in WEBHOOKS}
    project.declare(**{name: {**webhook, "opts": alias[name]} for name, webhook in WEBHOOKS.items()}).deploy().ok()

    state = project.resources()
    assert {resource["type"] for resource in state.values()} == {TOKENS[after]}
    assert ("subaccountId" in state["vca"]["outputs"]) == (after == "native")
    assert "ciphertext" in str(state["vca"]["outputs"])
    assert "b25l" not in str(state)
    assert project.declare(**WEBHOOKS).preview("--expect-no-changes").ok().steps == []
    assert writes(api) == []
    assert api.account.webhooks("Sub_1") == live

    project.destroy().ok()

    assert urls(api) == {}
