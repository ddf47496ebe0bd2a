"""docs/get-started.md, executed from the first line to the last on a new user's machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from tests.support import fresh
from tests.support.account import urls
from tests.support.guide import Guide

pytestmark = pytest.mark.engine


@pytest.fixture
def account() -> Iterator[Emulator]:
    """An emulator that stands for the reader's own account."""
    with Emulator("YOUR-KEY") as api:
        yield api


def test_a_new_user_can_follow_the_page_to_their_own_account(tmp_path: Path, account: Emulator) -> None:
    """Webhooks are deployed, changed by hand, repaired and destroyed, and then deployed to the reader's account."""
    with Guide("get-started.md", tmp_path, fresh.environment(tmp_path / "home")) as guide:
        guide.next("mkdir").ok()
        guide.next("python3 -m venv").ok()
        fresh.lend_dependencies(tmp_path / "telephony" / ".venv")
        for words in (".venv/bin/activate", "pip install"):
            guide.next(words).ok()
        guide.serve("pulumi-8x8 emulate", ".venv/bin/activate")
        guide.next("PASSPHRASE").ok()
        guide.next("pulumi login --local", instead=f"pulumi login file://{tmp_path / 'home'}").ok()
        for words in ("export", "stack init", "subaccountId", "vcaUrl", "vssUrl", "up", "list"):
            guide.next(words).ok()
        for words in ("curl", "preview"):
            guide.next(words).ok()
        drifted = guide.next("--expect-no-changes")
        guide.next("up").ok()
        guide.type("pulumi preview --expect-no-changes").ok()
        for words in ("destroy", "stack rm", "unset", "YOUR-KEY"):
            guide.next(words).ok()
        emulator = "EIGHTX8_API_KEY=local-key EIGHTX8_BASE_URL=http://127.0.0.1:8088"
        removed = guide.type(f"{emulator} pulumi-8x8 list Demo_1a2B_voice").ok()
        guide.type(f"export EIGHTX8_BASE_URL={account.url}").ok()
        for words in ("probe", "stack init", "subaccountId", "vcaUrl", "vssUrl", "up", "--expect-no-changes"):
            guide.next(words).ok()
        guide.ended()

    assert drifted.code == 7
    assert removed.out == "No webhook is registered.\n"
    assert urls(account) == {
        "YOUR_SUBACCOUNT/VCA": "https://YOUR-ENDPOINT/vca",
        "YOUR_SUBACCOUNT/VSS": "https://YOUR-ENDPOINT/vss",
    }
