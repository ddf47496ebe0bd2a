"""An experiment: both webhooks of a subaccount in one step of the engine, by the package's own operations.

It is here to show what the engine's steps and checkpoints cost. It lacks what a resource for users needs: its failures
name no property, and the command line does not know it.
"""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from pulumi_8x8.model import WebhookId
from pulumi_8x8.resources.context import INPUT, declaration_context

TYPES = ("VCA", "VSS")


def _one(properties: dict[str, Any], type: str) -> dict[str, Any]:
    """The properties of one of the two, as the package's operations want them."""
    if not properties:
        return {}
    shared = {name: properties[name] for name in ("subaccount_id", INPUT) if name in properties}
    return {**shared, "type": type, "url": properties[type], "enabled": True}


class PairProvider(ResourceProvider):
    """Does for two ids what the package does for one."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """As the package."""
        from pulumi_8x8.reconcile.operation import Operation

        self._operation = Operation(req.config.get)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Check both."""
        found = [failure for type in TYPES for failure in self._operation.check(_one(olds, type), _one(news, type))[1]]
        inputs = {name: news[name] for name in news if name != INPUT}
        return CheckResult(inputs, [CheckFailure("", failure.reason) for failure in found])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare both."""
        differ = [self._operation.diff(_one(olds, type), _one(news, type)) for type in TYPES]
        return DiffResult(any(changes for _, changes in differ), differ[0][0], [], False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Register both; what a failure leaves is taken over by the next run."""
        return CreateResult(
            props["subaccount_id"], self._outs(props, [self._operation.create(_one(props, t))[1] for t in TYPES])
        )

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look at both."""
        outs = [self._operation.read(WebhookId(id_, type), _one(props, type)) for type in TYPES]
        found = [out for out in outs if out is not None]
        return ReadResult(id_, self._outs(props, found)) if len(found) == len(TYPES) else ReadResult("", {})

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Bring both to what is declared; nothing is sent for the one that is."""
        return UpdateResult(self._outs(news, [self._operation.update(_one(olds, t), _one(news, t)) for t in TYPES]))

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Remove both."""
        for type in TYPES:
            self._operation.delete(WebhookId(props["subaccount_id"], type), _one(props, type))

    def _outs(self, props: dict[str, Any], outs: list[dict[str, Any]]) -> dict[str, Any]:
        return {"subaccount_id": props["subaccount_id"], **{out["type"]: out["url"] for out in outs}}


class PairOfWebhooks(Resource, module="pairs", name="Pair"):
    """The VCA and the VSS webhook of a subaccount."""

    def __init__(self, name: str, subaccount_id: str, urls: dict[str, str]) -> None:
        inputs = {"subaccount_id": subaccount_id, **urls}
        super().__init__(
            PairProvider(), name, {**inputs, INPUT: declaration_context(name, inputs, pulumi.ResourceOptions())}
        )
