"""Create, change and destroy webhooks."""

from __future__ import annotations

import pytest

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from tests.engine.account import listings, urls, writes
from tests.engine.scratch import Project

pytestmark = pytest.mark.engine

VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}


def test_all_five_types_live_from_create_to_destroy(api: Emulator, project: Project) -> None:
    """Each type is registered by one POST, a second run has nothing to do, and destroy leaves nothing."""
    project.declare(
        **{
            type.lower(): {"subaccount_id": "Sub_1", "type": type, "url": f"https://ivr.example/{type}"}
            for type in ("VCA", "VSS", "VCS", "VRU", "VNU")
        }
    )

    project.deploy().ok()

    assert urls(api) == {
        "Sub_1/VCA": "https://ivr.example/VCA",
        "Sub_1/VSS": "https://ivr.example/VSS",
        "Sub_1/VCS": "https://ivr.example/VCS",
        "Sub_1/VRU": "https://ivr.example/VRU",
        "Sub_1/VNU": "https://ivr.example/VNU",
    }
    assert sorted(writes(api)) == [
        "POST Sub_1/VCA",
        "POST Sub_1/VCS",
        "POST Sub_1/VNU",
        "POST Sub_1/VRU",
        "POST Sub_1/VSS",
    ]
    assert listings(api) == ["Sub_1"]

    api.journal.clear()
    again = project.up("--expect-no-changes").ok()

    assert again.lines("8x8: ") == []
    assert writes(api) == []
    assert listings(api) == ["Sub_1", "Sub_1"], "one for the preview, one for the update"

    project.destroy().ok()

    assert api.account.subaccounts() == []
    assert project.resources() == {}


@pytest.mark.parametrize(
    ("post_over", "one_change"),
    [
        ("replace", ["POST Sub_1/VCA"]),
        ("refuse", ["POST Sub_1/VCA 422", "DELETE Sub_1/VCA", "POST Sub_1/VCA"]),
        ("ignore", ["POST Sub_1/VCA", "DELETE Sub_1/VCA", "POST Sub_1/VCA"]),
    ],
)
def test_a_change_of_url_of_enabled_and_of_the_header_each_converge(
    api: Emulator, project: Project, post_over: str, one_change: list[str]
) -> None:
    """Where the API replaces, each is one request; where it does not, the webhook is exchanged."""
    api.post_over = post_over  # type: ignore[assignment]
    project.declare(vca={**VCA, "http_auth_header": "Basic b25l"}).deploy().ok()

    api.journal.clear()
    project.declare(vca={**VCA, "url": "https://ivr.example/new", "http_auth_header": "Basic b25l"}).deploy().ok()

    assert writes(api) == one_change
    assert api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/new", True, "Basic b25l"),
    }

    api.journal.clear()
    project.declare(vca={**VCA, "enabled": False, "http_auth_header": "Basic b25l"}).deploy().ok()

    assert writes(api) == one_change
    assert api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/vca", False, "Basic b25l"),
    }

    api.journal.clear()
    project.declare(vca={**VCA, "enabled": False}).deploy().ok()

    assert writes(api) == one_change
    assert api.account.webhooks("Sub_1") == {"VCA": StoredWebhook("VCA", "https://ivr.example/vca", False, None)}
    assert project.preview("--expect-no-changes").ok().steps == []


@pytest.mark.parametrize("post_over", ["replace", "refuse"])
def test_a_header_that_rotates_is_sent(api: Emulator, project: Project, post_over: str) -> None:
    """The API's responses look the same with either header; the new one is registered all the same."""
    api.post_over = post_over  # type: ignore[assignment]
    project.declare(vca={**VCA, "http_auth_header": "Basic b25l"}).deploy().ok()

    project.declare(vca={**VCA, "http_auth_header": "Basic dHdv"}).deploy().ok()

    assert api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/vca", True, "Basic dHdv"),
    }


@pytest.mark.parametrize(
    ("changed", "webhook_id"),
    [({"type": "VSS"}, "Sub_1/VSS"), ({"subaccount_id": "Sub_2"}, "Sub_2/VCA")],
    ids=["type", "subaccount"],
)
def test_a_change_of_identity_registers_the_new_webhook_first(
    api: Emulator, project: Project, changed: dict[str, str], webhook_id: str
) -> None:
    """There is no moment without a webhook."""
    project.declare(vca=VCA).deploy().ok()
    api.journal.clear()

    project.declare(vca={**VCA, **changed}).deploy().ok()

    assert writes(api) == [f"POST {webhook_id}", "DELETE Sub_1/VCA"]
    assert urls(api) == {webhook_id: "https://ivr.example/vca"}
    assert project.resources()["vca"]["id"] == webhook_id


def test_a_registration_whose_answer_is_lost_is_found(api: Emulator, project: Project) -> None:
    """What the API stored before it failed is looked for, not registered a second time."""
    api.faults.add(Fault("status", method="POST", status=500, times=None, apply=True))

    project.declare(vca=VCA).deploy().ok()

    assert writes(api) == ["POST Sub_1/VCA 500"]
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}
    assert list(project.resources()) == ["vca"]
