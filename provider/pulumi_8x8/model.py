"""The nouns: the five webhook types, a webhook's id, what a program declares, what the API lists.

What replaces, what updates and what is compared with the live webhook is three tuples; `reconcile/decide.py` reads
them and decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from .errors import ConflictError, ProtocolError
from .text import printable

SUBACCOUNT = re.compile(r"[A-Za-z0-9\-._&]{3,50}")
"""The vendor's pattern for a subaccount id."""


class WebhookType(str, Enum):
    """A kind of event that 8x8 Connect Voice delivers; a subaccount holds one webhook of each."""

    VCA = "VCA"
    """Voice Call Action: during a call, after each action; the response decides the next action."""
    VSS = "VSS"
    """Voice Session Summary: once, after the session ended."""
    VCS = "VCS"
    """Voice Call Status: on each status change of a call leg."""
    VRU = "VRU"
    """Voice Recording Uploaded: when a recording is available."""
    VNU = "VNU"
    """Virtual Number Updated: when the account's virtual numbers change.

    The vendor's description lists it for POST and not for DELETE, so a removal may be refused.
    """


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


def subaccount_problem(value: Any) -> str | None:
    """Why this is not a subaccount id."""
    if isinstance(value, str) and SUBACCOUNT.fullmatch(value):
        return None
    return "write 3 to 50 of the characters A-Z a-z 0-9 - . _ &, for example InternalDemoCPaaS_8dD15_voice"


def type_problem(value: Any) -> str | None:
    """Why this is not a webhook type."""
    if isinstance(value, str) and value in WebhookType.__members__:
        return None
    return f"write one of {', '.join(WebhookType.__members__)}"


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
        if problem := subaccount_problem(subaccount_id) or type_problem(kind):
            raise ConflictError(
                f"{printable(id)!r} is not the id of a webhook: {problem}. Nothing was read. "
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

    def may_be(self, declared: Declaration) -> bool:
        """Whether it may be what the API made of a declaration: its URL is the same address in other letters."""
        return _address(self.url) == _address(declared.url)


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


def _address(url: str) -> tuple[object, ...]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return (url,)
    return parts.scheme, parts.hostname, port, unquote(parts.path).rstrip("/"), unquote(parts.query)
