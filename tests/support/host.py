"""The real `python -m pulumi.dynamic` process, called over gRPC as the engine calls it; one process serves one command.

Starting Python, gRPC, the SDK and the provider takes most of a second, so each process is forked from one that has
imported them; after that it runs the module as `python -m` would.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import runpy
import sys
import tempfile
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any, TypeVar
from unittest.mock import patch

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_8x8.api.client import Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.provider import WebhookProvider
from tests.support.scratch import TOKEN
from tests.support.steps import LostError, Properties, StepError

DIFF_SOME = provider_pb2.DiffResponse.DIFF_SOME
PROVIDER = "__provider"
PICKLED = serialize_provider(WebhookProvider())
SECONDS = 120  # limit for one call, far above every deadline in the tests

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["pytest", "asyncio", "filelock", __name__, "pulumi_8x8.native.servicer", "pulumi_8x8.reconcile.apply"]
)


def pause(_client: Client, seconds: float, deadline: Deadline) -> bool:
    """Replaces `Client.pause`: pauses between tries and listings take no time."""
    return seconds <= deadline.remaining


Kind = TypeVar("Kind", bound="Host")


class Host:
    """A provider's process, which never pauses; use it with `with`. An engine passes its own address."""

    module, token = "pulumi.dynamic", TOKEN
    urn = ""
    """The resource of the next call."""

    def __init__(self, environment: Mapping[str, str], config: Mapping[str, str] | None = None, *engine: str) -> None:
        self._output, theirs = FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(target=_run, args=(dict(environment), theirs, self.module, *engine), daemon=True)
        self._process.start()
        theirs.close()
        self._file = open(self._output.fileno(), "rb", closefd=False)  # noqa: SIM115 - a pipe, closed in __exit__
        self._connect(int(self._file.readline()), config or {})
        self._printed: list[bytes] = []
        self._reader = threading.Thread(target=lambda: self._printed.extend(self._file))
        self._reader.start()

    @property
    def printed(self) -> str:
        """Its output so far; all of it once it has ended."""
        return b"".join(self._printed).decode()

    def kill(self) -> None:
        """End it immediately, like `kill -9`."""
        self._process.kill()

    def __enter__(self: Kind) -> Kind:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._process.join()
        self._reader.join()
        self._file.close()
        self._output.close()
        self._channel.close()

    def check(self, olds: Properties, news: Properties) -> Properties:
        """The checked inputs; raise StepError with every failure."""
        response = self._call("Check", urn=self.urn, olds=olds, news=news)
        # The engine prints the value of a failure's property, even a secret, in plain text.
        texts = [
            f"property {one.property} value {{{news.get(one.property)}}} has a problem: {one.reason}"
            if one.property
            else one.reason
            for one in response.failures or []
        ]
        if texts:
            raise StepError("\n".join(texts))
        return self._dict(response.inputs)

    def diff(self, id: str, olds: Properties, news: Properties) -> tuple[bool, bool]:
        """Whether to replace it, and whether anything changes."""
        response = self._call("Diff", urn=self.urn, id=id, olds=olds, news=news)
        return bool(response.replaces), response.changes == DIFF_SOME

    def create(self, news: Properties) -> tuple[str, Properties]:
        response = self._call("Create", urn=self.urn, properties=news)
        return response.id, self._dict(response.properties)

    def preview(self, news: Properties) -> None:
        """Fail if a creation would be refused; the engine does not ask a dynamic provider."""

    def read(self, id: str, outs: Properties) -> tuple[str, Properties, Properties]:
        """The id (empty if missing), the outputs and the inputs."""
        response = self._call("Read", urn=self.urn, id=id, properties=outs)
        return response.id, self._dict(response.properties), self._dict(response.inputs)

    def update(self, id: str, olds: Properties, news: Properties) -> Properties:
        return self._dict(self._call("Update", urn=self.urn, id=id, olds=olds, news=news).properties)

    def delete(self, id: str, outs: Properties) -> None:
        self._call("Delete", urn=self.urn, id=id, properties=outs)

    def _connect(self, port: int, config: Mapping[str, str]) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._call("Configure", args=dict(config))

    def _call(self, method: str, **fields: Any) -> Any:
        sent = {name: self._struct(value) if isinstance(value, dict) else value for name, value in fields.items()}
        request = getattr(provider_pb2, f"{method}Request")(**sent)
        try:
            # The process prints its port shortly before it serves.
            return getattr(self.stub, method)(request, timeout=SECONDS, wait_for_ready=method == "Configure")
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                raise LostError from None
            raise StepError(error.details()) from None

    def _struct(self, properties: Properties) -> struct_pb2.Struct:
        struct = struct_pb2.Struct()
        struct.update({PROVIDER: PICKLED, **properties})
        return struct

    def _dict(self, struct: Any) -> Properties:
        return {name: value for name, value in json_format.MessageToDict(struct).items() if name != PROVIDER}


def _run(environment: Mapping[str, str], output: Connection, *arguments: str) -> None:
    """Become the provider's process, with only the given Pulumi, 8x8, proxy and CA settings."""
    others = ("PULUMI", "EIGHTX8", "HTTP", "ALL_PROXY", "NO_PROXY", "NETRC", "REQUESTS_CA", "CURL_CA")
    for name in [name for name in os.environ if name.upper().startswith(others)]:
        del os.environ[name]
    os.environ.update(environment)
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    sys.stdout = io.TextIOWrapper(open(1, "wb", buffering=0), write_through=True)  # noqa: SIM115 - as `python -u`
    sys.argv[:] = arguments
    tempfile.tempdir = None  # the folder of claims is below TMPDIR
    patch.object(Client, "pause", pause).start()
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
