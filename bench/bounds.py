"""python -m bench.bounds: what the deadline on every socket operation adds to a request, paired, in one process."""

from __future__ import annotations

import time
from statistics import median, quantiles
from typing import Any

import requests

from pulumi_8x8.api.client import Client
from pulumi_8x8.api.connection import Bounds
from pulumi_8x8.settings import Settings

from .api import Mock

PAIRS = 3000


def main() -> None:
    """Print processor time per listing: with bounds, the same client without them, and requests alone."""
    with Mock() as mock:
        settings = Settings(api_key="bench", base_url=mock.url)
        bounded, unbounded, session = Client(settings), Client(settings), requests.Session()
        plain: Any = type("Plain", (Bounds,), {"bind": lambda _, pool: pool})
        for line in unbounded._lines.queue:
            line.bounds = plain()
            line.bounds.sent = True
        url = f"{mock.url}/api/v1/subaccounts/bench_voice/webhooks"
        key = {"Authorization": "Bearer bench"}
        ways = {
            "bounded": lambda: bounded.list("bench_voice", bounded.deadline()),
            "unbounded": lambda: unbounded.list("bench_voice", unbounded.deadline()),
            "requests alone": lambda: session.get(url, headers=key, timeout=(5, 15)).json(),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(PAIRS):
            for name, ask in ways.items():
                begin = time.thread_time()
                ask()
                taken[name].append(1e6 * (time.thread_time() - begin))
    for name, times in taken.items():
        print(f"{name:15} median {median(times):5.0f} µs")
    added = [a - b for a, b in zip(taken["bounded"], taken["unbounded"], strict=True)]
    low, middle, high = quantiles(added, n=4)
    print(f"added by the bounds, paired: median {middle:+.0f} µs, quartiles {low:+.0f} to {high:+.0f}")


if __name__ == "__main__":
    main()
