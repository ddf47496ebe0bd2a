"""What the program tells the provider beside a webhook's inputs: which resource declares it, and what comes next.

It travels as one input, which `check` takes out again: it reaches neither the state nor a diff. One JSON text, since
the SDK and the engine spend time on each element of a list or mapping.
The program's body runs to its end before the first registration is sent, so each one can name subaccounts that are
about to be needed. Registrations go out in batches of subaccounts, the first webhook of each in one batch and its
others with the next: a refresh, which tells the provider nothing beforehand, takes them in the state's order, and two
of one subaccount would wait for the same listing; in a preview, the others are what there is to do while the next
listings are on their way.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pulumi
from pulumi.runtime.proto.resource_pb2 import RESOURCE_MONITOR_FEATURE_DELETED_WITH
from pulumi.runtime.settings import monitor_supports_feature

INPUT = "__context"
"""Names that begin with two underscores are internal to the engine: it does not show them."""

BATCH = 16
"""Subaccounts whose first webhooks are registered together: four times what is fetched at once."""


@dataclass(frozen=True)
class Context:
    """Who declares a webhook.

    Attributes:
        index: Position of the declaration in the program; -1 where none was told.
        label: Name for messages, with the component's where there is one.
        ahead: Ids of the other subaccounts of its batch and of the next one.
        ignored: Properties that `ignore_changes` names.
        secret: Inputs that were given as secrets.
        config: Settings that the stack's config holds; the names alone.
        retained: `retain_on_delete` is set although the engine does not know it.
    """

    index: int = -1
    label: str = "another resource"
    ahead: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    secret: list[str] = field(default_factory=list)
    config: list[str] = field(default_factory=list)
    retained: bool = False

    @classmethod
    def pop_from(cls, inputs: dict[str, Any]) -> Context:
        """Take it out of the inputs that `check` was given."""
        told = inputs.pop(INPUT, None)
        if isinstance(told, str):
            told = json.loads(told)
        if not isinstance(told, Mapping):
            return cls()
        known = {name: told[name] for name in cls.__dataclass_fields__ if name in told}
        return cls(**{**known, "index": int(known.get("index", -1))})


class _Declarations:
    """The subaccount ids that one program declares, in order, and what its config holds."""

    def __init__(self) -> None:
        self.count = 0
        self.subaccount_ids: list[str] = []
        self._batches: dict[str, int] = {}

    @cached_property
    def config(self) -> list[str]:
        from pulumi_8x8.settings import FIELDS

        config = pulumi.Config("8x8")
        return [setting.config for setting in FIELDS if config.get(setting.config) is not None]

    def declare(self, subaccount_id: str | None) -> tuple[int, int, int]:
        """One more declaration; None for a subaccount that is known only later.

        Returns:
            Its position among all, the batch of its subaccount, and the batch with which its registration goes out.
        """
        index, self.count = self.count, self.count + 1
        next_batch = len(self.subaccount_ids) // BATCH
        if subaccount_id is None:
            return index, next_batch, next_batch
        if subaccount_id in self._batches:
            return index, self._batches[subaccount_id], self._batches[subaccount_id] + 1
        self._batches[subaccount_id] = next_batch
        self.subaccount_ids.append(subaccount_id)
        return index, next_batch, next_batch

    def ahead(self, subaccount_id: str | None, batch: int) -> list[str]:
        soon = self.subaccount_ids[batch * BATCH : (batch + 2) * BATCH]
        return [id for id in soon if id != subaccount_id]


_programs: dict[tuple[str, str], _Declarations] = {}


def declaration_context(name: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions) -> Any:
    """The hidden input of one webhook: an awaitable that is evaluated when the registration is sent."""
    # One process can run several programs, through the Automation API.
    declarations = _programs.setdefault((pulumi.get_project(), pulumi.get_stack()), _Declarations())
    subaccount_id = inputs["subaccount_id"]
    known = subaccount_id if isinstance(subaccount_id, str) else None
    index, batch, turn = declarations.declare(known)
    parent = options.parent
    label = name if parent is None or parent.pulumi_resource_type == "pulumi:pulumi:Stack" else (
        f"{name} in {parent.pulumi_resource_name}"
    )  # fmt: skip

    async def told() -> str:
        for _ in range(turn):
            await asyncio.sleep(0)  # registrations that were declared later overtake this one
        secret = [key for key, value in inputs.items() if isinstance(value, pulumi.Output) and await value.is_secret()]
        by = Context(
            index=index,
            label=label,
            ahead=declarations.ahead(known, batch),
            ignored=list(options.ignore_changes or ()),
            secret=secret,
            config=declarations.config,
            retained=bool(options.retain_on_delete) and not _engine_retains(),
        )
        return json.dumps(vars(by))

    return told()


def _engine_retains() -> bool:
    # There is no feature flag for retain_on_delete; deletedWith came a few releases after it.
    return monitor_supports_feature(RESOURCE_MONITOR_FEATURE_DELETED_WITH)
