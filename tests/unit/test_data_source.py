"""The live list as a data source, at a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from pulumi_8x8 import (
    KeyRefusedError,
    LiveWebhook,
    NotFoundError,
    ProtocolError,
    SettingsError,
    get_webhooks,
    get_webhooks_output,
)
from pulumi_8x8.emulator import Emulator

KEY = "key-canary-90aa"
VCA = LiveWebhook("VCA", "https://a.example/", True, False)
VSS = LiveWebhook("VSS", "https://b.example/", False, True)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with Emulator(KEY) as running:
        monkeypatch.setenv("EIGHTX8_API_KEY", KEY)
        monkeypatch.setenv("EIGHTX8_BASE_URL", running.url)
        running.account.put("acme_voice", "VSS", "https://b.example/", enabled=False, http_auth_header="x")
        running.account.put("acme_voice", "VCA", "https://a.example/")
        yield running


def test_what_is_live_is_listed_by_type(api: Emulator) -> None:
    """One GET, whatever the API's own order."""
    assert get_webhooks("acme_voice") == [VCA, VSS]
    assert get_webhooks("empty_voice") == []
    assert [entry.method for entry in api.journal] == ["GET", "GET"]


def test_the_stacks_config_comes_before_the_environment(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for the provider."""
    monkeypatch.setenv("EIGHTX8_API_KEY", "other")
    pulumi.runtime.config.set_config("8x8:apiKey", KEY)
    try:
        assert get_webhooks("acme_voice") == [VCA, VSS]
    finally:
        pulumi.runtime.config.set_all_config({})


@pytest.mark.parametrize("subaccount_id", ["", "x", "a b c", "../acme", "acme/webhooks"])
def test_an_id_that_is_none_is_refused_before_anything_is_sent(api: Emulator, subaccount_id: str) -> None:
    """It would become a part of the path."""
    with pytest.raises(SettingsError, match=r"write 3 to 50 of the characters .*Nothing was sent\."):
        get_webhooks(subaccount_id)

    assert list(api.journal) == []


def test_a_url_that_could_act_on_a_terminal_never_reaches_the_program(api: Emulator) -> None:
    """It would export it."""
    api.account.put("acme_voice", "VCA", "https://a.example/\x1b[2J")

    with pytest.raises(ProtocolError, match="control characters"):
        get_webhooks("acme_voice")


def test_a_refusal_is_raised_as_what_it_is(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program decides what to do about it."""
    api.account.missing.add("gone_voice")
    with pytest.raises(NotFoundError):
        get_webhooks("gone_voice")
    monkeypatch.setenv("EIGHTX8_API_KEY", "other")
    with pytest.raises(KeyRefusedError):
        get_webhooks("acme_voice")
    monkeypatch.delenv("EIGHTX8_API_KEY")
    with pytest.raises(SettingsError, match=r"8x8:apiKey.*EIGHTX8_API_KEY"):
        get_webhooks("acme_voice")


class NoResources(mocks.Mocks):
    """The program that asks registers none."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        raise NotImplementedError

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError


def test_an_id_that_is_another_resources_output_is_waited_for(api: Emulator) -> None:
    """The list is an output, too."""
    mocks.set_mocks(NoResources(), preview=False)
    seen: list[list[LiveWebhook]] = []

    def program() -> pulumi.Output[Any]:
        return get_webhooks_output(pulumi.Output.from_input("acme_voice")).apply(seen.append)

    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    pulumi.runtime.settings.reset_options()

    assert seen == [[VCA, VSS]]
