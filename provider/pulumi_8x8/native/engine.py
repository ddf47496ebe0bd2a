"""The engine that started this process: where messages go, and whose end is this process's end."""

from __future__ import annotations

from collections.abc import Callable

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

SEVERITIES = {"info": engine_pb2.INFO, "warning": engine_pb2.WARNING}


class Engine:
    """The way back to the engine.

    Args:
        address: Host and port; empty where there is no engine (`pulumi package get-schema` needs none).
        gone: Called when the engine was reachable and is not any more.
    """

    def __init__(self, address: str, gone: Callable[[], object] = lambda: None) -> None:
        self._gone = gone
        self._seen = False
        self._stub = None
        if address:
            self._channel = grpc.insecure_channel(address)  # one without a reference reports no state
            self._channel.subscribe(self._changed, try_to_connect=True)
            self._stub = engine_pb2_grpc.EngineStub(self._channel)

    def log(self, severity: str, text: str, urn: str = "") -> bool:
        """Show a message on the row of a URN, or on the stack's; returns whether it could be shown."""
        if self._stub is None:
            return False
        try:
            self._stub.Log(engine_pb2.LogRequest(severity=SEVERITIES[severity], message=text, urn=urn), timeout=10)
        except grpc.RpcError:
            return False
        return True

    def _changed(self, state: grpc.ChannelConnectivity) -> None:
        if state is grpc.ChannelConnectivity.READY:
            self._seen = True
        elif self._seen and state is grpc.ChannelConnectivity.IDLE:
            # Idle for half an hour, or ended: connecting again shows which.
            self._channel.subscribe(self._changed, try_to_connect=True)
        elif self._seen and state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
            self._gone()
