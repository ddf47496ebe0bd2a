"""The vendor's published requests, responses, deliveries and call flows, each with its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "samples"


def samples(kind: str) -> list[dict[str, Any]]:
    """All of `api`, `callflows` or `deliveries`."""
    return list(json.loads((SAMPLES / f"{kind}.json").read_text("utf-8"))["samples"])


def sample(name: str) -> dict[str, Any]:
    """One API body or delivery, with its page; a fresh copy each time."""
    return next(entry for kind in ("api", "deliveries") for entry in samples(kind) if entry["name"] == name)
