"""IvrWebhooks: a subaccount's VCA and VSS webhooks, and how existing ones move into it."""

from __future__ import annotations

import pytest

from eightx8_voice.emulator import Emulator, StoredWebhook
from tests.support.account import urls, writes
from tests.support.scratch import Project

pytestmark = pytest.mark.engine

VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}
VSS = {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}
PAIR = {"subaccount_id": "Sub_1", "vca_url": "https://ivr.example/vca", "vss_url": "https://ivr.example/vss"}


def test_a_component_manages_both_webhooks_from_create_to_destroy(api: Emulator, project: Project) -> None:
    """They are its children, show drift on their rows, carry the header and follow its arguments."""
    project.declare(ivr={"subaccount_id": "Sub_1", "vca_url": "https://ivr.example/", "http_auth_header": "Basic b25l"})

    project.deploy().ok()

    assert api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/", True, "Basic b25l"),
        "VSS": StoredWebhook("VSS", "https://ivr.example/", True, "Basic b25l"),
    }
    assert {resource["parent"].rpartition("::")[2] for resource in project.resources().values()} == {"ivr"}

    api.account.remove("Sub_1", "VSS")

    assert project.run("preview").ok().lines("ivr-vss update warning: no longer registered")

    project.declare(ivr={**PAIR, "enabled": False}).deploy().ok()

    assert api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/vca", False),
        "VSS": StoredWebhook("VSS", "https://ivr.example/vss", False),
    }

    project.destroy().ok()

    assert urls(api) == {}


@pytest.mark.proof
def test_a_second_declaration_of_a_components_webhook_is_refused(api: Emulator, project: Project) -> None:
    """The failed preview names both resources."""
    refused = project.declare(ivr=PAIR, mine=VSS).preview().refused()

    [line] = refused.lines("Sub_1/VSS is declared twice in this program")
    assert "'ivr-vss in ivr'" in line
    assert "'mine'" in line
    assert writes(api) == []


@pytest.mark.proof
def test_two_webhooks_with_its_names_move_into_a_component_unchanged(api: Emulator, project: Project) -> None:
    """The component's aliases make them the same resources, including their headers."""
    header = {"http_auth_header": "Basic b25l"}
    project.declare(**{"ivr-vca": {**VCA, **header}, "ivr-vss": {**VSS, **header}}).deploy().ok()
    api.journal.clear()

    project.declare(ivr={**PAIR, **header}).deploy().ok()

    assert writes(api) == []
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca", "Sub_1/VSS": "https://ivr.example/vss"}
    assert sorted(project.resources()) == ["ivr-vca", "ivr-vss"]
