"""Which requests a fault affects; the matrix shows each fault's effect."""

from __future__ import annotations

from typing import Any

import pytest

from eightx8_voice.emulator import Account, Fault, Faults


@pytest.mark.parametrize(
    ("faults", "requests", "expected"),
    [
        ([{"name": "hang"}], "GET a, GET a", ["hang", None]),
        (
            [{"name": "hang", "method": "POST", "subaccount": "b", "skip": 1, "times": 2}],
            "POST b, GET b, POST a, POST b, POST b, POST b",
            [None, None, None, "hang", "hang", None],
        ),
        ([{"name": "hang"}, {"name": "status", "skip": 1}], "GET a, GET a", ["hang", "status"]),
        ([{"name": "status", "times": None}], "GET a, POST b, GET a", ["status"] * 3),
        ([{"name": "stale"}], "DELETE a, POST a, GET a", [None, None, "stale"]),
        ([{"name": "altered"}], "DELETE a, GET a, POST a", [None, None, "altered"]),
    ],
)
def test_a_fault_affects_only_matching_requests(
    faults: list[dict[str, Any]], requests: str, expected: list[str | None]
) -> None:
    """Method, subaccount and count select them; of several faults the first added applies."""
    waiting = Faults(Account())
    for fault in faults:
        waiting.add(Fault(**fault))

    met = [waiting.take(*request.split()) for request in requests.split(", ")]

    assert [one and one.fault.name for one in met] == expected


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name": "hnag"}, "name"),
        ({"times": 0}, "times"),
        ({"skip": -1}, "skip"),
        ({"status": 600}, "status"),
        ({"interval": float("inf")}, "interval"),
        ({"name": "body"}, "make"),
        ({"location": "/\n"}, "location"),
        ({"stored": {"colour": 1}}, "stored"),
    ],
)
def test_an_invalid_fault_is_refused(wrong: dict[str, Any], named: str) -> None:
    """Its creation fails and names what is wrong."""
    with pytest.raises(ValueError, match=named):
        Fault(**{"name": "status"} | wrong)
