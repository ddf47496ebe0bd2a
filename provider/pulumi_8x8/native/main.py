"""`pulumi-resource-eightx8`: serves one engine until it ends."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_8x8.engine import Engine
from pulumi_8x8.native.servicer import Servicer

CALLS = 256
"""Maximum number of concurrent calls: far more than the steps that an engine runs. Threads start when needed."""

LARGEST_MESSAGE = 400 << 20
"""Maximum size of a message, in bytes, as in Pulumi's own hosts."""

SHUTDOWN_GRACE = 60.0
"""Seconds for running calls to finish once the engine is gone, so that no request is cut off half-way."""


def main(arguments: list[str] | None = None) -> None:
    """Print the port and serve; the engine's address is the first argument that is not a flag."""
    arguments = sys.argv[1:] if arguments is None else arguments
    address = next((argument for argument in arguments if not argument.startswith("-")), "")
    server = grpc.server(
        ThreadPoolExecutor(CALLS, thread_name_prefix="call"),
        options=[
            ("grpc.max_receive_message_length", LARGEST_MESSAGE),
            ("grpc.max_send_message_length", LARGEST_MESSAGE),
        ],
    )
    engine = Engine(address, gone=lambda: server.stop(SHUTDOWN_GRACE))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(engine), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
