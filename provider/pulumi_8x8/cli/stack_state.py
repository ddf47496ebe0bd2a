"""The webhooks in a stack's exported state, as `pulumi stack export` writes it, with secrets shown or encrypted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

from pulumi_8x8.errors import ProtocolError
from pulumi_8x8.model import IDENTITY, MASKED, SNAKE, Declaration, in_snake_case
from pulumi_8x8.native.properties import UNKNOWN_HEADER
from pulumi_8x8.native.schema import WEBHOOK
from pulumi_8x8.reconcile.decide import declaration

WEBHOOK_TOKEN = "pulumi-python:dynamic/8x8:Webhook"  # noqa: S105 - a type token

SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""The engine's mark of a secret; beside it stands its `ciphertext` or, with --show-secrets, its `plaintext` as JSON."""

HEADER = "http_auth_header"


class StackWebhook(NamedTuple):
    """A webhook that a stack manages.

    Attributes:
        urn: Its resource.
        declared: What the stack declares; a marker stands for each encrypted value.
        encrypted: Properties that cannot be compared; of an auth header, only whether one is set is ever compared.
        ignored: Properties that may differ: `ignore_changes`, and a header that was imported and is not known.
    """

    urn: str
    declared: Declaration
    encrypted: frozenset[str]
    ignored: frozenset[str]

    @property
    def identified(self) -> bool:
        """Whether it is known which webhook it is: neither the subaccount nor the type is encrypted."""
        return self.encrypted.isdisjoint(IDENTITY)


def stack_webhooks(exported: IO[str]) -> list[StackWebhook]:
    """The webhooks that the stack manages; those it only reads, or is about to delete, are left out.

    Raises:
        ProtocolError: The text is not what `pulumi stack export` writes.
    """
    try:
        resources: list[dict[str, Any]] = json.load(exported)["deployment"].get("resources") or []
        return [
            _webhook(resource)
            for resource in resources
            if resource["type"] in (WEBHOOK_TOKEN, WEBHOOK)
            and not resource.get("delete")
            and not resource.get("external")
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ProtocolError(
            "This is not an exported stack. Write `pulumi stack export | pulumi-8x8 check`, or name the file."
        ) from None


def secret(text: str) -> dict[str, str]:
    """A secret as an import file may hold it; the engine encrypts it."""
    return {SIGNATURE: SECRET, "plaintext": json.dumps(text)}


def _webhook(resource: Mapping[str, Any]) -> StackWebhook:
    inputs = in_snake_case(resource["inputs"])
    secrets = {name: value for name, value in inputs.items() if isinstance(value, dict) and SIGNATURE in value}
    shown = {name: json.loads(value["plaintext"]) for name, value in secrets.items() if "plaintext" in value}
    values = {**inputs, **dict.fromkeys(secrets, "[secret]"), **shown}
    ignored = {SNAKE.get(name, name) for name in resource.get("ignoreChanges") or ()}
    if UNKNOWN_HEADER in (resource.get("outputs") or {}):
        ignored.add(HEADER)
    return StackWebhook(
        resource["urn"],
        declaration({**values, MASKED: "url" in secrets or values.get(MASKED) is True}),
        frozenset(secrets.keys() - shown.keys() - {HEADER}),
        frozenset(ignored),
    )
