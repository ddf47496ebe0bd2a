"""Outcomes that no answer tells: a write is looked for before it is repeated, and no claim is made without proof."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from pulumi_8x8.errors import InvalidRequestError, KeyRefusedError, NotFoundError, ProtocolError, UnavailableError
from pulumi_8x8.model import LiveWebhook
from tests.contract.registrar_harness import KEY, NEW, NEW_HEADER, OLD, OLD_HEADER, RegistrarHarness, declared

LOST = ["reset_after_applying", "reset_in_body", "truncated", "html", "empty", "cut_json"]
"""The registration took effect, and the answer did not arrive."""


@pytest.fixture
def api() -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        yield running


@pytest.fixture
def harness(api: Emulator) -> RegistrarHarness:
    return RegistrarHarness(api)


@pytest.mark.parametrize("name", LOST)
def test_a_registration_whose_answer_is_lost_is_found_by_looking(
    api: Emulator, harness: RegistrarHarness, name: str
) -> None:
    """It is not sent a second time."""
    api.faults.add(Fault(name, method="POST"))

    live = harness.apply(declared(header=NEW_HEADER))

    assert live == LiveWebhook("VCA", NEW, True, True)
    assert harness.held == StoredWebhook("VCA", NEW, True, NEW_HEADER)
    assert harness.sent == ["POST", "GET"]


@pytest.mark.parametrize("fault", [Fault("reset_before_reading", method="POST"), Fault("status", method="POST")])
def test_a_registration_that_did_not_take_effect_is_sent_again_after_a_look(
    api: Emulator, harness: RegistrarHarness, fault: Fault
) -> None:
    """POST, GET, POST, with a pause."""
    api.faults.add(fault)

    harness.apply(declared())

    assert harness.held == StoredWebhook("VCA", NEW)
    assert harness.sent == ["POST", "GET", "POST"]
    assert len(harness.pauses) == 1


def test_the_second_registration_waits_as_long_as_the_api_asks(api: Emulator, harness: RegistrarHarness) -> None:
    """Retry-After holds for a registration that is repeated after a look, too."""
    api.faults.add(Fault("status", method="POST", status=503, retry_after="7"))

    harness.apply(declared())

    assert harness.pauses == [7.0]
    assert harness.held == StoredWebhook("VCA", NEW)


def test_an_api_that_asks_for_too_long_gets_no_second_registration(api: Emulator, harness: RegistrarHarness) -> None:
    """It is looked at once more, and reported."""
    api.faults.add(Fault("status", method="POST", status=503, retry_after="3600"))

    error = harness.fails_to_fill(declared())

    assert type(error) is UnavailableError
    assert harness.pauses == []
    assert api.journal.requests("POST")[1:] == []
    assert "Live now: nothing, as before. " in str(error)


def test_a_registration_that_never_takes_effect_is_sent_three_times(api: Emulator, harness: RegistrarHarness) -> None:
    """And what is live now is told from a listing, not from hope."""
    api.faults.add(Fault("status", method="POST", times=None, status=500))

    error = harness.fails_to_fill(declared())

    assert len(api.journal.requests("POST")) == 3
    assert str(error).startswith("acme_voice/VCA was not registered as declared. Live now: nothing, as before. ")
    assert error.status == 500


def test_over_an_old_webhook_a_lost_answer_is_found_by_looking(api: Emulator, harness: RegistrarHarness) -> None:
    """The listing shows the new one."""
    api.account.put("acme_voice", "VCA", OLD)
    api.faults.add(Fault("reset_after_applying", method="POST"))

    harness.apply(declared())

    assert harness.held == StoredWebhook("VCA", NEW)
    assert harness.sent == ["POST", "GET"]


def test_a_failure_over_an_old_webhook_says_that_the_old_one_is_live(api: Emulator, harness: RegistrarHarness) -> None:
    """With its URL and its switch."""
    api.account.put("acme_voice", "VCA", OLD, enabled=False)
    api.faults.add(Fault("status", method="POST", times=None, status=502))

    error = harness.fails_to_fill(declared())

    assert f"Live now: {OLD} (disabled, no auth header), as before. " in str(error)
    assert harness.held == StoredWebhook("VCA", OLD, False)


def test_a_rotated_header_whose_answer_is_lost_is_sent_again(api: Emulator, harness: RegistrarHarness) -> None:
    """Two header values look alike in a listing, so looking settles nothing; sending it twice does no harm."""
    api.account.put("acme_voice", "VCA", OLD, http_auth_header=OLD_HEADER)
    api.faults.add(Fault("reset_before_reading", method="POST"))

    harness.apply(declared(OLD, header=NEW_HEADER), OLD_HEADER)

    assert harness.held == StoredWebhook("VCA", OLD, True, NEW_HEADER)
    assert harness.sent == ["POST", "GET", "POST"]


def test_a_rotated_header_that_may_be_live_is_not_said_to_be_as_before(
    api: Emulator, harness: RegistrarHarness
) -> None:
    """The first try took effect; that the second was refused changes nothing about it."""
    api.account.put("acme_voice", "VCA", OLD, http_auth_header=OLD_HEADER)
    api.faults.add(Fault("reset_after_applying", method="POST"))
    api.faults.add(Fault("status", method="POST", status=401, times=None))

    error = harness.fails_to_fill(declared(OLD, header=NEW_HEADER), OLD_HEADER)

    assert type(error) is KeyRefusedError
    assert error.uncertain
    assert harness.held == StoredWebhook("VCA", OLD, True, NEW_HEADER)
    assert f"Live now: {OLD} (enabled, with an auth header). " in str(error)
    assert "nothing was changed" not in str(error)
    assert "as before" not in str(error)


@pytest.mark.parametrize("status", [401, 403, 422, 503])
def test_a_registration_that_nobody_can_look_for_is_not_denied(
    api: Emulator, harness: RegistrarHarness, status: int
) -> None:
    """It took effect, and then the listing failed: the text says that it could not be seen, and is about the POST."""
    harness.listings.get(declared().id)
    api.faults.add(Fault("reset_after_applying", method="POST"))
    api.faults.add(Fault("status", method="GET", status=status, times=None))

    error = harness.fails_to_fill(declared())

    assert harness.held == StoredWebhook("VCA", NEW)
    assert type(error) is UnavailableError
    assert error.uncertain
    assert str(error).startswith("acme_voice/VCA was not registered as declared, and what is live now is unknown. ")
    assert "the connection broke" in str(error)


def test_nothing_is_denied_when_the_api_then_refuses_what_it_had_taken(
    api: Emulator, harness: RegistrarHarness
) -> None:
    """The first POST took effect unseen, the second is refused because of it: the third look finds it."""
    api.post_over = "refuse"
    api.faults.add(Fault("reset_after_applying", method="POST"))
    api.faults.add(Fault("stale", skip=1))

    live = harness.apply(declared())

    assert live == LiveWebhook("VCA", NEW, True, False)
    assert harness.sent == ["POST", "GET", "POST", "GET"]


def test_an_answer_with_the_type_listed_twice_leaves_it_uncertain(api: Emulator, harness: RegistrarHarness) -> None:
    """The API took the registration; to say that nothing was changed would be wrong."""
    api.faults.add(Fault("duplicate_type", times=None, method="POST"))
    api.faults.add(Fault("duplicate_type", times=None, method="GET", skip=1))

    error = harness.fails_to_fill(declared())

    assert type(error) is ProtocolError
    assert "acme_voice/VCA is listed 2 times" in str(error)
    assert "othing was changed" not in str(error)


@pytest.mark.parametrize(("status", "kind"), [(401, KeyRefusedError), (422, InvalidRequestError)])
def test_a_refused_first_registration_changed_nothing(
    api: Emulator, harness: RegistrarHarness, status: int, kind: type
) -> None:
    """The text says so, and there is nothing to look for."""
    api.faults.add(Fault("status", method="POST", status=status))

    error = harness.fails_to_fill(declared())

    assert type(error) is kind
    assert str(error).startswith("acme_voice/VCA was not registered as declared, and nothing was changed. ")
    assert harness.sent == ["POST"]


def test_an_api_that_is_not_there_changed_nothing(api: Emulator, harness: RegistrarHarness) -> None:
    """No connection, no request."""
    harness.listings.get(declared().id)
    api.refuse_connections()

    error = harness.fails_to_fill(declared())

    assert str(error).startswith("acme_voice/VCA was not registered as declared, and nothing was changed. ")


def test_a_first_registration_that_the_api_alters_is_taken_away_again(api: Emulator, harness: RegistrarHarness) -> None:
    """Live is nothing, as before; to keep it would be drift from the first day."""
    api.faults.add(Fault("altered", method="POST"))

    error = harness.fails_to_fill(declared())

    assert type(error) is ProtocolError
    assert harness.held is None
    assert f"The API stored {NEW}/ (enabled, no auth header) for acme_voice/VCA instead of what is declared" in str(
        error
    )
    assert "Live now: nothing, as before. " in str(error)


def test_an_altered_registration_that_cannot_be_looked_at_is_not_denied(
    api: Emulator, harness: RegistrarHarness
) -> None:
    """The text says what is not known."""
    harness.listings.get(declared().id)
    api.faults.add(Fault("altered", method="POST"))
    api.faults.add(Fault("status", method="GET", status=503, times=None))

    error = harness.fails_to_fill(declared())

    assert str(error).startswith("acme_voice/VCA was not registered as declared, and what is live now is ")
    assert error.uncertain


def test_a_registration_that_shows_only_at_the_second_look_is_done(api: Emulator, harness: RegistrarHarness) -> None:
    """An API that answers from a replica may be a moment behind."""
    behind: dict[str, object] = {"webhooks": []}
    api.faults.add(Fault("status", method="POST", status=200, body=behind, apply=True))
    api.faults.add(Fault("status", method="GET", skip=1, status=200, body=behind))

    live = harness.apply(declared())

    assert live == LiveWebhook("VCA", NEW, True, False)
    assert harness.sent == ["POST", "GET", "GET"]


def test_a_registration_that_never_shows_is_an_error(api: Emulator, harness: RegistrarHarness) -> None:
    """Nothing is reported as done that the API did not confirm."""
    api.faults.add(Fault("status", method="POST", status=200, body={"webhooks": []}))

    error = harness.fails_to_fill(declared())

    assert type(error) is ProtocolError
    assert error.uncertain
    assert "its listing does not show it. Live now: nothing. " in str(error)


@pytest.mark.parametrize("name", LOST)
def test_a_removal_whose_answer_is_lost_is_done(api: Emulator, harness: RegistrarHarness, name: str) -> None:
    """It is looked for, or answered 404 when it is sent again."""
    api.account.put("acme_voice", "VCA", OLD)
    api.faults.add(Fault(name, method="DELETE"))

    harness.remove()

    assert harness.held is None


def test_a_removal_that_is_refused_after_it_took_effect_is_done(api: Emulator, harness: RegistrarHarness) -> None:
    """The listing settles it."""
    api.account.put("acme_voice", "VCA", OLD)
    api.faults.add(Fault("reset_after_applying", method="DELETE"))
    api.faults.add(Fault("status", method="DELETE", status=401, times=None))

    harness.remove()

    assert harness.held is None


def test_a_removal_that_fails_says_what_is_live(api: Emulator, harness: RegistrarHarness) -> None:
    """From a listing."""
    api.account.put("acme_voice", "VCA", OLD)
    api.faults.add(Fault("status", method="DELETE", status=500, times=None))

    error = harness.fails_to_empty()

    assert str(error).startswith(f"acme_voice/VCA was not removed. Live now: {OLD} (enabled, no auth header). ")


def test_a_removal_that_nobody_can_look_for_is_not_denied(api: Emulator, harness: RegistrarHarness) -> None:
    """It took effect, and then the API was gone."""
    api.account.put("acme_voice", "VCA", OLD)
    api.faults.add(Fault("reset_after_applying", method="DELETE"))
    api.faults.add(Fault("status", status=503, times=None))

    error = harness.fails_to_empty()

    assert harness.held is None
    assert "acme_voice/VCA was not removed, and what is live now is unknown. " in str(error)


def test_a_removal_that_the_listing_contradicts_is_an_error(api: Emulator, harness: RegistrarHarness) -> None:
    """Nothing is reported as done that the API did not confirm: it answers that there is none, and lists it."""
    api.account.put("acme_voice", "VCA", OLD)
    api.faults.add(Fault("status", method="DELETE", status=404))

    error = harness.fails_to_empty()

    assert type(error) is ProtocolError
    assert str(error).startswith(
        "acme_voice/VCA was not removed: the API responded that it does not exist, but lists it. "
    )


def test_a_removal_that_no_listing_confirms_is_not_done(api: Emulator, harness: RegistrarHarness) -> None:
    """A 404 may be about the subaccount or the address; the text says what to do where the subaccount is gone."""
    api.account.put("acme_voice", "VCA", OLD)
    api.account.missing.add("acme_voice")

    error = harness.fails_to_empty()

    assert type(error) is NotFoundError
    assert "acme_voice/VCA was not removed as far as can be seen: " in str(error)
    assert "`pulumi state delete`" in str(error)


def test_a_written_webhook_is_known_without_another_listing(api: Emulator, harness: RegistrarHarness) -> None:
    """The rest of the operation looks at what the write's answer said."""
    harness.apply(declared())
    filled = harness.listings.get(declared().id)
    harness.remove()
    emptied = harness.listings.get(declared().id)

    assert filled == LiveWebhook("VCA", NEW, True, False)
    assert emptied is None
    assert harness.sent == ["POST", "DELETE"]
