"""The modes of the emulated API as values: which are valid, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest

from eightx8_voice.emulator import MODES, Modes

WRONG: dict[str, Any] = {
    "post_over": "merge", "refusal_status": 200, "omitted_header": None, "enabled": True, "active": "yes",
    "normalise": "add-slash", "stale_reads": True, "late_reads": float("nan"), "stale_response": 1,
    "delete_response": "webhooks", "delete_missing_status": 100, "delete_vnu_status": "200",
    "invalid_type_status": 600, "invalid_url_status": 422.5, "error_body": "html", "count": 3,
    "latency": float("inf"),
}  # fmt: skip


def test_each_mode_has_a_description() -> None:
    """It lists the values and the default, and the tests cover every mode."""
    assert {mode.name for mode in MODES} == WRONG.keys()
    assert all(mode.allows(mode.default) and mode.help.endswith(".") and mode.choice for mode in MODES)


@pytest.mark.parametrize("name", WRONG)
def test_an_invalid_mode_value_is_refused(name: str) -> None:
    """The message names the mode and its valid values."""
    with pytest.raises(ValueError, match=f"^{name} must be (one of|a list of|true or false|a number from)"):
        Modes(**{name: WRONG[name]})


def test_adding_and_removing_a_slash_exclude_each_other() -> None:
    """The combination is refused."""
    with pytest.raises(ValueError, match="must not both add and remove a slash"):
        Modes(normalise=("add-slash", "remove-slash"))
