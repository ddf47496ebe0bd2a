"""Listings of many subaccounts, as `list`, `check` and `export` fetch them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from pulumi_8x8.api.client import CONNECTIONS, Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.cli import listings
from pulumi_8x8.cli.app import pulumi_8x8
from pulumi_8x8.emulator import Emulator, Fault
from tests.contract.caller import KEY

MANY = [f"team_{number}" for number in range(300)]


@pytest.fixture(autouse=True)
def environment(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EIGHTX8_BASE_URL", api.url)
    monkeypatch.setenv("EIGHTX8_API_KEY", KEY)


def test_the_deadline_of_a_listing_begins_when_it_is_sent(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a list of hundreds would fail after its first part."""
    begun = []
    deadline = Client.deadline

    def counted(client: Client) -> Deadline:
        begun.append(deadline(client))
        return begun[-1]

    monkeypatch.setattr(Client, "deadline", counted)
    gate = threading.Event()
    held = [api.faults.add(Fault("pass", subaccount=id, hold=gate)) for id in MANY[:CONNECTIONS]]

    with ThreadPoolExecutor(1) as pool:
        fetched = pool.submit(listings.fetch, MANY)
        assert all(fault.reached.wait(10) for fault in held)
        begun_first = len(begun)
        gate.set()

        assert [listing.subaccount_id for listing in fetched.result()] == MANY
    assert begun_first == CONNECTIONS


def test_after_a_failure_no_further_listing_is_fetched(api: Emulator) -> None:
    """A refused key would be refused three hundred times."""
    api.api_key = "rotated"

    result = CliRunner().invoke(pulumi_8x8, ["list", *MANY])

    assert (result.exit_code, "401" in result.output) == (2, True)
    assert len(api.journal) < len(MANY)


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    """A pipe gets nothing of it."""
    monkeypatch.setenv("FORCE_COLOR", "1" if terminal else "")

    result = CliRunner().invoke(pulumi_8x8, ["list", *MANY[:8], "--json"])

    assert ("Listing" in result.stderr, result.stdout) == (terminal, "[]\n")
