"""Sequences that once ended wrongly, by name."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
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
    assert "Sub_1/VCA was empty a moment ago and is now https://theirs.example/" in (results[0].error or "")
    assert stack.resources == []


def test_an_adoption_that_was_cut_off_registers_its_header_when_it_is_repeated(api: Emulator, host: Any) -> None:
    """What is live looks as declared, and may have another header."""
    api.account.put("Sub_1", "VCA", "https://ivr.example/vca", http_auth_header="Basic theirs")
    stack, program = Stack(), {"vca": {**VCA, "http_auth_header": "Basic ours"}}

    assert crashed(api, host, stack, program, method="POST", apply=False).lost
    stack.forget_pending()
    with host() as process:
        assert stack.up(program, process).ok

    assert api.account.webhooks("Sub_1") == {
        "VCA": StoredWebhook("VCA", "https://ivr.example/vca", True, "Basic ours"),
    }
