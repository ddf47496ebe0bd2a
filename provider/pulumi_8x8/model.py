"""The nouns: the five webhook types, a webhook's id, what a program declares, what the API lists.

What replaces, what updates and what is compared with the live webhook is three tuples; `reconcile/decide.py` reads
them and decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eightx8_voice.text import printable
from eightx8_voice.urls import redacted_url, same_address
from eightx8_voice.webhooks import subaccount_problem, type_problem
from pulumi_8x8.errors import ConflictError, ProtocolError

IDENTITY = ("subaccount_id", "type")
"""Which webhook it is: a change here replaces it."""

DECLARED = ("url", "enabled", "http_auth_header")
"""What the program declares of it: a change here updates it."""

PROVIDER_OPTIONS = ("overwrite_on_create", "rehearse")
"""How the provider acts: in state only where they are set, since state grows with each property."""

HEADER_AVAILABLE = "http_auth_header_available"
"""The one property that is an output only."""

PROPERTIES = (*IDENTITY, *DECLARED, *PROVIDER_OPTIONS, HEADER_AVAILABLE)


def camel_case(name: str) -> str:
    """Spell a Python name as Pulumi's config and schema do: `api_key` is `apiKey`."""
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


CAMEL = {name: camel_case(name) for name in PROPERTIES}
"""How the native provider's schema spells each property."""

SNAKE = {spelled: name for name, spelled in CAMEL.items()}

SECRET_URL = "__secretUrl"  # noqa: S105 - a property's name
"""A property of inputs and outputs, only where it is True: the URL is a secret, so no message shows it."""

COMPARED = ("url", "enabled", HEADER_AVAILABLE)
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
    """What a program declares of one webhook.

    Attributes:
        secret_url: Whether the URL is a secret; never compared.
    """

    subaccount_id: str
    type: str
    url: str
    enabled: bool = True
    http_auth_header: str | None = field(default=None, repr=False)
    secret_url: bool = field(default=False, compare=False)

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

    def __str__(self) -> str:
        return self.describe()

    def describe(self, *, secret_url: bool = False) -> str:
        """Return it as messages show it: without the values of its URL's query, and without a URL that is a secret."""
        url = "[secret]" if secret_url else printable(redacted_url(self.url))
        header = "with an auth header" if self.http_auth_header_available else "no auth header"
        return f"{url} ({'enabled' if self.enabled else 'disabled'}, {header})"

    def matches(self, declared: Declaration) -> bool:
        """Return whether everything that the API reports is as declared."""
        return all(getattr(self, name) == getattr(declared, name) for name in COMPARED)

    def same_address(self, declared: Declaration) -> bool:
        """Return whether it may be what the API made of a declaration: the same address, spelled differently."""
        return same_address(self.url, declared.url)


@dataclass(frozen=True)
class Listing:
    """The webhooks of one subaccount, as the API listed them."""

    subaccount_id: str
    webhooks: tuple[LiveWebhook, ...]

    def __iter__(self) -> Iterator[LiveWebhook]:
        return iter(self.webhooks)

    def get(self, type: str) -> LiveWebhook | None:
        """Return the webhook of this type, or None where none is registered.

        Raises:
            ProtocolError: The type is listed more than once, or with control characters in its URL.
        """
        found = [webhook for webhook in self.webhooks if webhook.type == type]
        if len(found) > 1:
            raise ProtocolError(
                f"{self.subaccount_id}/{type} is listed {len(found)} times: see `pulumi-8x8 list {self.subaccount_id}`."
                " Remove the wrong one, then run the command again.",
                uncertain=True,
            )
        if found and not found[0].url.isprintable():
            raise ProtocolError(
                f"{self.subaccount_id}/{type} is listed with control characters in its URL, which 8x8 does not "
                "document. Remove it with a DELETE, or with `pulumi destroy --target` where a stack holds it, then run "
                "the command again.",
                uncertain=True,
            )
        return found[0] if found else None

    def all(self) -> list[LiveWebhook]:
        """Return every webhook, sorted by type; raises as `get`."""
        types = sorted({webhook.type for webhook in self.webhooks})
        return [webhook for type in types if (webhook := self.get(type))]

    def replaced(self, type: str, webhook: LiveWebhook | None) -> Listing:
        """Return the same listing with this type's webhook exchanged, added or (None) taken out."""
        others = tuple(other for other in self.webhooks if other.type != type)
        return Listing(self.subaccount_id, (*others, webhook) if webhook else others)


def _id_problem(subaccount_id: str, kind: str) -> str | None:
    if problem := subaccount_problem(subaccount_id):
        return f"subaccount id {problem}"
    if problem := type_problem(kind):
        return f"type {problem}"
    return None
