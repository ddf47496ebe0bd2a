"""`pulumi-8x8 call` through a running emulator."""

from __future__ import annotations

import re

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.command_line import SUB, run
from tests.support.endpoints import Delivered, Response, endpoint

pytestmark = pytest.mark.usefixtures("account_in_the_environment")


def test_a_call_goes_through_the_registered_webhooks(api: Emulator) -> None:
    """The endpoint receives the call and the key, and its response is shown."""

    def menu(delivered: Delivered) -> Response:
        if delivered.body["eventType"] != "CALL_ACTION" or delivered.body["payload"]["eventData"]["dtmf"]:
            return Response()
        params = {"promptMessage": "Press 1.", "voiceProfile": "en-US-Jenny", "maxDigits": 1}
        return Response(200, {"callflow": [{"action": "sayAndCapture", "params": params}]})

    with endpoint(menu) as running:
        api.account.put(SUB, "VCA", running.url)
        api.account.put(SUB, "VSS", running.url)
        result = run("call", SUB, "--from", "+6591234567", "--to", "+6561234567", "--keys", "1")

    assert result.exit_code == 0, result.output
    assert re.search("Press 1.*key 1", result.output, re.DOTALL)
    assert [d.body["eventType"] for d in running.delivered] == ["CALL_ACTION", "CALL_ACTION", "SESSION_SUMMARY"]


def test_a_call_is_never_placed_at_the_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an emulator's address nothing is sent."""
    monkeypatch.delenv("EIGHTX8_BASE_URL")

    result = run("call", SUB, "--from", "+6591234567", "--to", "+6561234567")

    assert (result.exit_code, "Calls are placed on an emulator" in result.output) == (2, True)
