"""One webhook is written or left as it was, whatever POST does over an existing one and whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pulumi_8x8.api.client import TRIES, Client
from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from pulumi_8x8.emulator.account.modes import PostOver
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.model import Declaration, LiveWebhook
from pulumi_8x8.reconcile.apply import NONE_LIVE, READS, Registrar
from pulumi_8x8.reconcile.listings import Listings
from pulumi_8x8.settings import Settings

OLD, NEW, OLD_HEADER, NEW_HEADER = "https://old.example/", "https://new.example/", "old-canary-a7", "new-canary-b8"
BEFORE, AFTER = StoredWebhook("VCA", OLD), StoredWebhook("VCA", NEW)
MODES: tuple[PostOver, ...] = ("replace", "refuse", "ignore")
EXCHANGED = {
    "replace": ["POST"],
    "refuse": ["POST", "DELETE", "POST"],
    "ignore": ["POST", *["GET"] * READS, "DELETE", "POST"],
}
"""What an update sends, by what POST does over an existing webhook."""


class Harness:
    """Lists, then writes, as an operation does; without waiting between tries."""

    def __init__(self, api: Emulator) -> None:
        self.api = api
        client = Client(Settings(api_key=api.api_key, base_url=api.url), lambda _: None)
        self.listings = Listings(client)
        self.registrar = Registrar(client, self.listings)

    def apply(self, declared: Declaration, known_header: str | None = None) -> LiveWebhook:
        found = self.listings.get_before_write(declared.id)
        self.api.journal.clear()
        return self.registrar.apply(declared, found, known_header)

    def remove(self) -> LiveWebhook | None:
        return self.registrar.remove(declared().id)

    def fails(self, work: Declaration | None, known_header: str | None = None) -> WebhookError:
        """The error of a registration, or of a removal; the whole chain holds neither a key nor a header."""
        with pytest.raises(WebhookError) as caught:
            self.apply(work, known_header) if work else self.remove()
        link: BaseException | None = caught.value
        while link is not None:
            assert "canary" not in str(link)
            link = link.__cause__ or link.__context__
        assert str(caught.value).isprintable()
        return caught.value

    @property
    def held(self) -> StoredWebhook | None:
        """What the account holds."""
        return self.api.account.webhooks("acme_voice").get("VCA")

    @property
    def sent(self) -> list[str]:
        """The methods of all requests, but for the first listing."""
        return [entry.method for entry in self.api.journal]


@pytest.fixture
def harness(api: Emulator) -> Harness:
    return Harness(api)


def declared(url: str = NEW, *, enabled: bool = True, header: str | None = None) -> Declaration:
    return Declaration("acme_voice", "VCA", url, enabled, header)


@pytest.mark.parametrize("mode", MODES)
def test_a_webhook_is_registered_by_one_post_and_removed_by_one_delete(
    api: Emulator, harness: Harness, mode: PostOver
) -> None:
    """In every mode, beside another webhook of the subaccount, which stays; removing nothing takes a listing."""
    api.post_over = mode
    other = api.account.put("acme_voice", "VSS", "https://other.example/", http_auth_header="x")

    live = harness.apply(declared(header=NEW_HEADER, enabled=False))
    held = harness.held
    removed = harness.remove(), harness.remove()

    assert live == LiveWebhook("VCA", NEW, False, True)
    assert held == StoredWebhook("VCA", NEW, False, NEW_HEADER)
    assert removed == (live, None)
    assert api.account.webhooks("acme_voice") == {"VSS": other}
    assert harness.sent == ["POST", "DELETE", "DELETE", "GET"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("new", "old_header"),
    [
        (declared(), None),
        (declared(enabled=False, header=NEW_HEADER), OLD_HEADER),
        (declared(OLD, enabled=False), None),
        (declared(OLD, header=NEW_HEADER), None),
        (declared(OLD), OLD_HEADER),
    ],
)
def test_an_update_takes_the_fewest_requests(
    api: Emulator, harness: Harness, mode: PostOver, new: Declaration, old_header: str | None
) -> None:
    """One where POST replaces; a DELETE only after a refusal, or once listings prove that the POST was ignored."""
    api.post_over = mode
    api.account.put("acme_voice", "VCA", OLD, http_auth_header=old_header)

    assert harness.apply(new, old_header).matches(new)
    assert harness.held == StoredWebhook("VCA", new.url, new.enabled, new.http_auth_header)
    assert harness.sent == EXCHANGED[mode]


@dataclass
class Case:
    """A write that meets faults: it ends as declared, or fails with these words; `new` is None for a removal."""

    faults: tuple[Fault, ...]
    sent: str
    old: StoredWebhook | None = None
    new: Declaration | None = declared()  # noqa: RUF009 - it is frozen
    mode: PostOver = "replace"
    held: StoredWebhook | None = AFTER
    text: str = ""
    known: bool = True


def status(status: int, method: str = "POST", times: int | None = None, **more: object) -> Fault:
    return Fault("status", method=method, status=status, times=times, **more)  # type: ignore[arg-type]


HEADED, ROTATED = (StoredWebhook("VCA", OLD, True, header) for header in (OLD_HEADER, NEW_HEADER))
ROTATION = declared(OLD, header=NEW_HEADER)
LATE: dict[str, object] = {"webhooks": [{"type": "VCA", "url": OLD, "enabled": True, "httpAuthHeaderAvailable": False}]}
EMPTY: dict[str, object] = {"webhooks": []}
NOT, KEPT = "acme_voice/VCA was not registered as declared", "acme_voice/VCA was not removed"
RESTORED = "the old webhook was registered again and is live now"
LOST, UNREAD = (Fault(name, method="POST") for name in ("reset_after_applying", "reset_before_reading"))
ALTERED, GONE = Fault("altered", method="POST", times=None), Fault("reset_after_applying", method="DELETE")
TWICE = (Fault("duplicate_type", times=None, method="POST"), Fault("duplicate_type", times=None, method="GET", skip=1))

CASES = {
    "it took effect, and is found by a listing": Case((LOST,), "POST GET"),
    "it took effect over an old webhook, and is found": Case((LOST,), "POST GET", BEFORE),
    "it did not take effect, and is sent again": Case((UNREAD,), "POST GET POST"),
    "not sent again where the API asks to wait too long": Case(
        (status(503, retry_after="3600"),), "POST GET GET", held=None, text=f"{NOT}. Live now: nothing, as before. "),
    "sent three times, and the old one is live": Case(
        (status(502),), "POST GET POST GET POST GET GET", BEFORE, held=BEFORE,
        text=f"{NOT}. Live now: {OLD} (enabled, no auth header), as before. "),
    "a rotated header is sent": Case((), "POST", HEADED, ROTATION, held=ROTATED),
    "a rotated header whose response is lost is sent again": Case(
        (UNREAD,), "POST GET POST", HEADED, ROTATION, held=ROTATED),
    "a rotated header that may be live is not reported as before": Case(
        (LOST, status(401)), "POST GET POST GET GET", HEADED, ROTATION, held=ROTATED,
        text=f"{NOT}. Live now: {OLD} (enabled, with an auth header). "),
    "refused because an earlier POST took effect": Case(
        (LOST, Fault("stale", skip=1)), "POST GET POST GET", mode="refuse"),
    **{
        f"{code} is not about the webhook": Case(
            (status(code),), "POST", BEFORE, mode="ignore", held=BEFORE, text=f"{NOT}, and nothing was changed. ")
        for code in (401, 403, 404, 410)
    },
    "a first registration is refused": Case(
        (status(422),), "POST", held=None, text=f"{NOT}, and nothing was changed. "),
    "it took effect, and cannot be listed": Case(
        (LOST, status(401, "GET", skip=1)), "POST GET GET", text=f"{NOT}, and what is live now is unknown. "),
    "listed twice afterwards": Case(TWICE, "POST GET GET", text="acme_voice/VCA is listed 2 times"),
    "a first registration that shows late": Case(
        (status(200, times=1, body=EMPTY, apply=True), status(200, "GET", 1, skip=1, body=EMPTY)), "POST GET GET"),
    "a first registration that never shows": Case(
        (status(200, body=EMPTY),), "POST GET GET GET", held=None,
        text="its listing does not show it. Live now: nothing. "),
    "a first registration that is stored otherwise is removed": Case(
        (ALTERED,), "POST GET DELETE", held=None, text=f"nothing, as before. Declare url='{NEW}/', enabled=True"),
    "what is registered elsewhere meanwhile is left": Case(
        (status(200, times=1, body=LATE), status(200, "GET", skip=1, body=LATE)), "POST GET", held=None,
        text=f"acme_voice/VCA was empty a moment ago and is now {OLD}"),
    "an update that shows late is no reason to delete": Case(
        (status(200, body=LATE, apply=True), status(200, "GET", 2, skip=1, body=LATE)), "POST GET GET GET", BEFORE),
    "an update that is stored otherwise is reported and left": Case(
        (ALTERED,), "POST GET", BEFORE, held=StoredWebhook("VCA", f"{NEW}/"),
        text=f"Nothing was deleted. Declare url='{NEW}/'"),
    "what is stored otherwise after a removal is reported and left": Case(
        (ALTERED,), "POST DELETE POST GET", BEFORE, mode="refuse", held=StoredWebhook("VCA", f"{NEW}/"),
        text=f"Nothing was deleted. Declare url='{NEW}/'"),
    "the new one is refused, and the old one registered again": Case(
        (status(422, times=1, skip=1),), "POST DELETE POST GET POST", HEADED, mode="refuse", held=HEADED,
        text=RESTORED),
    "the old one is registered again without a header that the stack does not know": Case(
        (status(422, times=1, skip=1),), "POST DELETE POST GET POST", HEADED, mode="refuse", held=BEFORE,
        text="whose auth header this stack does not know", known=False),
    "neither can be registered": Case(
        (status(422, skip=1),), "POST DELETE POST GET POST GET", BEFORE, mode="refuse", held=None,
        text=f"could not be replaced: {NONE_LIVE}; it was {OLD}"),
    "neither can be registered nor listed": Case(
        (status(503, skip=1), status(403, "GET", skip=1)), "POST DELETE POST GET GET GET", BEFORE, mode="refuse",
        held=None, text=f"could not be replaced: probably {NONE_LIVE}; it was {OLD}"),
    "what is live after a refusal is left": Case(
        (status(422, times=1, skip=1, apply=True),), "POST DELETE POST GET", BEFORE, mode="refuse",
        text=f"replaced: live now: {NEW} (enabled, no auth header); it was {OLD}"),
    "the removal before a registration is refused": Case(
        (status(403, "DELETE"),), "POST DELETE", BEFORE, mode="refuse", held=BEFORE,
        text=f"{KEPT}, and nothing was changed. "),
    "a removal took effect, and is sent again": Case((GONE,), "DELETE DELETE GET", BEFORE, None, held=None),
    "a removal took effect, and is refused when it is sent again": Case(
        (GONE, status(401, "DELETE")), "DELETE DELETE GET", BEFORE, None, held=None),
    "a removal may have failed, and is still listed": Case(
        (status(500, "DELETE"),), "DELETE " * TRIES + "GET GET", BEFORE, None, held=BEFORE,
        text=f"{KEPT}. Live now: {OLD} (enabled, no auth header). "),
    "a removal finds nothing, and the listing has it": Case(
        (status(404, "DELETE"),), "DELETE GET GET GET", BEFORE, None, held=BEFORE,
        text=f"{KEPT}: the API responded that it does not exist, but lists it. "),
    "a removal finds nothing, and no listing": Case(
        (status(404, "DELETE"), status(404, "GET")), "DELETE GET", BEFORE, None, held=BEFORE,
        text="take the webhook out of the stack with `pulumi state delete`"),
    "a removal finds nothing, and the listing shows it late": Case(
        (status(404, "DELETE", apply=True), status(200, "GET", 1, body=LATE)), "DELETE GET GET", BEFORE, None,
        held=None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_write_ends_as_declared_or_reports_what_is_live(api: Emulator, harness: Harness, case: Case) -> None:
    """Before a write is repeated the listing is read, and no claim is made without proof."""
    api.post_over = case.mode
    if case.old:
        api.account.put("acme_voice", "VCA", case.old.url, http_auth_header=case.old.http_auth_header)
    for fault in case.faults:
        api.faults.add(fault)
    known_header = case.old.http_auth_header if case.old and case.known else None

    if case.text:
        assert case.text in str(harness.fails(case.new, known_header))
    elif case.new:
        assert harness.apply(case.new, known_header).matches(case.new)
    else:
        harness.remove()

    assert harness.held == case.held
    assert harness.sent == case.sent.split()
