"""Which requests a fault meets."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_8x8.emulator.account.fault_responses import faulty
from pulumi_8x8.emulator.account.faults import EFFECTS, Fault, Faults
from pulumi_8x8.emulator.account.responses import Response
from pulumi_8x8.emulator.account.state import Account


@pytest.mark.parametrize(
    ("faults", "requests", "expected"),
    [
        ([{"name": "hang"}], "GET a, GET a", ["hang", None]),
        (
            [{"name": "hang", "method": "POST", "subaccount": "b", "skip": 1, "times": 2}],
            "POST b, GET b, POST a, POST b, POST b, POST b",
            [None, None, None, "hang", "hang", None],
        ),
        ([{"name": "hang"}, {"name": "status"}], "GET a, GET a, GET a", ["hang", "status", None]),
        ([{"name": "hang"}, {"name": "status", "skip": 1}], "GET a, GET a", ["hang", "status"]),
        ([{"name": "status", "times": None}], "GET a, POST b, GET a", ["status"] * 3),
        ([{"name": "stale"}], "DELETE a, POST a, GET a", [None, None, "stale"]),
        ([{"name": "altered"}], "DELETE a, GET a, POST a", [None, None, "altered"]),
    ],
    ids=["one by default", "chosen", "in sequence", "skips count all", "until cleared", "of GET", "of POST"],
)
def test_a_fault_meets_the_requests_it_is_about(
    faults: list[dict[str, Any]], requests: str, expected: list[str | None]
) -> None:
    """Method, subaccount and count choose; of several the one added first takes effect."""
    waiting = Faults(Account())
    for fault in faults:
        waiting.add(Fault(**fault))

    met = [waiting.take(*request.split()) for request in requests.split(", ")]
    left = len(waiting.pending())
    waiting.clear()

    assert [one and one.fault.name for one in met] == expected
    assert left == sum(fault.get("times", 1) is None for fault in faults)
    assert waiting.pending() == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name": "hnag"}, "not 'hnag'"),
        ({"status": 99}, "status"),
        ({"status": 600}, "status"),
        ({"times": 0}, "times"),
        ({"skip": -1}, "skip"),
        ({"interval": float("nan")}, "interval"),
        ({"size": 10**12}, "size"),
        ({"retry_after": "1\r\nX: y"}, "retry_after"),
        ({"location": "/\n"}, "location"),
        ({"stored": {"colour": "red"}}, "colour"),
        ({"stored": {"url": 7}}, "url"),
    ],
)
def test_a_fault_that_is_none_is_refused_by_name(wrong: dict[str, Any], named: str) -> None:
    """A typing error in a test does not pass as no fault, nor as a failure of the emulator."""
    with pytest.raises(ValueError, match=named):
        Fault(**{"name": "status", **wrong})


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_every_fault_makes_something_of_every_answer(name: str) -> None:
    """The list, a removed webhook and an error can all be shown under each fault."""
    for body in (b'{"count": 0, "webhooks": [], "statusCode": 0}', b'{"type": "VCA"}', b'{"errorId": "x"}'):
        assert isinstance(faulty(Response(200, body), Fault(name, size=10), "/path"), Response)


@pytest.mark.parametrize(
    "retry_after", ["3", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "99999999999999999999", "soon", ""]
)
def test_retry_after_is_any_text(retry_after: str) -> None:
    """What a server may get wrong about the header can be said."""
    answer = faulty(Response(200, b"{}"), Fault("status", status=429, retry_after=retry_after), "/")

    assert (answer.status, answer.headers["Retry-After"]) == (429, retry_after)
