"""The modes of the emulated API as values: what may be chosen, and what is refused."""

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


def test_each_mode_can_be_described() -> None:
    """With what a value may be, which its default is; these tests leave none out."""
    assert {mode.name for mode in MODES} == WRONG.keys()
    assert all(mode.allows(mode.default) and mode.help.endswith(".") and mode.choice for mode in MODES)


@pytest.mark.parametrize("name", WRONG)
def test_a_value_that_is_none_of_a_modes_is_refused(name: str) -> None:
    """The message names the mode and what it may be."""
    with pytest.raises(ValueError, match=f"^{name} must be (one of|a list of|true or false|a number from)"):
        Modes(**{name: WRONG[name]})


def test_a_url_cannot_both_get_and_lose_a_slash() -> None:
    with pytest.raises(ValueError, match="must not both add and remove a slash"):
        Modes(normalise=("add-slash", "remove-slash"))
