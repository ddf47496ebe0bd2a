"""One listing per subaccount, fetched ahead, shared by every operation; against a real server's journal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_8x8.api.client import CONNECTIONS, TRIES, Client
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import KeyRefusedError, NotFoundError, ProtocolError, UnavailableError
from pulumi_8x8.model import Listing, LiveWebhook, WebhookId
from pulumi_8x8.reconcile.listings import MAX_AGE, Listings
from pulumi_8x8.settings import Settings

VCA = WebhookId("acme_voice", "VCA")
VSS = WebhookId("acme_voice", "VSS")
WEBHOOK = LiveWebhook("VCA", "https://a.example/", True, False)
WAIT = 10


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator() as running:
        running.account.put("acme_voice", "VCA", "https://a.example/")
        yield running


@pytest.fixture
def listings(api: Emulator) -> Listings:
    return looking(api)


def looking(api: Emulator, *, fetch_ahead: bool = True, workers: int = CONNECTIONS) -> Listings:
    client = Client(Settings(api_key="emulator", base_url=api.url), pause=lambda _: None)
    return Listings(client, fetch_ahead=fetch_ahead, workers=workers)


def asked(api: Emulator) -> list[str | None]:
    return [entry.subaccount for entry in api.journal]


def test_a_webhook_is_looked_up_in_the_listing(listings: Listings) -> None:
    """What is not listed is not registered."""
    assert listings.get(VCA) == WEBHOOK
    assert listings.get(VSS) is None


def test_a_subaccount_is_listed_once_however_many_look(api: Emulator, listings: Listings) -> None:
    """From any number of threads, for any of its ids."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(listings.get, [VCA, VSS] * 20))

    assert found == [WEBHOOK, None] * 20
    assert asked(api) == ["acme_voice"]


def test_the_next_subaccounts_are_fetched_before_anybody_looks(api: Emulator, listings: Listings) -> None:
    """While the first is still under way, the others are asked for."""
    gate = threading.Event()
    held = [api.faults.add(Fault("pass", subaccount=f"team_{number}", hold=gate)) for number in range(4)]

    listings.prefetch(["team_0", "team_1", "team_2", "team_3"])
    all_asked = [fault.reached.wait(WAIT) for fault in held]
    gate.set()

    assert all_asked == [True] * 4
    assert listings.get(WebhookId("team_3", "VCA")) is None
    assert sorted(asked(api), key=str) == ["team_0", "team_1", "team_2", "team_3"]


def test_what_is_fetched_ahead_again_is_not_fetched_again(api: Emulator, listings: Listings) -> None:
    """Each resource names the next few, so most are named many times."""
    for _ in range(5):
        listings.prefetch(["acme_voice", "other_voice"])
    listings.get(VCA)
    listings.get(WebhookId("other_voice", "VCA"))

    assert sorted(asked(api), key=str) == ["acme_voice", "other_voice"]


def opens_when_waited_for(listings: Listings, subaccount_id: str, gate: threading.Event) -> None:
    listing = listings._listings[subaccount_id]
    result = listing.result

    def opening(timeout: float | None = None) -> Listing:
        gate.set()
        return result(timeout)

    listing.result = opening  # type: ignore[method-assign]


def test_what_somebody_waits_for_is_fetched_before_what_nobody_does_yet(api: Emulator) -> None:
    """The engine takes the resources in an order of its own."""
    gate = threading.Event()
    held = api.faults.add(Fault("pass", subaccount="team_0", hold=gate))
    listings = looking(api, workers=1)
    listings.prefetch(["team_0", "team_1", "team_2"])
    assert held.reached.wait(WAIT)
    opens_when_waited_for(listings, "team_2", gate)

    listings.get(WebhookId("team_2", "VCA"))
    listings.get(WebhookId("team_1", "VCA"))

    assert asked(api) == ["team_0", "team_2", "team_1"]


def test_a_listing_that_was_yet_to_be_fetched_is_new_enough_to_look_again(api: Emulator) -> None:
    """It is asked for once."""
    gate = threading.Event()
    held = api.faults.add(Fault("pass", subaccount="team_0", hold=gate))
    listings = looking(api, workers=1)
    listings.prefetch(["team_0", "team_1"])
    assert held.reached.wait(WAIT)
    opens_when_waited_for(listings, "team_1", gate)

    listings.refetch(WebhookId("team_1", "VCA"))

    assert asked(api) == ["team_0", "team_1"]


def test_fetching_ahead_can_be_switched_off(api: Emulator) -> None:
    """Then each listing is fetched when it is first needed."""
    listings = looking(api, fetch_ahead=False)

    listings.prefetch(["acme_voice", "other_voice"])
    listings.get(VCA)

    assert asked(api) == ["acme_voice"]


def test_a_write_replaces_what_the_listing_said_of_its_id(api: Emulator, listings: Listings) -> None:
    """And of no other: two writes' responses may arrive in another order than they were made."""
    other = LiveWebhook("VSS", "https://b.example/", True, True)
    listings.get(VCA)

    listings.record(VSS, other)
    listings.record(VCA, None)

    assert (listings.get(VCA), listings.get(VSS)) == (None, other)
    assert len(api.journal) == 1


def test_a_note_about_a_subaccount_that_was_not_listed_is_no_listing(api: Emulator, listings: Listings) -> None:
    """What else is registered there is not known."""
    listings.record(VSS, LiveWebhook("VSS", "https://b.example/", True, False))

    assert listings.get(VCA) == WEBHOOK
    assert asked(api) == ["acme_voice"]


def test_looking_again_asks_again(api: Emulator, listings: Listings) -> None:
    """After a write whose response did not settle the matter."""
    listings.get(VCA)
    api.account.put("acme_voice", "VCA", "https://b.example/")

    before, again = listings.get(VCA), listings.refetch(VCA)

    assert before == WEBHOOK
    assert again == listings.get(VCA) == LiveWebhook("VCA", "https://b.example/", True, False)
    assert len(api.journal) == 2


def test_a_listing_that_failed_fails_everybody_who_looks(api: Emulator, listings: Listings) -> None:
    """It is not fetched again for each resource."""
    api.faults.add(Fault("status", status=503, times=TRIES))

    for _ in range(3):
        with pytest.raises(UnavailableError):
            listings.get(VCA)

    assert len(api.journal) == TRIES


def test_before_a_write_a_listing_that_failed_is_fetched_again(api: Emulator, listings: Listings) -> None:
    """A preview may go on without one, an update may not."""
    api.faults.add(Fault("status", status=503, times=TRIES))
    with pytest.raises(UnavailableError):
        listings.get(VCA)

    assert listings.get_before_write(VCA) == WEBHOOK
    assert listings.get_before_write(VCA) == WEBHOOK
    assert len(api.journal) == TRIES + 1


def test_before_a_write_an_old_listing_is_fetched_again(api: Emulator) -> None:
    """A webhook may have waited for a database. A preview does not ask again, nor a write within half a minute."""
    now = [0.0]
    listings = Listings(Client(Settings(api_key="emulator", base_url=api.url)), now=lambda: now[0])
    listings.get(VCA)
    api.account.put("acme_voice", "VCA", "https://b.example/")

    now[0] = MAX_AGE
    young = listings.get_before_write(VCA)
    listings.record(VSS, None)
    now[0] = MAX_AGE + 1
    previewed, old = listings.get(VCA), listings.get_before_write(VCA)

    assert young == previewed == WEBHOOK
    assert old == LiveWebhook("VCA", "https://b.example/", True, False)
    assert len(api.journal) == 2


class _Reset(Listings):
    """Another thread's write forgets an outage right after it was looked at."""

    known: UnavailableError | None = None

    @property
    def _down(self) -> UnavailableError | None:
        known, self.known = self.known, None
        return known

    @_down.setter
    def _down(self, error: UnavailableError | None) -> None:
        self.known = error


def test_an_outage_that_a_write_forgets_meanwhile_is_the_same_error(api: Emulator) -> None:
    """The threads of the host share what is known of it."""
    listings = _Reset(Client(Settings(api_key="emulator", base_url=api.url)))
    listings.known = UnavailableError("unreachable a moment ago")

    with pytest.raises(UnavailableError, match="unreachable a moment ago"):
        listings.get(VCA)


def test_an_api_that_is_not_there_is_asked_for_two_subaccounts_and_no_more(api: Emulator) -> None:
    """Fifty subaccounts must not wait for fifty time-outs."""
    listings = looking(api, fetch_ahead=False)
    api.faults.add(Fault("status", status=503, times=None))

    for number in range(5):
        with pytest.raises(UnavailableError):
            listings.get(WebhookId(f"team_{number}", "VCA"))

    assert asked(api) == ["team_0"] * TRIES + ["team_1"] * TRIES


def test_two_failures_count_only_in_a_row(api: Emulator) -> None:
    """One subaccount that works between them says that the API is there."""
    listings = looking(api, fetch_ahead=False)
    api.faults.add(Fault("status", status=503, subaccount="bad_1", times=None))
    api.faults.add(Fault("status", status=503, subaccount="bad_2", times=None))

    with pytest.raises(UnavailableError):
        listings.get(WebhookId("bad_1", "VCA"))
    listings.get(WebhookId("team_1", "VCA"))
    with pytest.raises(UnavailableError):
        listings.get(WebhookId("bad_2", "VCA"))

    assert listings.get(VCA) == WEBHOOK


def test_a_write_asks_an_api_that_was_not_there_once_more(api: Emulator) -> None:
    """It may be back by the time of the update."""
    listings = looking(api, fetch_ahead=False)
    api.faults.add(Fault("status", status=503, times=None))
    for number in range(3):
        with pytest.raises(UnavailableError):
            listings.get(WebhookId(f"team_{number}", "VCA"))

    api.faults.clear()

    assert listings.get_before_write(VCA) == WEBHOOK
    assert listings.get_before_write(WebhookId("team_0", "VCA")) is None


def test_a_refusal_is_the_subaccounts_own(api: Emulator, listings: Listings) -> None:
    """A missing subaccount says nothing about the others."""
    api.account.missing.update({"gone_1", "gone_2", "gone_3"})

    for number in (1, 2, 3):
        with pytest.raises(NotFoundError):
            listings.get(WebhookId(f"gone_{number}", "VCA"))

    assert listings.get(VCA) == WEBHOOK


def test_a_refused_key_is_told_for_what_it_is(api: Emulator, listings: Listings) -> None:
    """It is no outage, so nothing goes on without it."""
    api.api_key = "rotated"

    with pytest.raises(KeyRefusedError):
        listings.get(VCA)


def test_a_type_that_is_listed_twice_is_an_error_for_its_own_webhook_alone(api: Emulator, listings: Listings) -> None:
    """The other ids of the subaccount are not concerned."""
    api.faults.add(Fault("duplicate_type"))

    with pytest.raises(ProtocolError, match=r"acme_voice/VCA is listed 2 times"):
        listings.get(VCA)
    assert listings.get(VSS) is None
