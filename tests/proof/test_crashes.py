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
from tests.engine.scratch import SECONDS, Project
from tests.proof.processes import alive, descendants, end, unread, until

pytestmark = pytest.mark.engine

HEADER = "Basic canary-of-the-header"
SAME = {"subaccount_id": "Sub_1", "type": "VSS", "url": "https://ivr.example/vss"}
VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca", "http_auth_header": HEADER}
MOVED = {**VCA, "url": "https://ivr.example/v2"}
OTHERS = {"VRU": StoredWebhook("VRU", "https://theirs.example/", True, "Basic theirs")}


@dataclass(frozen=True)
class Point:
    """Where a command is when something happens to it.

    Attributes:
        before: What is deployed already.
        after: What the program then declares.
        meets: Which request it is about, and whether that has taken effect.
        live: The URL that Sub_1's VCA webhook_id holds then; None for nothing.
        post_over: What the API does with a POST over a webhook.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    meets: dict[str, Any]
    live: str | None
    post_over: str = "replace"


POINTS = {
    "create, before POST": Point({}, {"vca": VCA}, {"method": "POST", "apply": False}, None),
    "create, POST was applied": Point({}, {"vca": VCA}, {"method": "POST"}, VCA["url"]),
    "update, before POST": Point({"vca": VCA}, {"vca": MOVED}, {"method": "POST", "apply": False}, VCA["url"]),
    "update, POST was applied": Point({"vca": VCA}, {"vca": MOVED}, {"method": "POST"}, MOVED["url"]),
    "update, between DELETE and POST": Point(
        {"vca": VCA}, {"vca": MOVED}, {"method": "POST", "apply": False, "skip": 1}, None, "refuse"
    ),
    "replacement, before DELETE": Point(
        {"vca": VCA}, {"vca": {**VCA, "type": "VCS"}}, {"method": "DELETE", "apply": False}, VCA["url"]
    ),
    "delete, before DELETE": Point({"vca": VCA}, {}, {"method": "DELETE", "apply": False}, VCA["url"]),
    "delete, DELETE was applied": Point({"vca": VCA}, {}, {"method": "DELETE"}, None),
}


@dataclass
class Held:
    """A command that stands still because the API does not respond to one request yet.

    Attributes:
        processes: Everything that it started.
    """

    command: subprocess.Popen[str]
    go_on: threading.Event
    processes: dict[int, str] = field(default_factory=dict)

    @property
    def provider(self) -> dict[int, str]:
        """The dynamic provider's process."""
        return {pid: arguments for pid, arguments in self.processes.items() if "-m pulumi.dynamic" in arguments}

    def interrupted(self) -> bool:
        """Press Ctrl-C once more; returns whether it has ended."""
        self.command.send_signal(signal.SIGINT)
        return self.command.poll() is not None

    def out(self) -> str:
        return self.command.communicate(timeout=SECONDS)[0]


@contextmanager
def held(api: Emulator, project: Project, point: Point) -> Iterator[Held]:
    """The update of a point, standing still at it; whatever is left of it in the end is ended."""
    if point.before:
        project.declare(same=SAME, **point.before).deploy().ok()
    for type, webhook in OTHERS.items():
        api.account.put("Sub_1", type, webhook.url, http_auth_header=webhook.http_auth_header)
    project.declare(**({"same": SAME} if point.before else {}), **point.after)
    api.post_over = point.post_over  # type: ignore[assignment]
    go_on = threading.Event()
    fault = api.faults.add(Fault("pass", **point.meets, hold=go_on, hold_at="after"))
    with project.start("up", "--yes", "--skip-preview") as command:
        standing = Held(command, go_on)
        try:
            assert fault.reached.wait(SECONDS)
            standing.processes = descendants(command.pid)
            yield standing
        finally:
            go_on.set()
            command.kill()
            end(standing.processes)


def urls(api: Emulator) -> dict[str, str]:
    return {type: webhook.url for type, webhook in api.account.webhooks("Sub_1").items()}


def repair(project: Project) -> None:
    """Type the steps that docs/repair.md names."""
    guide = Guide("repair.md", project)
    for words in ("cancel", "up", "refresh --clear-pending-creates"):
        guide.next(words).ok()
    guide.ended()


def is_as_declared(api: Emulator, project: Project, point: Point) -> None:
    """The account holds the declaration and what was others', and nothing is left to do."""
    declared = [*([SAME] if point.before else []), *point.after.values()]
    assert api.account.webhooks("Sub_1") == {
        **OTHERS,
        **{
            webhook["type"]: StoredWebhook(webhook["type"], webhook["url"], True, webhook.get("http_auth_header"))
            for webhook in declared
        },
    }
    assert project.preview("--expect-no-changes").ok().steps == []
    assert "pending_operations" not in project.export()["deployment"]
    assert sorted(project.resources()) == sorted([*(["same"] if point.before else []), *point.after])


@pytest.mark.parametrize("name", POINTS)
def test_an_engine_that_is_killed_is_repaired_by_the_documented_steps(
    api: Emulator, project: Project, name: str
) -> None:
    """Its processes are ended too; the stack then says what was going on, and what is live decides."""
    point = POINTS[name]

    with held(api, project, point) as standing:
        standing.command.kill()
        end(standing.processes)

    assert urls(api).get("VCA") == point.live
    assert project.export()["deployment"]["pending_operations"]

    repair(project)

    is_as_declared(api, project, point)


def test_a_destroy_before_the_documented_steps_leaves_the_interrupted_webhook_and_after_them_none(
    api: Emulator, project: Project
) -> None:
    """The state does not hold it yet; docs/repair.md says so."""
    with held(api, project, POINTS["create, POST was applied"]) as standing:
        standing.command.kill()
        end(standing.processes)

    project.run("cancel", "--yes").ok()
    project.destroy().ok()
    assert urls(api) == {"VCA": VCA["url"], "VRU": "https://theirs.example/"}

    repair(project)
    project.destroy().ok()

    assert api.account.webhooks("Sub_1") == OTHERS


@pytest.mark.parametrize("name", POINTS)
def test_a_provider_that_is_killed_fails_the_command_and_one_more_up_converges(
    api: Emulator, project: Project, name: str
) -> None:
    """The engine notices, saves what it knows and ends; nothing is pending."""
    point = POINTS[name]

    with held(api, project, point) as standing:
        end(standing.provider)
        printed = standing.out()
        left = alive(standing.processes)

    assert standing.command.returncode != 0
    assert HEADER not in printed
    assert left == {}
    assert urls(api).get("VCA") == point.live
    project.deploy().ok()
    is_as_declared(api, project, point)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="asks Linux what a process has not read yet")
def test_an_engine_that_is_killed_with_the_response_unread_is_repaired_by_the_documented_steps(
    api: Emulator, project: Project
) -> None:
    """The provider has responded, and the engine ends before it writes that down."""
    point = POINTS["create, POST was applied"]

    with held(api, project, point) as standing:
        standing.command.send_signal(signal.SIGSTOP)
        before = unread(standing.command.pid)
        standing.go_on.set()
        assert until(lambda: unread(standing.command.pid) > before)
        standing.command.kill()
        end(standing.processes)

    assert project.resources() == {}
    repair(project)
    is_as_declared(api, project, point)


def test_one_interrupt_waits_for_the_request_and_saves_the_state(api: Emulator, project: Project) -> None:
    """Ctrl-C lets the slow registration end; the state has it, and no process stays."""
    point = POINTS["create, POST was applied"]

    with held(api, project, point) as standing:
        standing.command.send_signal(signal.SIGINT)
        standing.go_on.set()
        printed = standing.out()
        left = alive(standing.processes)

    assert standing.command.returncode != 0
    assert "cancel" in printed
    assert left == {}
    is_as_declared(api, project, point)


def test_a_second_interrupt_ends_at_once_and_the_documented_steps_repair_it(api: Emulator, project: Project) -> None:
    """The state says what was going on, and no process stays."""
    point = POINTS["create, POST was applied"]

    with held(api, project, point) as standing:
        assert until(standing.interrupted)
        left = alive(standing.processes)

    assert standing.command.returncode != 0
    assert left == {}
    assert [operation["type"] for operation in project.export()["deployment"]["pending_operations"]] == ["creating"]
    repair(project)
    is_as_declared(api, project, point)
