"""Which requests a fault meets."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_8x8.emulator.account.answers import Answer
from pulumi_8x8.emulator.account.faults import EFFECTS, Fault, Faults
from pulumi_8x8.emulator.account.responses import faulty
from pulumi_8x8.emulator.account.state import Account


def met(faults: Faults, *requests: tuple[str, str]) -> list[str | None]:
    armed = [faults.take(method, subaccount) for method, subaccount in requests]
    return [None if one is None else one.fault.name for one in armed]


def test_a_fault_meets_one_request_by_default() -> None:
    """The next request of any kind, then no other."""
    faults = Faults(Account())
    faults.add(Fault("hang"))

    assert met(faults, ("GET", "a"), ("GET", "a")) == ["hang", None]


def test_method_subaccount_and_count_choose_the_request() -> None:
    """Skipped are only requests that the fault is about."""
    faults = Faults(Account())
    faults.add(Fault("hang", method="POST", subaccount="b", skip=1, times=2))

    requests = [("POST", "b"), ("GET", "b"), ("POST", "a"), ("POST", "b"), ("POST", "b"), ("POST", "b")]

    assert met(faults, *requests) == [None, None, None, "hang", "hang", None]


def test_two_faults_show_one_after_the_other() -> None:
    """Faults that meet the same requests make a sequence."""
    faults = Faults(Account())
    faults.add(Fault("hang"))
    faults.add(Fault("status"))

    assert met(faults, ("GET", "a"), ("GET", "a"), ("GET", "a")) == ["hang", "status", None]


def test_requests_that_met_another_fault_are_counted() -> None:
    """`skip` counts requests, whatever became of them."""
    faults = Faults(Account())
    faults.add(Fault("hang"))
    faults.add(Fault("status", skip=1))

    assert met(faults, ("GET", "a"), ("GET", "a")) == ["hang", "status"]


def test_without_a_count_it_stays_until_cleared() -> None:
    """`times=None` is an outage."""
    faults = Faults(Account())
    fault = faults.add(Fault("status", times=None))

    assert met(faults, ("GET", "a"), ("GET", "a")) == ["status", "status"]
    assert faults.pending() == [fault]

    faults.clear()

    assert met(faults, ("GET", "a")) == [None]


@pytest.mark.parametrize(("name", "method"), [("stale", "GET"), ("altered", "POST")])
def test_some_faults_are_about_one_method(name: str, method: str) -> None:
    """A stale listing is a GET's, altered values are a POST's."""
    faults = Faults(Account())
    faults.add(Fault(name))

    assert met(faults, ("DELETE", "a"), (method, "a")) == [None, name]


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
        assert isinstance(faulty(Answer(200, body), Fault(name, size=10), "/path"), Answer)


@pytest.mark.parametrize(
    "retry_after", ["3", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "99999999999999999999", "soon", ""]
)
def test_retry_after_is_any_text(retry_after: str) -> None:
    """What a server may get wrong about the header can be said."""
    answer = faulty(Answer(200, b"{}"), Fault("status", status=429, retry_after=retry_after), "/")

    assert (answer.status, answer.headers["Retry-After"]) == (429, retry_after)
