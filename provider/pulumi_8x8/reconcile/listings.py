"""What is registered now: one listing per subaccount, fetched ahead, shared by every operation of this process.

The engine checks one resource after the other. Were each listing fetched when it is first needed, a preview
would take a round trip per subaccount, one after the other; so each resource names the subaccounts that come next,
and a small pool fetches them meanwhile. A write replaces the listing's entry of its webhook, and is not decided on
by a listing that has grown old while the webhook waited for other resources.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FuturesTimeoutError

from pulumi_8x8.api.client import Client
from pulumi_8x8.api.deadline import timeout
from pulumi_8x8.errors import UnavailableError
from pulumi_8x8.model import Listing, LiveWebhook, WebhookId

LOOK_SECONDS = 20.0
"""Longest time for one listing; a preview does not wait longer for an API that is unreachable."""

MAX_AGE = 30.0
"""Seconds after which a listing is fetched again before a write."""

WRITERS = 4
"""Connections that listings leave to registrations: what is fetched ahead never delays one."""

FAILURES = 2
"""Subaccounts that fail one after the other until the API counts as unreachable for the rest of the operation."""


class Listings:
    """The listings of this operation; safe to share between threads."""

    def __init__(
        self,
        client: Client,
        *,
        fetch_ahead: bool = True,
        masked: Collection[WebhookId] = (),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._fetch_ahead = fetch_ahead
        self._masked = masked
        self._now = now
        self._pool = ThreadPoolExecutor(client.connections - WRITERS, thread_name_prefix="listing")
        self._lock = threading.Lock()
        self._listings: dict[str, Future[Listing]] = {}
        self._since: dict[str, float] = {}
        self._waiting: deque[str] = deque()
        self._failed = 0
        self._down: UnavailableError | None = None

    def prefetch(self, subaccount_ids: Iterable[str]) -> None:
        """Start fetching these listings in the background; each at most once."""
        if self._fetch_ahead:
            with self._lock:
                for subaccount_id in subaccount_ids:
                    self._listing(subaccount_id)

    def get(self, webhook_id: WebhookId) -> LiveWebhook | None:
        """The webhook that is registered, or None; for check and diff.

        Raises:
            UnavailableError: The API is unreachable; raised at once after it has failed to respond twice in a row.
            WebhookError: The API's refusal, or a broken response.
        """
        return self.all(webhook_id.subaccount_id).get(webhook_id.type, masked=webhook_id in self._masked)

    def all(self, subaccount_id: str) -> Listing:
        """The webhooks that are registered in a subaccount; raises as `get`."""
        with self._lock:
            listing = self._listing(subaccount_id)
            if subaccount_id in self._waiting:  # the engine takes the resources in an order of its own
                self._waiting.remove(subaccount_id)
                self._waiting.appendleft(subaccount_id)
        whole = timeout.get()
        try:
            return listing.result(whole.remaining if whole else None)
        except FuturesTimeoutError:
            raise UnavailableError(
                f"The webhooks of {subaccount_id} were not listed within the time-out that the program sets. "
                "Nothing was changed. Set a longer one in custom_timeouts, then run the command again."
            ) from None

    def get_before_write(self, webhook_id: WebhookId) -> LiveWebhook | None:
        """As `get`, but a listing that failed, or is older than MAX_AGE, is fetched again."""
        with self._lock:
            self._down = None
            known = self._listings.get(webhook_id.subaccount_id)
            if known and known.done():
                old = self._now() - self._since[webhook_id.subaccount_id] > MAX_AGE
                if old or known.exception():
                    del self._listings[webhook_id.subaccount_id]
        return self.get(webhook_id)

    def refetch(self, webhook_id: WebhookId) -> LiveWebhook | None:
        """The live webhook by a new listing: after a write whose response did not settle the matter."""
        with self._lock:
            if webhook_id.subaccount_id not in self._waiting:  # one that is yet to be fetched will be new
                self._listings.pop(webhook_id.subaccount_id, None)
            self._down = None
        return self.get(webhook_id)

    def record(self, webhook_id: WebhookId, webhook: LiveWebhook | None) -> None:
        """Record the webhook as the response to a write has it.

        Only of its own: the responses to two writes on one subaccount may arrive in another order than they were made.
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
        if down := self._down:  # read once: a write may reset it meanwhile
            raise down.with_message(str(down))
        failure = None
        try:
            return self._client.list(subaccount_id, self._client.deadline(LOOK_SECONDS))
        except UnavailableError as error:
            failure = error
            raise
        finally:
            with self._lock:
                self._failed = self._failed + 1 if failure else 0
                if self._failed >= FAILURES:
                    self._down = failure
