"""What is registered now: one listing per subaccount, fetched ahead and shared by all calls in this process.

The engine checks one resource at a time. If each listing were fetched when it is first needed, a preview would take one
round trip per subaccount. Therefore each resource names the subaccounts that come next, and a small pool fetches their
listings in the background. A write updates its webhook's entry in the listing. No write is decided from an old listing.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FuturesTimeoutError

from pulumi_8x8.api.client import Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import UnavailableError
from pulumi_8x8.model import Listing, LiveWebhook, WebhookId

LISTING_SECONDS = 20.0
"""Longest time for one listing; a preview does not wait longer for an API that is unreachable."""

MAX_AGE = 30.0
"""Seconds after which a listing is fetched again before a write."""

LISTED_AT_ONCE = 16
"""Maximum number of subaccounts that are listed at a time."""

FAILURES = 2
"""Consecutive failures after which the API counts as unreachable for the rest of the operation."""


class Listings:
    """The listings of this operation; safe to share between threads."""

    def __init__(self, client: Client, *, now: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._now = now
        self._pool = ThreadPoolExecutor(LISTED_AT_ONCE, thread_name_prefix="listing")
        self._lock = threading.Lock()
        self._listings: dict[str, Future[Listing]] = {}
        self._since: dict[str, float] = {}
        self._waiting: deque[str] = deque()
        self._failed = 0
        self._down: UnavailableError | None = None

    def prefetch(self, subaccount_ids: Iterable[str]) -> None:
        """Start fetching these listings in the background; each at most once."""
        with self._lock:
            for subaccount_id in subaccount_ids:
                self._listing(subaccount_id)

    def get(self, webhook_id: WebhookId, deadline: Deadline) -> LiveWebhook | None:
        """Return the webhook that is registered, or None; for check and diff.

        Raises:
            UnavailableError: The API is unreachable; raised at once after it has failed to respond twice in a row.
            WebhookError: The API's refusal, or a broken response.
        """
        return self.all(webhook_id.subaccount_id, deadline).get(webhook_id.type)

    def all(self, subaccount_id: str, deadline: Deadline) -> Listing:
        """Return the webhooks that are registered in a subaccount; raises like `get`."""
        with self._lock:
            listing = self._listing(subaccount_id)
            if subaccount_id in self._waiting:  # the engine processes the resources in an order of its own
                self._waiting.remove(subaccount_id)
                self._waiting.appendleft(subaccount_id)
        try:
            return listing.result(deadline.remaining)
        except FuturesTimeoutError:
            raise UnavailableError(
                f"The webhooks of {subaccount_id} were not listed within {deadline.seconds:g} s. Nothing was changed. "
                "Set a longer 8x8:deadline, then run the command again."
            ) from None

    def get_before_write(self, webhook_id: WebhookId, deadline: Deadline) -> LiveWebhook | None:
        """Return the same as `get`, after fetching again a listing that failed or is older than MAX_AGE."""
        with self._lock:
            self._down = None
            known = self._listings.get(webhook_id.subaccount_id)
            if known and known.done():
                old = self._now() - self._since[webhook_id.subaccount_id] > MAX_AGE
                if old or known.exception():
                    del self._listings[webhook_id.subaccount_id]
        return self.get(webhook_id, deadline)

    def refetch(self, webhook_id: WebhookId, deadline: Deadline) -> LiveWebhook | None:
        """Return the same as `get`, from a new listing; used if the response to a write was not conclusive."""
        with self._lock:
            if webhook_id.subaccount_id not in self._waiting:  # one that is still waiting will be new
                self._listings.pop(webhook_id.subaccount_id, None)
            self._down = None
        return self.get(webhook_id, deadline)

    def record(self, webhook_id: WebhookId, webhook: LiveWebhook | None) -> None:
        """Record a webhook as the response to a write shows it.

        Others in the response are not recorded: responses to two writes on one subaccount may arrive out of order.
        """
        with self._lock:
            known = self._listings.get(webhook_id.subaccount_id)
            if known and known.done() and not known.exception():
                changed: Future[Listing] = Future()
                changed.set_result(known.result().replaced(webhook_id.type, webhook))
                self._listings[webhook_id.subaccount_id] = changed

    def _listing(self, subaccount_id: str) -> Future[Listing]:
        known = self._listings.get(subaccount_id)
        if known is None:
            known = self._listings[subaccount_id] = Future()
            self._waiting.append(subaccount_id)
            self._pool.submit(self._fetch_next)
        return known

    def _fetch_next(self) -> None:
        with self._lock:
            subaccount_id = self._waiting.popleft()
            listing = self._listings[subaccount_id]
            self._since[subaccount_id] = self._now()
        try:
            listing.set_result(self._fetch(subaccount_id))
        except Exception as error:
            listing.set_exception(error)

    def _fetch(self, subaccount_id: str) -> Listing:
        if down := self._down:  # read once: a write may reset it at the same time
            raise down.with_message(str(down))
        failure = None
        try:
            return self._client.list(subaccount_id, Deadline(min(LISTING_SECONDS, self._client.deadline().seconds)))
        except UnavailableError as error:
            failure = error
            raise
        finally:
            with self._lock:
                self._failed = self._failed + 1 if failure else 0
                if self._failed >= FAILURES:
                    self._down = failure
