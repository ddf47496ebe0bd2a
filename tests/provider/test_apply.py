"""Write errors state what is live; the fault matrix checks that each write ends as declared or as before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from eightx8_voice.emulator import Emulator, Fault, Modes, StoredWebhook
from eightx8_voice.emulator.modes import PostOver
from pulumi_8x8.api.client import Client
from pulumi_8x8.model import Declaration, LiveWebhook, WebhookId
from pulumi_8x8.reconcile.apply import Registrar
from pulumi_8x8.reconcile.claims import Claims
from pulumi_8x8.reconcile.listings import Listings
from pulumi_8x8.reconcile.memory import Memory
from pulumi_8x8.settings import Settings
from tests.support.client import raised

OLD, NEW, OLD_HEADER, NEW_HEADER = "https://old.example/", "https://new.example/", "old-canary-a7", "new-canary-b8"
BEFORE, ALTERED = StoredWebhook("VCA", OLD), StoredWebhook("VCA", f"{NEW}/")
HEADED, ROTATED = (StoredWebhook("VCA", OLD, True, header) for header in (OLD_HEADER, NEW_HEADER))
PLAIN, ROTATION = Declaration("acme_voice", "VCA", NEW), Declaration("acme_voice", "VCA", OLD, True, NEW_HEADER)


@dataclass
class Case:
    """A write that meets faults and fails with this text, or a removal that succeeds, for which `new` is None."""

    faults: tuple[Fault, ...]
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
    "sent until the tries are used up, and the old one is live": Case(
        (status(502),),
        f"{NOT}. Live now: {OLD} (enabled, no auth header), as before. ", BEFORE, held=BEFORE),
    "a rotated header that may be live is not reported as before": Case(
        (LOST, status(401)),
        f"{NOT}. Live now: {OLD} (enabled, with an auth header). ", HEADED, ROTATION, held=ROTATED),
    "it took effect, and cannot be listed": Case(
        (LOST, status(401, "GET")), f"{NOT}, and what is live now is unknown. ",
        held=StoredWebhook("VCA", NEW)),
    "a first registration that never shows": Case(
        (status(200, body={"webhooks": []}),), "but does not list it. Live now: nothing. "),
    "a first registration that is stored otherwise is removed": Case(
        (STORED_OTHERWISE,), f"nothing, as before. {ADVICE}"),
    "an update that is stored otherwise is left": Case(
        (STORED_OTHERWISE,), f"Nothing was deleted. {ADVICE}", BEFORE, held=ALTERED),
    "the new one is refused, and the old one registered again": Case(
        (status(422, times=1, skip=1),),
        "the old webhook was registered again and is live now", HEADED, mode="refuse", held=HEADED),
    "the old one is registered again without a header that the stack does not know": Case(
        (status(422, times=1, skip=1),),
        "whose auth header this stack does not know", HEADED, mode="refuse", held=BEFORE, known=False),
    "a removal took effect, and is refused when it is sent again": Case(
        (Fault("reset_after_applying", method="DELETE"), status(401, "DELETE")), "", BEFORE, None),
    "a removal finds nothing, and no listing": Case(
        (status(404, "DELETE"), status(404, "GET")),
        "take the webhook out of the stack with `pulumi state delete`", BEFORE, None, held=BEFORE),
    "a removal finds nothing, and the API then fails": Case(
        (status(404, "DELETE"), status(503, "GET")),
        "The removal of acme_voice/VCA could not be confirmed. The API responded 503", BEFORE, None, held=BEFORE),
    "a removal is accepted, and the webhook stays listed": Case(
        (status(200, "DELETE", body={}),),
        f"or returned 404, but still lists it. Live now: {OLD} (enabled, no auth header). ", BEFORE, None, held=BEFORE),
}  # fmt: skip


class Writer:
    """A registrar that records its pauses instead of sleeping; `found` is the first listing."""

    def __init__(self, api: Emulator) -> None:
        self.pauses: list[float] = []
        self.client = Client(Settings(api_key=api.api_key, base_url=api.url), self.pauses.append)
        self.listings = Listings(self.client)
        self.registrar = Registrar(self.client, self.listings, Memory(Claims("", api.url)))

    def found(self, webhook_id: WebhookId = PLAIN.id) -> LiveWebhook | None:
        return self.listings.get_before_write(webhook_id, self.client.deadline())

    def apply(self, declared: Declaration, known_header: str | None = None, seconds: float = 0) -> LiveWebhook:
        found = self.found(declared.id)
        return self.registrar.apply(declared, found, known_header, self.client.deadline(seconds))

    def remove(self) -> object:
        return self.registrar.remove(PLAIN.id, self.client.deadline())


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_write_ends_as_declared_or_reports_what_is_live(api: Emulator, case: Case) -> None:
    """A write is repeated only after a new listing, and no unconfirmed result is reported."""
    api.modes = Modes(post_over=case.mode)
    if case.old:
        api.account.put("acme_voice", "VCA", case.old.url, http_auth_header=case.old.http_auth_header)
    writer = Writer(api)
    known_header = case.old.http_auth_header if case.old and case.known else None
    new = case.new
    if new:
        writer.found()
    for fault in case.faults:
        api.faults.add(fault)

    def write() -> object:
        return writer.apply(new, known_header) if new else writer.remove()

    if case.text:
        assert case.text in str(raised(write))
    else:
        write()

    assert api.account.webhooks("acme_voice").get("VCA") == case.held


@pytest.mark.parametrize("stale", [1, 5])
def test_a_late_listing_does_not_cause_a_delete(api: Emulator, stale: int) -> None:
    """Deliveries continue while an API takes seconds to list what it has stored."""
    api.account.put("acme_voice", "VCA", OLD)
    writer = Writer(api)
    writer.found()
    api.modes = Modes(stale_reads=stale, stale_response=True)

    live = writer.apply(PLAIN)

    assert live.url == NEW
    assert [entry.method for entry in api.journal].count("DELETE") == 0


def test_the_wait_for_an_api_that_ignores_post_happens_once_per_run(api: Emulator) -> None:
    """Ten seconds of listings precede the first DELETE, and none the second."""
    api.modes = Modes("ignore")
    for type in ("VCA", "VSS"):
        api.account.put("acme_voice", type, OLD)
    writer = Writer(api)

    writer.apply(PLAIN)
    first = sum(writer.pauses)
    writer.apply(replace(PLAIN, type="VSS"))

    assert first >= 10
    assert sum(writer.pauses) == first
    assert {webhook.url for webhook in api.account.webhooks("acme_voice").values()} == {NEW}


def test_there_is_no_wait_after_the_api_refuses_a_post(api: Emulator) -> None:
    """A refusal is sufficient proof that nothing was replaced."""
    api.modes = Modes("refuse")
    api.account.put("acme_voice", "VCA", OLD)
    writer = Writer(api)

    writer.apply(PLAIN)

    assert sum(writer.pauses) == 0
    assert api.account.webhooks("acme_voice")["VCA"].url == NEW


def test_an_api_that_replaces_is_not_mistaken_for_one_that_ignores_post(api: Emulator) -> None:
    """This holds however late its next listing is."""
    for type in ("VCA", "VSS"):
        api.account.put("acme_voice", type, OLD)
    writer = Writer(api)
    writer.apply(PLAIN)
    api.modes = Modes("ignore")

    error = raised(lambda: writer.apply(replace(PLAIN, type="VSS")))

    assert "although it has replaced other webhooks. Nothing was deleted." in str(error)
    assert api.account.webhooks("acme_voice")["VSS"].url == OLD


def test_nothing_is_deleted_if_the_deadline_is_too_short_to_confirm(api: Emulator) -> None:
    """The program's time-out may be shorter than ten seconds."""
    api.modes = Modes("ignore")
    api.account.put("acme_voice", "VCA", OLD)
    writer = Writer(api)

    error = raised(lambda: writer.apply(PLAIN, seconds=2.5))

    assert "Nothing was deleted. Run the command again." in str(error)
    assert api.account.webhooks("acme_voice")["VCA"].url == OLD


def test_a_late_listing_does_not_hide_that_the_old_webhook_must_be_restored(api: Emulator) -> None:
    """The listing still shows the deleted webhook when the new one has been refused."""
    api.modes = Modes("refuse")
    api.account.put("acme_voice", "VCA", OLD)
    writer = Writer(api)
    writer.found()
    api.faults.add(status(422, times=1, skip=1))
    api.modes = Modes("refuse", stale_reads=2, stale_response=True)

    error = raised(lambda: writer.apply(PLAIN))

    assert "the old webhook was registered again and is live now" in str(error)
    assert api.account.webhooks("acme_voice")["VCA"].url == OLD
