"""The commands in the README of examples/ivr work as described."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eightx8_voice.events import CallAction
from tests.support.ivr_example import EXAMPLE
from tests.support.scratch import Project

README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
[PROGRAM] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_readme_takes_three_minutes_to_read() -> None:
    """The estimate is 250 words a minute, without commands."""
    prose = re.sub(r"```.*?```", "", README, flags=re.DOTALL)

    assert len(re.findall(r"[\w'/.]+", prose)) <= 3 * 250


def test_the_menu_returns_the_status_of_an_order() -> None:
    """A known number is shipped, and an unknown one goes back to the menu."""
    names: dict[str, object] = {}
    exec(PROGRAM, names)
    answer = names["IVR"].answer  # type: ignore[attr-defined]

    def order(digits: str) -> str:
        flow = answer(CallAction(session_id="s", call_status="CALL_RECEIVED"))
        for keys in ("1", digits):
            flow = answer(CallAction(session_id="s", dtmf=keys, client_action_id=flow.client_action_id))
        return str(flow.to_json())

    assert "shipped today" in order("1234")
    assert "For the status of an order" in order("9999")


@contextmanager
def emulator(command: str, project: Project) -> Iterator[None]:
    """The last command of the first terminal, until the block ends."""
    with subprocess.Popen(command.split(), cwd=project.program, env=project.env(), stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert b"http://" in process.stdout.readline()
            yield
        finally:
            process.terminate()


def typed(script: str, project: Project, **environment: str) -> str:
    """The terminal's output for these lines, which must all succeed."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("$ ", "", 1).replace("\n$ ", "\n")],
        cwd=project.program, env={**project.env(), "PULUMI_SKIP_CONFIRMATIONS": "true", **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.engine
def test_the_readmes_first_five_minutes_work_as_described(tmp_path: Path) -> None:
    """They are tests, an emulator, a stack, a call, its summary, a rehearsal, and a clean removal."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    first, stack, call, end = (block.replace("8100", str(port)) for block in BLOCKS)
    project = Project(tmp_path, source=EXAMPLE)
    project.run("stack", "rm", "--yes", "dev").ok()
    installed, emulate = first.rsplit("$ ", 1)

    # The requirements are already installed, so pip needs no network.
    tests = typed(installed, project, PIP_NO_INDEX="1", PYTHONPATH="")
    with emulator(emulate, project):
        up = typed(stack.replace("$ pulumi up", "$ pulumi config set port 0\n$ pulumi up"), project)
        try:
            called = typed(stack.splitlines()[0] + "\n" + call, project)
        finally:
            gone = typed(stack.splitlines()[0] + "\n" + end, project)

    sessions = json.loads(next(line for line in called.splitlines() if '"sessions"' in line))["sessions"]
    assert " passed" in tests
    assert "created" in up
    assert [row["outcome"] for row in sessions] == ["done"]
    assert "The endpoint is ready." in called
    assert re.search(r"VCA session=\S+ status=ACTION_COMPLETED key=1 response=200", called)
    assert "deleted" in gone
