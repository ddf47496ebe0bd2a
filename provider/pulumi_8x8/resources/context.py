"""What the program knows about a webhook besides its inputs: its label, its options, and the subaccounts needed next.

It is passed as one hidden input, which `check` removes, so it reaches neither the state nor a diff. The input is one
JSON text, since the SDK and the engine spend time on each element of a list or mapping. The program's body finishes
before the first registration is sent, so each registration can name the subaccounts that are needed next.
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
"""Number of subaccounts in a batch; a resource asks for the listings of its own batch and the next."""


class _Declarations:
    """The subaccount ids that one program declares, in order."""

    def __init__(self) -> None:
        self.subaccount_ids: list[str] = []
        self._positions: dict[str, int] = {}
        if pulumi.Config("8x8").get("apiKey") is not None and not is_config_secret("8x8:apiKey"):
            pulumi.log.warn(
                "8x8:apiKey is set without --secret, so the stack's config and state hold it in plain text. "
                "Run `pulumi config set --secret 8x8:apiKey`, and rotate the key."
            )

    def declare(self, subaccount_id: str | None) -> int:
        """Record a declaration, None if its id is not known yet, and return the position of its subaccount."""
        position = len(self.subaccount_ids)
        if subaccount_id is None:
            return position
        known = self._positions.setdefault(subaccount_id, position)
        if known == position:
            self.subaccount_ids.append(subaccount_id)
        return known

    def prefetch_ids(self, position: int) -> list[str]:
        """Return the subaccounts in the batch of a position and in the next batch."""
        first = position // BATCH * BATCH
        return self.subaccount_ids[first : first + 2 * BATCH]


_programs: WeakKeyDictionary[pulumi.Resource, _Declarations] = WeakKeyDictionary()
"""By root resource: with the Automation API, one process can run several programs, each with its own root."""


def _declarations() -> _Declarations:
    root = get_root_resource()
    if root is None:  # a unit test without a stack
        return _Declarations()
    if root not in _programs:
        _programs[root] = _Declarations()
    return _programs[root]


def context(name: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions) -> Any:
    """Return the hidden input of one webhook: a future that is evaluated once the program's body has finished."""
    declarations = _declarations()
    subaccount_id = inputs["subaccount_id"]
    position = declarations.declare(subaccount_id if isinstance(subaccount_id, str) else None)
    parent = options.parent
    inside = parent is not None and parent.pulumi_resource_type != "pulumi:pulumi:Stack"
    label = f"{name} in {parent.pulumi_resource_name}" if parent is not None and inside else name

    async def evaluated() -> str:
        caller = Caller(
            label=label,
            ahead=declarations.prefetch_ids(position),
            ignored=list(options.ignore_changes or ()),
            secret=[
                key for key, value in inputs.items() if isinstance(value, pulumi.Output) and await value.is_secret()
            ],
            unsupported=[option for option in UNSUPPORTED if getattr(options, option, None)],
        )
        return caller.to_text()

    # A coroutine would be reported as never awaited if a transformation dropped the input.
    return asyncio.ensure_future(evaluated())
