"""Which requests a fault meets, and how faults and modes are set over HTTP; the matrix shows what each fault does."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from eightx8_voice.emulator import Account, Emulator, Fault, Faults, Modes

BEARER = {"Authorization": "Bearer emulator"}


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
def test_a_fault_meets_the_requests_it_is_about(
    faults: list[dict[str, Any]], requests: str, expected: list[str | None]
) -> None:
    """Method, subaccount and count choose; of several the one added first takes effect."""
    waiting = Faults(Account())
    for fault in faults:
        waiting.add(Fault(**fault))

    met = [waiting.take(*request.split()) for request in requests.split(", ")]

    assert [one and one.fault.name for one in met] == expected
    assert len(waiting.pending()) == sum(fault.get("times", 1) is None for fault in faults)


def test_faults_and_modes_can_be_set_over_http_where_control_is_on() -> None:
    """Added, listed, met and cleared; several modes at once, and the others stay."""
    with Emulator() as api, Emulator(control=True, post_over="ignore") as controlled:
        control, webhooks = f"{controlled.url}/_control/", f"{controlled.url}/api/v1/subaccounts/acme/webhooks"
        off = requests.get(f"{api.url}/_control/faults", headers=BEARER, timeout=10).status_code
        requests.post(f"{control}faults", json={"name": "status", "status": 429, "times": 2}, timeout=10)
        listed = requests.get(f"{control}faults", timeout=10).json()
        met = requests.get(webhooks, headers=BEARER, timeout=10).status_code
        requests.delete(f"{control}faults", timeout=10)
        cleared = requests.get(webhooks, headers=BEARER, timeout=10).status_code
        change = {"stale_reads": 1, "normalise": ["add-slash"]}
        changed = requests.post(f"{control}modes", json=change, timeout=10).json()

        assert [(fault["name"], fault["times"]) for fault in listed] == [("status", 2)]
        assert (off, met, cleared) == (404, 429, 200)
        assert changed == requests.get(f"{control}modes", timeout=10).json()
        assert (controlled.post_over, controlled.stale_reads, controlled.normalise) == ("ignore", 1, ("add-slash",))


ODD: list[str | bytes] = [
    "", "{", "[]", "NaN", "[" * 100_000, b"\xff\xfe", "{}", '{"self": 1}',
    '{"name": "hnag"}', '{"name": ["hang"]}', '{"name": "hang", "skip": "1"}', '{"name": "hang", "hold": 1}',
    '{"name": "hang", "times": 0}', '{"name": "hang", "skip": -1}', '{"name": "status", "status": 600}',
    '{"name": "drip", "interval": 1e999}', '{"name": "large", "size": 1000000000000}',
    '{"name": "redirect", "location": "/\\n"}', '{"name": "altered", "stored": {"colour": 1}}',
    '{"latency": 1, "post_over": "merge"}', '{"stale_reads": true}', '{"normalise": "add-slash"}',
    '{"normalise": ["add-slash", "remove-slash"]}', '{"error_body": null}', '{"active": true}', '{"latency": NaN}',
]  # fmt: skip


@pytest.mark.parametrize("path", ["faults", "modes"])
def test_an_odd_body_to_the_control_endpoint_is_refused(path: str) -> None:
    """The response names what is wrong, never a failure of the emulator, and nothing is changed."""
    with Emulator(control=True) as api, requests.Session() as session:
        session.headers["Content-Type"] = "application/json"
        bodies = [body for body in ODD if (path, body) != ("modes", "{}")]
        responses = [session.post(f"{api.url}/_control/{path}", data=body, timeout=10) for body in bodies]

        assert [body for body, one in zip(bodies, responses, strict=True) if one.status_code != 422] == []
        assert all("error" in one.json() for one in responses)
        assert (api.faults.pending(), api.modes()) == ([], Modes().modes())
