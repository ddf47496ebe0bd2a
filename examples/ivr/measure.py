"""Measure how fast an endpoint responds to a VCA: `python measure.py http://127.0.0.1:8080`.

Reads EIGHTX8_HTTP_AUTH_HEADER. Sends 500 deliveries marked as a rehearsal, one after the other over one connection, and
prints the median and the 95th percentile in milliseconds. The exit code is 1 if the median is 50 ms or more.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from datetime import datetime, timezone
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit
from uuid import uuid4

from eightx8_voice.deliveries import REHEARSAL_HEADER, Parties, call_action

DELIVERIES = 500
LIMIT = 50.0


def measure(url: str, header: str) -> list[float]:
    """Return the time of each response, in milliseconds."""
    address = urlsplit(url)
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.netloc, timeout=10)
    headers = {"Authorization": header, "Content-Type": "application/json", REHEARSAL_HEADER: "1"}
    times = []
    for _ in range(DELIVERIES):
        body = json.dumps(_delivery())
        begin = time.perf_counter()
        connection.request("POST", f"{address.path.rstrip('/')}/vca", body, headers)
        response = connection.getresponse()
        response.read()
        times.append((time.perf_counter() - begin) * 1000)
        if response.status != 200:
            sys.exit(f"The endpoint responded {response.status}. Check EIGHTX8_HTTP_AUTH_HEADER and the address.")
    return times


def _delivery() -> dict[str, object]:
    return call_action(
        Parties("+6591178965", "+6568888888"),
        event_id=str(uuid4()),
        call_id=str(uuid4()),
        session_id=str(uuid4()),
        subaccount_id="measured",
        timestamp=datetime.now(timezone.utc),
        call_status="ACTION_COMPLETED",
        dtmf="1",
        client_action_id="menu::1",
    )


def main() -> int:
    """Print the results and return the exit code."""
    if len(sys.argv) != 2:
        sys.exit("usage: python measure.py URL")
    times = measure(sys.argv[1], os.environ.get("EIGHTX8_HTTP_AUTH_HEADER", ""))
    median, most = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"VCA: response in {median:.1f} ms at the median, {most:.1f} ms at the 95th percentile of {len(times)}")
    return 0 if median < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
