"""The native provider's process, called over gRPC as the engine calls it, for the same commands as the dynamic one.

The stack's state stays in the model's names: what is sent and received is put into the schema's, with secrets marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, cast

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_8x8.model import CAMEL, SNAKE
from pulumi_8x8.native.engine import Engine
from pulumi_8x8.native.servicer import Servicer
from pulumi_8x8.reconcile.caller import INPUT
from tests.proof.host import PROVIDER, Host
from tests.proof.steps import Properties

STRUCTS = ("olds", "news", "properties", "inputs", "args")


class NativeHost(Host):
    """As `Host`; a preview asks it for what a creation would leave, since it says that it can tell."""

    def preview(self, news: Properties) -> None:
        self._call("Create", provider_pb2.CreateRequest(urn=self.urn, properties=_struct(news), preview=True))

    def _call(self, method: str, request: Any) -> Any:
        for name in STRUCTS:
            if name in request.DESCRIPTOR.fields_by_name and request.HasField(name):
                getattr(request, name).CopyFrom(_struct(json_format.MessageToDict(getattr(request, name))))
        answer = super()._call(method, request)
        for name in STRUCTS:
            if name in answer.DESCRIPTOR.fields_by_name and answer.HasField(name):
                struct = struct_pb2.Struct()
                struct.update(_received(json_format.MessageToDict(getattr(answer, name))))
                getattr(answer, name).CopyFrom(struct)
        return answer


def _struct(properties: Properties) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    for name, value in properties.items():
        if name not in (PROVIDER, INPUT):
            secret = name == "http_auth_header"
            struct.update({CAMEL.get(name, name.removeprefix("8x8:")): rpc.wrap_rpc_secret(value) if secret else value})
    return struct


def _received(properties: Properties) -> Properties:
    return {SNAKE.get(name, name): rpc.unwrap_rpc_secret(value) for name, value in properties.items()}


class NativeDirect(NativeHost):
    """The same, served in this process: for thousands of commands. Use it with `with`.

    Attributes:
        said: What the provider had the engine show.
        servicer: The provider.
        stub: The way to it, as an engine has it.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        self.urn = ""
        self.said: list[str] = []
        self._server = grpc.server(ThreadPoolExecutor(16))
        engine = SimpleNamespace(log=lambda _severity, text, _urn: self.said.append(text) or True)  # type: ignore[func-returns-value]
        self.servicer = Servicer(cast(Engine, engine))
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(self.servicer, self._server)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}")
        self.stub = self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._server.start()
        self._call("Configure", provider_pb2.ConfigureRequest(args=_struct(dict(config))))

    def __enter__(self) -> NativeDirect:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self._server.stop(0.2)
        for text in self.said:
            print(text)
