"""One webhook is written or left as it was, whatever POST does over an existing one and whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from pulumi_8x8.api.client import Client
from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from pulumi_8x8.emulator.account.modes import PostOver
from pulumi_8x8.errors import (
    InvalidRequestError,
    KeyRefusedError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
    WebhookError,
)
from pulumi_8x8.model import Declaration, LiveWebhook
from pulumi_8x8.reconcile.apply import NONE_LIVE, READS, Registrar
from pulumi_8x8.reconcile.listings import Listings
from pulumi_8x8.settings import Settings

KEY, OLD_HEADER, NEW_HEADER = "key-canary-19f3", "old-header-canary-a7", "new-header-canary-b8"
OLD, NEW = "https://old.example/", "https://new.example/"
BEFORE, AFTER = StoredWebhook("VCA", OLD), StoredWebhook("VCA", NEW)
MODES: tuple[PostOver, ...] = ("replace", "refuse", "ignore")
EXCHANGED = {
    "replace": ["POST"],
    "refuse": ["POST", "DELETE", "POST"],
    "ignore": ["POST", *["GET"] * READS, "DELETE", "POST"],
}
"""What an update sends, by what POST does over an existing webhook."""


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        yield running


class Harness:
    """Lists, then writes, as an operation does; without waiting between tries."""

    def __init__(self, api: Emulator) -> None:
        self.api = api
        self.pauses: list[float] = []
        client = Client(Settings(api_key=KEY, base_url=api.url), self.pauses.append)
        self.listings = Listings(client)
        self.registrar = Registrar(client, self.listings)

    def apply(self, declared: Declaration, known_header: str | None = None) -> LiveWebhook:
        return self.registrar.apply(declared, self.listings.get_before_write(declared.id), known_header)

    def remove(self) -> LiveWebhook | None:
        return self.registrar.remove(declared().id)

    def fails(self, work: str = "apply", known_header: str | None = None, **inputs: object) -> WebhookError:
        """The error, whose text is one line and whose whole chain holds neither a key nor a header."""
        with pytest.raises(WebhookError) as caught:
            self.remove() if work == "remove" else self.apply(declared(**inputs), known_header)  # type: ignore[arg-type]
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
        """The methods of all requests but the first GET."""
        return [entry.method for entry in self.api.journal][1:]


@pytest.fixture
def harness(api: Emulator) -> Harness:
    return Harness(api)


def declared(url: str = NEW, *, enabled: bool = True, header: str | None = None) -> Declaration:
    return Declaration("acme_voice", "VCA", url, enabled, header)


def before(api: Emulator, mode: PostOver = "replace", *, header: str | None = None, enabled: bool = True) -> None:
    api.post_over = mode
    api.account.put("acme_voice", "VCA", OLD, enabled=enabled, http_auth_header=header)


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
    ("url", "enabled", "old_header", "new_header"),
    [
        (NEW, True, None, None),
        (NEW, False, OLD_HEADER, NEW_HEADER),
        (OLD, False, None, None),
        (OLD, True, None, NEW_HEADER),
        (OLD, True, OLD_HEADER, None),
    ],
)
def test_an_update_takes_the_fewest_requests(
    api: Emulator,
    harness: Harness,
    mode: PostOver,
    url: str,
    enabled: bool,
    old_header: str | None,
    new_header: str | None,
) -> None:
    """One where POST replaces; a DELETE only after a refusal, or once listings prove that the POST was ignored."""
    before(api, mode, header=old_header)

    live = harness.apply(declared(url, enabled=enabled, header=new_header), old_header)

    assert live == LiveWebhook("VCA", url, enabled, new_header is not None)
    assert harness.held == StoredWebhook("VCA", url, enabled, new_header)
    assert harness.sent == EXCHANGED[mode]


@pytest.mark.parametrize("mode", ["replace", "refuse"])
def test_a_rotated_header_is_sent(api: Emulator, harness: Harness, mode: PostOver) -> None:
    """It looks like the old one in every response, so an API that ignored it could not be told from one that obeys."""
    before(api, mode, header=OLD_HEADER)

    harness.apply(declared(OLD, header=NEW_HEADER), OLD_HEADER)

    assert harness.held == StoredWebhook("VCA", OLD, True, NEW_HEADER)
    assert harness.sent == EXCHANGED[mode]


@dataclass
class Case:
    """A write that something happens to: it ends as declared, or fails with these words."""

    faults: tuple[Fault, ...]
    sent: list[str]
    old: bool = False
    mode: PostOver = "replace"
    header: tuple[str | None, str | None] = (None, None)
    held: StoredWebhook | None = AFTER
    error: type[WebhookError] | None = None
    text: str = ""
    pauses: list[float] | None = field(default=None)


def status(status: int, method: str = "POST", **more: object) -> Fault:
    return Fault("status", method=method, status=status, **more)  # type: ignore[arg-type]


LATE: dict[str, object] = {"webhooks": [{"type": "VCA", "url": OLD, "enabled": True, "httpAuthHeaderAvailable": False}]}
EMPTY: dict[str, object] = {"webhooks": []}
UNCHANGED = "acme_voice/VCA was not registered as declared, and nothing was changed. "
NOW = "acme_voice/VCA was not registered as declared. Live now: "

CASES = {
    **{
        f"{name}: it took effect, and is found by a listing": Case((Fault(name, method="POST"),), ["POST", "GET"])
        for name in ("reset_after_applying", "reset_in_body", "truncated", "html", "empty", "cut_json")
    },
    "lost over an old webhook, and found": Case(
        (Fault("reset_after_applying", method="POST"),), ["POST", "GET"], old=True
    ),
    "it did not take effect, and is sent again": Case(
        (Fault("reset_before_reading", method="POST"),), ["POST", "GET", "POST"]
    ),
    "sent again after as long as the API asks": Case(
        (status(503, retry_after="7"),), ["POST", "GET", "POST"], pauses=[7.0]
    ),
    "not sent again where that is too long": Case(
        (status(503, retry_after="3600"),), ["POST", "GET", "GET"], held=None, error=UnavailableError,
        text=f"{NOW}nothing, as before. ", pauses=[],
    ),
    "sent three times, and reported from a listing": Case(
        (status(500, times=None),), ["POST", "GET"] * 3 + ["GET"], held=None, error=UnavailableError,
        text=f"{NOW}nothing, as before. ",
    ),
    "over an old webhook, that one is live": Case(
        (status(502, times=None),), ["POST", "GET"] * 3 + ["GET"], old=True, held=BEFORE, error=UnavailableError,
        text=f"{NOW}{OLD} (enabled, no auth header), as before. ",
    ),
    "a rotated header whose response is lost is sent again": Case(
        (Fault("reset_before_reading", method="POST"),), ["POST", "GET", "POST"], old=True,
        header=(OLD_HEADER, NEW_HEADER), held=StoredWebhook("VCA", NEW, True, NEW_HEADER),
    ),
    "refused because an earlier POST took effect": Case(
        (Fault("reset_after_applying", method="POST"), Fault("stale", skip=1)), ["POST", "GET", "POST", "GET"],
        mode="refuse",
    ),
    **{
        f"{code} is not about the webhook": Case(
            (status(code, times=None),), ["POST"], old=True, mode="ignore", held=BEFORE, error=WebhookError,
            text=UNCHANGED,
        )
        for code in (401, 403, 404, 410)
    },
    "a first registration is refused": Case(
        (status(422),), ["POST"], held=None, error=InvalidRequestError, text=UNCHANGED
    ),
    "listed twice afterwards": Case(
        (Fault("duplicate_type", times=None, method="POST"), Fault("duplicate_type", times=None, method="GET", skip=1)),
        ["POST", "GET", "GET"], error=ProtocolError, text="acme_voice/VCA is listed 2 times",
    ),
    "a first registration that shows late": Case(
        (status(200, body=EMPTY, apply=True), status(200, "GET", skip=1, body=EMPTY)), ["POST", "GET", "GET"]
    ),
    "a first registration that never shows": Case(
        (status(200, body=EMPTY),), ["POST", *["GET"] * READS], held=None, error=ProtocolError,
        text="its listing does not show it. Live now: nothing. ",
    ),
    "a first registration that is stored otherwise is removed": Case(
        (Fault("altered", method="POST"),), ["POST", "GET", "DELETE"], held=None, error=ProtocolError,
        text=f"nothing, as before. Declare url='{NEW}/', enabled=True",
    ),
    "an update that shows late is no reason to delete": Case(
        (status(200, body=LATE, apply=True), status(200, "GET", skip=1, times=2, body=LATE)),
        ["POST", "GET", "GET", "GET"], old=True,
    ),
    **{
        f"{mode}: an update that is stored otherwise is reported and left": Case(
            (Fault("altered", method="POST", times=None),), [*EXCHANGED[mode], "GET"], old=True, mode=mode,
            held=StoredWebhook("VCA", f"{NEW}/"), error=ProtocolError,
            text=f"Nothing was deleted. Declare url='{NEW}/'",
        )
        for mode in MODES[:2]
    },
    "the new one is refused, and the old one registered again": Case(
        (status(422, skip=1),), ["POST", "DELETE", "POST", "GET", "POST"], old=True, mode="refuse",
        header=(OLD_HEADER, NEW_HEADER), held=StoredWebhook("VCA", OLD, True, OLD_HEADER), error=InvalidRequestError,
        text="the old webhook was registered again and is live now",
    ),
    "the new one cannot be sent, and the old one is registered again": Case(
        (status(500, skip=1, times=3),), ["POST", "DELETE", *["POST", "GET"] * 3, "GET", "POST"], old=True,
        mode="refuse", held=BEFORE, error=UnavailableError, text="the old webhook was registered again and is live now",
    ),
    "neither can be registered": Case(
        (status(422, skip=1, times=None),), ["POST", "DELETE", "POST", "GET", "POST", "GET"], old=True, mode="refuse",
        held=None, error=InvalidRequestError, text=f"could not be replaced: {NONE_LIVE}; it was {OLD}",
    ),
    "what is live after a refusal is left": Case(
        (status(422, skip=1, apply=True),), ["POST", "DELETE", "POST", "GET"], old=True, mode="refuse",
        error=InvalidRequestError, text=f"replaced: live now: {NEW} (enabled, no auth header); it was {OLD}",
    ),
    "the removal is refused": Case(
        (status(403, "DELETE", times=None),), ["POST", "DELETE"], old=True, mode="refuse", held=BEFORE,
        error=WebhookError, text="acme_voice/VCA was not removed, and nothing was changed. ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_write_ends_as_declared_or_says_what_is_live(api: Emulator, harness: Harness, case: Case) -> None:
    """A write is looked for before it is repeated, and no claim is made without proof."""
    old_header, new_header = case.header
    api.post_over = case.mode
    if case.old:
        before(api, case.mode, header=old_header)
    for fault in case.faults:
        api.faults.add(fault)

    if case.error is None:
        assert harness.apply(declared(header=new_header), old_header).matches(declared(header=new_header))
    else:
        error = harness.fails(known_header=old_header, header=new_header)
        assert isinstance(error, case.error)
        assert case.text in str(error)

    assert harness.held == case.held
    assert harness.sent == case.sent
    assert case.pauses is None or harness.pauses == case.pauses


def test_a_rotated_header_that_may_be_live_is_not_said_to_be_as_before(api: Emulator, harness: Harness) -> None:
    """The first try took effect; that the second was refused changes nothing about it."""
    before(api, header=OLD_HEADER)
    api.faults.add(Fault("reset_after_applying", method="POST"))
    api.faults.add(status(401, times=None))

    error = harness.fails(url=OLD, header=NEW_HEADER, known_header=OLD_HEADER)

    assert type(error) is KeyRefusedError
    assert error.uncertain
    assert f"Live now: {OLD} (enabled, with an auth header). " in str(error)
    assert "nothing was changed" not in str(error)


@pytest.mark.parametrize("mode", ["refuse", "ignore"])
def test_where_nothing_can_be_listed_the_text_says_so(api: Emulator, harness: Harness, mode: PostOver) -> None:
    """Between DELETE and POST the API is gone; a header that the stack does not know is not said to be registered."""
    before(api, mode, header=OLD_HEADER)
    looks = 1 + (READS if mode == "ignore" else 0)
    api.faults.add(status(503, skip=1, times=None))
    gone = api.faults.add(status(503, "GET", skip=looks, times=None))

    unseen = harness.fails()
    api.faults.clear()
    before(api, "refuse", header=OLD_HEADER)
    api.faults.add(status(422, skip=1))
    unknown = harness.fails()

    assert gone.reached.is_set()
    assert f"probably {NONE_LIVE}; it was {OLD}" in str(unseen)
    assert "whose auth header this stack does not know" in str(unknown)


@pytest.mark.parametrize("code", [401, 503])
def test_a_registration_that_cannot_be_listed_is_not_denied(api: Emulator, harness: Harness, code: int) -> None:
    """It took effect, and then the listing failed."""
    harness.listings.get(declared().id)
    api.faults.add(Fault("reset_after_applying", method="POST"))
    api.faults.add(status(code, "GET", times=None))

    error = harness.fails()

    assert harness.held == AFTER
    assert error.uncertain
    assert "was not registered as declared, and what is live now is unknown. " in str(error)


def test_an_unreachable_api_changed_nothing(api: Emulator, harness: Harness) -> None:
    """No connection, no request."""
    harness.listings.get(declared().id)
    api.refuse_connections()

    assert str(harness.fails()).startswith(UNCHANGED)


@pytest.mark.parametrize(
    ("faults", "text"),
    [
        (["reset_after_applying"], ""),
        (["truncated"], ""),
        (["reset_after_applying", 401], ""),
        ([500], f"acme_voice/VCA was not removed. Live now: {OLD} (enabled, no auth header). "),
        ([404], "acme_voice/VCA was not removed: the API responded that it does not exist, but lists it. "),
    ],
)
def test_a_removal_is_done_or_says_what_is_live(
    api: Emulator, harness: Harness, faults: list[str | int], text: str
) -> None:
    """A lost response is looked for; a 404 is believed only when the listing agrees."""
    before(api)
    for fault in faults:
        lasting = None if isinstance(fault, int) else 1
        api.faults.add(
            status(fault, "DELETE", times=lasting) if isinstance(fault, int) else Fault(fault, method="DELETE")
        )

    if text:
        assert str(harness.fails("remove")).startswith(text)
    else:
        harness.remove()

    assert harness.held == (BEFORE if text else None)


def test_a_removal_that_no_listing_confirms_is_not_done(api: Emulator, harness: Harness) -> None:
    """A 404 may be about the subaccount or the address; a listing that shows it late is read again."""
    before(api)
    api.account.missing.add("acme_voice")
    error = harness.fails("remove")
    api.account.missing.clear()
    api.stale_reads = 1
    late = harness.remove(), harness.remove()

    assert type(error) is NotFoundError
    assert "`pulumi state delete`" in str(error)
    assert late == (LiveWebhook("VCA", OLD, True, False), None)
