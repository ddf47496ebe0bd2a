"""Webhooks at the address that another team's stack exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator, StoredWebhook
from tests.support.account import writes
from tests.support.scratch import ROOT, Project

pytestmark = [pytest.mark.engine, pytest.mark.proof]

EXAMPLE = ROOT / "examples" / "stack-reference"


def test_webhooks_follow_the_output_of_another_stack(api: Emulator, tmp_path: Path) -> None:
    """Url and header come from the endpoint's stack; when it moves, the next preview shows the update."""
    backend = {"PULUMI_BACKEND_URL": tmp_path.as_uri()}
    settings = {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}
    endpoint = Project(tmp_path / "theirs", backend, source=EXAMPLE / "endpoint")
    webhooks = Project(tmp_path / "ours", {**backend, **settings}, source=EXAMPLE)
    endpoint.run("config", "set", "--secret", "httpAuthHeader", "Bearer canary").ok()
    ours = ["-c", "subaccountId=Sub_1", "-c", "endpointStack=organization/endpoint/dev"]

    endpoint.deploy("-c", "url=https://one.example").ok()
    created = webhooks.deploy(*ours).ok()

    assert api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://one.example/vca", True, "Bearer canary"),
        "VSS": StoredWebhook("VSS", "https://one.example/vss", True, "Bearer canary"),
    }
    assert "canary" not in created.out

    api.journal.clear()
    endpoint.deploy("-c", "url=https://two.example").ok()
    moved = webhooks.run("preview", "--diff").ok()

    for path in ("vca", "vss"):
        assert f'"https://one.example/{path}" => "https://two.example/{path}"' in moved.out
    assert writes(api) == []
