"""Forks a provider's process for each request on the socket that its first argument names; the second is its module.

A request is the process's environment as JSON and, as a file descriptor, where it prints; the response is its id.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import socket
import sys

BEFOREHAND = ("asyncio", "dill", "grpc", "pulumi.dynamic", "pulumi_8x8.provider", "pulumi_8x8.reconcile.operation",
              "pulumi_8x8.api.client", "pulumi_8x8.reconcile.listings", "pulumi_8x8.reconcile.apply",
              "pulumi_8x8.native.servicer")  # fmt: skip


def main() -> None:
    requests, runs = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    for module in BEFOREHAND:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a host
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, 1 << 16, 1)
        if not request:
            return
        [output] = descriptors
        if pid := os.fork():
            os.close(output)
            requests.sendall(str(pid).encode())
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        requests.close()
        os.environ.update(json.loads(request))
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        sys.argv[:] = [runs]
        runpy.run_module(runs, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
