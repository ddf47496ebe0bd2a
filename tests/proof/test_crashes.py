"""The real engine, killed or interrupted at every point, and repaired by the steps in docs/repair.md."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psutil
import pytest

from eightx8_voice.emulator import Account, Emulator, Fault, Modes
from tests.proof.testbed import OTHERS, SAME, VCA, live, register
from tests.support.account import urls
from tests.support.guide import Guide
from tests.support.leaks import HEADER, leaks
from tests.support.processes import descendants, end
from tests.support.scratch import SECONDS, Project
from tests.support.steps import Program

pytestmark = pytest.mark.engine

OLD = {**SAME, "vca": VCA}
MOVED = {**SAME, "vca": {**VCA, "url": "https://ivr.example/v2"}}


class Point(NamedTuple):
    """The point at which a command is killed or interrupted."""

    before: Program  # what is deployed before
    after: Program  # what the program then declares
    request: dict[str, Any]  # the held request, and whether it has taken effect
    live: str | None  # the URL of Sub_1's VCA webhook at that point
    post_over: Any = "replace"  # what the API does with a POST over a webhook


APPLIED = Point({}, {"vca": VCA}, {"method": "POST"}, VCA["url"])
POST, DELETE = {"method": "POST", "apply": False}, {"method": "DELETE", "apply": False}
POINTS = {
    "create, before POST": Point({}, {"vca": VCA}, POST, None),
    "create, POST was applied": APPLIED,
    "update, POST was applied": Point(OLD, MOVED, {"method": "POST"}, MOVED["vca"]["url"]),
    "update, between DELETE and POST": Point(OLD, MOVED, {**POST, "skip": 1}, None, "refuse"),
    "replacement, before DELETE": Point(OLD, {**SAME, "vca": {**VCA, "type": "VCS"}}, DELETE, VCA["url"]),
    "delete, DELETE was applied": Point(OLD, SAME, {"method": "DELETE"}, None),
}


class HeldBack(NamedTuple):
    """A command that waits because the API withholds one response until it is released."""

    command: subprocess.Popen[str]
    go_on: threading.Event
    processes: list[psutil.Process]  # all processes that it started

    def kill(self) -> None:
        self.command.kill()
        end(self.processes)

    def out(self) -> str:
        """Its output, once it has ended with a failure and without leftover processes."""
        printed = self.command.communicate(timeout=SECONDS)[0]
        assert self.command.returncode != 0
        assert [p for p in self.processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
        return printed


@contextmanager
def held_back(api: Emulator, project: Project, point: Point) -> Iterator[HeldBack]:
    """The update of a point, held there; any remaining processes are killed in the end."""
    if point.before:
        project.declare(**point.before).deploy().ok()
    register(OTHERS, api.account)
    api.modes = Modes(point.post_over)
    go_on = threading.Event()
    fault = api.faults.add(Fault("pass", **point.request, hold=go_on, hold_at="after"))
    with project.declare(**point.after).start("up", "--yes", "--skip-preview") as command:
        held = HeldBack(command, go_on, [])
        try:
            assert fault.reached.wait(SECONDS)
            held.processes.extend(descendants(command.pid))
            yield held
        finally:
            go_on.set()
            held.kill()


def repair(project: Project) -> None:
    """Run the steps from docs/repair.md."""
    with Guide("repair.md", project.program, project.env()) as guide:
        for words in ("cancel", "up", "refresh --clear-pending-creates"):
            guide.next(words).ok()
        guide.ended()


def is_as_declared(api: Emulator, project: Project, point: Point) -> None:
    """The account contains the declared and the unmanaged webhooks, and nothing is left to do."""
    assert live(api.account) == live(register({**OTHERS, **point.after}, Account()))
    assert project.preview("--expect-no-changes").ok().steps == []
    assert "pending_operations" not in project.export()["deployment"]
    assert sorted(project.resources()) == sorted(point.after)


@pytest.mark.parametrize("point", POINTS.values(), ids=list(POINTS))
def test_a_killed_engine_is_repaired_by_the_documented_steps(api: Emulator, project: Project, point: Point) -> None:
    """Its processes are killed too; the state records the pending operation, and what is live decides."""
    with held_back(api, project, point) as held:
        held.kill()

    assert urls(api).get("Sub_1/VCA") == point.live
    assert project.export()["deployment"]["pending_operations"]
    repair(project)
    is_as_declared(api, project, point)


@pytest.mark.parametrize(
    "name",
    [
        "create, POST was applied",
        "update, between DELETE and POST",
        "replacement, before DELETE",
        "delete, DELETE was applied",
    ],
)
def test_a_killed_provider_fails_the_command_and_one_more_up_converges(
    api: Emulator, project: Project, name: str
) -> None:
    """The engine notices, saves the state and ends; nothing is pending."""
    point = POINTS[name]
    with held_back(api, project, point) as held:
        end(process for process in held.processes if "pulumi.dynamic" in process.cmdline())
        printed = held.out()

    assert not leaks(printed, [HEADER])
    assert urls(api).get("Sub_1/VCA") == point.live
    project.deploy().ok()
    is_as_declared(api, project, point)


def test_one_interrupt_waits_for_the_request_and_saves_the_state(api: Emulator, project: Project) -> None:
    """After Ctrl-C the slow registration completes; the state contains it, and no process is left."""
    with held_back(api, project, APPLIED) as held:
        held.command.send_signal(signal.SIGINT)
        held.go_on.set()
        assert "cancel" in held.out()

    is_as_declared(api, project, APPLIED)


def test_a_second_interrupt_ends_at_once_and_is_repaired_even_after_a_destroy(api: Emulator, project: Project) -> None:
    """No process is left; the state lacks the webhook, so `destroy` leaves it, as the page warns."""
    with held_back(api, project, APPLIED) as held:
        for _ in range(600):
            if held.command.poll() is None:
                held.command.send_signal(signal.SIGINT)
                held.go_on.wait(0.1)
        held.out()

    assert [operation["type"] for operation in project.export()["deployment"]["pending_operations"]] == ["creating"]
    project.run("cancel", "--yes").ok()
    project.destroy().ok()
    assert urls(api).get("Sub_1/VCA") == VCA["url"]
    repair(project)
    is_as_declared(api, project, APPLIED)
