"""One listing per subaccount, fetched ahead, shared by every operation; against a real server's journal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_8x8.api.client import TRIES, Client
from pulumi_8x8.api.wire import Listing, LiveWebhook
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.errors import KeyRefusedError, NotFoundError, ProtocolError, UnavailableError
from pulumi_8x8.reconcile.listings import Live
from pulumi_8x8.settings import Settings
from pulumi_8x8.slots import Slot
from pulumi_8x8.workers import HOST

VCA = Slot("acme_voice", "VCA")
VSS = Slot("acme_voice", "VSS")
WEBHOOK = LiveWebhook("VCA", "https://a.example/", True, False)
WAIT = 10


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator() as running:
        running.account.put("acme_voice", "VCA", "https://a.example/")
        yield running


@pytest.fixture
def live(api: Emulator) -> Live:
    return looking(api)


def looking(api: Emulator, *, fetch_ahead: bool = True, workers: int = HOST) -> Live:
    client = Client(Settings(api_key="emulator", base_url=api.url), pause=lambda _: None)
    return Live(client, fetch_ahead=fetch_ahead, workers=workers)


def asked(api: Emulator) -> list[str | None]:
    return [entry.subaccount for entry in api.journal]


def test_a_slot_is_looked_up_in_the_listing(live: Live) -> None:
    """What is not listed is not registered."""
    assert live.look(VCA) == WEBHOOK
    assert live.look(VSS) is None


def test_a_subaccount_is_listed_once_however_many_look(api: Emulator, live: Live) -> None:
    """From any number of threads, for any of its slots."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(live.look, [VCA, VSS] * 20))

    assert found == [WEBHOOK, None] * 20
    assert asked(api) == ["acme_voice"]


def test_the_next_subaccounts_are_fetched_before_anybody_looks(api: Emulator, live: Live) -> None:
    """While the first is still being answered, the others are asked for."""
    gate = threading.Event()
    held = [api.faults.add(Fault("pass", subaccount=f"team_{number}", hold=gate)) for number in range(4)]

    live.ahead(["team_0", "team_1", "team_2", "team_3"])
    all_asked = [fault.reached.wait(WAIT) for fault in held]
    gate.set()

    assert all_asked == [True] * 4
    assert live.look(Slot("team_3", "VCA")) is None
    assert sorted(asked(api), key=str) == ["team_0", "team_1", "team_2", "team_3"]


def test_what_is_fetched_ahead_again_is_not_fetched_again(api: Emulator, live: Live) -> None:
    """Each resource names the next few, so most are named many times."""
    for _ in range(5):
        live.ahead(["acme_voice", "other_voice"])
    live.look(VCA)
    live.look(Slot("other_voice", "VCA"))

    assert sorted(asked(api), key=str) == ["acme_voice", "other_voice"]


def opens_when_waited_for(live: Live, subaccount_id: str, gate: threading.Event) -> None:
    listing = live._listings[subaccount_id]
    result = listing.result

    def opening(timeout: float | None = None) -> Listing:
        gate.set()
        return result(timeout)

    listing.result = opening  # type: ignore[method-assign]


def test_what_somebody_waits_for_is_fetched_before_what_nobody_does_yet(api: Emulator) -> None:
    """The engine takes the resources in an order of its own."""
    gate = threading.Event()
    held = api.faults.add(Fault("pass", subaccount="team_0", hold=gate))
    live = looking(api, workers=1)
    live.ahead(["team_0", "team_1", "team_2"])
    assert held.reached.wait(WAIT)
    opens_when_waited_for(live, "team_2", gate)

    live.look(Slot("team_2", "VCA"))
    live.look(Slot("team_1", "VCA"))

    assert asked(api) == ["team_0", "team_2", "team_1"]


def test_a_listing_that_was_yet_to_be_fetched_is_new_enough_to_look_again(api: Emulator) -> None:
    """It is asked for once."""
    gate = threading.Event()
    held = api.faults.add(Fault("pass", subaccount="team_0", hold=gate))
    live = looking(api, workers=1)
    live.ahead(["team_0", "team_1"])
    assert held.reached.wait(WAIT)
    opens_when_waited_for(live, "team_1", gate)

    live.look_again(Slot("team_1", "VCA"))

    assert asked(api) == ["team_0", "team_1"]


def test_fetching_ahead_can_be_switched_off(api: Emulator) -> None:
    """Then each listing is fetched when it is first needed."""
    live = looking(api, fetch_ahead=False)

    live.ahead(["acme_voice", "other_voice"])
    live.look(VCA)

    assert asked(api) == ["acme_voice"]


def test_a_write_replaces_what_the_listing_said_of_its_slot(api: Emulator, live: Live) -> None:
    """And of no other: two writes' answers may arrive in another order than they were made."""
    other = LiveWebhook("VSS", "https://b.example/", True, True)
    live.look(VCA)

    live.note(VSS, other)
    live.note(VCA, None)

    assert (live.look(VCA), live.look(VSS)) == (None, other)
    assert len(api.journal) == 1


def test_a_note_about_a_subaccount_that_was_not_listed_is_no_listing(api: Emulator, live: Live) -> None:
    """What else is registered there is not known."""
    live.note(VSS, LiveWebhook("VSS", "https://b.example/", True, False))

    assert live.look(VCA) == WEBHOOK
    assert asked(api) == ["acme_voice"]


def test_looking_again_asks_again(api: Emulator, live: Live) -> None:
    """After a write whose answer did not settle the matter."""
    live.look(VCA)
    api.account.put("acme_voice", "VCA", "https://b.example/")

    before, again = live.look(VCA), live.look_again(VCA)

    assert before == WEBHOOK
    assert again == live.look(VCA) == LiveWebhook("VCA", "https://b.example/", True, False)
    assert len(api.journal) == 2


def test_a_listing_that_failed_fails_everybody_who_looks(api: Emulator, live: Live) -> None:
    """It is not fetched again for each resource."""
    api.faults.add(Fault("status", status=503, times=TRIES))

    for _ in range(3):
        with pytest.raises(UnavailableError):
            live.look(VCA)

    assert len(api.journal) == TRIES


def test_before_a_write_a_listing_that_failed_is_fetched_again(api: Emulator, live: Live) -> None:
    """A preview may go on without one, an update may not."""
    api.faults.add(Fault("status", status=503, times=TRIES))
    with pytest.raises(UnavailableError):
        live.look(VCA)

    assert live.look_before_writing(VCA) == WEBHOOK
    assert live.look_before_writing(VCA) == WEBHOOK
    assert len(api.journal) == TRIES + 1


def test_an_api_that_is_not_there_is_asked_for_two_subaccounts_and_no_more(api: Emulator) -> None:
    """Fifty subaccounts must not wait for fifty time-outs."""
    live = looking(api, fetch_ahead=False)
    api.faults.add(Fault("status", status=503, times=None))

    for number in range(5):
        with pytest.raises(UnavailableError):
            live.look(Slot(f"team_{number}", "VCA"))

    assert asked(api) == ["team_0"] * TRIES + ["team_1"] * TRIES


def test_two_failures_count_only_in_a_row(api: Emulator) -> None:
    """One subaccount that works between them says that the API is there."""
    live = looking(api, fetch_ahead=False)
    api.faults.add(Fault("status", status=503, subaccount="bad_1", times=None))
    api.faults.add(Fault("status", status=503, subaccount="bad_2", times=None))

    with pytest.raises(UnavailableError):
        live.look(Slot("bad_1", "VCA"))
    live.look(Slot("team_1", "VCA"))
    with pytest.raises(UnavailableError):
        live.look(Slot("bad_2", "VCA"))

    assert live.look(VCA) == WEBHOOK


def test_a_write_asks_an_api_that_was_not_there_once_more(api: Emulator) -> None:
    """It may be back by the time of the update."""
    live = looking(api, fetch_ahead=False)
    api.faults.add(Fault("status", status=503, times=None))
    for number in range(3):
        with pytest.raises(UnavailableError):
            live.look(Slot(f"team_{number}", "VCA"))

    api.faults.clear()

    assert live.look_before_writing(VCA) == WEBHOOK
    assert live.look_before_writing(Slot("team_0", "VCA")) is None


def test_a_refusal_is_the_subaccounts_own(api: Emulator, live: Live) -> None:
    """A missing subaccount says nothing about the others."""
    api.account.missing.update({"gone_1", "gone_2", "gone_3"})

    for number in (1, 2, 3):
        with pytest.raises(NotFoundError):
            live.look(Slot(f"gone_{number}", "VCA"))

    assert live.look(VCA) == WEBHOOK


def test_a_refused_key_is_told_for_what_it_is(api: Emulator, live: Live) -> None:
    """It is no outage, so nothing goes on without it."""
    api.api_key = "rotated"

    with pytest.raises(KeyRefusedError):
        live.look(VCA)


def test_a_type_that_is_listed_twice_is_an_error_for_its_own_slot_alone(api: Emulator, live: Live) -> None:
    """The other slots of the subaccount are not concerned."""
    api.faults.add(Fault("duplicate_type"))

    with pytest.raises(ProtocolError, match=r"acme_voice/VCA is listed 2 times"):
        live.look(VCA)
    assert live.look(VSS) is None
