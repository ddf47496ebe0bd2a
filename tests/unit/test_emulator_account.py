"""What an emulated account holds, refuses and keeps in a file, and what its journal counts."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pulumi_8x8.emulator import Account, Entry, Journal, StoredWebhook
from pulumi_8x8.emulator.account import storage
from pulumi_8x8.emulator.account.state import Webhooks
from pulumi_8x8.emulator.account.storage import StateFileError

URL = "https://example.com/é"
WEBHOOK = StoredWebhook("VCA", URL, False, "Basic c2VjcmV0")


def test_put_over_a_type_leaves_the_others_alone() -> None:
    """An account holds one webhook per subaccount and type, and a removed one leaves nothing behind."""
    account = Account()
    account.put("acme", "VCA", "https://example.com/old", http_auth_header="secret")
    account.put("acme", "VSS", "https://example.com/vss")

    account.put("acme", "VCA", URL, enabled=False)
    removed = [account.remove("acme", "VSS"), account.remove("acme", "VSS")]

    assert account.webhooks("acme") == {"VCA": StoredWebhook("VCA", URL, enabled=False)}
    assert removed == [StoredWebhook("VSS", "https://example.com/vss"), None]
    assert account.remove("acme", "VCA") is not None
    assert account.subaccounts() == []


def test_subaccounts_are_refused_as_configured() -> None:
    """Forbidden, missing and unlisted subaccounts are refused; the others are not."""
    account = Account()
    account.forbidden, account.missing, account.only = {"forbidden"}, {"missing"}, {"known", "forbidden", "missing"}

    refused = [account.refusal(name) for name in ("forbidden", "missing", "stranger", "known")]

    assert refused == [403, 404, 404, None]


def test_an_auth_header_is_no_part_of_a_repr() -> None:
    """A failing assertion that prints a webhook does not print its secret."""
    assert "c2VjcmV0" not in repr(WEBHOOK)


def test_a_change_that_cannot_be_kept_is_not_made() -> None:
    """Where the state file cannot be written, the account stays as it was; a copy changes on its own."""

    def full(_held: object) -> None:
        raise OSError("disk full")

    account = Account({"acme": {"VCA": WEBHOOK}}, full)
    account.copy().remove("acme", "VCA")

    with pytest.raises(OSError, match="disk full"):
        account.remove("acme", "VCA")

    assert list(account.webhooks("acme")) == ["VCA"]


def test_changes_from_many_threads_are_all_kept() -> None:
    """Nothing is lost between threads."""
    held: list[dict[str, Webhooks]] = []
    account = Account(on_change=lambda all_held: held.append(dict(all_held)))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda number: account.put(f"sub{number}", "VCA", URL), range(50)))

    assert (len(account.subaccounts()), len(held[-1])) == (50, 50)


def test_what_was_saved_is_loaded_by_its_owner_alone(tmp_path: Path) -> None:
    """The file is written whole in its folder, and one that was open before is closed by the next write."""
    path = tmp_path / "new" / "state.json"
    first = storage.load(path)
    storage.save(path, {})
    path.chmod(0o644)

    storage.save(path, {"acme": {"VCA": WEBHOOK}})

    assert (first, storage.load(path)) == ({}, {"acme": {"VCA": WEBHOOK}})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


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

    with pytest.raises(StateFileError, match="is not an emulator's state file"):
        storage.load(path)

    assert path.read_text() == text


def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    """The error says which file and what it holds now."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StateFileError, match=r"file/state\.json cannot be written: .*previous state"):
        storage.save(tmp_path / "file" / "state.json", {})


def test_the_journal_picks_by_method_and_subaccount() -> None:
    """Either, both or neither may be named; two requests over one connection are one connection."""
    listed, posted, other = (
        Entry("GET", "/a", "acme", None, 200, 1),
        Entry("POST", "/a", "acme", "VCA", 200, 1),
        Entry("GET", "/b", "other", None, 404, 2),
    )
    journal = Journal([listed, posted, other])

    assert (journal.requests("GET"), journal.requests(subaccount="acme")) == ([listed, other], [listed, posted])
    assert (journal.requests("GET", "acme"), journal.requests()) == ([listed], [listed, posted, other])
    assert journal.connections == 2
