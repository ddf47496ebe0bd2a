"""Test the menu without a server: what a caller hears, key by key. Run it with `python -m pytest`."""

from datetime import datetime, timezone

import pytest
from endpoint import menu

from eightx8_voice.callflow import CallFlow
from eightx8_voice.events import CallAction

NOON = datetime(2026, 7, 1, 12, tzinfo=menu.OUR_TIME)


def call(*keys: str, at: datetime = NOON, sip_code: int = 200) -> CallFlow:
    """Call, press the keys one after the other, and return the last call flow."""
    flow = menu.answer(CallAction(session_id="test", call_status="CALL_RECEIVED", timestamp=at))
    for key in keys:
        pressed = CallAction(
            session_id="test",
            call_status="ACTION_COMPLETED",
            client_action_id=flow.client_action_id,
            dtmf=key or None,
            sip_code=sip_code,
            timestamp=at,
        )
        flow = menu.answer(pressed)
    return flow


@pytest.mark.parametrize(
    ("keys", "heard"),
    [
        ([], "Welcome to Example Telecom"),
        (["1"], "For a mobile line"),
        (["1", "1"], "+6591234501"),
        (["1", "9"], "Welcome to Example Telecom"),
        (["2"], "We are open"),
        (["7"], "Sorry, that key is not in use. Welcome"),
        (["", "", ""], "Goodbye."),
    ],
)
def test_keys_lead_through_the_menu(keys: list[str], heard: str) -> None:
    assert heard in call(*keys).to_json()


def test_a_busy_operator_leads_to_an_announcement() -> None:
    assert "operators are busy" in call("0", "", sip_code=486).to_json()


def test_a_call_outside_the_opening_hours_hears_an_announcement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "HOURS", range(9, 18))

    assert "We are closed" in call(at=datetime(2026, 7, 1, 18, tzinfo=menu.OUR_TIME)).to_json()
    assert "Welcome" in call(at=datetime(2026, 7, 1, 9, 59, tzinfo=timezone.utc)).to_json()
