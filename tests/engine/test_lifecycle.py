"""Creating, changing and destroying webhooks."""

from __future__ import annotations

from typing import Any

import pytest

from eightx8_voice.emulator import Emulator, Modes, StoredWebhook
from eightx8_voice.emulator.modes import PostOver
from tests.support.account import listings, urls, writes
from tests.support.engine import both_providers, native_in_proof
from tests.support.scratch import Project

pytestmark = pytest.mark.engine

TYPES = ("VCA", "VCS", "VNU", "VRU", "VSS")
VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}


@both_providers
def test_all_five_types_are_created_and_destroyed(api: Emulator, project: Project) -> None:
    """Each type needs one POST, a second run does nothing, and destroy removes everything."""
    project.declare(
        **{type: {"subaccount_id": "Sub_1", "type": type, "url": f"https://ivr.example/{type}"} for type in TYPES}
    )

    project.deploy().ok()

    assert urls(api) == {f"Sub_1/{type}": f"https://ivr.example/{type}" for type in TYPES}
    assert sorted(writes(api)) == [f"POST Sub_1/{type}" for type in TYPES]
    assert listings(api) == ["Sub_1"]

    api.journal.clear()
    again = project.up("--expect-no-changes").ok()

    assert [line for line in again.lines("warning: ") if "from $PATH" not in line] == []
    assert writes(api) == []
    assert listings(api) == ["Sub_1", "Sub_1"], "one for the preview, one for the update"

    project.destroy().ok()

    assert api.account.subaccounts() == []
    assert project.resources() == {}


ONE_CHANGE: dict[PostOver, list[str]] = {
    "replace": ["POST Sub_1/VCA"],
    "refuse": ["POST Sub_1/VCA 422", "DELETE Sub_1/VCA", "POST Sub_1/VCA"],
    "ignore": ["POST Sub_1/VCA", "DELETE Sub_1/VCA", "POST Sub_1/VCA"],
}


@pytest.mark.parametrize(
    ("project", "post_over"),
    [
        ("dynamic", "replace"),
        pytest.param("dynamic", "refuse", marks=pytest.mark.proof),
        pytest.param("native", "ignore", marks=pytest.mark.proof),
    ],
    indirect=["project"],
)
def test_changes_of_url_enabled_and_header_each_converge(api: Emulator, project: Project, post_over: PostOver) -> None:
    """If the API replaces, each is one request; a rotated header is sent although no response shows it."""
    api.modes = Modes(post_over)
    project.declare(vca={**VCA, "http_auth_header": "Basic b25l"}).deploy().ok()

    all_changes: list[dict[str, Any]] = [
        {"url": "https://ivr.example/new", "http_auth_header": "Basic b25l"},
        {"enabled": False, "http_auth_header": "Basic b25l"},
        {"enabled": False, "http_auth_header": "Basic dHdv"},
        {"enabled": False},
    ]
    if post_over == "ignore":
        del all_changes[2]  # no response shows that it was ignored
    for changes in all_changes:
        api.journal.clear()
        project.declare(vca={**VCA, **changes}).deploy().ok()

        declared: dict[str, Any] = {"url": VCA["url"], "enabled": True, "http_auth_header": None, **changes}
        assert api.account.webhooks("Sub_1") == {"VCA": StoredWebhook("VCA", **declared)}
        assert writes(api) == ONE_CHANGE[post_over]

    assert project.preview("--expect-no-changes").ok().steps == []


@native_in_proof
def test_a_change_of_identity_registers_the_new_webhook_first(api: Emulator, project: Project) -> None:
    """Whether type or subaccount changes, there is no moment without a webhook."""
    there = {**VCA, "subaccount_id": "Sub_2"}
    project.declare(type=VCA, subaccount=there).deploy().ok()
    api.journal.clear()

    project.declare(type={**VCA, "type": "VSS"}, subaccount={**there, "subaccount_id": "Sub_3"}).deploy().ok()

    sent = writes(api)
    assert sent.index("POST Sub_1/VSS") < sent.index("DELETE Sub_1/VCA")
    assert sent.index("POST Sub_3/VCA") < sent.index("DELETE Sub_2/VCA")
    assert len(sent) == 4
    assert urls(api) == {"Sub_1/VSS": VCA["url"], "Sub_3/VCA": VCA["url"]}
    assert {name: resource["id"] for name, resource in project.resources().items()} == {
        "type": "Sub_1/VSS",
        "subaccount": "Sub_3/VCA",
    }
