"""The real `python -m pulumi.dynamic` process, called over gRPC as the engine calls it; one process serves one command.

To start Python, gRPC, the SDK and the provider takes most of a second, so a `HostFactory` does it once and forks
a process for each command; from there on that process runs the module as `python -m` would. `Host.cold` starts one
without.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_8x8.provider import WebhookProvider
from tests.proof.steps import LostError, Properties, StepError

PROVIDER = "__provider"
PICKLED = serialize_provider(WebhookProvider())
SECONDS = 120
"""Longest time for one call, far above every deadline that the tests set."""


class Host:
    """A provider's process; use it with `with`.

    Attributes:
        pid: Of the process.
        urn: The resource that the next call is about.
    """

    def __init__(self, pid: int, output: int, config: Mapping[str, str]) -> None:
        self.pid = pid
        self.urn = ""
        self._file = os.fdopen(output, "rb")
        self._channel = grpc.insecure_channel(f"127.0.0.1:{int(self._file.readline())}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._printed: list[bytes] = []
        self._reader = threading.Thread(target=lambda: self._printed.extend(self._file))
        self._reader.start()
        self._call("Configure", provider_pb2.ConfigureRequest(args=_struct(dict(config))))

    @classmethod
    def cold(cls, environment: Mapping[str, str], config: Mapping[str, str] | None = None) -> Host:
        """A process that is started from nothing."""
        ours, theirs = os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic"],
            env={**scrubbed(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        # Reaps it whenever it ends.
        threading.Thread(target=process.wait).start()
        return cls(process.pid, ours, config or {})

    @property
    def printed(self) -> str:
        """What it has printed until now; all of it once it has ended."""
        return b"".join(self._printed).decode()

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        os.kill(self.pid, signal.SIGKILL)

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self.kill()
        self._reader.join()
        self._file.close()
        self._channel.close()

    def check(self, olds: Properties, news: Properties) -> Properties:
        request = provider_pb2.CheckRequest(urn=self.urn, olds=_struct(olds), news=_struct(news))
        answer = self._call("Check", request)
        if answer.failures:
            raise StepError("\n".join(_shown(failure.property, failure.reason, news) for failure in answer.failures))
        return _dict(answer.inputs)

    def diff(self, id: str, olds: Properties, news: Properties) -> tuple[list[str], bool]:
        answer = self._call(
            "Diff", provider_pb2.DiffRequest(urn=self.urn, id=id, olds=_struct(olds), news=_struct(news))
        )
        return list(answer.replaces), answer.changes == provider_pb2.DiffResponse.DIFF_SOME

    def create(self, news: Properties) -> tuple[str, Properties]:
        answer = self._call("Create", provider_pb2.CreateRequest(urn=self.urn, properties=_struct(news)))
        return answer.id, _dict(answer.properties)

    def preview(self, news: Properties) -> None:
        """The engine does not ask a dynamic provider what a creation would leave."""

    def read(self, id: str, outs: Properties) -> tuple[str, Properties, Properties]:
        answer = self._call("Read", provider_pb2.ReadRequest(urn=self.urn, id=id, properties=_struct(outs)))
        return answer.id, _dict(answer.properties), _dict(answer.inputs)

    def update(self, id: str, olds: Properties, news: Properties) -> Properties:
        request = provider_pb2.UpdateRequest(urn=self.urn, id=id, olds=_struct(olds), news=_struct(news))
        return _dict(self._call("Update", request).properties)

    def delete(self, id: str, outs: Properties) -> None:
        self._call("Delete", provider_pb2.DeleteRequest(urn=self.urn, id=id, properties=_struct(outs)))

    def _call(self, method: str, request: Any) -> Any:
        try:
            # The process prints its port a moment before it serves.
            return getattr(self._stub, method)(request, timeout=SECONDS, wait_for_ready=method == "Configure")
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                raise LostError from None
            raise StepError(error.details()) from None


class HostFactory:
    """Gives birth to hosts that have their imports done; use it with `with`.

    Args:
        module: What each of them runs.
        kind: How each of them is called.
    """

    def __init__(self, module: str = "pulumi.dynamic", kind: type[Host] = Host) -> None:
        self._module, self._kind = module, kind

    def __enter__(self) -> HostFactory:
        self._lock = threading.Lock()
        self._ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-u",
                str(Path(__file__).with_name("host_factory.py")),
                str(theirs.fileno()),
                self._module,
            ],
            env=scrubbed(),
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        self._process.wait()

    def host(self, environment: Mapping[str, str], config: Mapping[str, str] | None = None) -> Host:
        """A new process with these variables beside the scrubbed ones, and this config of the stack."""
        ours, theirs = os.pipe()
        with self._lock:
            socket.send_fds(self._ours, [json.dumps(dict(environment)).encode()], [theirs])
            pid = int(self._ours.recv(64))
        os.close(theirs)
        return self._kind(pid, ours, config or {})


def scrubbed() -> dict[str, str]:
    """The machine's environment without anybody's Pulumi, 8x8, proxy or CA settings."""
    ours = ("PULUMI", "EIGHTX8", "HTTP", "ALL_PROXY", "NO_PROXY", "NETRC", "REQUESTS_CA", "CURL_CA")
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(ours)}


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update({PROVIDER: PICKLED, **properties})
    return struct


def _dict(struct: struct_pb2.Struct) -> Properties:
    properties = json_format.MessageToDict(struct)
    properties.pop(PROVIDER, None)
    return properties


def _shown(name: str, reason: str, news: Properties) -> str:
    # The engine prints the value of a property that a failure names, a secret's in plain.
    return f"property {name} value {{{news.get(name)}}} has a problem: {reason}" if name else reason
