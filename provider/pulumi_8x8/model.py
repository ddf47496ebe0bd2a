"""The nouns: the five webhook types, a webhook's id, what a program declares, what the API lists.

What replaces, what updates and what is compared with the live webhook is three tuples; `reconcile/decide.py` reads
them and decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from eightx8_voice.text import printable
from eightx8_voice.urls import same_address
from eightx8_voice.webhooks import subaccount_problem, type_problem

from .errors import ConflictError, ProtocolError

IDENTITY = ("subaccount_id", "type")
"""Which webhook it is: a change here replaces it."""

DECLARED = ("url", "enabled", "http_auth_header")
"""What the program declares of it: a change here updates it."""

INSTRUCTIONS = ("overwrite_on_create", "rehearse")
"""What the program asks of the provider: in state only where it is set, since state grows with each property."""

OUTPUT = "http_auth_header_available"
"""What is an output only."""

PROPERTIES = (*IDENTITY, *DECLARED, *INSTRUCTIONS, OUTPUT)


def camel_case(name: str) -> str:
    """A name of Python's, as Pulumi's config and schema spell it: `api_key` is `apiKey`."""
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


CAMEL = {name: camel_case(name) for name in PROPERTIES}
"""How the native provider's schema spells each property."""

SNAKE = {spelled: name for name, spelled in CAMEL.items()}

MASKED = "__masked"
"""A property of inputs and outputs, only where it is True: the URL was given as a secret, so no message shows it."""

COMPARED = ("url", "enabled", OUTPUT)
"""What the API reports of it: a difference here is drift."""


def in_snake_case(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties in the model's names, of a state that either provider has written."""
    return {SNAKE.get(name, name): value for name, value in properties.items()}


class WebhookId(NamedTuple):
    """Where a webhook is registered; as text, and as a Pulumi id, `<subaccount>/<TYPE>`."""

    subaccount_id: str
    type: str

    def __str__(self) -> str:
        return f"{self.subaccount_id}/{self.type}"

    @classmethod
    def parse(cls, id: str) -> WebhookId:
        """Take a Pulumi id apart.

        Raises:
            ConflictError: The text is not `<subaccount>/<TYPE>`.
        """
        subaccount_id, _, kind = id.partition("/")
        if problem := _id_problem(subaccount_id, kind):
            raise ConflictError(
                f"{printable(id)!r} is not the id of a webhook: its {problem}. Nothing was read. "
                "An id is <subaccount>/<TYPE>, for example InternalDemoCPaaS_8dD15_voice/VCA."
            )
        return cls(subaccount_id, kind)


@dataclass(frozen=True)
class Declaration:
    """What a program declares of one webhook; the URL of a masked one is a secret."""

    subaccount_id: str
    type: str
    url: str
    enabled: bool = True
    http_auth_header: str | None = field(default=None, repr=False)
    masked: bool = field(default=False, compare=False)

    @property
    def id(self) -> WebhookId:
        """Where it belongs."""
        return WebhookId(self.subaccount_id, self.type)

    @property
    def http_auth_header_available(self) -> bool:
        """What the API will report of the auth header."""
        return self.http_auth_header is not None


@dataclass(frozen=True)
class LiveWebhook:
    """What the API lists of one registered webhook; it never returns the auth header itself."""

    type: str
    url: str
    enabled: bool
    http_auth_header_available: bool
    masked: bool = field(default=False, compare=False, repr=False)

    def __str__(self) -> str:
        url = "[secret]" if self.masked else printable(self.url)
        header = "with an auth header" if self.http_auth_header_available else "no auth header"
        return f"{url} ({'enabled' if self.enabled else 'disabled'}, {header})"

    def matches(self, declared: Declaration) -> bool:
        """Whether everything that the API reports is as declared."""
        return all(getattr(self, name) == getattr(declared, name) for name in COMPARED)

    def same_address(self, declared: Declaration) -> bool:
        """Whether it may be what the API made of a declaration: the same address, spelled differently."""
        return same_address(self.url, declared.url)


@dataclass(frozen=True)
class Listing:
    """The webhooks of one subaccount, as the API listed them."""

    subaccount_id: str
    webhooks: tuple[LiveWebhook, ...]

    def __iter__(self) -> Iterator[LiveWebhook]:
        return iter(self.webhooks)

    def get(self, type: str, *, masked: bool = False) -> LiveWebhook | None:
        """The webhook of this type, or None where none is registered; `masked` keeps its URL out of messages.

        Raises:
            ProtocolError: The type is listed more than once, or with control characters in its URL.
        """
        found = [replace(webhook, masked=masked) for webhook in self.webhooks if webhook.type == type]
        if len(found) > 1:
            raise ProtocolError(
                f"{self.subaccount_id}/{type} is listed {len(found)} times: "
                + " and ".join(str(webhook) for webhook in found[:3])
                + ". Remove the one that is wrong, then run the command again.",
                uncertain=True,
            )
        if found and not found[0].url.isprintable():
            raise ProtocolError(
                f"{self.subaccount_id}/{type} is listed as {found[0]}, with control characters in its URL, which 8x8 "
                "does not document. Remove it with a DELETE, or with `pulumi destroy --target` where a stack holds it, "
                "then run the command again.",
                uncertain=True,
            )
        return found[0] if found else None

    def all(self) -> list[LiveWebhook]:
        """Every webhook, sorted by type; raises as `get`."""
        types = sorted({webhook.type for webhook in self.webhooks})
        return [webhook for type in types if (webhook := self.get(type))]

    def replaced(self, type: str, webhook: LiveWebhook | None) -> Listing:
        """The same listing with this type's webhook exchanged, added or (None) taken out."""
        others = tuple(other for other in self.webhooks if other.type != type)
        return Listing(self.subaccount_id, (*others, webhook) if webhook else others)


def _id_problem(subaccount_id: str, kind: str) -> str | None:
    if problem := subaccount_problem(subaccount_id):
        return f"subaccount id {problem}"
    if problem := type_problem(kind):
        return f"type {problem}"
    return None
