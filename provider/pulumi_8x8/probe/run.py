"""The requests of a probe, step by step, and the removal of what it registered.

| step | requests | answers |
|---|---|---|
| `look`, and a second listing in `ask` | GET, and DELETE of what an earlier probe left | count |
| `register` | POST, GET until it is listed | disabled, response, listed_ms |
| `register_over` | POST, GET until it shows, ten seconds at most | post_over, refusal_status |
| `register_variants` | (DELETE,) POST, GET, twice | enabled, active, stored, omitted_header |
| `remove_twice` | DELETE, GET until it is gone, DELETE | delete_status, delete_response, delete_missing_status |
| `register_mistakes` | POST of an unknown type, of a bad URL | invalid_type_status, invalid_url_status, error_body |
| `try_addresses` | GET at the other documented address | addresses |
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from pulumi_8x8.api.client import RETRIED_STATUSES, SUCCESS_STATUSES, Client, HttpResponse
from pulumi_8x8.api.wire import parse_refusal
from pulumi_8x8.errors import ConflictError, ProtocolError, RefusedError, WebhookError, by_status
from pulumi_8x8.model import WebhookId
from pulumi_8x8.probe.questions import PATIENCE_MS, RESPONDS
from pulumi_8x8.probe.reading import (
    CHANGES,
    MARK,
    ListedWebhook,
    ObservedListing,
    changes,
    error_shape,
    listed,
    removal_shape,
)
from pulumi_8x8.settings import BASE_URLS, Settings

DEFAULT_URL = "https://example.com"
TYPES = ("VSS", "VCS", "VRU", "VCA", "VNU")
"""Types in order of preference. Calls depend on VCA, and no DELETE is documented for VNU, so these come last."""

UNKNOWN_TYPE = "PROBE"
LISTED_PAUSES = (0.0, 0.5, 1.5, 3.0, 5.0, 8.0, 12.0)
"""Seconds before each listing that may show the first registration: 30 in all."""

OVER_PAUSES = (0.0, 1.0, 3.0, 6.0)
"""Seconds before each listing that may show an update: 10 in all, as long as this package waits."""

HEADER = "Basic cHJvYmU="
DISABLED = {"enabled": False, "active": False}


class Probe:
    """Probes one subaccount; each step adds to `facts`.

    Args:
        settings: Key and address.
        subaccount_id: The subaccount.
        url: Where the webhooks point: an address without path and query. Default: https://example.com.
        sleep: Waits between requests, for a time in seconds; a true result ends the client's retries.

    Raises:
        SettingsError: No API key is set.
    """

    def __init__(
        self,
        settings: Settings,
        subaccount_id: str,
        url: str = DEFAULT_URL,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.facts: dict[str, Any] = {}
        self.requests = 0
        self.type = ""
        self._settings, self._subaccount_id, self._sleep = settings, subaccount_id, sleep
        self._client = Client(settings, sleep)
        self._url = url.rstrip("/")
        self._before: dict[str, ListedWebhook] = {}
        self._live: ListedWebhook | None = None
        self._last = ObservedListing((), "")
        """The latest listing."""
        self._touched: set[str] = set()
        """Types that may have been registered and whose removal is not confirmed yet."""

    def look(self, type: str | None = None) -> list[ListedWebhook]:
        """Choose a type that is not registered and return what an earlier probe left; change nothing.

        Raises:
            ConflictError: The requested type, or every type, is registered.
            WebhookError: The subaccount cannot be listed.
        """
        listing = self._list()
        self._before = {entry.type: entry for entry in listing.entries if not entry.marked}
        free = [one for one in TYPES if one not in self._before]
        if type in self._before:
            raise ConflictError(
                f"{type} is registered in {self._subaccount_id}. Nothing was changed. Choose a free type."
            )
        if not free:
            raise ConflictError(
                f"Every type is registered in {self._subaccount_id}, and a probe never touches a registered webhook. "
                "Nothing was changed. Use a subaccount with a free type."
            )
        self.type = type or free[0]
        return [entry for entry in listing.entries if entry.marked]

    def ask(self) -> None:
        """Run every step; call `clean` afterwards, whatever happens.

        Raises:
            ConflictError: Someone else has registered the type since `look`; nothing was changed.
            WebhookError: A step failed; `facts` has what was seen until then.
        """
        now = self._list()
        registered = now.get(self.type)
        if registered and not registered.marked:
            where = f"{self.type} of {self._subaccount_id}"
            raise ConflictError(f"{where} was registered by someone else after the check. Nothing was changed.")
        if any(entry.marked for entry in now.entries) and self.clean():
            raise ProtocolError(f"What an earlier probe left in {self._subaccount_id} cannot be removed.")
        self.register()
        self.register_over()
        self.register_variants()
        if self.remove_twice():
            self.register_mistakes()
        self.try_addresses()

    def register(self) -> None:
        """Register a disabled webhook of the free type, and wait until it is listed."""
        began = time.monotonic()
        received = self._post(self._address(), DISABLED)
        if received.status not in SUCCESS_STATUSES:
            raise ProtocolError(
                f"The API responded {received.status}{parse_refusal(received.body)} to the registration of "
                f"{self.type}. Choose another type with --type, or check the key and the subaccount."
            )
        own = listed(received.body).get(self.type)
        self.facts["response"] = "current" if own and own.marked else "stale"
        for number, pause in enumerate(LISTED_PAUSES):
            self._sleep(pause)
            self._live = self._list().get(self.type)
            if self._live and self._live.marked:
                self.facts["listed_ms"] = round((time.monotonic() - began) * 1000) if number else 0
                self.facts["disabled"] = not self._live.enabled
                self._stored(self._address(), self._live)
                return
        raise ProtocolError(f"The API accepted {self.type} but did not list it within {sum(LISTED_PAUSES):g} s.")

    def register_over(self) -> None:
        """Register another URL over the first one."""
        before = self._live
        received = self._post(self._address("/2"), DISABLED)
        if received.status not in SUCCESS_STATUSES:
            self.facts |= {"post_over": "refuse", "refusal_status": received.status}
            return
        self._live = self._new(received)
        self.facts["post_over"] = "ignore" if self._live == before else "replace"

    def register_variants(self) -> None:
        """Register with `enabled` alone and an unusual URL, then with `active` alone, no header and no path."""
        host = urlsplit(self._url).netloc
        unusual = self._address("/3/?probe=a%20b").replace(host, host.upper(), 1)
        first = self._put(unusual, {"enabled": False, "httpAuthHeader": HEADER})
        if first:
            self.facts["enabled"] = "ignore" if first.enabled else "honour"
        # Without its query, nothing would mark a URL that has no path.
        bare = self._address("/4") if "drop-query" in self.facts["stored"] else f"{self._url}?{MARK}"
        second = self._put(bare, {"active": False})
        if second:
            self.facts["active"] = "ignore" if second.enabled else "honour"
        if first and second and first.header and self.facts["post_over"] == "replace":
            self.facts["omitted_header"] = "keep" if second.header else "remove"

    def remove_twice(self) -> bool:
        """Remove the webhook, and once more; return whether it is gone."""
        removed = self._delete(self.type)
        self.facts["delete_status"] = removed.status
        if not 200 <= removed.status < 300:
            return False
        self.facts["delete_response"] = removal_shape(removed.body)
        if not self._gone(self.type):
            return False
        self._touched.discard(self.type)
        self.facts["delete_missing_status"] = self._delete(self.type).status
        return True

    def register_mistakes(self) -> None:
        """Register what the API should refuse; what it accepts is removed by `clean`."""
        for fact, type, url in (
            ("invalid_type_status", UNKNOWN_TYPE, self._address()),
            ("invalid_url_status", self.type, MARK),
        ):
            received = self._post(url, DISABLED, type, any_status=True)
            self.facts[fact] = received.status
            if 400 <= received.status < 500:
                self._touched.discard(type)
                self.facts.setdefault("error_body", error_shape(received.body))

    def try_addresses(self) -> None:
        """List at each documented address, unless another one, such as an emulator's, is configured."""
        if self._settings.base_url not in BASE_URLS:
            return
        seen = {self._settings.base_url: RESPONDS}
        for address in BASE_URLS:
            if address in seen:
                continue
            self.requests += 1
            try:
                other = Client(replace(self._settings, base_url=address), self._sleep)
                other.list(self._subaccount_id, other.deadline())
            except WebhookError as error:
                seen[address] = str(error.status or "cannot be reached")
            else:
                seen[address] = RESPONDS
        self.facts["addresses"] = {address: seen[address] for address in BASE_URLS}

    def clean(self) -> list[ListedWebhook]:
        """Remove every webhook that a probe registered, and return those that are left.

        Raises:
            WebhookError: It is not known what is left.
        """
        listing = self._list()
        kinds = self._touched | {entry.type for entry in listing.entries if entry.marked}
        for kind in sorted(kinds):
            entry = listing.get(kind)
            # One that is listed without the mark was registered by someone else during the probe.
            if entry is None or entry.marked:
                with suppress(RefusedError, ProtocolError):  # a listing shows whether it is gone
                    self.requests += 1
                    self._client.remove(WebhookId(self._subaccount_id, kind), self._client.deadline())
            if self._gone(kind):
                self._touched.discard(kind)
        return [entry for entry in self._last.entries if entry.marked]

    def changed(self) -> list[str]:
        """Return the types of other webhooks that differ in the last listing from what they were before."""
        now = {entry.type: entry for entry in self._last.entries if not entry.marked}
        return sorted(type for type in now.keys() | self._before.keys() if now.get(type) != self._before.get(type))

    def _put(self, url: str, more: Mapping[str, Any]) -> ListedWebhook | None:
        """Register in place of the present webhook and return what is live then, or None if the API refused."""
        if self.facts["post_over"] != "replace":
            self._delete(self.type)
        received = self._post(url, more)
        if received.status not in SUCCESS_STATUSES:
            return None
        before, self._live = self._live, self._new(received)
        if self._live is None or self._live == before:
            raise ProtocolError(f"The API accepted a registration of {self.type} but does not list it.")
        self._stored(url, self._live)
        return self._live

    def _new(self, received: HttpResponse) -> ListedWebhook | None:
        """Return what is live after a POST: the changed webhook in its response or a listing, else the old one."""
        entry = listed(received.body).get(self.type) if self.facts["response"] == "current" else None
        for pause in self._pauses():
            if entry and entry != self._live:
                return entry
            self._sleep(pause)
            entry = self._list().get(self.type)
        return entry or self._live

    def _gone(self, type: str) -> bool:
        """Wait until a listing no longer shows a probe's webhook of a type; return False if all of them show it."""
        for pause in self._pauses():
            self._sleep(pause)
            entry = self._list().get(type)
            if entry is None or not entry.marked:
                return True
        return False

    def _pauses(self) -> tuple[float, ...]:
        return LISTED_PAUSES if self.facts.get("listed_ms", 0) > PATIENCE_MS / 2 else OVER_PAUSES

    def _stored(self, sent: str, entry: ListedWebhook) -> None:
        found = {*self.facts.get("stored", ()), *changes(sent, entry.url)}
        self.facts["stored"] = [change for change in CHANGES if change in found]

    def _address(self, more: str = "") -> str:
        return f"{self._url}/{MARK}{more}"

    def _list(self) -> ObservedListing:
        self.requests += 1
        listing = listed(self._client.get(f"{self._subaccount_id}/webhooks", self._client.deadline()))
        self._last = listing
        if listing.counted == "wrong" or "count" not in self.facts:
            self.facts["count"] = listing.counted
        return listing

    def _post(self, url: str, more: Mapping[str, Any], type: str = "", *, any_status: bool = False) -> HttpResponse:
        self._touched.add(type or self.type)
        body = {"type": type or self.type, "url": url, **more}
        return self._send("POST", "", body, any_status=any_status)

    def _delete(self, type: str) -> HttpResponse:
        return self._send("DELETE", f"/{type}", None)

    def _send(self, method: str, path: str, body: dict[str, Any] | None, *, any_status: bool = False) -> HttpResponse:
        self.requests += 1
        path = f"{self._subaccount_id}/webhooks{path}"
        received = self._client.send(method, path, self._client.deadline(), body)
        if not any_status and received.status in RETRIED_STATUSES:
            kind, next_step = by_status(received.status)
            raise kind(f"The API responded {received.status} to {method}. {next_step}", status=received.status)
        return received
