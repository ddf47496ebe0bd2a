"""Pending operations of a stack after a crash, and what is live -> a state that the engine goes on from. Pure.

An engine that was killed in the middle of an operation leaves it in the state as pending, and cannot know whether it
took effect. The API can: what is live decides.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

from pulumi_8x8.errors import ProtocolError
from pulumi_8x8.model import LiveWebhook, WebhookId, subaccount_problem, type_problem

from .stack_state import WEBHOOK_TOKEN, declared_in

Look = Callable[[WebhookId], LiveWebhook | None]


class Settled(NamedTuple):
    """What became of one pending operation."""

    urn: str
    operation: str
    kept: bool
    why: str


def pending_ids(state: dict[str, Any]) -> list[WebhookId]:
    """The ids whose webhooks have a pending operation.

    Raises:
        ProtocolError: The state is not what `pulumi stack export` writes.
    """
    found = [_id(operation["resource"]) for operation in _operations(state) if _ours(operation)]
    return [webhook_id for webhook_id in found if webhook_id]


def settled(state: dict[str, Any], look: Look) -> tuple[dict[str, Any], list[Settled], int]:
    """The state without the pending operations of webhooks.

    Args:
        state: What `pulumi stack export` wrote.
        look: Tells what is live in a webhook.

    Returns:
        The new state, what became of each operation, and how many of other resources are still pending.
    """
    state = copy.deepcopy(state)
    deployment = state["deployment"]
    resources: list[dict[str, Any]] = deployment.setdefault("resources", [])
    notes, others = [], []
    for operation in _operations(state):
        if not _ours(operation):
            others.append(operation)
            continue
        resource = operation["resource"]
        webhook_id = _id(resource)
        if webhook_id is None:
            why = "its subaccount is a secret, so nobody looked; the next update compares it with what is live"
            notes.append(Settled(resource["urn"], operation["type"], False, why))
            continue
        notes.append(_settle(operation["type"], resource, look(webhook_id), resources))
    deployment["pending_operations"] = others
    return state, notes, len(others)


def _settle(kind: str, resource: dict[str, Any], live: LiveWebhook | None, resources: list[dict[str, Any]]) -> Settled:
    urn = resource["urn"]
    declared = declared_in(resource)
    if kind == "creating":
        if any(other["type"] == WEBHOOK_TOKEN and _id(other) == declared.id for other in resources):
            return Settled(urn, kind, False, "the state holds its webhook; the next update goes on from there")
        if not (live and live.matches(declared)):
            return Settled(urn, kind, False, "it is not live as declared; the next update registers it or says why not")
        # With another resource under this name the engine was replacing it: the next update does so from the beginning.
        replaces = any(other["urn"] == urn for other in resources)
        resources.append({**_adopted(resource, str(declared.id)), **({"delete": True} if replaces else {})})
        return Settled(urn, kind, True, "it is live as declared, and was added to the state")
    if kind == "deleting":
        referred = [other for other in resources if other is not resource and urn in _references(other)]
        if live is None and not referred:
            resources[:] = [other for other in resources if not _same(other, resource)]
            return Settled(urn, kind, True, "it is gone, and was taken out of the state")
        return Settled(urn, kind, False, "the next update deletes it, if the program does not declare it")
    return Settled(urn, kind, False, "the next update compares it with what is live")


def _adopted(resource: dict[str, Any], id: str) -> dict[str, Any]:
    """The state of a webhook whose creation took effect and was cut off then."""
    inputs = dict(resource["inputs"])
    header = "http_auth_header" in inputs
    if header:
        # Nobody can see whether the header that is live is the declared one: an empty one differs from any.
        inputs["http_auth_header"] = ""
    return {**resource, "id": id, "inputs": inputs, "outputs": {**inputs, "http_auth_header_available": header}}


def _id(resource: dict[str, Any]) -> WebhookId | None:
    declared = declared_in({"inputs": {}, **resource})
    if subaccount_problem(declared.subaccount_id) or type_problem(declared.type):
        return None
    return declared.id


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one.get(key) == other.get(key) for key in ("urn", "id", "delete"))


def _references(resource: dict[str, Any]) -> set[str]:
    return {resource.get("parent") or "", *(resource.get("dependencies") or [])}


def _ours(operation: dict[str, Any]) -> bool:
    return bool(operation["resource"]["type"] == WEBHOOK_TOKEN)


def _operations(state: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        operations: list[dict[str, Any]] = state["deployment"].get("pending_operations") or []
        for operation in operations:
            resource = operation["resource"]
            str(operation["type"]), resource["type"], resource["urn"], dict(resource.get("inputs") or {})
    except (KeyError, TypeError, AttributeError):
        raise ProtocolError("This is not an exported stack. Write `pulumi stack export | pulumi-8x8 settle`.") from None
    return operations
