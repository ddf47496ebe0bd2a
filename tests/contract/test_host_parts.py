"""The parts of `pulumi_8x8.dynamic_host`, in the real host of the installed SDK, called over gRPC as an engine does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc

from pulumi_8x8 import dynamic_host

PROGRAM = Path(__file__).parents[1] / "engine" / "programs" / "host_parts"
PROVIDER = b64encode(b"cparts\nParts\n)R.").decode()
"""A pickle: call `parts.Parts` with nothing."""

URN = "urn:pulumi:dev::scratch::pulumi-python:dynamic:Part::part"
REFUSAL = "refused: nothing is live; run it again"
RPCS = ("check", "diff", "create", "read", "update", "delete")


class Engine(engine_pb2_grpc.EngineServicer):
    """An engine that takes messages, or never responds."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, str, str]] = []
        self.hung = False
        self.over = threading.Event()
        self.address = ""

    def Log(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802 (gRPC's name)
        self.messages.append((request.severity, request.message, request.urn))
        if self.hung:
            self.over.wait()
        return empty_pb2.Empty()


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    engine.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield engine
    engine.over.set()
    server.stop(None).wait()


class Host:
    """What an engine asks of the provider; `said` is all that it printed, once the host has ended."""

    said = ""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def call(self, rpc: str, ignore: Sequence[str] = (), /, **props: str) -> Any:
        given = struct_pb2.Struct()
        given.update({"__provider": PROVIDER, **props})
        both: dict[str, Any] = {"olds": given, "news": given}
        requests: dict[str, Callable[[], Any]] = {
            "check": lambda: provider_pb2.CheckRequest(urn=URN, **both),
            "diff": lambda: provider_pb2.DiffRequest(urn=URN, ignoreChanges=ignore, **both),
            "create": lambda: provider_pb2.CreateRequest(urn=URN, properties=given),
            "read": lambda: provider_pb2.ReadRequest(urn=URN, id="made", properties=given),
            "update": lambda: provider_pb2.UpdateRequest(urn=URN, ignoreChanges=ignore, **both),
            "delete": lambda: provider_pb2.DeleteRequest(urn=URN, id="made", properties=given),
        }
        return getattr(self._stub, rpc.title())(requests[rpc](), timeout=60)

    def failure(self, rpc: str, **props: str) -> str:
        """What the engine shows of a call that fails."""
        with pytest.raises(grpc.RpcError) as caught:
            self.call(rpc, **props)
        return str(caught.value.details())


@contextmanager
def running(*arguments: str) -> Iterator[Host]:
    """The host, started with these arguments; an engine gives it its own address."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI")}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.dynamic", *arguments],
        env=plain,
        cwd=PROGRAM,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    try:
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            host = Host(provider_pb2_grpc.ResourceProviderStub(channel))
            host._stub.Configure(provider_pb2.ConfigureRequest(), wait_for_ready=True, timeout=60)
            yield host
    finally:
        process.terminate()
        host.said = process.communicate(timeout=60)[0]


def test_an_expected_failure_is_its_text_and_nothing_else() -> None:
    """In every call; what led to it is not shown."""
    with running() as host:
        failures = [host.failure(rpc, fail=rpc) for rpc in RPCS]

    assert failures == [f"{rpc} {REFUSAL}" for rpc in RPCS]
    assert host.said == ""


def test_a_bug_is_shown_as_the_host_shows_it() -> None:
    """Before and after an expected failure; from SDK 3.260 with its traceback."""
    with running() as host:
        shown = [host.failure("create", bug="create"), host.failure("create", fail="create")]
        shown += [host.failure("create", bug="create")]

    bug, expected, again = shown
    assert expected == f"create {REFUSAL}"
    assert bug == again
    assert bug.rstrip().endswith("a bug")
    assert bug.startswith(("Traceback (most recent call last):\n", "Exception calling application: "))


def test_a_message_reaches_the_engine_with_the_urn_of_its_resource(engine: Engine) -> None:
    """With what the user told Pulumi to ignore, where the engine passes that on."""
    with running(engine.address) as host:
        for rpc in RPCS:
            host.call(rpc, ["url", "*"], warn="yes")

    ignored = {rpc: ["url", "*"] if rpc in ("diff", "update") else [] for rpc in RPCS}
    assert engine.messages == [
        (engine_pb2.WARNING, f"{rpc} of {URN}, ignoring {names}", URN) for rpc, names in ignored.items()
    ]
    assert host.said == ""


@pytest.mark.parametrize("arguments", [[], ["127.0.0.1:1"], ["nonsense"]])
def test_a_message_is_printed_where_no_engine_can_be_reached(arguments: list[str]) -> None:
    """And the call goes on."""
    with running(*arguments) as host:
        host.call("create", warn="yes")
        host.call("delete", warn="yes")

    assert host.said == "".join(f"{rpc} of {URN}, ignoring []\n" for rpc in ("create", "delete"))


def test_an_engine_that_does_not_answer_is_waited_for_once(engine: Engine) -> None:
    """The messages are printed."""
    engine.hung = True
    with running(engine.address) as host:
        host.call("create", warn="yes")
        host.call("delete", warn="yes")

    assert len(engine.messages) == 1
    assert len(host.said.splitlines()) == 2


class Sealed:
    """A context of gRPC whose methods cannot be set, and whose `abort` does nothing."""

    __slots__ = ()

    def abort(self, *_: object) -> None:
        return


class Silent:
    """A context of gRPC whose `abort` does nothing."""

    def abort(self, *_: object) -> None:
        return


@pytest.mark.parametrize("kind", [Sealed, Silent])
def test_a_context_of_another_kind_never_makes_a_failure_a_success(kind: type) -> None:
    """The error itself is what is to be raised."""
    error = ConnectionError("as it is")
    grpc.ServicerContext.register(kind)

    def serve(request: Any, context: Any) -> Exception:
        return dynamic_host.plain(error)

    assert serve(provider_pb2.CreateRequest(), kind()) is error


def test_outside_the_host_there_is_no_call_and_the_error_is_as_it_is() -> None:
    """A unit test of an operation, or a host that names its variables otherwise."""
    error = ConnectionError("as it is")

    assert dynamic_host.plain(error) is error
    assert dynamic_host.current_call() == ("", ())
    assert dynamic_host.log("warning", "nowhere") is False


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a CLI on PATH that is this shell script, alone."""

    def put(script: str) -> None:
        (tmp_path / "pulumi").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "pulumi").chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path))
    return put


def urn(name: str, stack: str = "dev") -> str:
    return f"urn:pulumi:{stack}::scratch::pulumi-python:dynamic:Part::{name}"


def exported(stack: str) -> str:
    resources = [
        {
            "urn": urn("old", stack),
            "outputs": {"url": "https://a.example/", "on": True, "header": {"ciphertext": "v1"}},
        },
        {"urn": urn("going", stack), "outputs": {}, "delete": True},
        {"urn": urn("read", stack), "outputs": {}, "external": True},
    ]
    return f"echo '{json.dumps({'deployment': {'resources': resources}})}'"


def test_what_a_stack_manages_is_held_with_its_plain_outputs(cli: Callable[[str], None], tmp_path: Path) -> None:
    """What it only reads, or is about to delete, is not; the state is read once."""
    cli(f'echo "$@" >> "{tmp_path}/calls"\n{exported("plain")}')

    held = [dynamic_host.stack_holds(urn(name, "plain"), "acme") for name in ("old", "going", "read", "new")]

    assert held == [{"url": "https://a.example/", "on": True}, None, None, None]
    assert (tmp_path / "calls").read_text() == "stack export --stack acme/scratch/plain --non-interactive\n"


@pytest.mark.parametrize(("organization", "held"), [("organization", True), ("", True), ("acme", False)])
def test_a_stack_without_a_project_is_known_by_its_name_alone(
    cli: Callable[[str], None], organization: str, held: bool
) -> None:
    """In a backend without organizations; never another organization's stack of that name."""
    stack = f"bare-{organization}"
    cli(f'[ "$4" = {stack} ] || exit 255\n{exported(stack)}')

    assert (dynamic_host.stack_holds(urn("old", stack), organization) is not None) is held


@pytest.mark.parametrize("script", ["exit 1", "echo nonsense", "echo '{}'", "echo '[]'", None])
def test_a_state_that_cannot_be_read_holds_nothing(cli: Callable[[str], None], script: str | None) -> None:
    """A CLI that fails or says something else, or none."""
    if script:
        cli(script)

    assert dynamic_host.stack_holds(urn("old", f"unread-{script}"), "acme") is None
