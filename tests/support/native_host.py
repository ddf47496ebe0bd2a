"""The native provider, called over gRPC as the engine calls it, for the same commands as the dynamic one.

The stack's state keeps the model's names; messages use the schema's names, with secrets marked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc

from pulumi_8x8.engine import Engine
from pulumi_8x8.model import CAMEL, SNAKE
from pulumi_8x8.native.remembered import Remembered
from pulumi_8x8.native.servicer import Servicer
from pulumi_8x8.reconcile.caller import INPUT
from tests.support.host import Host
from tests.support.scratch import NATIVE
from tests.support.steps import Properties


class NativeHost(Host):
    """Like `Host`; in a preview the engine calls Create, which returns the planned outputs."""

    module, token = "pulumi_8x8.native.main", NATIVE

    def preview(self, news: Properties) -> None:
        self._call("Create", urn=self.urn, properties=news, preview=True)

    def _struct(self, properties: Properties) -> struct_pb2.Struct:
        struct = struct_pb2.Struct()
        for name, value in properties.items():
            if name != INPUT:
                sent = rpc.wrap_rpc_secret(value) if name in ("http_auth_header", "8x8:apiKey") else value
                struct.update({CAMEL.get(name, name.removeprefix("8x8:")): sent})
        return struct

    def _dict(self, struct: Any) -> Properties:
        properties = json_format.MessageToDict(struct)
        return {SNAKE.get(name, name): rpc.unwrap_rpc_secret(value) for name, value in properties.items()}


class Aborted(grpc.RpcError):
    """An error from a servicer, as the engine receives it."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode(self.args[0])

    def details(self) -> str:
        return str(self.args[1])


class InProcessStub:
    """Calls a servicer in this thread."""

    def __init__(self, servicer: Servicer) -> None:
        self._servicer = servicer

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda request, **_: getattr(self._servicer, method)(request, self)

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        """End a call, like the context of a gRPC server."""
        raise Aborted(code, details)


class NativeDirect(NativeHost):
    """The same in this process, for thousands of commands."""

    def __init__(self, config: Mapping[str, str], folder: Path = Path(os.devnull)) -> None:
        self._shown: list[str] = []
        engine = SimpleNamespace(address="", log=lambda _severity, text, _urn: self._shown.append(text) or True)  # type: ignore[func-returns-value]
        self.servicer = Servicer(cast(Engine, engine), lambda urn: Remembered(urn, folder))
        self.stub: Any = InProcessStub(self.servicer)
        self._call("Configure", args=dict(config))

    def __exit__(self, *_: object) -> None:
        for text in self._shown:
            print(text)
