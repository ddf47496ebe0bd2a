"""The API's responses -> what they show. Pure; unlike `api/wire.py`, it accepts undocumented responses where it can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from eightx8_voice import json_text
from pulumi_8x8.errors import ProtocolError

MARK = "pulumi-8x8-probe"
"""What every URL that a probe registers contains; a probe removes only webhooks whose URL contains it."""

CHANGES = ("lower-host", "root-slash", "add-slash", "remove-slash", "drop-query", "other")
"""The changes that an API may make to a URL, under the emulator's names."""


class ListedWebhook(NamedTuple):
    """One webhook in a listing, of a known or an unknown type."""

    type: str
    url: str
    enabled: bool
    header: bool

    @property
    def marked(self) -> bool:
        """Whether a probe registered it."""
        return MARK in self.url.lower()


class ObservedListing(NamedTuple):
    """A listing, and whether its `count` is right, wrong or missing."""

    entries: tuple[ListedWebhook, ...]
    counted: str

    def get(self, type: str) -> ListedWebhook | None:
        """Return the webhook of a type, or None if none is listed."""
        return next((entry for entry in self.entries if entry.type == type), None)


def listed(body: bytes) -> ObservedListing:
    """Read the response to a listing or a registration.

    Raises:
        ProtocolError: It does not have the documented shape, apart from `count`.
    """
    document = _document(body)
    webhooks = document.get("webhooks")
    if not isinstance(webhooks, list) or not all(
        isinstance(one, dict) and isinstance(one.get("type"), str) and isinstance(one.get("url"), str)
        for one in webhooks
    ):
        raise ProtocolError(
            "The API's response is not the listing that 8x8 documents. "
            "Check that EIGHTX8_BASE_URL is the voice API and that no proxy responds in its place."
        )
    entries = [
        ListedWebhook(
            one["type"], one["url"], one.get("enabled") is not False, one.get("httpAuthHeaderAvailable") is True
        )
        for one in webhooks
    ]
    count = document.get("count")
    return ObservedListing(
        tuple(entries), "missing" if count is None else "right" if count == len(entries) else "wrong"
    )


def changes(sent: str, stored: str) -> list[str]:
    """Return which of `CHANGES` an API made to a URL when it stored it."""
    one, two = urlsplit(sent), urlsplit(stored)
    known = {
        "lower-host": one._replace(netloc=one.netloc.lower()),
        "root-slash": one._replace(path=one.path or "/"),
        "add-slash": one._replace(path=one.path if one.path in ("", "/") else one.path.rstrip("/") + "/"),
        "remove-slash": one._replace(path=one.path.rstrip("/")),
        "drop-query": one._replace(query=""),
    }
    parts = ("scheme", "netloc", "path", "query", "fragment")
    differing = [part for part in parts if getattr(one, part) != getattr(two, part)]
    explained = {
        part: [name for name, url in known.items() if getattr(url, part) == getattr(two, part) != getattr(one, part)]
        for part in differing
    }
    found = {name for names in explained.values() for name in names or ["other"]}
    return [name for name in CHANGES if name in found]


def error_shape(body: bytes) -> str:
    """Return which of the vendor's pages documents this error shape: webhooks, platform or callflows; else `other`."""
    names = _document(body).keys()
    shapes: Sequence[tuple[str, set[str]]] = (
        ("callflows", {"sessionStatus", "statusCode"}),
        ("platform", {"code", "errorId"}),
        ("webhooks", {"statusCode", "errorId"}),
    )
    return next((shape for shape, needed in shapes if needed <= names), "other")


def removal_shape(body: bytes) -> str:
    """Return what DELETE returned: the removed `webhook`, the `list`, nothing (`empty`) or `other`."""
    names = _document(body).keys()
    if not body.strip():
        return "empty"
    return "webhook" if {"type", "url"} <= names else "list" if "webhooks" in names else "other"


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json_text.read(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
