"""What the program knows of a webhook beside its inputs: its label, its options, and which subaccounts come next.

It travels as one hidden input, which `check` takes out again: it reaches neither the state nor a diff. One JSON text,
since the SDK and the engine spend time on each element of a list or mapping.
The program's body runs to its end before the first registration is sent, so each one can name subaccounts that are
about to be needed. And registrations take turns: the first webhook of each subaccount goes out in the program's order,
its others a batch of subaccounts later. A refresh names nothing beforehand, and reads webhooks in the state's order,
which is this one: were two of one subaccount neighbours, one thread would wait for the listing that another fetches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import get_root_resource
from pulumi.runtime.config import is_config_secret

from pulumi_8x8.reconcile.caller import UNSUPPORTED, Caller

BATCH = 16
"""Subaccounts that are listed at once."""


class _Declarations:
    """The subaccount ids that one program declares, in order."""

    def __init__(self) -> None:
        self.subaccount_ids: list[str] = []
        self._positions: dict[str, int] = {}
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        if pulumi.Config("8x8").get("apiKey") is not None and not is_config_secret("8x8:apiKey"):
            pulumi.log.warn(
                "8x8:apiKey is set without --secret, so the stack's config and state hold it in plain text. "
                "Run `pulumi config set --secret 8x8:apiKey`, and rotate the key."
            )

    def declare(self, subaccount_id: str | None) -> tuple[int, int]:
        """Declare one more, None where the id is known later; returns the position of its subaccount, and its turn."""
        position = len(self.subaccount_ids)
        known = position if subaccount_id is None else self._positions.setdefault(subaccount_id, position)
        if known < position:
            return known, 2 * (known + BATCH) + 1
        if subaccount_id is not None:
            self.subaccount_ids.append(subaccount_id)
        return position, 2 * position

    def ahead(self, position: int) -> list[str]:
        """The subaccounts of its batch and of the next."""
        first = position // BATCH * BATCH
        return self.subaccount_ids[first : first + 2 * BATCH]

    async def wait(self, turn: int) -> None:
        """Let the other registrations that are ready and whose turn comes before this go first."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._take_turns)
        self._waiting.append((turn, asyncio.Future()))
        await self._waiting[-1][1]

    def _take_turns(self) -> None:
        waiting, self._waiting = self._waiting, []
        for _, ready in sorted(waiting, key=itemgetter(0)):
            if not ready.done():  # cancelled
                ready.set_result(None)


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
    position, turn = declarations.declare(known)
    parent = options.parent
    label = name if parent is None or parent.pulumi_resource_type == "pulumi:pulumi:Stack" else (
        f"{name} in {parent.pulumi_resource_name}"
    )  # fmt: skip

    organization = pulumi.get_organization()

    async def evaluated() -> str:
        await declarations.wait(turn)
        caller = Caller(
            label=label,
            organization="" if organization == "organization" else organization,
            ahead=declarations.ahead(position),
            ignored=list(options.ignore_changes or ()),
            secret=[
                key for key, value in inputs.items() if isinstance(value, pulumi.Output) and await value.is_secret()
            ],
            unsupported=[option for option in UNSUPPORTED if getattr(options, option, None)],
        )
        return caller.to_text()

    return evaluated()
