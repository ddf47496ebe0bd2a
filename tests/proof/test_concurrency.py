"""More than one at a time: processes, stacks, threads, and a thousand webhooks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_8x8.api.client import CONNECTIONS
from pulumi_8x8.emulator import Emulator, Fault
from pulumi_8x8.reconcile.apply import READS
from tests.engine.account import urls
from tests.proof.host import Host, HostFactory
from tests.proof.steps import Program, Result, Stack

TYPES = ("VCA", "VSS", "VCS", "VRU", "VNU")


def webhook(type: str, url: str, subaccount_id: str = "Sub_1") -> dict[str, Any]:
    return {"subaccount_id": subaccount_id, "type": type, "url": url}


def fleet(subaccounts: int) -> Program:
    """A webhook of each type in so many subaccounts."""
    return {
        f"{type}-{number}": webhook(type, f"https://ivr.example/{number}/{type}", f"Sub_{number}")
        for number in range(subaccounts)
        for type in TYPES
    }


def host(host_factory: HostFactory, api: Emulator) -> Host:
    return host_factory.host({"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url})


def at_once(api: Emulator, host_factory: HostFactory, *deployments: tuple[Stack, Program]) -> list[Result]:
    """Deploy stacks by processes of their own, each of which has decided before one of them registers."""
    meeting = [api.faults.add(Fault("pass", method="POST", hold=threading.Event())) for _ in deployments]

    def deploy(deployment: tuple[Stack, Program]) -> Result:
        stack, program = deployment
        with host(host_factory, api) as process:
            return stack.up(program, process)

    with ThreadPoolExecutor() as pool:
        running = [pool.submit(deploy, deployment) for deployment in deployments]
        met = [fault.reached.wait(60) for fault in meeting]
        for fault in meeting:
            assert fault.hold
            fault.hold.set()
        results = [deployment.result() for deployment in running]
    assert all(met)
    return results


def preview(host_factory: HostFactory, api: Emulator, stack: Stack, program: Program) -> tuple[Result, str]:
    with host(host_factory, api) as process:
        result = stack.preview(program, process)
    return result, process.printed


@pytest.mark.parametrize("post_over", ["replace", "refuse", "ignore"])
def test_two_stacks_on_different_types_of_one_subaccount_do_not_meet(
    api: Emulator, host_factory: HostFactory, post_over: Any
) -> None:
    """Each one's response lists the other's webhook, or not yet; both are done, and have nothing left to do."""
    api.post_over = post_over
    one, two = Stack(), Stack()
    vca, vss = {"a": webhook("VCA", "https://one.example/")}, {"a": webhook("VSS", "https://two.example/")}

    results = at_once(api, host_factory, (one, vca), (two, vss))

    assert [result.error for result in results] == [None, None]
    assert urls(api) == {"Sub_1/VCA": "https://one.example/", "Sub_1/VSS": "https://two.example/"}
    assert preview(host_factory, api, one, vca) == (Result(), "")
    assert preview(host_factory, api, two, vss) == (Result(), "")


@pytest.mark.parametrize("post_over", ["replace", "refuse", "ignore"])
def test_two_stacks_on_one_webhook_leave_one_whole_webhook_and_the_other_stack_says_so(
    api: Emulator, host_factory: HostFactory, post_over: Any
) -> None:
    """Nobody can know of the other before both have asked; the next preview of the one that lost does."""
    api.post_over = post_over
    stacks = [Stack(), Stack()]
    programs = [{"a": webhook("VCA", f"https://{name}.example/")} for name in ("one", "two")]

    at_once(api, host_factory, *zip(stacks, programs, strict=True))

    [live] = urls(api).values()
    assert live in {"https://one.example/", "https://two.example/"}
    loser = 0 if live == "https://two.example/" else 1
    result, printed = preview(host_factory, api, stacks[loser], programs[loser])
    assert live in f"{printed}{result.error}"
    assert result.error is None or "already holds a webhook that this resource did not register" in result.error
    assert preview(host_factory, api, stacks[1 - loser], programs[1 - loser]) == (Result(), "")


def test_a_webhook_of_another_stack_is_refused(api: Emulator, host_factory: HostFactory) -> None:
    """Once the other one is deployed."""
    one, two = Stack(), Stack()
    with host(host_factory, api) as process:
        assert one.up({"a": webhook("VCA", "https://one.example/")}, process).ok

    result, _ = preview(host_factory, api, two, {"a": webhook("VCA", "https://two.example/")})

    assert "already holds a webhook that this resource did not register: https://one.example/" in (result.error or "")


def test_a_thousand_webhooks_take_one_listing_a_subaccount_and_one_request_each(
    api: Emulator, host_factory: HostFactory
) -> None:
    """And as many listings and nothing else for each preview after that."""
    stack = Stack()
    program = fleet(200)

    with host(host_factory, api) as process:
        assert stack.up(program, process).ok

    assert len(urls(api)) == 1000
    assert len(api.journal.requests("GET")) == 200
    assert len(api.journal.requests("POST")) == 1000
    assert len(api.journal) == 1200
    api.journal.clear()

    assert preview(host_factory, api, stack, program) == (Result(), "")

    assert len(api.journal.requests("GET")) == len(api.journal) == 200
    assert api.journal.connections <= CONNECTIONS

    with host(host_factory, api) as process:
        assert stack.destroy(process).ok

    assert urls(api) == {}


@pytest.mark.parametrize("post_over", ["replace", "refuse", "ignore"])
def test_one_process_changes_every_webhook_of_ten_subaccounts_at_once(
    api: Emulator, host_factory: HostFactory, post_over: Any
) -> None:
    """The engine calls from many threads; each response finds its own webhook_id, over few connections."""
    stack = Stack()
    before = fleet(10)
    with host(host_factory, api) as process:
        assert stack.up(before, process).ok
    api.post_over = post_over
    api.journal.clear()

    def change(resource: dict[str, Any]) -> dict[str, Any]:
        news = {**resource["inputs"], "url": resource["inputs"]["url"] + "/v2"}
        return process.update(resource["id"], resource["outputs"], news)

    with host(host_factory, api) as process, ThreadPoolExecutor(16) as pool:
        changed = list(pool.map(change, stack.resources))

    assert [outs["url"] for outs in changed] == [inputs["url"] + "/v2" for inputs in before.values()]
    assert sorted(urls(api).values()) == sorted(inputs["url"] + "/v2" for inputs in before.values())
    # Before a DELETE, each has listed anew as often as it takes to prove that its POST was ignored.
    proofs = READS * len(changed) if post_over == "ignore" else 0
    assert len(api.journal.requests("GET")) <= 10 + proofs
    assert api.journal.connections <= CONNECTIONS
