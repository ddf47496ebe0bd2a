"""One listing per subaccount, prefetched and shared by every operation, checked in a real server's journal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from eightx8_voice.emulator import Emulator, Fault
from pulumi_8x8.api.client import TRIES, Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import NotFoundError, UnavailableError
from pulumi_8x8.model import LiveWebhook, WebhookId
from pulumi_8x8.reconcile.listings import LISTED_AT_ONCE, MAX_AGE, Listings
from pulumi_8x8.settings import Settings

VCA, VSS = WebhookId("acme_voice", "VCA"), WebhookId("acme_voice", "VSS")
WEBHOOK, CHANGED = (LiveWebhook("VCA", f"https://{name}.example/", True, False) for name in "ab")


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator() as running:
        running.account.put(*VCA, WEBHOOK.url)
        yield running


@pytest.fixture
def listings(api: Emulator) -> Listings:
    return listings_of(api)


def listings_of(api: Emulator, *, now: Callable[[], float] = lambda: 0.0) -> Listings:
    return Listings(Client(Settings(api_key=api.api_key, base_url=api.url), lambda _: None), now=now)


def found(listings: Listings, webhook_id: WebhookId = VCA) -> LiveWebhook | None:
    return listings.get(webhook_id, Deadline(60))


def requested(api: Emulator) -> list[str]:
    return [str(entry.subaccount) for entry in api.journal]


def fails(listings: Listings, subaccount_id: str, error: type[Exception] = UnavailableError) -> None:
    with pytest.raises(error):
        found(listings, WebhookId(subaccount_id, "VCA"))


def test_a_subaccount_is_listed_once_for_any_number_of_threads_and_ids(api: Emulator, listings: Listings) -> None:
    """A webhook that is not listed is not registered."""
    with ThreadPoolExecutor(8) as pool:
        listed = list(pool.map(partial(found, listings), [VCA, VSS] * 20))

    assert listed == [WEBHOOK, None] * 20
    assert requested(api) == ["acme_voice"]


@pytest.mark.parametrize("look", [Listings.get, Listings.refetch])
def test_a_listing_that_is_waited_for_is_fetched_before_the_others(api: Emulator, look: Callable[..., object]) -> None:
    """The engine processes resources in its own order; a pending listing is fetched only once."""
    first, others = threading.Event(), threading.Event()
    names = [f"team_{number}" for number in range(LISTED_AT_ONCE + 3)]
    held = [
        api.faults.add(Fault("pass", "GET", name, hold=others if name != "team_0" else first))
        for name in names[:LISTED_AT_ONCE]
    ]
    wanted = api.faults.add(Fault("pass", "GET", names[-1]))
    listings = listings_of(api)
    listings.prefetch(names)
    assert all(each.reached.wait(10) for each in held)

    with pytest.raises(UnavailableError, match=r"were not listed within 0 s"):
        look(listings, WebhookId(names[-1], "VCA"), Deadline(0))
    first.set()  # one thread is free
    assert wanted.reached.wait(10)
    for name in names[LISTED_AT_ONCE:]:
        found(listings, WebhookId(name, "VCA"))
    others.set()

    order = requested(api)
    assert order.index(names[-1]) < order.index(names[LISTED_AT_ONCE])
    assert sorted(set(requested(api))) == sorted(requested(api))


def test_a_write_is_recorded_only_for_its_own_webhook(api: Emulator, listings: Listings) -> None:
    """Responses may arrive out of order, and a write without a prior listing is not recorded."""
    other = LiveWebhook("VSS", "https://b.example/", True, True)
    listings.record(VCA, None)
    before = found(listings)

    listings.record(VSS, other)
    listings.record(VCA, None)

    assert (before, found(listings), found(listings, VSS)) == (WEBHOOK, None, other)
    assert len(api.journal) == 1


def test_a_doubtful_or_old_listing_is_fetched_again_before_a_write(api: Emulator) -> None:
    """A webhook may have waited for a slow resource, and recording a write does not refresh a listing."""
    now = [0.0]
    listings = listings_of(api, now=lambda: now[0])
    found(listings)
    api.account.put(*VCA, CHANGED.url)

    now[0] = MAX_AGE
    young = found(listings), listings.get_before_write(VCA, Deadline(60))
    listings.record(VSS, None)
    now[0] = MAX_AGE + 1
    old = found(listings), listings.get_before_write(VCA, Deadline(60))
    api.account.remove(*VCA)
    doubtful = found(listings), listings.refetch(VCA, Deadline(60)), found(listings)

    assert (young, old, doubtful) == ((WEBHOOK, WEBHOOK), (WEBHOOK, CHANGED), (CHANGED, None, None))
    assert len(api.journal) == 3


def test_an_unreachable_api_is_tried_for_two_subaccounts_and_once_more_before_a_write(api: Emulator) -> None:
    """Fifty subaccounts must not wait for fifty time-outs, and the API may recover before the update."""
    listings = listings_of(api)
    api.faults.add(Fault("status", status=503, times=None))
    for number in (0, 0, 1, 2, 3):
        fails(listings, f"team_{number}")
    tried = requested(api)
    api.faults.clear()

    assert tried == ["team_0"] * TRIES + ["team_1"] * TRIES
    assert (
        listings.get_before_write(VCA, Deadline(60)),
        listings.get_before_write(WebhookId("team_0", "VCA"), Deadline(60)),
    ) == (WEBHOOK, None)


def test_only_consecutive_failures_count_and_a_refusal_affects_one_subaccount(api: Emulator) -> None:
    """A success in between shows that the API is reachable."""
    listings = listings_of(api)
    for name in ("bad_1", "bad_2"):
        api.faults.add(Fault("status", status=503, subaccount=name, times=None))
    api.account.missing.update({"gone_1", "gone_2"})

    fails(listings, "bad_1")
    assert found(listings, WebhookId("team_1", "VCA")) is None
    fails(listings, "bad_2")
    fails(listings, "gone_1", NotFoundError)
    fails(listings, "gone_2", NotFoundError)

    assert found(listings) == WEBHOOK
