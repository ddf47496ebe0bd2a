"""A probe's facts -> a report without key, header or subaccount; a report -> the modes of an emulator like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from pulumi_8x8.probe.questions import Answer, answers

VERSION = 1
"""Version of the report's format."""

SAME = (
    "post_over", "refusal_status", "omitted_header", "enabled", "active", "delete_missing_status",
    "invalid_type_status", "count",
)  # fmt: skip
"""Questions whose answer is the value of the emulator's mode of the same name."""


def report(
    facts: Mapping[str, Any], *, type: str, requests: int, left: Sequence[str], complete: bool
) -> dict[str, Any]:
    """Return the report that is written as JSON.

    Args:
        facts: What was seen, by question.
        type: The type that was used.
        requests: How many requests were sent.
        left: Types that could not be removed.
        complete: Whether the probe finished, and nothing is left or was changed by someone else.
    """
    return {
        "report": VERSION,
        "package": version("pulumi-8x8"),
        "type": type,
        "requests": requests,
        "complete": complete,
        "left": list(left),
        "answers": {answer.question.key: _row(answer) for answer in answers(facts)},
    }


def modes_like(document: object) -> dict[str, Any]:
    """Return the arguments for the emulator's `Modes` that imitate a report; what the report does not show is left out.

    Raises:
        ValueError: It is not a report.
    """
    try:
        if not isinstance(document, dict):
            raise TypeError
        seen = {key: row["seen"] for key, row in document["answers"].items() if row["seen"] is not None}
        known = {name: seen[name] for name in SAME if name in seen}
        normalise = [change for change in seen.get("stored", ()) if change != "other"]
        others = {
            "normalise": (normalise, bool(normalise)),
            "late_reads": (seen.get("listed_ms", 0) / 1000, seen.get("listed_ms", 0) > 0),
            "stale_response": (True, seen.get("response") == "stale"),
            "delete_response": (
                seen.get("delete_response"),
                seen.get("delete_response") in ("webhook", "list", "empty"),
            ),
            "delete_vnu_status": (seen.get("delete_status"), document["type"] == "VNU" and "delete_status" in seen),
            "error_body": (seen.get("error_body"), seen.get("error_body") not in (None, "other")),
            "invalid_url_status": (seen.get("invalid_url_status"), "invalid_url_status" in seen),
        }
    except (KeyError, TypeError, AttributeError):
        raise ValueError("it is not a report of `pulumi-8x8 probe --output`") from None
    return known | {name: value for name, (value, is_known) in others.items() if is_known}


def _row(answer: Answer) -> dict[str, Any]:
    question = answer.question
    row = {"question": question.text, "seen": answer.seen, "assumed": question.assumed, "holds": answer.holds}
    return {**row, "meaning": question.otherwise} if answer.holds is False else row
