"""Listings of many subaccounts, for the commands: fetched concurrently, with a progress bar on a terminal."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from rich.console import Console
from rich.progress import Progress

from pulumi_8x8.api.client import Client
from pulumi_8x8.model import Listing
from pulumi_8x8.reconcile.listings import LISTED_AT_ONCE
from pulumi_8x8.settings import Settings

PROGRESS_AFTER = 0.5
"""Seconds after which a progress bar is shown."""

POLL_SECONDS = 0.1
"""Seconds between two checks for a listing or for Ctrl-C."""


def fetch(subaccount_ids: Sequence[str]) -> list[Listing]:
    """Return the listings in the order of the ids; each is fetched once, and fetching stops at the first failure.

    Raises:
        WebhookError: One of them could not be fetched.
    """
    client = Client(Settings.load())
    ids = list(dict.fromkeys(subaccount_ids))
    pending: deque[str] = deque(ids)
    outcomes: SimpleQueue[Listing | Exception] = SimpleQueue()

    def work() -> None:
        with suppress(IndexError):  # nothing is pending
            while True:
                outcomes.put(_outcome(client, pending.popleft()))

    # Daemon threads, since an executor's threads would keep the process alive until a silent API has timed out.
    for _ in range(min(LISTED_AT_ONCE, len(ids))):
        threading.Thread(target=work, daemon=True).start()
    try:
        listings = _collected(outcomes, len(ids))
    finally:
        pending.clear()
    return [listings[id] for id in ids]


def _outcome(client: Client, subaccount_id: str) -> Listing | Exception:
    try:
        # The deadline starts with the request, since hundreds of requests may wait for their turn.
        return client.list(subaccount_id, client.deadline())
    except Exception as error:
        return error


def _collected(outcomes: SimpleQueue[Listing | Exception], number: int) -> dict[str, Listing]:
    listings: dict[str, Listing] = {}
    console, shown_from = Console(stderr=True), time.monotonic() + PROGRESS_AFTER
    progress = Progress(console=console, transient=True, disable=not console.is_interactive)
    bar = progress.add_task("Listing", total=number)
    try:
        while len(listings) < number:
            if time.monotonic() >= shown_from:
                progress.start()
            try:
                outcome = outcomes.get(timeout=POLL_SECONDS)
            except Empty:
                continue
            if isinstance(outcome, Exception):
                raise outcome
            listings[outcome.subaccount_id] = outcome
            progress.advance(bar)
    finally:
        progress.stop()
    return listings
