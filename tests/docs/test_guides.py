"""What the guides tell a reader to type does what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from tests.support.account import urls, writes
from tests.support.guide import Guide
from tests.support.scratch import Project

pytestmark = pytest.mark.engine
SUBACCOUNT = "InternalDemoCPaaS_8dD15_voice"
VCA = {"subaccount_id": "Sub_1", "type": "VCA", "url": "https://ivr.example/vca"}


def test_get_started_registers_lists_compares_and_removes(tmp_path: Path) -> None:
    """Two webhooks, a table of them, a preview without changes, and nothing at the end."""
    with Emulator() as api:
        project = Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url})
        guide = Guide("get-started.md", project)

        guide.next("stack init").ok()
        guide.next("up").ok()
        registered, listed = urls(api), guide.next("list").ok().out
        guide.next("--expect-no-changes").ok()
        api.account.put(SUBACCOUNT, "VCA", "https://elsewhere.example/")
        drifted = project.run("preview")
        guide.next("destroy").ok()
        guide.ended()

        assert set(registered) == {f"{SUBACCOUNT}/VCA", f"{SUBACCOUNT}/VSS"}
        assert all(url in listed for url in registered.values())
        assert "drift: url is https://elsewhere.example/ (declared: https://ivr.example.com/vca)" in drifted.out
        assert urls(api) == {}


@pytest.mark.proof
def test_a_key_in_the_stacks_config_is_rotated(tmp_path: Path) -> None:
    """Refresh fails with the recorded key and names the way out; `up` records the new one."""
    with Emulator("old-key") as api:
        project = Project(tmp_path).declare(vca=VCA)
        project.run("config", "set", "8x8:baseUrl", api.url).ok()
        project.run("config", "set", "--secret", "8x8:apiKey", "old-key").ok()
        project.deploy().ok()
        guide = Guide("rotate.md", project)
        api.api_key = "NEW-KEY"

        guide.next("config set").ok()
        recorded = project.refresh().failed()
        project.refresh("--run-program").ok()
        guide.next("up").ok()
        guide.next("refresh").ok()
        guide.ended()
        recorded_now = str(project.export())

        assert "Refresh and destroy use the key that the last `pulumi up` recorded; add --run-program" in recorded.out
        assert "NEW-KEY" not in recorded_now
        assert "'apiKey': {" in recorded_now or "8x8:apiKey" in recorded_now


def test_an_endpoint_is_rehearsed_before_it_goes_live(tmp_path: Path) -> None:
    """A wrong address is not ready, and the command says so with exit code 1."""
    rehearsal = Guide("endpoints.md", Project(tmp_path)).next("rehearse https://ivr.example.com/vca --type VCA")

    assert rehearsal.code == 1
    assert "The endpoint is not ready." in rehearsal.out


def test_existing_webhooks_are_adopted(tmp_path: Path) -> None:
    """Exported and adopted, with the auth header as a secret; only a webhook that has one is registered again."""
    with Emulator() as api:
        project = Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url})
        project.environment["EIGHTX8_HTTP_AUTH_HEADER"] = "Bearer canary"
        api.account.put(SUBACCOUNT, "VCA", "https://ivr.example.com/vca", http_auth_header="Bearer canary")
        api.account.put(SUBACCOUNT, "VSS", "https://ivr.example.com/vss")
        before = api.account.webhooks(SUBACCOUNT)
        guide = Guide("adopt.md", project)

        printed = [guide.next(words).ok().out for words in ("export", "cd", "stack init", "config set", "up")]
        printed.append(guide.next("--expect-no-changes").ok().out)
        guide.ended()

        assert "Bearer canary" not in "".join(printed) + str(project.export())
        assert project.run("config", "get", "httpAuthHeader").ok().out == "Bearer canary\n"
        assert writes(api) == [f"POST {SUBACCOUNT}/VCA"]
        assert api.account.webhooks(SUBACCOUNT) == before
