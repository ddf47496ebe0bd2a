"""JSON <-> dataclasses: the only place that knows the API's field names and answer shapes.

Source: the vendor's public reference and OpenAPI description (July 2026) and the original IVR set-up guide.
They disagree on one name: the guide sends `active`, the reference `enabled`; both are sent, `enabled` is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

from pulumi_8x8.errors import InvalidRequestError, ProtocolError
from pulumi_8x8.slots import Slot
from pulumi_8x8.text import printable
from pulumi_8x8.webhook_types import COMPARED, WebhookType

KNOWN_TYPES = frozenset(member.value for member in WebhookType)


@dataclass(frozen=True)
class Declaration:
    """What a program says of one webhook."""

    subaccount_id: str
    type: str
    url: str
    enabled: bool = True
    http_auth_header: str | None = field(default=None, repr=False)

    @property
    def slot(self) -> Slot:
        """Where it belongs."""
        return Slot(self.subaccount_id, self.type)

    @property
    def http_auth_header_available(self) -> bool:
        """What the API will tell of the auth header."""
        return self.http_auth_header is not None


@dataclass(frozen=True)
class LiveWebhook:
    """What the API tells of one registered webhook; the auth header itself is never told."""

    type: str
    url: str
    enabled: bool
    http_auth_header_available: bool

    def __str__(self) -> str:
        header = "with an auth header" if self.http_auth_header_available else "no auth header"
        return f"{printable(self.url)} ({'enabled' if self.enabled else 'disabled'}, {header})"

    def matches(self, declared: Declaration) -> bool:
        """Whether everything the API tells is as declared."""
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

    def get(self, type: str) -> LiveWebhook | None:
        """The webhook of this type, or None where none is registered.

        Raises:
            ProtocolError: The type is listed more than once.
        """
        found = [webhook for webhook in self.webhooks if webhook.type == type]
        if len(found) > 1:
            raise ProtocolError(
                f"{self.subaccount_id}/{type} is listed {len(found)} times: "
                + " and ".join(str(webhook) for webhook in found[:3])
                + ". Remove the one that is wrong, then run the command again.",
                uncertain=True,
            )
        return found[0] if found else None

    def replaced(self, type: str, webhook: LiveWebhook | None) -> Listing:
        """The same listing with this type's webhook exchanged, added or (None) taken out."""
        others = tuple(other for other in self.webhooks if other.type != type)
        return Listing(self.subaccount_id, (*others, webhook) if webhook else others)


@dataclass(frozen=True)
class Refusal:
    """The vendor's words about a failed request, as far as they are safe to repeat."""

    status_code: str | None
    error_id: str | None

    def __str__(self) -> str:
        told = [f"vendor code {self.status_code}"] if self.status_code else []
        told += [f"errorId {self.error_id}"] if self.error_id else []
        return f" ({', '.join(told)})" if told else ""


def registration(declared: Declaration) -> dict[str, Any]:
    """The body of the POST that registers a webhook."""
    body: dict[str, Any] = {
        "type": declared.type,
        "url": declared.url,
        "active": declared.enabled,
        "enabled": declared.enabled,
    }
    if declared.http_auth_header is not None:
        body["httpAuthHeader"] = declared.http_auth_header
    return body


def parse_listing(subaccount_id: str, body: bytes) -> Listing:
    """The answer to a listing or a registration.

    Unknown fields and webhooks of unknown types are tolerated; everything else must be as documented,
    so that a broken answer is never taken for a missing webhook.

    Raises:
        InvalidRequestError: The answer says in its `statusCode` that the request failed.
        ProtocolError: It is not the documented shape, or another subaccount's.
    """
    answer = _answer(subaccount_id, body)
    webhooks = answer.get("webhooks")
    if not isinstance(webhooks, list):
        _broken(subaccount_id, "`webhooks` is not a list")
    count = answer.get("count")
    if count is not None and count != len(webhooks):
        _broken(subaccount_id, f"`count` is not the {len(webhooks)} webhooks listed")
    parsed = [_webhook(subaccount_id, index, entry) for index, entry in enumerate(webhooks)]
    return Listing(subaccount_id, tuple(webhook for webhook in parsed if webhook))


def parse_removal(slot: Slot, body: bytes) -> LiveWebhook | None:
    """The answer to a removal: what was registered until then, as far as the answer tells.

    Raises:
        InvalidRequestError: The answer says in its `statusCode` that the request failed.
        ProtocolError: It is not the documented shape, or about another webhook.
    """
    answer = _answer(slot.subaccount_id, body)
    if answer.get("type", slot.type) != slot.type:
        _broken(slot.subaccount_id, f"it is not about {slot.type}")
    return _webhook(slot.subaccount_id, 0, {**answer, "type": slot.type}) if "url" in answer else None


def parse_refusal(body: bytes) -> Refusal:
    """The vendor's code and errorId of a failed request; neither where the body is not the vendor's."""
    try:
        answer = _decoded(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return Refusal(None, None)
    return Refusal(_short(answer.get("statusCode"), r"-?\d{1,9}"), _short(answer.get("errorId"), r"[\w-]{1,64}"))


def _address(url: str) -> tuple[object, ...]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return (url,)
    return parts.scheme, parts.hostname, port, unquote(parts.path).rstrip("/"), unquote(parts.query)


def _short(value: object, pattern: str) -> str | None:
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if re.fullmatch(pattern, text, re.ASCII) else None


def _decoded(body: bytes) -> Any:
    def constant(name: str) -> NoReturn:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(body, parse_constant=constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _answer(subaccount_id: str, body: bytes) -> dict[str, Any]:
    try:
        answer = _decoded(body)
    except ValueError:
        _broken(subaccount_id, "it is not JSON")
    if not isinstance(answer, dict):
        _broken(subaccount_id, "it is not a JSON object")
    # The vendor writes a number in successes and a string in errors.
    if (status_code := answer.get("statusCode", 0)) not in (0, "0") or isinstance(status_code, bool):
        refusal = parse_refusal(body)
        raise InvalidRequestError(
            f"The API did not carry out the request for {subaccount_id}{refusal} although it answered 200. "
            "Quote the code to 8x8 support.",
            status=200,
            status_code=refusal.status_code,
            error_id=refusal.error_id,
        )
    if answer.get("subAccountId", subaccount_id) != subaccount_id:
        _broken(subaccount_id, "it is about another subaccount")
    return answer


def _webhook(subaccount_id: str, index: int, entry: object) -> LiveWebhook | None:
    where = f"`webhooks[{index}]`"
    if not isinstance(entry, dict) or not isinstance(kind := entry.get("type"), str):
        _broken(subaccount_id, f"{where} has no `type`")
    if kind not in KNOWN_TYPES:
        return None
    if not isinstance(url := entry.get("url"), str):
        _broken(subaccount_id, f"{where} has no `url`")
    # Nullable in the reference, with these defaults.
    enabled = True if entry.get("enabled") is None else entry["enabled"]
    header = False if entry.get("httpAuthHeaderAvailable") is None else entry["httpAuthHeaderAvailable"]
    if not isinstance(enabled, bool) or not isinstance(header, bool):
        _broken(subaccount_id, f"{where} has a flag that is neither true nor false")
    return LiveWebhook(kind, url, enabled, header)


def _broken(subaccount_id: str, reason: str) -> NoReturn:
    raise ProtocolError(
        f"The API's answer for {subaccount_id} is not what 8x8 documents: {reason}. "
        "Check that 8x8:baseUrl is the voice API and that no proxy answers in its place.",
        uncertain=True,
    ) from None
