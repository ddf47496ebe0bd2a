"""The resource on whose behalf the engine calls, as far as the engine and the program describe it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

INPUT = "__context"
"""The hidden input that carries what the program knows; `check` removes it before the state is written.

Names that begin with two underscores are internal to the engine: it does not show them.
"""

UNSUPPORTED = {
    "replace_on_changes": "replace_on_changes has no effect on a dynamic resource: only a change of subaccount_id or "
    "type replaces a webhook",
    "custom_timeouts": "custom_timeouts has no effect on a dynamic resource: set 8x8:deadline instead",
    "deleted_with": "deleted_with leaves this webhook registered at 8x8 when the other resource is deleted: remove the "
    "option unless that deletes the subaccount itself",
}
"""Resource options that cannot work in a dynamic provider, and the warning of a preview about each."""


@dataclass(frozen=True)
class Caller:
    """Who calls.

    Attributes:
        urn: The resource's URN; empty where the host does not reveal it.
        label: Name for messages, with the component's where there is one.
        ahead: Ids of the subaccounts whose listings are about to be needed.
        ignored: Properties that `ignore_changes` names.
        secret: Inputs that were given as secrets.
        unsupported: Resource options that are set and have no effect in a dynamic provider.
        organization: The stack's, where it has one of its own.
        described: Whether the program describes it; False for a planned import, and where `ignore_changes` is `*`.
    """

    urn: str = ""
    label: str = ""
    ahead: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    secret: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    organization: str = ""
    described: bool = True

    @property
    def name(self) -> str:
        """Name for messages."""
        return self.label or self.urn.rpartition("::")[2] or "another resource"

    @property
    def key(self) -> str:
        """What distinguishes two resources of one program."""
        return self.urn or self.label

    def to_text(self) -> str:
        """The hidden input: what the program knows, as one JSON text."""
        known = {name: value for name, value in vars(self).items() if value and name not in {"urn", "described"}}
        return json.dumps(known)

    @classmethod
    def pop_from(cls, inputs: dict[str, Any], urn: str = "") -> Caller:
        """Remove the hidden input, one JSON text, from the inputs of `check`."""
        text = inputs.pop(INPUT, None)
        known = json.loads(text) if isinstance(text, str) else {}
        if not isinstance(known, Mapping):
            known = {}
        given = {f.name: known[f.name] for f in fields(cls) if f.name in known}
        return cls(**{**given, "urn": urn, "described": isinstance(text, str)})
