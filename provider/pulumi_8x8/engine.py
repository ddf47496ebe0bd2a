"""The engine that started this process: a connection that shows messages in it and detects its end."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

SEVERITIES = {
    "status": (engine_pb2.INFO, True),
    "info": (engine_pb2.INFO, False),
    "warning": (engine_pb2.WARNING, False),
}
"""Severity -> the engine's severity, and whether the message is shown only on the row, not in Diagnostics."""

LOG_SECONDS = 5.0
"""Time-out for a message, in seconds; on the same machine, a message takes less than a millisecond."""

CHANNEL_OPTIONS = [("grpc.enable_http_proxy", 0)]
"""Without this, gRPC would send messages for the engine, on loopback, to the proxy named in the environment."""


class Engine:
    """The connection back to the engine.

    Args:
        address: Host and port; empty if there is no engine (`pulumi package get-schema` needs none).
        gone: Called when the engine was reachable and no longer is.
    """

    def __init__(self, address: str, gone: Callable[[], object] | None = None) -> None:
        self.address = address
        self._gone = gone
        self._seen = False
        self._unreachable = Event()
        self._stub = None
        if address:
            self._channel = grpc.insecure_channel(
                address, CHANNEL_OPTIONS
            )  # without a reference, a channel reports no state
            if gone:
                self._channel.subscribe(self._changed, try_to_connect=True)
            self._stub = engine_pb2_grpc.EngineStub(self._channel)

    def log(self, severity: str, text: str, urn: str = "") -> bool:
        """Show a message on the row of a URN, or on the stack's.

        Args:
            severity: `warning`, `info`, or `status` for the row alone.
            text: One line.
            urn: The resource. Default: the stack.

        Returns:
            Whether the engine received it. After one failure, no further message is sent.
        """
        if self._stub is None or self._unreachable.is_set():
            return False
        level, ephemeral = SEVERITIES[severity]
        request = engine_pb2.LogRequest(severity=level, message=text, urn=urn, ephemeral=ephemeral)
        try:
            self._stub.Log(request, timeout=LOG_SECONDS)
        except grpc.RpcError:
            self._unreachable.set()
            return False
        return True

    def _changed(self, state: grpc.ChannelConnectivity) -> None:
        if state is grpc.ChannelConnectivity.READY:
            self._seen = True
        elif self._seen and state is grpc.ChannelConnectivity.IDLE:
            # The channel was idle for half an hour, or the engine has ended: reconnecting shows which.
            self._channel.subscribe(self._changed, try_to_connect=True)
        elif self._seen and state is grpc.ChannelConnectivity.TRANSIENT_FAILURE and self._gone:
            self._gone()
