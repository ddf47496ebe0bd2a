"""`pulumi-resource-eightx8`: serves one engine until that ends."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_8x8.engine import Engine
from pulumi_8x8.native.servicer import Servicer

CALLS = 256
"""Calls that are served at a time: far more than the steps that engines run. Threads are started as they are needed."""

LARGEST_MESSAGE = 400 << 20
"""Bytes of a message, as Pulumi's own hosts take them."""

SHUTDOWN_GRACE = 60.0
"""Seconds that calls have to end when the engine is gone: a request is not abandoned in the middle."""


def main(arguments: list[str] | None = None) -> None:
    """Print the port and serve; the engine's address is the first argument that is no flag."""
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
