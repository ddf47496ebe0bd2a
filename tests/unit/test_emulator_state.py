"""What an emulated account holds and refuses."""

from __future__ import annotations

import threading

import pytest

from pulumi_8x8.emulator.account.state import Account, StoredWebhook, Webhooks


def test_put_over_a_type_leaves_the_others_alone() -> None:
    """An account holds one webhook per subaccount and type."""
    account = Account()
    account.put("acme", "VCA", "https://example.com/old", http_auth_header="secret")
    account.put("acme", "VSS", "https://example.com/vss")

    account.put("acme", "VCA", "https://example.com/new", enabled=False)

    assert account.webhooks("acme") == {
        "VCA": StoredWebhook("VCA", "https://example.com/new", enabled=False),
        "VSS": StoredWebhook("VSS", "https://example.com/vss"),
    }


def test_a_subaccount_without_webhooks_is_not_listed() -> None:
    """Removing the last webhook leaves nothing behind."""
    account = Account()
    account.put("acme", "VCA", "https://example.com/")

    account.remove("acme", "VCA")

    assert account.subaccounts() == []
    assert account.webhooks("acme") == {}


def test_removing_what_is_not_there_gives_none() -> None:
    """Removing twice is no error, and the second time says that nothing was there."""
    assert Account().remove("acme", "VCA") is None


@pytest.mark.parametrize(
    ("subaccount", "status"),
    [("forbidden_one", 403), ("missing_one", 404), ("stranger", 404), ("known", None)],
)
def test_subaccounts_are_refused_as_configured(subaccount: str, status: int | None) -> None:
    """Forbidden, missing and unlisted subaccounts are refused; the others are not."""
    account = Account()
    account.forbidden, account.missing = {"forbidden_one"}, {"missing_one"}
    account.only = {"known", "forbidden_one", "missing_one"}

    assert account.refusal(subaccount) == status


def test_an_auth_header_is_no_part_of_a_repr() -> None:
    """A failing assertion that prints a webhook does not print its secret."""
    assert "secret" not in repr(StoredWebhook("VCA", "https://example.com/", True, "secret"))


def test_a_change_that_cannot_be_kept_is_not_made() -> None:
    """Where the state file cannot be written, the account stays as it was."""

    def full(_held: object) -> None:
        raise OSError("disk full")

    account = Account({"acme": {"VCA": StoredWebhook("VCA", "https://example.com/")}}, full)

    with pytest.raises(OSError, match="disk full"):
        account.remove("acme", "VCA")

    assert list(account.webhooks("acme")) == ["VCA"]


def test_a_copy_changes_on_its_own() -> None:
    """What is tried on a copy is neither held nor kept by the original."""
    kept: list[object] = []
    account = Account(on_change=lambda held: kept.append(held))

    account.copy().put("acme", "VCA", "https://example.com/")

    assert account.webhooks("acme") == {}
    assert kept == []


def test_changes_from_many_threads_are_all_kept() -> None:
    """Nothing is lost between threads."""
    held: list[dict[str, Webhooks]] = []
    account = Account(on_change=lambda all_held: held.append(dict(all_held)))
    threads = [
        threading.Thread(target=account.put, args=(f"sub{number}", "VCA", "https://example.com/"))
        for number in range(50)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(account.subaccounts()) == 50
    assert len(held[-1]) == 50
