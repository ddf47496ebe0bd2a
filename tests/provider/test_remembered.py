"""What a native provider remembers from a stack's last run."""

from __future__ import annotations

from pathlib import Path

from pulumi_8x8.native.remembered import Remembered

DEV, PROD = (f"urn:pulumi:{stack}::ivr::eightx8:index:Webhook::vca" for stack in ("dev", "prod"))


def run(folder: Path, urn: str, *subaccount_ids: str) -> list[str]:
    """One run of a stack; returns what it recalled."""
    remembered = Remembered(urn, folder)
    recalled = remembered.recall()
    for subaccount_id in subaccount_ids:
        remembered.add(subaccount_id)
    return recalled


def test_a_run_recalls_the_subaccounts_of_the_previous_run_in_order(tmp_path: Path) -> None:
    """They are unique and of the same stack; removed ones are forgotten."""
    assert run(tmp_path, DEV, "team_2", "team_1", "team_2") == []
    assert run(tmp_path, PROD, "other") == []
    assert run(tmp_path, DEV, "team_1") == ["team_2", "team_1"]
    assert run(tmp_path, DEV) == ["team_1"]


def test_an_unusable_folder_only_slows_a_preview(tmp_path: Path) -> None:
    """A full or read-only disk must not cause a failure."""
    (tmp_path / "subaccounts").write_text("")

    assert run(tmp_path, DEV, "team_1") == []
    assert run(tmp_path, DEV) == []
