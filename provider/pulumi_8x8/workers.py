"""How many operations the dynamic-provider host runs at a time.

The host serves the engine with a pool of four threads and has no setting for it. Where `8x8:workers` asks for more,
the pool is told to grow. That takes private attributes of the standard library's executor, and the host's way of
using one; where either has changed, it stays as it is.
"""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

HOST = 4
"""Workers of the host as it is."""

MOST = 64
"""Workers that can be asked for."""


def widened(workers: int) -> int:
    """Let the pool that serves the calling thread have so many threads; answers how many it has from now on."""
    if workers <= HOST:
        return HOST
    pool = _pool_of(threading.current_thread())
    if pool is None or getattr(pool, "_max_workers", None) != HOST:
        return HOST
    pool._max_workers = workers
    return workers


def _pool_of(thread: threading.Thread) -> ThreadPoolExecutor | None:
    pools = [pool for pool in gc.get_objects() if type(pool) is ThreadPoolExecutor]
    return next((pool for pool in pools if thread in getattr(pool, "_threads", ())), None)
