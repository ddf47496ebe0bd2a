"""Pending operations of a crashed stack, settled by what is live."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_8x8.cli.pending import Settled, pending_ids, settled
from pulumi_8x8.errors import ProtocolError
from pulumi_8x8.model import LiveWebhook, WebhookId

TOKEN = "pulumi-python:dynamic/8x8:Webhook"
URN = f"urn:pulumi:dev::scratch::{TOKEN}::"
INPUTS = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/", "enabled": True}
ENCRYPTED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
LIVE = LiveWebhook("VCA", "https://ivr.example/", True, False)


def webhook(name: str = "vca", inputs: dict[str, Any] = INPUTS, **more: Any) -> dict[str, Any]:
    return {"urn": URN + name, "type": TOKEN, "custom": True, "inputs": inputs, **more}


def managed(name: str = "vca", type: str = "VCA", **more: Any) -> dict[str, Any]:
    inputs = {**INPUTS, "type": type}
    outputs = {**inputs, "http_auth_header_available": False}
    return webhook(name, inputs=inputs, id=f"Sub_1/{type}", outputs=outputs, **more)


def crashed(kind: str, resource: dict[str, Any], *resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": 3,
        "deployment": {
            "resources": list(resources),
            "pending_operations": [{"type": kind, "resource": resource}],
        },
    }


def test_a_creation_that_took_effect_is_added_to_the_state() -> None:
    """With the outputs that the operation would have had."""
    state, notes, others = settled(crashed("creating", webhook()), lambda webhook_id: LIVE)

    assert state["deployment"]["resources"] == [managed()]
    assert state["deployment"]["pending_operations"] == []
    assert notes == [Settled(URN + "vca", "creating", True, "it is live as declared, and was added to the state")]
    assert others == 0


def test_an_added_webhook_has_an_empty_header_so_that_the_next_update_registers_the_declared_one() -> None:
    """Nobody can see whether the header that is live is the declared one."""
    inputs = {**INPUTS, "http_auth_header": ENCRYPTED}
    live = LiveWebhook("VCA", "https://ivr.example/", True, True)

    state, _, _ = settled(crashed("creating", webhook(inputs=inputs)), lambda webhook_id: live)

    [added] = state["deployment"]["resources"]
    assert added["inputs"] == {**INPUTS, "http_auth_header": ""}
    assert added["outputs"] == {**INPUTS, "http_auth_header": "", "http_auth_header_available": True}


@pytest.mark.parametrize(
    "live",
    [
        None,
        LiveWebhook("VCA", "https://theirs.example/", True, False),
        LiveWebhook("VCA", "https://ivr.example/", False, False),
        LiveWebhook("VCA", "https://ivr.example/", True, True),
    ],
    ids=["nothing", "another URL", "disabled", "with a header"],
)
def test_a_creation_that_is_not_live_as_declared_is_dropped(live: LiveWebhook | None) -> None:
    """The next update decides about what is there."""
    state, [note], _ = settled(crashed("creating", webhook()), lambda webhook_id: live)

    assert state["deployment"]["resources"] == []
    assert state["deployment"]["pending_operations"] == []
    assert not note.kept


def test_a_creation_whose_url_is_encrypted_is_dropped() -> None:
    """It cannot be compared with what is live."""
    resource = webhook(inputs={**INPUTS, "url": ENCRYPTED})

    state, [note], _ = settled(crashed("creating", resource), lambda webhook_id: LIVE)

    assert state["deployment"]["resources"] == []
    assert not note.kept


@pytest.mark.parametrize("inputs", [{**INPUTS, "subaccount_id": ENCRYPTED}, {}])
def test_an_operation_whose_webhook_nobody_can_tell_is_dropped(inputs: dict[str, Any]) -> None:
    """And nothing is asked of the API for it."""
    state = crashed("creating", webhook(inputs=inputs))

    after, [note], _ = settled(state, lambda webhook_id: pytest.fail(f"asked for {webhook_id}"))

    assert pending_ids(state) == []
    assert after["deployment"]["resources"] == []
    assert not note.kept


def test_the_new_half_of_a_replacement_is_added_to_be_deleted() -> None:
    """So it is not left behind, whatever the program says next."""
    old = managed(type="VSS")

    state, [note], _ = settled(crashed("creating", webhook(), old), lambda webhook_id: LIVE)

    assert state["deployment"]["resources"] == [old, managed(delete=True)]
    assert note.kept


@pytest.mark.parametrize("name", ["vca", "renamed"])
def test_a_creation_in_a_webhook_that_the_state_holds_is_dropped(name: str) -> None:
    """Of a replacement in place, or a rename without an alias: the state has it already."""
    state, [note], _ = settled(crashed("creating", webhook(name), managed()), lambda webhook_id: LIVE)

    assert state["deployment"]["resources"] == [managed()]
    assert not note.kept


def test_a_deletion_that_took_effect_is_taken_out_of_the_state() -> None:
    """The one that was being deleted, and not another one of the same name."""
    new = managed(type="VSS")
    old = managed(delete=True)

    state, [note], _ = settled(crashed("deleting", old, new, old), lambda webhook_id: None)

    assert state["deployment"]["resources"] == [new]
    assert note == Settled(URN + "vca", "deleting", True, "it is gone, and was taken out of the state")


def test_a_deletion_that_did_not_take_effect_stays_in_the_state() -> None:
    """The next update deletes it."""
    state, [note], _ = settled(crashed("deleting", managed(), managed()), lambda webhook_id: LIVE)

    assert state["deployment"]["resources"] == [managed()]
    assert state["deployment"]["pending_operations"] == []
    assert not note.kept


@pytest.mark.parametrize("reference", [{"parent": URN + "vca"}, {"dependencies": [URN + "vca"]}])
def test_a_deleted_webhook_that_others_refer_to_stays_in_the_state(reference: dict[str, Any]) -> None:
    """A state whose references lead nowhere is refused by the engine."""
    other = webhook("other", id="Sub_1/VSS", **reference)

    state, [note], _ = settled(crashed("deleting", managed(), managed(), other), lambda webhook_id: None)

    assert state["deployment"]["resources"] == [managed(), other]
    assert not note.kept


@pytest.mark.parametrize("kind", ["updating", "reading", "refreshing"])
def test_another_operation_is_dropped(kind: str) -> None:
    """The next update compares what is live with what is declared anyway."""
    state, [note], _ = settled(crashed(kind, managed(), managed()), lambda webhook_id: LIVE)

    assert state["deployment"]["resources"] == [managed()]
    assert state["deployment"]["pending_operations"] == []
    assert not note.kept


def test_operations_of_other_resources_are_left_and_counted() -> None:
    """This tool knows nothing of them, and looks for none of their ids."""
    bucket = {"urn": "urn:pulumi:dev::scratch::aws:s3:Bucket::logs", "type": "aws:s3:Bucket", "inputs": {}}
    state = crashed("creating", bucket)

    after, notes, others = settled(state, lambda webhook_id: None)

    assert after == state
    assert (notes, others) == ([], 1)
    assert pending_ids(state) == []


def test_the_webhooks_to_look_at_are_those_of_pending_webhooks() -> None:
    """Not those of the whole state."""
    state = crashed("creating", webhook(), managed(type="VSS"))

    assert pending_ids(state) == [WebhookId("Sub_1", "VCA")]


def test_a_state_without_pending_operations_is_as_it_was() -> None:
    """Older engines write none, newer ones none or an empty list."""
    state = {"version": 3, "deployment": {"resources": [managed()]}}

    after, notes, others = settled(state, lambda webhook_id: None)

    assert after["deployment"]["resources"] == [managed()]
    assert (notes, others) == ([], 0)


@pytest.mark.parametrize(
    "state",
    [
        [],
        "text",
        {},
        {"deployment": None},
        {"deployment": []},
        {"deployment": {"pending_operations": [{}]}},
        {"deployment": {"pending_operations": ["text"]}},
        {"deployment": {"pending_operations": [{"type": "creating", "resource": {"type": TOKEN}}]}},
    ],
)
def test_what_is_no_exported_stack_is_refused(state: Any) -> None:
    """Without a traceback."""
    with pytest.raises(ProtocolError, match="not an exported stack"):
        pending_ids(state)
