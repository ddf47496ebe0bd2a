"""Two stacks that deploy to one subaccount at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from eightx8_voice.emulator import Emulator, Fault, Modes
from tests.support.account import urls
from tests.support.host import Host
from tests.support.steps import Command, Program, Stack, StepResult

each_post_over = pytest.mark.parametrize("post_over", ["replace", "refuse", "ignore"])


def program(type: str, url: str) -> Program:
    return {"a": {"subaccount_id": "Sub_1", "type": type, "url": url}}


def run(api: Emulator, command: Command, stack: Stack, declared: Program) -> tuple[StepResult, str]:
    """Run one command in a process of its own; return its result and output."""
    with Host({"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}) as host:
        result = stack.run(command, declared, {0: host})
    return result, host.printed


def at_once(api: Emulator, *stacks: tuple[Stack, Program]) -> list[StepResult]:
    """Deploy stacks in separate processes, each of which has decided before one of them registers."""
    go_on = threading.Event()
    meeting = [api.faults.add(Fault("pass", method="POST", hold=go_on)) for _ in stacks]
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(run, api, "up", *stack) for stack in stacks]
        met = [fault.reached.wait(60) for fault in meeting]
        go_on.set()
        results = [future.result()[0] for future in running]
    assert all(met)
    return results


@each_post_over
def test_two_stacks_with_different_types_in_one_subaccount_do_not_interfere(api: Emulator, post_over: Any) -> None:
    """A response may already list the other's webhook; both stacks succeed and have nothing left to do."""
    api.modes = Modes(post_over)
    one, two = Stack(), Stack()
    vca, vss = program("VCA", "https://one.example/"), program("VSS", "https://two.example/")

    results = at_once(api, (one, vca), (two, vss))

    assert [result.error for result in results] == [None, None]
    assert urls(api) == {"Sub_1/VCA": "https://one.example/", "Sub_1/VSS": "https://two.example/"}
    assert run(api, "preview", one, vca) == run(api, "preview", two, vss) == (StepResult(), "")


@each_post_over
def test_two_stacks_with_the_same_webhook_leave_one_intact_and_the_other_reports_drift(
    api: Emulator, post_over: Any
) -> None:
    """Neither can know of the other before both have listed; the loser's next preview reports it."""
    api.modes = Modes(post_over)
    declared = {url: program("VCA", url) for url in ("https://a.example/", "https://b.example/")}
    stacks = {url: Stack() for url in declared}

    at_once(api, *((stacks[url], declared[url]) for url in declared))

    [live] = urls(api).values()
    [lost] = declared.keys() - {live}
    result, printed = run(api, "preview", stacks[lost], declared[lost])
    assert live in f"{printed}{result.error}"
    assert result.error is None or "is already registered with another URL" in result.error
    assert run(api, "preview", stacks[live], declared[live]) == (StepResult(), "")
