"""Sequences that once ended wrongly, by name."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from pulumi_8x8.model import LiveWebhook, WebhookId
from tests.engine.account import urls
from tests.proof.host import Host, HostFactory
from tests.proof.steps import Result, Stack

VCA: dict[str, Any] = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}


@pytest.fixture
def host(api: Emulator, host_factory: HostFactory) -> Any:
    """Starts a process for one command."""

    def start(deadline: str = "60") -> Host:
        environment = {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url, "EIGHTX8_DEADLINE": deadline}
        return host_factory.host(environment)

    return start


def crashed(api: Emulator, host: Any, stack: Stack, program: dict[str, Any], **meets: Any) -> Result:
    """An update whose process is killed while a request waits for its response."""
    fault = api.faults.add(Fault("pass", hold=threading.Event(), hold_at="after", **meets))
    with host() as process:
        killer = threading.Thread(target=lambda: (fault.reached.wait(), process.kill()))
        killer.start()
        result = stack.up(program, process)
        killer.join()
    assert fault.hold
    fault.hold.set()
    return result


def looking_at(api: Emulator) -> Any:
    def look(webhook_id: WebhookId) -> LiveWebhook | None:
        stored = api.account.webhooks(webhook_id.subaccount_id).get(webhook_id.type)
        return stored and LiveWebhook(webhook_id.type, stored.url, stored.enabled, stored.http_auth_header is not None)  # type: ignore[return-value]

    return look


@pytest.mark.parametrize("times", [1, None], ids=["once", "for all requests"])
def test_a_404_that_is_not_about_the_webhook_does_not_take_it_out_of_the_state(
    api: Emulator, host: Any, times: int | None
) -> None:
    """From a gateway, or of a wrong address: the webhook is live still, and the next destroy removes it."""
    stack = Stack()
    with host() as process:
        assert stack.up({"vca": VCA}, process).ok
    api.faults.add(Fault("status", status=404, method="DELETE" if times else None, times=times))

    with host() as process:
        result = stack.destroy(process)

    assert "Sub_1/VCA was not removed" in (result.error or "")
    assert list(stack.managed()) == ["vca"]
    assert urls(api) == {"Sub_1/VCA": "https://ivr.example/vca"}
    api.faults.clear()

    with host() as process:
        assert stack.destroy(process).ok

    assert urls(api) == {}
    assert stack.resources == []


def test_what_somebody_registered_meanwhile_is_not_removed_as_if_the_api_had_altered_it(
    api: Emulator, host: Any
) -> None:
    """An API that ignores POST over a webhook responds with theirs, which is not what was sent."""
    api.post_over = "ignore"
    asked = api.faults.add(Fault("pass", method="POST", hold=threading.Event()))
    stack = Stack()
    results: list[Result] = []

    def deploy() -> None:
        with host() as process:
            results.append(stack.up({"vca": VCA}, process))

    deploying = threading.Thread(target=deploy)
    deploying.start()
    asked.reached.wait(60)
    theirs = api.account.put("Sub_1", "VCA", "https://theirs.example/")
    assert asked.hold
    asked.hold.set()
    deploying.join()

    assert api.account.webhooks("Sub_1") == {"VCA": theirs}
    assert "Sub_1/VCA was empty a moment ago, and now holds https://theirs.example/" in (results[0].error or "")
    assert stack.resources == []


def test_a_take_over_that_was_cut_off_registers_its_header_after_it_is_settled(api: Emulator, host: Any) -> None:
    """What is live looks as declared, and may have another header."""
    api.account.put("Sub_1", "VCA", "https://ivr.example/vca", http_auth_header="Basic theirs")
    stack, program = Stack(), {"vca": {**VCA, "http_auth_header": "Basic ours"}}

    assert crashed(api, host, stack, program, method="POST", apply=False).lost
    stack.settle(looking_at(api))
    with host() as process:
        assert stack.up(program, process).ok

    assert api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/vca", True, "Basic ours"),
    }


@pytest.mark.parametrize("header", [{}, {"http_auth_header": "Basic ours"}], ids=["no header", "a header"])
@pytest.mark.parametrize("retires_first", [True, False])
def test_a_replacement_that_was_cut_off_leaves_nothing_behind_when_the_program_goes_back(
    api: Emulator, host: Any, retires_first: bool, header: dict[str, str]
) -> None:
    """The new webhook was registered, and the state has it only because it was settled."""
    stack, before = Stack(retires_first), {"vca": {**VCA, **header}}
    with host() as process:
        assert stack.up(before, process).ok

    assert crashed(api, host, stack, {"vca": {**before["vca"], "type": "VCS"}}, method="POST").lost
    assert urls(api) == {"Sub_1/VCA": VCA["url"], "Sub_1/VCS": VCA["url"]}
    stack.settle(looking_at(api))
    with host() as process:
        assert stack.up(before, process).ok

    assert urls(api) == {"Sub_1/VCA": VCA["url"]}
    assert [resource["id"] for resource in stack.resources] == ["Sub_1/VCA"]


@pytest.mark.parametrize("retires_first", [True, False])
def test_a_creation_that_was_cut_off_is_destroyed_with_the_stack(api: Emulator, host: Any, retires_first: bool) -> None:
    """Also when nothing was deployed in between."""
    stack = Stack(retires_first)

    assert crashed(api, host, stack, {"vca": {**VCA, "http_auth_header": "Basic ours"}}, method="POST").lost
    stack.settle(looking_at(api))
    with host() as process:
        assert stack.destroy(process).ok

    assert urls(api) == {}
    assert stack.resources == []
