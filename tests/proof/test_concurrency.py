"""More than one at a time: two stacks, others who register meanwhile, and a thousand webhooks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_8x8.api.client import CONNECTIONS
from pulumi_8x8.emulator import Emulator, Fault
from tests.engine.account import urls
from tests.proof.host import Host
from tests.proof.steps import Command, Program, Result, Stack

each_post_over = pytest.mark.parametrize("post_over", ["replace", "refuse", "ignore"])


def webhook(type: str, url: str, subaccount_id: str = "Sub_1") -> dict[str, Any]:
    return {"subaccount_id": subaccount_id, "type": type, "url": url}


def run(api: Emulator, command: Command, stack: Stack, program: Program | None = None) -> tuple[Result, str]:
    """Run one command in a process of its own; returns how it ended and what it printed."""
    with Host({"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}) as host:
        result = stack.run(command, host, program)
    return result, host.printed


def at_once(api: Emulator, *stacks: tuple[Stack, Program]) -> list[Result]:
    """Deploy stacks by processes of their own, each of which has decided before one of them registers."""
    go_on = threading.Event()
    meeting = [api.faults.add(Fault("pass", method="POST", hold=go_on)) for _ in stacks]
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(run, api, "up", stack, program) for stack, program in stacks]
        met = [fault.reached.wait(60) for fault in meeting]
        go_on.set()
        results = [future.result()[0] for future in running]
    assert all(met)
    return results


@each_post_over
def test_two_stacks_on_different_types_of_one_subaccount_do_not_meet(api: Emulator, post_over: Any) -> None:
    """Each one's response lists the other's webhook, or not yet; both are done, and have nothing left to do."""
    api.post_over = post_over
    one, two = Stack(), Stack()
    vca, vss = {"a": webhook("VCA", "https://one.example/")}, {"a": webhook("VSS", "https://two.example/")}

    results = at_once(api, (one, vca), (two, vss))

    assert [result.error for result in results] == [None, None]
    assert urls(api) == {"Sub_1/VCA": "https://one.example/", "Sub_1/VSS": "https://two.example/"}
    assert run(api, "preview", one, vca) == run(api, "preview", two, vss) == (Result(), "")


@each_post_over
def test_two_stacks_on_one_webhook_leave_one_whole_webhook_and_the_other_stack_shows_it(
    api: Emulator, post_over: Any
) -> None:
    """Neither can know of the other before both have listed; the next preview of the one that lost does."""
    api.post_over = post_over
    programs = {f"https://{name}.example/": {"a": webhook("VCA", f"https://{name}.example/")} for name in "ab"}
    stacks = {url: Stack() for url in programs}

    at_once(api, *((stacks[url], program) for url, program in programs.items()))

    [live] = urls(api).values()
    [lost] = programs.keys() - {live}
    result, printed = run(api, "preview", stacks[lost], programs[lost])
    assert live in f"{printed}{result.error}"
    assert result.error is None or "already holds a webhook that this resource did not register" in result.error
    assert run(api, "preview", stacks[live], programs[live]) == (Result(), "")


def test_what_others_registered_meanwhile_is_not_removed_as_if_the_api_had_altered_it(api: Emulator) -> None:
    """An API that ignores POST over a webhook responds with theirs, which is not what was sent."""
    api.post_over = "ignore"
    meeting = api.faults.add(Fault("pass", method="POST", hold=threading.Event()))
    stack = Stack()
    with ThreadPoolExecutor() as pool:
        deploying = pool.submit(run, api, "up", stack, {"vca": webhook("VCA", "https://ours.example/")})
        assert meeting.reached.wait(60)
        assert meeting.hold
        theirs = api.account.put("Sub_1", "VCA", "https://theirs.example/")
        meeting.hold.set()
        result, _ = deploying.result()

    assert api.account.webhooks("Sub_1") == {"VCA": theirs}
    assert "Sub_1/VCA was empty a moment ago and is now https://theirs.example/" in (result.error or "")
    assert stack.resources == []


def test_a_thousand_webhooks_take_one_listing_a_subaccount_and_one_request_each(api: Emulator) -> None:
    """And as many listings and nothing else for each preview after that."""
    program = {
        f"{type}-{number}": webhook(type, f"https://ivr.example/{number}/{type}", f"Sub_{number}")
        for number in range(200)
        for type in ("VCA", "VSS", "VCS", "VRU", "VNU")
    }
    stack = Stack()

    assert run(api, "up", stack, program)[0].ok
    assert len(urls(api)) == len(api.journal.requests("POST")) == 1000
    assert len(api.journal.requests("GET")) == len(api.journal) - 1000 == 200
    api.journal.clear()

    assert run(api, "preview", stack, program) == (Result(), "")
    assert len(api.journal.requests("GET")) == len(api.journal) == 200
    assert api.journal.connections <= CONNECTIONS

    assert run(api, "destroy", stack)[0].ok
    assert urls(api) == {}
