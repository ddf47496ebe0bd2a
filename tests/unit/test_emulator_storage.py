"""The emulator's state file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pulumi_8x8.emulator.account import storage
from pulumi_8x8.emulator.account.state import StoredWebhook
from pulumi_8x8.emulator.account.storage import StateFileError

WEBHOOK = StoredWebhook("VCA", "https://example.com/é", False, "Basic c2VjcmV0")


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    """URL, switch and auth header survive the round trip."""
    path = tmp_path / "new" / "state.json"

    storage.save(path, {"acme": {"VCA": WEBHOOK}})

    assert storage.load(path) == {"acme": {"VCA": WEBHOOK}}


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    """The file holds auth headers, and one that was open before is closed by the next write."""
    path = tmp_path / "state.json"
    path.write_text("{}")
    path.chmod(0o644)

    storage.save(path, {"acme": {"VCA": WEBHOOK}})

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_else_is_left_beside_it(tmp_path: Path) -> None:
    """The new file is written whole beside the old one and takes its place."""
    storage.save(tmp_path / "state.json", {})

    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_a_missing_file_is_an_empty_account(tmp_path: Path) -> None:
    """The first run needs no preparation."""
    assert storage.load(tmp_path / "state.json") == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "subaccounts": {}}',
        '{"version": 1, "subaccounts": []}',
        '{"version": 1, "subaccounts": {"a": {"XXX": {"url": "u", "enabled": true, "httpAuthHeader": null}}}}',
        '{"version": 1, "subaccounts": {"a": {"VCA": {"url": "u", "enabled": "yes", "httpAuthHeader": "s"}}}}',
    ],
)
def test_another_file_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    """A file that no emulator wrote is neither used nor overwritten."""
    path = tmp_path / "state.json"
    path.write_text(text)

    with pytest.raises(StateFileError, match="something else than an emulator's state"):
        storage.load(path)

    assert path.read_text() == text


def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    """The error says which file and what it holds now."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StateFileError, match=r"file/state\.json cannot be written: .*state before"):
        storage.save(tmp_path / "file" / "state.json", {})
