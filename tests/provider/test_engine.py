"""The connection back to the engine, with a real gRPC server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from pulumi_8x8.engine import Engine


class Display(engine_pb2_grpc.EngineServicer):
    """An engine that records the messages it receives."""

    def __init__(self) -> None:
        self.shown: list[Any] = []
        self.address = ""

    def Log(self, request: Any, context: Any) -> Empty:  # noqa: N802 - gRPC's name
        self.shown.append(request)
        return Empty()


@pytest.fixture
def display() -> Iterator[Display]:
    display = Display()
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(display, server)
    display.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield display
    server.stop(None).wait()


@pytest.mark.parametrize("variable", ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "grpc_proxy"])
def test_messages_to_the_engine_bypass_any_proxy(
    display: Display, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """gRPC proxies loopback addresses by default, which would lose drift warnings."""
    monkeypatch.setenv(variable, "http://127.0.0.1:9")

    assert Engine(display.address).log("warning", "drift: url is …", "urn::vca")
    [request] = display.shown
    assert (request.message, request.urn, request.severity) == ("drift: url is …", "urn::vca", engine_pb2.WARNING)


def test_a_status_is_shown_only_on_its_row(display: Display) -> None:
    """In Diagnostics each adopted webhook would appear twice."""
    engine = Engine(display.address)

    for severity in ("status", "info", "warning"):
        engine.log(severity, "text")

    assert [request.ephemeral for request in display.shown] == [True, False, False]


def test_without_an_engine_nothing_is_shown() -> None:
    """After the engine has gone, the next message returns at once."""
    assert not Engine("").log("info", "text")
    assert not Engine("127.0.0.1:9").log("info", "text")
