"""The provider in the real `python -m pulumi.dynamic` of the installed SDK, called over gRPC as the engine calls it."""

from __future__ import annotations

import base64
import json
import pickletools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2

from pulumi_8x8 import dynamic_host
from pulumi_8x8.emulator import Emulator
from pulumi_8x8.reconcile.caller import INPUT
from tests.proof.host import PICKLED, Host
from tests.proof.steps import StepError

ID, A, B, HEADER = "acme_voice/VCA", "https://a.example/", "https://b.example/", "header-canary-f00d"
NEWS = {"subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": True}
STATE = {**NEWS, "http_auth_header_available": False}
DRIFT = f"url is {B} live, {A} declared"


class Engine(engine_pb2_grpc.EngineServicer):
    """An engine that receives messages, or never responds."""

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
    engine, server = Engine(), grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    engine.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield engine
    engine.over.set()
    server.stop(None).wait()


def started(api: Emulator, *arguments: str) -> Host:
    """The host, started with these arguments: an engine passes its own address."""
    return Host({}, {"8x8:apiKey": api.api_key, "8x8:baseUrl": api.url}, *arguments)


def test_the_provider_in_state_is_a_reference_to_its_class() -> None:
    """Sixty-some bytes, the same for every key and program: a module, a class, and no settings."""
    pickled = base64.b64decode(PICKLED)

    texts = [argument for _, argument, _ in pickletools.genops(pickled) if isinstance(argument, str)]
    assert texts == ["pulumi_8x8.provider", "WebhookProvider"]
    assert len(pickled) < 70


def failure(call: Callable[..., object], *arguments: object) -> str:
    """What the engine shows of a call that fails."""
    with pytest.raises(StepError) as caught:
        call(*arguments)
    return str(caught.value)


def test_an_expected_failure_is_its_text_alone_and_a_bug_has_its_traceback(api: Emulator) -> None:
    """In every call, also between two bugs; from SDK 3.260 the host shows a traceback, before that a prefix."""
    broken = {**NEWS, INPUT: "{"}
    with started(api) as host:
        api.api_key = "rotated"
        bugs = [failure(host.check, {}, broken)]
        expected = [
            failure(host.diff, ID, STATE, NEWS),
            failure(host.create, {**NEWS, "http_auth_header": HEADER}),
            failure(host.read, ID, STATE),
            failure(host.update, ID, STATE, NEWS),
            failure(host.delete, ID, STATE),
        ]
        bugs.append(failure(host.check, {}, broken))

    assert [text for text in expected if not text.startswith(("The API responded 401", f"{ID} was not removed"))] == []
    assert [text for text in expected if "\n" in text or "Check 8x8:apiKey or EIGHTX8_API_KEY" not in text] == []
    assert bugs[0] == bugs[1]
    assert bugs[0].startswith(("Traceback (most recent call last):\n", "Exception calling application: "))
    assert host.printed == ""


def test_a_message_reaches_the_engine_with_the_urn_of_its_resource(api: Emulator, engine: Engine) -> None:
    """What the user told Pulumi to ignore reaches the provider."""
    api.account.put("acme_voice", "VCA", B)
    with started(api, engine.address) as host:
        host.urn = "urn:pulumi:dev::scratch::pulumi-python:dynamic/8x8:Webhook::menu"
        ignored = host._call("Diff", id=ID, olds=STATE, news=NEWS, ignoreChanges=["*"]).changes
        quiet = list(engine.messages)
        found = host.diff(ID, STATE, NEWS)

    assert (ignored, quiet) == (provider_pb2.DiffResponse.DIFF_NONE, [])
    assert found == ([], True)
    assert engine.messages == [(engine_pb2.WARNING, DRIFT, host.urn)]
    assert host.printed == ""


@pytest.mark.parametrize("arguments", [["127.0.0.1:1"], ["nonsense"]])
def test_a_message_is_printed_where_no_engine_can_be_reached(api: Emulator, arguments: list[str]) -> None:
    """And the call goes on."""
    api.account.put("acme_voice", "VCA", B)
    with started(api, *arguments) as host:
        found = host.diff(ID, STATE, NEWS)

    assert found == ([], True)
    assert host.printed == f"8x8: {ID}: {DRIFT}\n"


def test_an_engine_that_does_not_respond_is_waited_for_once(api: Emulator, engine: Engine) -> None:
    """The messages are printed."""
    engine.hung = True
    with started(api, engine.address) as host:
        for type in ("VCA", "VSS"):
            host.diff(f"acme_voice/{type}", {**STATE, "type": type}, {**NEWS, "type": type})

    assert len(engine.messages) == 1
    assert len(host.printed.splitlines()) == 2


class Silent:
    """A context of gRPC whose `abort` does nothing, and cannot be replaced."""

    __slots__ = ()

    def abort(self, *_: object) -> None:
        return


def test_a_context_of_another_kind_never_makes_a_failure_a_success() -> None:
    """The error itself is what is to be raised."""
    error = ConnectionError("as it is")
    grpc.ServicerContext.register(Silent)

    def serve(request: Any, context: Any) -> Exception:
        return dynamic_host.plain(error)

    assert serve(provider_pb2.CreateRequest(), Silent()) is error


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts a CLI on PATH that is this shell script, alone."""

    def put(script: str) -> None:
        (tmp_path / "pulumi").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "pulumi").chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path))
    yield put
    dynamic_host._managed.cache_clear()


URN = "urn:pulumi:dev::scratch::pulumi-python:dynamic:Part::"
RESOURCES = [
    {"urn": f"{URN}old", "outputs": {"url": A, "on": True, "header": {"ciphertext": "v1"}}},
    {"urn": f"{URN}going", "outputs": {}, "delete": True},
    {"urn": f"{URN}read", "outputs": {}, "external": True},
]
EXPORT = f"echo '{json.dumps({'deployment': {'resources': RESOURCES}})}'"


def test_what_a_stack_manages_is_held_with_its_plain_outputs(cli: Callable[[str], None], tmp_path: Path) -> None:
    """What it only reads, or is about to delete, is not; the state is read once."""
    cli(f'echo "$@" >> "{tmp_path}/calls"\n{EXPORT}')

    held = [dynamic_host.stack_holds(f"{URN}{name}", "acme") for name in ("old", "going", "read", "new")]

    assert held == [{"url": A, "on": True}, None, None, None]
    assert (tmp_path / "calls").read_text() == "stack export --stack acme/scratch/dev --non-interactive\n"


@pytest.mark.parametrize(
    ("organization", "script", "held"),
    [
        *((name, f'[ "$4" = dev ] || exit 255\n{EXPORT}', name != "acme") for name in ("organization", "", "acme")),
        *(("acme", script, False) for script in ("exit 1", "echo nonsense", "echo '{}'", "echo '[]'", None)),
    ],
)
def test_a_stack_that_cannot_be_read_holds_nothing(
    cli: Callable[[str], None], organization: str, script: str | None, held: bool
) -> None:
    """One without a project is known by its name alone, but never another organization's stack of that name."""
    if script:
        cli(script)

    assert (dynamic_host.stack_holds(f"{URN}old", organization) is not None) is held
