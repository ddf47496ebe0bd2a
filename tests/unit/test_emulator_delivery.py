"""What an endpoint's answer is worth."""

from __future__ import annotations

import pytest

from pulumi_8x8.emulator.calls.delivery import Answer, judge

FLOW = (
    b'{"clientActionId": "a", "callflow": ['
    b'{"action": "playFile", "params": {"fileUrl": "https://e.com/a.wav"}}, {"action": "hangup"}]}'
)


def test_a_valid_call_flow_is_executed() -> None:
    """The verdict names its actions."""
    judgement = judge("VCA", Answer(200, FLOW))

    assert (judgement.ok, judgement.verdict) == (True, "playFile → hangup")
    assert judgement.flow is not None
    assert judgement.flow.client_action_id == "a"


@pytest.mark.parametrize(
    ("answer", "code", "verdict"),
    [
        (Answer(problem="no answer within 5 s"), -2002, "no answer within 5 s"),
        (Answer(500, FLOW), -2002, "answered 500 instead of 200"),
        (Answer(204), -2002, "answered 204 instead of 200"),
        (Answer(302), -2002, "answered 302 instead of 200; redirects are not followed"),
    ],
)
def test_anything_but_200_is_a_connectivity_error(answer: Answer, code: int, verdict: str) -> None:
    """For both types of delivery."""
    for kind in ("VCA", "VSS"):
        judgement = judge("VCA" if kind == "VCA" else "VSS", answer)

        assert (judgement.error_code, judgement.verdict) == (code, verdict)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "-1001"),
        (b"<html>", "-1001"),
        (b"[]", "-1001"),
        (b'{"callflow": []}', "-1009"),
        (b'{"callflow": [{"action": "dance"}]}', "$.callflow[0].action"),
        (b" " * 65_537, "longer than 65536 bytes"),
    ],
)
def test_an_invalid_call_flow_is_told(body: bytes, told: str) -> None:
    """The verdict has the path and the vendor's code, the session -2003."""
    judgement = judge("VCA", Answer(200, body))

    assert judgement.error_code == -2003
    assert told in judgement.verdict


def test_a_summary_asks_for_nothing_but_200() -> None:
    """Its body does not matter."""
    assert judge("VSS", Answer(200, b"whatever")).ok
