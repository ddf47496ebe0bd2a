"""The resource for which the engine calls, as the engine and the program describe it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

INPUT = "__context"
"""The hidden input that carries what the program knows; it reaches neither the state nor a diff.

Names that begin with two underscores are internal to the engine: it does not show them.
"""

UNSUPPORTED = {
    "replace_on_changes": "replace_on_changes has no effect on a dynamic resource: only a change of subaccount_id or "
    "type replaces a webhook",
    "custom_timeouts": "custom_timeouts has no effect on a dynamic resource: set 8x8:deadline instead",
    "deleted_with": "deleted_with leaves this webhook registered at 8x8 when the other resource is deleted: remove the "
    "option unless that deletes the subaccount itself",
}
"""Resource options that cannot work in a dynamic provider, and the warning that a preview shows for each."""


@dataclass(frozen=True)
class Caller:
    """The resource for which the engine calls.

    Attributes:
        urn: The resource's URN; empty if the host does not reveal it.
        label: Name for messages, including the component's name if there is one.
        ahead: Ids of the subaccounts whose listings are needed next.
        ignored: Properties that `ignore_changes` names.
        secret: Inputs that were given as secrets.
        unsupported: Resource options that are set and have no effect in a dynamic provider.
        timeout: Time limit of this call in seconds, as the program sets it; 0 means the setting `deadline`.
    """

    urn: str = ""
    label: str = ""
    ahead: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    secret: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    timeout: float = 0.0

    @property
    def name(self) -> str:
        """Name for messages."""
        return self.label or self.urn.rpartition("::")[2] or "another resource"

    @property
    def key(self) -> str:
        """Key that distinguishes the resource from others in the same run."""
        return self.urn or self.label

    def to_text(self) -> str:
        """Return the hidden input: what the program knows, as one JSON text."""
        return json.dumps({name: value for name in KNOWN if (value := getattr(self, name))})

    @classmethod
    def from_text(cls, text: object, urn: str = "") -> Caller:
        """Return the caller that a hidden input describes; without one, only the URN is known."""
        try:
            known = json.loads(text) if isinstance(text, str) else {}
        except ValueError:
            known = {}
        given = {name: known[name] for name in KNOWN if name in known} if isinstance(known, Mapping) else {}
        return cls(urn=urn, **given)


KNOWN = ("label", "ahead", "ignored", "secret", "unsupported")
"""What only the program knows; the rest comes with the engine's request."""
