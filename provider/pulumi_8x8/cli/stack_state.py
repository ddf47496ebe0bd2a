"""The webhooks in a stack's exported state, as `pulumi stack export` writes it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from pulumi_8x8.errors import ProtocolError
from pulumi_8x8.model import Declaration
from pulumi_8x8.reconcile.decide import declaration

WEBHOOK_TOKEN = "pulumi-python:dynamic/8x8:Webhook"  # noqa: S105 - a type token


class StackWebhook(NamedTuple):
    """A webhook that a stack manages; `declared` holds a marker in place of an encrypted auth header."""

    urn: str
    declared: Declaration


def stack_webhooks(exported: str) -> list[StackWebhook]:
    """The webhooks that the stack manages; those it only reads, or is about to delete, are left out.

    Raises:
        ProtocolError: The text is not what `pulumi stack export` writes.
    """
    try:
        state = json.loads(exported)
        resources: list[dict[str, Any]] = state["deployment"].get("resources") or []
        return [
            StackWebhook(resource["urn"], declared_in(resource))
            for resource in resources
            if resource["type"] == WEBHOOK_TOKEN and not resource.get("delete") and not resource.get("external")
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ProtocolError(
            "This is not an exported stack. Write `pulumi stack export | pulumi-8x8 check`, or name the file."
        ) from None


def declared_in(resource: dict[str, Any]) -> Declaration:
    """What an exported resource declares; an encrypted value is a marker, since only its being there is known."""
    inputs = resource["inputs"]
    return declaration(
        {name: value if isinstance(value, (str, bool)) else "[secret]" for name, value in inputs.items()}
    )
