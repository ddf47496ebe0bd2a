"""What the program knows of a webhook beside its inputs: its label, its options, and which subaccounts come next.

It travels as one hidden input, which `check` takes out again: it reaches neither the state nor a diff. One JSON text,
since the SDK and the engine spend time on each element of a list or mapping.
The program's body runs to its end before the first registration is sent, so each one can name subaccounts that are
about to be needed. Registrations go out in batches of subaccounts, the first webhook of each in one batch and its
others with the next: a refresh, which names nothing beforehand, reads them in the state's order, and two
of one subaccount would wait for the same listing; in a preview, the others are what there is to do while the next
listings are on their way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import get_root_resource
from pulumi.runtime.config import is_config_secret

from pulumi_8x8.reconcile.caller import UNSUPPORTED, Caller

BATCH = 16
"""Subaccounts whose first webhooks are registered together: as many as are listed at once."""


class _Declarations:
    """The subaccount ids that one program declares, in order."""

    def __init__(self) -> None:
        self.subaccount_ids: list[str] = []
        self._batches: dict[str, int] = {}
        if pulumi.Config("8x8").get("apiKey") is not None and not is_config_secret("8x8:apiKey"):
            pulumi.log.warn(
                "8x8:apiKey is set without --secret, so the stack's config and state hold it in plain text. "
                "Run `pulumi config set --secret 8x8:apiKey`, and rotate the key."
            )

    def declare(self, subaccount_id: str | None) -> tuple[int, int]:
        """One more declaration; None for a subaccount that is known only later.

        Returns:
            The batch of its subaccount, and the batch with which its registration goes out.
        """
        next_batch = len(self.subaccount_ids) // BATCH
        if subaccount_id is None:
            return next_batch, next_batch
        if subaccount_id in self._batches:
            return self._batches[subaccount_id], self._batches[subaccount_id] + 1
        self._batches[subaccount_id] = next_batch
        self.subaccount_ids.append(subaccount_id)
        return next_batch, next_batch

    def ahead(self, subaccount_id: str | None, batch: int) -> list[str]:
        soon = self.subaccount_ids[batch * BATCH : (batch + 2) * BATCH]
        return [id for id in soon if id != subaccount_id]


_programs: WeakKeyDictionary[pulumi.Resource, _Declarations] = WeakKeyDictionary()
"""By root resource: one process can run several programs, through the Automation API, and each run has its own."""


def _declarations() -> _Declarations:
    root = get_root_resource()
    if root is None:  # a unit test without a stack
        return _Declarations()
    if root not in _programs:
        _programs[root] = _Declarations()
    return _programs[root]


def context(name: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions) -> Any:
    """The hidden input of one webhook: an awaitable that is evaluated when the registration is sent."""
    declarations = _declarations()
    subaccount_id = inputs["subaccount_id"]
    known = subaccount_id if isinstance(subaccount_id, str) else None
    batch, turn = declarations.declare(known)
    parent = options.parent
    label = name if parent is None or parent.pulumi_resource_type == "pulumi:pulumi:Stack" else (
        f"{name} in {parent.pulumi_resource_name}"
    )  # fmt: skip

    organization = pulumi.get_organization()

    async def evaluated() -> str:
        for _ in range(turn):
            await asyncio.sleep(0)  # registrations that were declared later overtake this one
        caller = Caller(
            label=label,
            organization="" if organization == "organization" else organization,
            ahead=declarations.ahead(known, batch),
            ignored=list(options.ignore_changes or ()),
            secret=[
                key for key, value in inputs.items() if isinstance(value, pulumi.Output) and await value.is_secret()
            ],
            unsupported=[option for option in UNSUPPORTED if getattr(options, option, None)],
        )
        return caller.to_text()

    return evaluated()
