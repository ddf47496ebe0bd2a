"""Slots are filled and emptied whatever POST does over an existing type: replace it, refuse, or ignore."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from pulumi_8x8.emulator.account.modes import PostOver
from pulumi_8x8.errors import InvalidRequestError, ProtocolError
from pulumi_8x8.model import LiveWebhook
from pulumi_8x8.reconcile.apply import NONE_LIVE, READS
from tests.contract.registrar_harness import KEY, NEW, NEW_HEADER, OLD, OLD_HEADER, RegistrarHarness, declared

MODES: tuple[PostOver, ...] = ("replace", "refuse", "ignore")
NOT_REPLACING: tuple[PostOver, ...] = ("refuse", "ignore")


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        yield running


@pytest.fixture
def harness(api: Emulator) -> RegistrarHarness:
    return RegistrarHarness(api)


def holding_the_old_one(api: Emulator, *, header: str | None = None, enabled: bool = True) -> None:
    api.account.put("acme_voice", "VCA", OLD, enabled=enabled, http_auth_header=header)


@pytest.mark.parametrize("mode", MODES)
def test_an_empty_webhook_is_filled_by_one_post(api: Emulator, harness: RegistrarHarness, mode: PostOver) -> None:
    """In every mode."""
    api.post_over = mode

    live = harness.apply(declared(header=NEW_HEADER, enabled=False))

    assert live == LiveWebhook("VCA", NEW, False, True)
    assert harness.held == StoredWebhook("VCA", NEW, False, NEW_HEADER)
    assert harness.sent == ["POST"]


@pytest.mark.parametrize("mode", MODES)
def test_a_full_webhook_is_emptied_by_one_delete(api: Emulator, harness: RegistrarHarness, mode: PostOver) -> None:
    """And emptying an empty one is done, too, when the listing agrees that there is none."""
    api.post_over = mode
    holding_the_old_one(api)

    first, second = harness.remove(), harness.remove()

    assert first == LiveWebhook("VCA", OLD, True, False)
    assert second is None
    assert harness.held is None
    assert [entry.method for entry in api.journal] == ["DELETE", "DELETE", "GET"]


@pytest.mark.parametrize(
    ("mode", "requests"),
    [
        ("replace", ["POST"]),
        ("refuse", ["POST", "DELETE", "POST"]),
        ("ignore", ["POST", *["GET"] * READS, "DELETE", "POST"]),
    ],
)
@pytest.mark.parametrize(
    ("enabled", "old_header", "new_header"),
    [
        (True, None, None),
        (False, None, None),
        (True, None, NEW_HEADER),
        (True, OLD_HEADER, None),
        (False, OLD_HEADER, NEW_HEADER),
        (True, OLD_HEADER, OLD_HEADER),
    ],
)
def test_an_old_webhook_is_replaced_in_the_fewest_requests(
    api: Emulator,
    harness: RegistrarHarness,
    mode: PostOver,
    requests: list[str],
    enabled: bool,
    old_header: str | None,
    new_header: str | None,
) -> None:
    """One where POST replaces; else the webhook is emptied and filled. Everything is then as declared."""
    api.post_over = mode
    holding_the_old_one(api, header=old_header)

    live = harness.apply(declared(enabled=enabled, header=new_header), old_header)

    assert live == LiveWebhook("VCA", NEW, enabled, new_header is not None)
    assert harness.held == StoredWebhook("VCA", NEW, enabled, new_header)
    assert harness.sent == requests


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("enabled", "old_header", "new_header"),
    [(False, None, None), (True, None, NEW_HEADER), (True, OLD_HEADER, None)],
)
def test_each_property_alone_is_enough_to_see_that_a_post_was_ignored(
    api: Emulator,
    harness: RegistrarHarness,
    mode: PostOver,
    enabled: bool,
    old_header: str | None,
    new_header: str | None,
) -> None:
    """The switch, a header that comes, a header that goes; the URL stays."""
    api.post_over = mode
    holding_the_old_one(api, header=old_header)

    harness.apply(declared(OLD, enabled=enabled, header=new_header), old_header)

    assert harness.held == StoredWebhook("VCA", OLD, enabled, new_header)


@pytest.mark.parametrize(("mode", "requests"), [("replace", ["POST"]), ("refuse", ["POST", "DELETE", "POST"])])
def test_a_rotated_header_is_sent(
    api: Emulator, harness: RegistrarHarness, mode: PostOver, requests: list[str]
) -> None:
    """It looks like the old one in every answer. An API that ignored it could not be told from one that took it."""
    api.post_over = mode
    holding_the_old_one(api, header=OLD_HEADER)

    harness.apply(declared(OLD, header=NEW_HEADER), OLD_HEADER)

    assert harness.held == StoredWebhook("VCA", OLD, True, NEW_HEADER)
    assert harness.sent == requests


@pytest.mark.parametrize("mode", MODES)
def test_other_webhooks_of_the_subaccount_are_left_alone(
    api: Emulator, harness: RegistrarHarness, mode: PostOver
) -> None:
    """A subaccount's webhooks may belong to several stacks."""
    api.post_over = mode
    holding_the_old_one(api)
    other = api.account.put("acme_voice", "VSS", "https://other.example/", http_auth_header="x")

    harness.apply(declared())
    harness.remove()

    assert api.account.webhooks("acme_voice") == {"VSS": other}


@pytest.mark.parametrize("mode", NOT_REPLACING)
@pytest.mark.parametrize("header", [None, OLD_HEADER])
def test_the_old_webhook_is_put_back_when_the_new_one_is_refused(
    api: Emulator, harness: RegistrarHarness, mode: PostOver, header: str | None
) -> None:
    """As it was, header and all; and the text says so."""
    api.post_over = mode
    holding_the_old_one(api, header=header, enabled=False)
    api.faults.add(Fault("status", method="POST", skip=1, status=422))

    error = harness.fails_to_fill(declared(header=NEW_HEADER), header)

    assert type(error) is InvalidRequestError
    assert harness.held == StoredWebhook("VCA", OLD, False, header)
    assert "the old webhook was registered again and is live now" in str(error)
    assert OLD in str(error)
    assert "to POST for acme_voice. Correct the declaration" in str(error)


@pytest.mark.parametrize("mode", NOT_REPLACING)
def test_the_old_webhook_is_put_back_when_the_new_one_cannot_be_sent(
    api: Emulator, harness: RegistrarHarness, mode: PostOver
) -> None:
    """The API fails between DELETE and POST, and is back a moment later."""
    api.post_over = mode
    holding_the_old_one(api)
    api.faults.add(Fault("status", method="POST", skip=1, times=3, status=500))

    error = harness.fails_to_fill(declared())

    assert harness.held == StoredWebhook("VCA", OLD)
    assert "the old webhook was registered again and is live now" in str(error)


@pytest.mark.parametrize("mode", NOT_REPLACING)
def test_a_webhook_that_stays_empty_is_said_to_be_empty(
    api: Emulator, harness: RegistrarHarness, mode: PostOver
) -> None:
    """Whoever reads it knows that events are lost, and what was there."""
    api.post_over = mode
    holding_the_old_one(api)
    api.faults.add(Fault("status", method="POST", skip=1, times=None, status=422))

    error = harness.fails_to_fill(declared())

    assert harness.held is None
    assert f"{NONE_LIVE}; it was {OLD}" in str(error)


@pytest.mark.parametrize("mode", NOT_REPLACING)
def test_a_webhook_that_nobody_can_see_is_said_to_be_probably_empty(
    api: Emulator, harness: RegistrarHarness, mode: PostOver
) -> None:
    """The API is gone after the removal."""
    api.post_over = mode
    holding_the_old_one(api)
    api.faults.add(Fault("status", method="POST", skip=1, times=None, status=503))
    looks = 1 + (READS if mode == "ignore" else 0)
    api.faults.add(Fault("status", method="GET", skip=looks, times=None, status=503))

    error = harness.fails_to_fill(declared())

    assert f"probably {NONE_LIVE}; it was {OLD}" in str(error)


@pytest.mark.parametrize("mode", NOT_REPLACING)
def test_a_header_that_nobody_knows_is_not_said_to_be_put_back(
    api: Emulator, harness: RegistrarHarness, mode: PostOver
) -> None:
    """The rest of the old webhook is."""
    api.post_over = mode
    holding_the_old_one(api, header=OLD_HEADER)
    api.faults.add(Fault("status", method="POST", skip=1, status=422))

    error = harness.fails_to_fill(declared())

    assert harness.held == StoredWebhook("VCA", OLD, True, None)
    assert f"live now: {OLD} (enabled, no auth header); it was {OLD} (enabled, with an auth header)" in str(error)
    assert "whose auth header this stack does not know" in str(error)


def test_a_put_back_that_the_api_alters_is_told_as_what_it_is(api: Emulator, harness: RegistrarHarness) -> None:
    """Nobody lost a header here, so none is spoken of."""
    api.post_over = "refuse"
    holding_the_old_one(api)
    api.faults.add(Fault("status", method="POST", skip=1, status=422))
    api.faults.add(Fault("altered", method="POST", skip=2))

    error = harness.fails_to_fill(declared())

    assert f"live now: {OLD}/ (enabled, no auth header); it was {OLD} (enabled, no auth header). " in str(error)


@pytest.mark.parametrize("mode", ["replace", "refuse"])
def test_what_the_api_stores_otherwise_is_reported_and_left(
    api: Emulator, harness: RegistrarHarness, mode: PostOver
) -> None:
    """It did replace the webhook: a DELETE would be a gap for nothing. The text says how to declare what it stored."""
    api.post_over = mode
    holding_the_old_one(api)
    api.faults.add(Fault("altered", method="POST", times=None))

    error = harness.fails_to_fill(declared())

    assert type(error) is ProtocolError
    assert harness.held == StoredWebhook("VCA", f"{NEW}/")
    assert harness.sent == (["POST", "GET"] if mode == "replace" else ["POST", "DELETE", "POST", "GET"])
    assert f"Nothing was deleted. Declare url='{NEW}/'" in str(error)


def test_a_late_response_is_no_reason_to_delete(api: Emulator, harness: RegistrarHarness) -> None:
    """An eventually consistent API shows the old webhook for a while after it has replaced it."""
    holding_the_old_one(api)
    old = {"type": "VCA", "url": OLD, "enabled": True, "httpAuthHeaderAvailable": False}
    late: dict[str, object] = {"webhooks": [old]}
    api.faults.add(Fault("status", method="POST", status=200, body=late, apply=True))
    api.faults.add(Fault("status", method="GET", skip=1, times=2, status=200, body=late))

    harness.apply(declared())

    assert harness.held == StoredWebhook("VCA", NEW)
    assert harness.sent == ["POST", "GET", "GET", "GET"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
@pytest.mark.parametrize("mode", MODES)
def test_a_refusal_that_is_not_about_the_webhook_removes_nothing(
    api: Emulator, harness: RegistrarHarness, mode: PostOver, status: int
) -> None:
    """A key that may not POST is no reason to DELETE."""
    api.post_over = mode
    holding_the_old_one(api)
    api.faults.add(Fault("status", method="POST", status=status, times=None))

    error = harness.fails_to_fill(declared())

    assert harness.held == StoredWebhook("VCA", OLD)
    assert harness.sent == ["POST"]
    assert "acme_voice/VCA was not registered as declared, and nothing was changed. " in str(error)
    assert error.status == status


def test_a_removal_that_is_refused_leaves_the_old_webhook(api: Emulator, harness: RegistrarHarness) -> None:
    """The exchange ends before anything was changed."""
    api.post_over = "refuse"
    holding_the_old_one(api)
    api.faults.add(Fault("status", method="DELETE", status=403, times=None))

    error = harness.fails_to_fill(declared())

    assert harness.held == StoredWebhook("VCA", OLD)
    assert "acme_voice/VCA was not removed, and nothing was changed. " in str(error)
