"""The real program runner of the SDK, interrupted as a current language host does after a failure: SIGINT, twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from pulumi_8x8 import dynamic_host
from tests.support.scratch import engine_bin

pytestmark = pytest.mark.engine

GUARD = "from pulumi_8x8.dynamic_host import quiet_interrupts\nquiet_interrupts()\n"
WATCH = """
import asyncio, sys, threading, time
loop, main = asyncio.get_event_loop(), threading.main_thread().ident
def watch():
    input()
    while sys._current_frames()[main].f_code.co_name != "select":
        time.sleep(0.001)
    print("waiting", flush=True)
    while not loop._default_executor._shutdown:
        loop.call_soon_threadsafe(int)
        time.sleep(0.001)
    print("ending", flush=True)
threading.Thread(target=watch, daemon=True).start()
"""
"""Prints a line when the runner waits in its loop, and one when, interrupted, it waits for its threads. Between them it
wakes the loop, which could otherwise begin to wait just after the signal came."""


class Monitor(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """An engine that registers the stack and never lets the program end until it is told to."""

    def __init__(self) -> None:
        self.waited_for = threading.Event()
        self.over = threading.Event()
        self.address = ""

    def SupportsFeature(self, request: Any, context: Any) -> Any:  # noqa: N802 (gRPC's names, here and below)
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    def RegisterResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:dev::scratch::{request.type}::{request.name}")

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.waited_for.set()
        self.over.wait()
        return empty_pb2.Empty()

    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    monitor = Monitor()
    server = grpc.server(ThreadPoolExecutor(8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(monitor, server)
    monitor.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield monitor
    monitor.over.set()
    server.stop(None).wait()


def start(monitor: Monitor, folder: Path, program: str) -> subprocess.Popen[str]:
    (folder / "__main__.py").write_text(program)
    return subprocess.Popen(
        [
            *(sys.executable, "-u", str(Path(engine_bin()) / "pulumi-language-python-exec")),
            *("--monitor", monitor.address, "--engine", monitor.address, "--project", "scratch", "--stack", "dev"),
            *("--parallel", "4", "--dry_run", "true", str(folder)),
        ],
        env={name: value for name, value in os.environ.items() if not name.startswith("PULUMI")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.mark.parametrize(("guard", "interrupts_shown"), [(GUARD, 0), ("", 2)])
def test_a_waiting_program_that_is_interrupted_prints_nothing(
    monitor: Monitor, tmp_path: Path, guard: str, interrupts_shown: int
) -> None:
    """And ends by the signal, as it does without the guard."""
    process = start(monitor, tmp_path, guard + WATCH)
    assert monitor.waited_for.wait(60)
    assert process.stdin
    print(file=process.stdin, flush=True)
    assert line(process) == "waiting"

    process.send_signal(signal.SIGINT)
    assert line(process) == "ending"
    process.send_signal(signal.SIGINT)
    monitor.over.set()
    _, complained = process.communicate(timeout=60)

    assert complained.count("KeyboardInterrupt") == interrupts_shown
    assert bool(complained) == bool(interrupts_shown)
    assert process.returncode == -signal.SIGINT


def test_an_interrupt_with_another_exception_in_its_history_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the program was about to report when it was interrupted; outside the runner nothing is changed."""
    before, shown = sys.excepthook, list[BaseException]()
    dynamic_host.quiet_interrupts()
    assert sys.excepthook is before

    monkeypatch.setattr(sys, "orig_argv", ["python", "/bin/pulumi-language-python-exec"])
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: shown.append(error))
    interrupted, alone = KeyboardInterrupt(), KeyboardInterrupt()
    interrupted.__context__ = ValueError("mine")

    dynamic_host.quiet_interrupts()
    dynamic_host.quiet_interrupts()
    for error in (interrupted, alone, interrupted.__context__):
        sys.excepthook(type(error), error, None)

    assert shown == [interrupted, interrupted.__context__]
