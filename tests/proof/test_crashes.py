"""The real engine, killed or interrupted at every point; repaired by the steps of docs/repair.md."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pulumi_8x8.emulator import Emulator, Fault, StoredWebhook
from tests.docs.guide import Guide
from tests.engine.account import urls
from tests.engine.scratch import SECONDS, Project
from tests.proof.processes import alive, descendants, end, unread

pytestmark = pytest.mark.engine

HEADER = "Basic canary-of-the-header"
SAME = {"same": {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}}
VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca", "http_auth_header": HEADER}
OLD = {**SAME, "vca": VCA}
MOVED = {**SAME, "vca": {**VCA, "url": "https://ivr.example/v2"}}
OTHERS = {"VRU": StoredWebhook("VRU", "https://theirs.example/", True, "Basic theirs")}


@dataclass(frozen=True)
class Point:
    """Where a command is when something happens to it.

    Attributes:
        before: What is deployed already.
        after: What the program then declares.
        request: Which request it is about, and whether that has taken effect.
        live: The URL that Sub_1's VCA webhook has then; None for nothing.
        post_over: What the API does with a POST over a webhook.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    request: dict[str, Any]
    live: str | None
    post_over: Any = "replace"


APPLIED = Point({}, {"vca": VCA}, {"method": "POST"}, VCA["url"])
POINTS = {
    "create, before POST": Point({}, {"vca": VCA}, {"method": "POST", "apply": False}, None),
    "create, POST was applied": APPLIED,
    "update, before POST": Point(OLD, MOVED, {"method": "POST", "apply": False}, VCA["url"]),
    "update, POST was applied": Point(OLD, MOVED, {"method": "POST"}, MOVED["vca"]["url"]),
    "update, between DELETE and POST": Point(
        OLD, MOVED, {"method": "POST", "apply": False, "skip": 1}, None, "refuse"
    ),
    "replacement, before DELETE": Point(
        OLD, {**SAME, "vca": {**VCA, "type": "VCS"}}, {"method": "DELETE", "apply": False}, VCA["url"]
    ),
    "delete, before DELETE": Point(OLD, SAME, {"method": "DELETE", "apply": False}, VCA["url"]),
    "delete, DELETE was applied": Point(OLD, SAME, {"method": "DELETE"}, None),
}  # fmt: skip
each_point = pytest.mark.parametrize("point", POINTS.values(), ids=list(POINTS))


@dataclass
class HeldBack:
    """A command that stands still because the API does not respond to one request yet.

    Attributes:
        go_on: Lets the API respond.
        processes: Everything that it started.
    """

    command: subprocess.Popen[str]
    go_on: threading.Event
    processes: dict[int, str] = field(default_factory=dict)

    def kill(self) -> None:
        self.command.kill()
        end(self.processes)

    def out(self) -> str:
        """What it printed, once it has ended by itself, with a failure and with no process left."""
        printed = self.command.communicate(timeout=SECONDS)[0]
        assert self.command.returncode != 0
        assert alive(self.processes) == {}
        return printed


@contextmanager
def held_back(api: Emulator, project: Project, point: Point) -> Iterator[HeldBack]:
    """The update of a point, standing still at it; whatever is left of it in the end is ended."""
    if point.before:
        project.declare(**point.before).deploy().ok()
    for type, webhook in OTHERS.items():
        api.account.put("Sub_1", type, webhook.url, http_auth_header=webhook.http_auth_header)
    project.declare(**point.after)
    api.post_over = point.post_over
    go_on = threading.Event()
    fault = api.faults.add(Fault("pass", **point.request, hold=go_on, hold_at="after"))
    with project.start("up", "--yes", "--skip-preview") as command:
        held = HeldBack(command, go_on)
        try:
            assert fault.reached.wait(SECONDS)
            held.processes = descendants(command.pid)
            yield held
        finally:
            go_on.set()
            held.kill()


def repair(project: Project) -> None:
    """Type the steps that docs/repair.md names."""
    guide = Guide("repair.md", project)
    for words in ("cancel", "up", "refresh --clear-pending-creates"):
        guide.next(words).ok()
    guide.ended()


def is_as_declared(api: Emulator, project: Project, point: Point) -> None:
    """The account holds the declaration and what was others', and nothing is left to do."""
    declared = {
        one["type"]: StoredWebhook(one["type"], one["url"], True, one.get("http_auth_header"))
        for one in point.after.values()
    }
    assert api.account.webhooks("Sub_1") == {**OTHERS, **declared}
    assert project.preview("--expect-no-changes").ok().steps == []
    assert "pending_operations" not in project.export()["deployment"]
    assert sorted(project.resources()) == sorted(point.after)


@each_point
def test_a_killed_engine_is_repaired_by_the_documented_steps(api: Emulator, project: Project, point: Point) -> None:
    """Its processes are ended too; the state then holds what was going on, and what is live decides."""
    with held_back(api, project, point) as held:
        held.kill()

    assert urls(api).get("Sub_1/VCA") == point.live
    assert project.export()["deployment"]["pending_operations"]
    repair(project)
    is_as_declared(api, project, point)


def test_a_destroy_before_the_documented_steps_leaves_the_interrupted_webhook(api: Emulator, project: Project) -> None:
    """The state does not hold it yet, as docs/repair.md warns."""
    with held_back(api, project, APPLIED) as held:
        held.kill()

    project.run("cancel", "--yes").ok()
    project.destroy().ok()
    assert urls(api).get("Sub_1/VCA") == VCA["url"]

    repair(project)
    project.destroy().ok()
    assert api.account.webhooks("Sub_1") == OTHERS


@each_point
def test_a_killed_provider_fails_the_command_and_one_more_up_converges(
    api: Emulator, project: Project, point: Point
) -> None:
    """The engine notices, saves what it knows and ends; nothing is pending."""
    with held_back(api, project, point) as held:
        end({pid: arguments for pid, arguments in held.processes.items() if "-m pulumi.dynamic" in arguments})
        printed = held.out()

    assert HEADER not in printed
    assert urls(api).get("Sub_1/VCA") == point.live
    project.deploy().ok()
    is_as_declared(api, project, point)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads from Linux what a process has not read yet")
def test_an_engine_killed_with_the_response_unread_is_repaired_too(api: Emulator, project: Project) -> None:
    """The provider has responded, and the engine ends before it writes that down."""
    with held_back(api, project, APPLIED) as held:
        held.command.send_signal(signal.SIGSTOP)
        before = unread(held.command.pid)
        held.go_on.set()
        tick = threading.Event()
        assert any(unread(held.command.pid) > before or tick.wait(0.02) for _ in range(3000))
        held.kill()

    assert project.resources() == {}
    repair(project)
    is_as_declared(api, project, APPLIED)


def test_one_interrupt_waits_for_the_request_and_saves_the_state(api: Emulator, project: Project) -> None:
    """Ctrl-C lets the slow registration end; the state has it, and no process stays."""
    with held_back(api, project, APPLIED) as held:
        held.command.send_signal(signal.SIGINT)
        held.go_on.set()
        assert "cancel" in held.out()

    is_as_declared(api, project, APPLIED)


def test_a_second_interrupt_ends_at_once_and_the_documented_steps_repair_it(api: Emulator, project: Project) -> None:
    """The state holds what was going on, and no process stays."""
    with held_back(api, project, APPLIED) as held:
        for _ in range(600):
            if held.command.poll() is None:
                held.command.send_signal(signal.SIGINT)
                held.go_on.wait(0.1)
        held.out()

    assert [operation["type"] for operation in project.export()["deployment"]["pending_operations"]] == ["creating"]
    repair(project)
    is_as_declared(api, project, APPLIED)
