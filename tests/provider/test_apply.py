"""What an error says of a write is so; that each write ends as declared or as before is in the fault matrix."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event

import pytest

from eightx8_voice.emulator import Emulator, Fault, StoredWebhook
from eightx8_voice.emulator.account.modes import PostOver
from pulumi_8x8.api.client import CONNECTIONS, Client
from pulumi_8x8.model import Declaration
from pulumi_8x8.reconcile.apply import Registrar
from pulumi_8x8.reconcile.listings import WRITERS, Listings
from pulumi_8x8.reconcile.operation import _Api
from pulumi_8x8.settings import Settings
from tests.support.caller import raised

OLD, NEW, OLD_HEADER, NEW_HEADER = "https://old.example/", "https://new.example/", "old-canary-a7", "new-canary-b8"
BEFORE, ALTERED = StoredWebhook("VCA", OLD), StoredWebhook("VCA", f"{NEW}/")
HEADED, ROTATED = (StoredWebhook("VCA", OLD, True, header) for header in (OLD_HEADER, NEW_HEADER))
PLAIN, ROTATION = Declaration("acme_voice", "VCA", NEW), Declaration("acme_voice", "VCA", OLD, True, NEW_HEADER)


@dataclass
class Case:
    """A write that meets faults and fails with these words, or a removal that is done; `new` is None for one."""

    faults: tuple[Fault, ...]
    sent: str
    text: str
    old: StoredWebhook | None = None
    new: Declaration | None = PLAIN
    mode: PostOver = "replace"
    held: StoredWebhook | None = None
    known: bool = True


def status(status: int, method: str = "POST", times: int | None = None, **more: object) -> Fault:
    return Fault("status", method=method, status=status, times=times, **more)  # type: ignore[arg-type]


NOT = "acme_voice/VCA was not registered as declared"
ADVICE = f"Declare url='{NEW}/', enabled=True"
LOST, STORED_OTHERWISE = Fault("reset_after_applying", method="POST"), Fault("altered", method="POST", times=None)

CASES = {
    "sent three times, and the old one is live": Case(
        (status(502),), "POST GET POST GET POST GET GET",
        f"{NOT}. Live now: {OLD} (enabled, no auth header), as before. ", BEFORE, held=BEFORE),
    "a rotated header that may be live is not reported as before": Case(
        (LOST, status(401)), "POST GET POST GET GET",
        f"{NOT}. Live now: {OLD} (enabled, with an auth header). ", HEADED, ROTATION, held=ROTATED),
    "it took effect, and cannot be listed": Case(
        (LOST, status(401, "GET", skip=1)), "POST GET GET", f"{NOT}, and what is live now is unknown. ",
        held=StoredWebhook("VCA", NEW)),
    "a first registration that never shows": Case(
        (status(200, body={"webhooks": []}),), "POST GET GET GET", "its listing does not show it. Live now: nothing. "),
    "a first registration that is stored otherwise is removed": Case(
        (STORED_OTHERWISE,), "POST GET DELETE", f"nothing, as before. {ADVICE}"),
    "an update that is stored otherwise is left": Case(
        (STORED_OTHERWISE,), "POST GET", f"Nothing was deleted. {ADVICE}", BEFORE, held=ALTERED),
    "the new one is refused, and the old one registered again": Case(
        (status(422, times=1, skip=1),), "POST DELETE POST GET POST",
        "the old webhook was registered again and is live now", HEADED, mode="refuse", held=HEADED),
    "the old one is registered again without a header that the stack does not know": Case(
        (status(422, times=1, skip=1),), "POST DELETE POST GET POST",
        "whose auth header this stack does not know", HEADED, mode="refuse", held=BEFORE, known=False),
    "a removal took effect, and is refused when it is sent again": Case(
        (Fault("reset_after_applying", method="DELETE"), status(401, "DELETE")), "DELETE DELETE GET", "", BEFORE, None),
    "a removal finds nothing, and no listing": Case(
        (status(404, "DELETE"), status(404, "GET")), "DELETE GET",
        "take the webhook out of the stack with `pulumi state delete`", BEFORE, None, held=BEFORE),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_write_ends_as_declared_or_reports_what_is_live(api: Emulator, case: Case) -> None:
    """Before a write is repeated the listing is read, and no claim is made without proof."""
    api.post_over = case.mode
    if case.old:
        api.account.put("acme_voice", "VCA", case.old.url, http_auth_header=case.old.http_auth_header)
    for fault in case.faults:
        api.faults.add(fault)
    known_header = case.old.http_auth_header if case.old and case.known else None
    client = Client(Settings(api_key=api.api_key, base_url=api.url), lambda _: None)
    listings = Listings(client)
    registrar, found = Registrar(client, listings), listings.get_before_write(PLAIN.id) if case.new else None
    api.journal.clear()

    def write() -> object:
        return registrar.apply(case.new, found, known_header) if case.new else registrar.remove(PLAIN.id)

    if case.text:
        assert case.text in str(raised(write))
    else:
        write()

    assert api.account.webhooks("acme_voice").get("VCA") == case.held
    assert [entry.method for entry in api.journal] == case.sent.split()


@pytest.mark.parametrize("connections", [None, 8])
def test_no_registration_waits_for_what_is_fetched_ahead(api: Emulator, connections: int | None) -> None:
    """The listings of a whole fleet are under way, and do not end."""
    gate = Event()
    listed = (connections or CONNECTIONS) - WRITERS
    held = [api.faults.add(Fault("pass", method="GET", hold=gate)) for _ in range(listed)]
    api.faults.add(Fault("pass", method="GET", times=None, hold=gate))
    way = _Api(Settings(api_key=api.api_key, base_url=api.url), set(), connections, Event())
    way.listings.prefetch(f"team_{number}" for number in range(100))
    assert all(each.reached.wait(10) for each in held)

    with ThreadPoolExecutor(1) as pool:
        registered = pool.submit(way.registrar.apply, PLAIN, None, None)
        wait([registered], 10)
        ended = registered.done()
        gate.set()

    assert (ended, registered.result().url) == (True, NEW)
