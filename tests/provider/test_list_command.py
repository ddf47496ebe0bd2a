"""`pulumi-8x8 list` against a running emulator."""

from __future__ import annotations

import json
import re

import pytest

from eightx8_voice.emulator import Emulator, Modes
from pulumi_8x8.reconcile.listings import LISTED_AT_ONCE
from tests.support.command_line import MANY, SUB, on_terminal, run

pytestmark = pytest.mark.usefixtures("account_in_the_environment")


def test_list_shows_what_is_live(api: Emulator) -> None:
    """One listing is printed as a table, uncut in a pipe and escaped on a terminal, or as JSON."""
    long_url = "https://ivr.example.com/" + "x" * 150
    api.account.put(SUB, "VCA", f"{long_url}\x1b]0;owned\x07[red]", http_auth_header="secret-value")
    api.account.put(SUB, "VSS", "https://ivr.example.com/vss", enabled=False)

    table = run("list", SUB, SUB)
    rows = json.loads(run("list", SUB, "--json").output)

    assert (table.exit_code, len(api.journal)) == (0, 2)
    assert [line.split() for line in table.output.splitlines() if SUB in line] == [
        [SUB, "VCA", f"{long_url}\\x1b]0;owned\\x07[red]", "yes", "yes"],
        [SUB, "VSS", "https://ivr.example.com/vss", "no", "no"],
    ]
    assert [row["type"] for row in rows] == ["VCA", "VSS"]
    assert rows[1] == {
        "subaccount_id": SUB, "type": "VSS", "url": "https://ivr.example.com/vss", "enabled": False,
        "http_auth_header_available": False,
    }  # fmt: skip


def test_the_deadline_of_a_listing_begins_when_it_is_sent(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a list of hundreds of subaccounts would fail after the first few."""
    monkeypatch.setenv("EIGHTX8_DEADLINE", "4")
    api.modes = Modes(latency=1.5)

    assert run("list", *MANY[: 3 * LISTED_AT_ONCE]).output == "No webhook is registered.\n"


def test_a_refused_key_or_a_malformed_subaccount_ends_a_command(api: Emulator) -> None:
    """The exit code is 2, and a refused key is not sent for the other subaccounts."""
    api.api_key = "rotated"
    misuse = run("list", "no spaces allowed")

    result = run("list", *MANY)

    assert (result.exit_code, len(result.output.splitlines())) == (2, 1)
    assert re.search("401.*EIGHTX8_API_KEY", result.output)
    assert (misuse.exit_code, 0 < len(api.journal) < len(MANY)) == (2, True)


def test_the_table_hides_the_values_of_a_query(api: Emulator) -> None:
    """They may be tokens; the JSON, which is for programs, contains them."""
    api.account.put(SUB, "VCA", "https://ivr.example/vca?token=canary&v=2")

    table, document = run("list", SUB).output, run("list", SUB, "--json").output

    assert "https://ivr.example/vca?token=…&v=…" in table
    assert json.loads(document)[0]["url"] == "https://ivr.example/vca?token=canary&v=2"


@pytest.mark.parametrize("columns", [80, 120])
def test_a_narrow_terminal_shows_every_url_in_full(api: Emulator, columns: int) -> None:
    """URLs are folded within their column, without trailing blanks."""
    urls = {type: f"https://ivr.example.com/{type.lower()}/" + "abcdefghij" * 12 for type in ("VCA", "VSS")}
    for type, url in urls.items():
        api.account.put(SUB, type, url)

    printed, _ = on_terminal("list", SUB, columns=columns)

    lines = printed.splitlines()
    assert max(map(len, lines)) <= columns
    assert [line for line in lines if line != line.rstrip()] == []
    start, end = lines[0].index("url"), lines[0].index("enabled")
    assert "".join(line[start:end].strip() for line in lines[1:]) == "".join(urls.values())


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, True), (3600.0, False)], ids=["slow", "quick"])
def test_a_progress_bar_is_shown_only_for_slow_listings(api: Emulator, seconds: float, shown: bool) -> None:
    """It appears after half a second on a terminal; otherwise standard error stays empty."""
    printed, beside = on_terminal("list", SUB, progress_after=seconds)

    assert printed.strip() == "No webhook is registered."
    assert ("Listing" in beside, beside == "") == (shown, not shown)
