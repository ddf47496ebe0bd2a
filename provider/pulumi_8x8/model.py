"""The nouns: a webhook's id, what a program declares, what the API lists.

Three tuples define which properties replace a webhook, which update it and which are compared with the live one;
`reconcile/decide.py` applies them.
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
"""Properties that identify a webhook: a change replaces it."""

DECLARED = ("url", "enabled", "http_auth_header")
"""Properties that the program declares: a change updates the webhook in place."""

PROVIDER_OPTIONS = ("overwrite_on_create", "rehearse")
"""Options for the provider itself; in the state only if they are set, since each property makes the state larger."""

HEADER_AVAILABLE = "http_auth_header_available"
"""The only property that is not also an input."""

PROPERTIES = (*IDENTITY, *DECLARED, *PROVIDER_OPTIONS, HEADER_AVAILABLE)


def camel_case(name: str) -> str:
    """Spell a Python name as Pulumi's config and schema do: `api_key` becomes `apiKey`."""
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


CAMEL = {name: camel_case(name) for name in PROPERTIES}
"""Each property's name in the native provider's schema."""

SNAKE = {spelled: name for name, spelled in CAMEL.items()}

SECRET_URL = "__secretUrl"  # noqa: S105 - a property's name
"""A property of inputs and outputs, present only as True: the URL is a secret, so no message shows it."""

COMPARED = ("url", "enabled", HEADER_AVAILABLE)
"""Properties that the API reports: a difference is drift."""


def in_snake_case(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a state that either provider wrote, under the model's names."""
    return {SNAKE.get(name, name): value for name, value in properties.items()}


class WebhookId(NamedTuple):
    """Where a webhook is registered: its text and its Pulumi id are `<subaccount>/<TYPE>`."""

    subaccount_id: str
    type: str

    def __str__(self) -> str:
        return f"{self.subaccount_id}/{self.type}"

    @classmethod
    def parse(cls, id: str) -> WebhookId:
        """Parse a Pulumi id.

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
    """What a program declares for one webhook.

    Attributes:
        secret_url: Whether the URL is a secret; not compared.
    """

    subaccount_id: str
    type: str
    url: str
    enabled: bool = True
    http_auth_header: str | None = field(default=None, repr=False)
    secret_url: bool = field(default=False, compare=False)

    @property
    def id(self) -> WebhookId:
        """The id of the declared webhook."""
        return WebhookId(self.subaccount_id, self.type)

    @property
    def http_auth_header_available(self) -> bool:
        """Whether the API will report an auth header."""
        return self.http_auth_header is not None


@dataclass(frozen=True)
class LiveWebhook:
    """One registered webhook as the API lists it; the API never returns the auth header itself."""

    type: str
    url: str
    enabled: bool
    http_auth_header_available: bool

    def __str__(self) -> str:
        return self.describe()

    def describe(self, *, secret_url: bool = False) -> str:
        """Return the text for messages: query values are redacted, and a secret URL is not shown at all."""
        url = "[secret]" if secret_url else printable(redacted_url(self.url))
        header = "with an auth header" if self.http_auth_header_available else "no auth header"
        return f"{url} ({'enabled' if self.enabled else 'disabled'}, {header})"

    def matches(self, declared: Declaration) -> bool:
        """Return whether everything that the API reports is as declared."""
        return all(getattr(self, name) == getattr(declared, name) for name in COMPARED)

    def same_address(self, declared: Declaration) -> bool:
        """Return whether its URL is the declared address, which the API may have stored in another spelling."""
        return same_address(self.url, declared.url)


@dataclass(frozen=True)
class Listing:
    """The webhooks of one subaccount, as the API listed them."""

    subaccount_id: str
    webhooks: tuple[LiveWebhook, ...]

    def __iter__(self) -> Iterator[LiveWebhook]:
        return iter(self.webhooks)

    def get(self, type: str) -> LiveWebhook | None:
        """Return the webhook of this type, or None if none is registered.

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
                "document. Remove it with a DELETE, or with `pulumi destroy --target` if a stack manages it, then run "
                "the command again.",
                uncertain=True,
            )
        return found[0] if found else None

    def all(self) -> list[LiveWebhook]:
        """Return every webhook, sorted by type; raises like `get`."""
        types = sorted({webhook.type for webhook in self.webhooks})
        return [webhook for type in types if (webhook := self.get(type))]

    def replaced(self, type: str, webhook: LiveWebhook | None) -> Listing:
        """Return a copy of the listing in which this type's webhook is replaced or added, or removed if it is None."""
        others = tuple(other for other in self.webhooks if other.type != type)
        return Listing(self.subaccount_id, (*others, webhook) if webhook else others)


def _id_problem(subaccount_id: str, kind: str) -> str | None:
    if problem := subaccount_problem(subaccount_id):
        return f"subaccount id {problem}"
    if problem := type_problem(kind):
        return f"type {problem}"
    return None
