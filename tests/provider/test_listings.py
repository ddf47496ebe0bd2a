"""One listing per subaccount, fetched ahead, shared by every operation; against a real server's journal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from eightx8_voice.emulator import Emulator, Fault
from pulumi_8x8.api.client import CONNECTIONS, TRIES, Client
from pulumi_8x8.errors import NotFoundError, UnavailableError
from pulumi_8x8.model import LiveWebhook, WebhookId
from pulumi_8x8.reconcile.listings import MAX_AGE, WRITERS, Listings
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


def listings_of(
    api: Emulator, *, fetch_ahead: bool = True, connections: int = CONNECTIONS, now: Callable[[], float] = lambda: 0.0
) -> Listings:
    client = Client(Settings(api_key="emulator", base_url=api.url), lambda _: None, connections)
    return Listings(client, fetch_ahead=fetch_ahead, now=now)


def requested(api: Emulator) -> list[str]:
    return [str(entry.subaccount) for entry in api.journal]


def fails(listings: Listings, subaccount_id: str, error: type[Exception] = UnavailableError) -> None:
    with pytest.raises(error):
        listings.get(WebhookId(subaccount_id, "VCA"))


def test_a_subaccount_is_listed_once_for_any_number_of_threads_and_ids(api: Emulator, listings: Listings) -> None:
    """What is not listed is not registered."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(listings.get, [VCA, VSS] * 20))

    assert found == [WEBHOOK, None] * 20
    assert requested(api) == ["acme_voice"]


@pytest.mark.parametrize("look", [Listings.get, Listings.refetch])
def test_a_listing_that_is_waited_for_is_fetched_before_the_others(api: Emulator, look: Callable[..., object]) -> None:
    """The engine takes the resources in an order of its own; one that is yet to be fetched is fetched once."""
    gate = threading.Event()
    held = api.faults.add(Fault("pass", subaccount="team_0", hold=gate))
    listings = listings_of(api, connections=WRITERS + 1)
    listings.prefetch(["team_0", "team_1", "team_2"])
    assert held.reached.wait(10)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(look, listings, WebhookId("team_2", "VCA"))
        while listings._waiting[0] != "team_2":
            threading.Event().wait(0.001)
        gate.set()
    listings.get(WebhookId("team_1", "VCA"))

    assert requested(api) == ["team_0", "team_2", "team_1"]


def test_fetching_ahead_can_be_switched_off(api: Emulator) -> None:
    """Then each listing is fetched when it is first needed."""
    listings = listings_of(api, fetch_ahead=False)

    listings.prefetch(["acme_voice", "other_voice"])
    listings.get(VCA)
    listings._pool.shutdown()

    assert requested(api) == ["acme_voice"]


def test_a_write_is_recorded_for_its_own_webhook_alone(api: Emulator, listings: Listings) -> None:
    """Responses may arrive in another order than the writes were made; a record without a listing is none."""
    other = LiveWebhook("VSS", "https://b.example/", True, True)
    listings.record(VCA, None)
    before = listings.get(VCA)

    listings.record(VSS, other)
    listings.record(VCA, None)

    assert (before, listings.get(VCA), listings.get(VSS)) == (WEBHOOK, None, other)
    assert len(api.journal) == 1


def test_a_listing_is_fetched_again_after_a_doubtful_write_and_before_a_write_once_it_is_old(api: Emulator) -> None:
    """A webhook may have waited for a database; recording a write makes the listing no younger."""
    now = [0.0]
    listings = listings_of(api, now=lambda: now[0])
    listings.get(VCA)
    api.account.put(*VCA, CHANGED.url)

    now[0] = MAX_AGE
    young = listings.get(VCA), listings.get_before_write(VCA)
    listings.record(VSS, None)
    now[0] = MAX_AGE + 1
    old = listings.get(VCA), listings.get_before_write(VCA)
    api.account.remove(*VCA)
    doubtful = listings.get(VCA), listings.refetch(VCA), listings.get(VCA)

    assert (young, old, doubtful) == ((WEBHOOK, WEBHOOK), (WEBHOOK, CHANGED), (CHANGED, None, None))
    assert len(api.journal) == 3


def test_an_unreachable_api_is_tried_for_two_subaccounts_and_once_more_before_a_write(api: Emulator) -> None:
    """Fifty subaccounts must not wait for fifty time-outs; the API may be back by the time of the update."""
    listings = listings_of(api, fetch_ahead=False)
    api.faults.add(Fault("status", status=503, times=None))
    for number in (0, 0, 1, 2, 3):
        fails(listings, f"team_{number}")
    tried = requested(api)
    api.faults.clear()

    assert tried == ["team_0"] * TRIES + ["team_1"] * TRIES
    assert (listings.get_before_write(VCA), listings.get_before_write(WebhookId("team_0", "VCA"))) == (WEBHOOK, None)


def test_two_failures_count_only_in_a_row_and_a_refusal_is_the_subaccounts_own(api: Emulator) -> None:
    """One subaccount that works between them shows that the API is reachable."""
    listings = listings_of(api, fetch_ahead=False)
    for name in ("bad_1", "bad_2"):
        api.faults.add(Fault("status", status=503, subaccount=name, times=None))
    api.account.missing.update({"gone_1", "gone_2"})

    fails(listings, "bad_1")
    assert listings.get(WebhookId("team_1", "VCA")) is None
    fails(listings, "bad_2")
    fails(listings, "gone_1", NotFoundError)
    fails(listings, "gone_2", NotFoundError)

    assert listings.get(VCA) == WEBHOOK
