"""How the provider processes of one run share their claims."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pulumi_8x8.model import WebhookId
from pulumi_8x8.reconcile.claims import Claims

ID = WebhookId("acme_voice", "VCA")
ENGINE, API = "127.0.0.1:44049", "https://voice.wavecell.com"

PROCESS = """
import sys
from pathlib import Path
from pulumi_8x8.model import WebhookId
from pulumi_8x8.reconcile.claims import Claims
claims = Claims(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
claims.add(WebhookId("acme_voice", "VCA"), "urn::ivr", "ivr")
claims.add(WebhookId("acme_voice", "VCA"), "urn::ivr", "ivr", settled=True)
print("claimed", flush=True)
sys.stdin.read()
"""


@contextmanager
def process(folder: Path, engine: str = ENGINE, api: str = API) -> Iterator[subprocess.Popen[str]]:
    """Another provider process, which has registered the webhook."""
    command = [sys.executable, "-c", PROCESS, engine, api, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "claimed\n"
        try:
            yield running
        finally:
            running.kill()


def claims_of(folder: Path, engine: str = ENGINE, api: str = API) -> list[tuple[str, bool, bool]]:
    return [(claim.name, claim.settled, claim.ended) for claim in Claims(engine, api, folder).of_others(ID)]


@pytest.mark.parametrize("api", [API, "https://voice.8x8.com"])
def test_a_process_sees_what_another_of_the_same_run_claims(tmp_path: Path, api: str) -> None:
    """The last claim of each resource counts, and the vendor's two documented addresses are one API."""
    with process(tmp_path):
        assert claims_of(tmp_path, api=api) == [("ivr", True, False)]


@pytest.mark.parametrize(("engine", "api"), [("127.0.0.1:44050", API), (ENGINE, "http://127.0.0.1:8088"), ("", API)])
def test_claims_are_not_shared_between_runs_or_apis(tmp_path: Path, engine: str, api: str) -> None:
    """Two stacks may be deployed at the same time, and without an engine nothing is shared."""
    with process(tmp_path):
        assert claims_of(tmp_path, engine, api) == []


def test_claims_of_a_killed_process_are_marked(tmp_path: Path) -> None:
    """Its lock is released, whatever files it left."""
    with process(tmp_path) as running:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()

        assert claims_of(tmp_path) == [("ivr", True, True)]


def test_a_process_does_not_read_its_own_claims(tmp_path: Path) -> None:
    """They are in its memory."""
    claims = Claims(ENGINE, API, tmp_path)

    claims.add(ID, "urn::ivr", "ivr")

    assert claims.of_others(ID) == []
    assert claims_of(tmp_path) == [("ivr", False, False)]


def test_claim_files_are_private_and_another_users_folder_is_not_used(tmp_path: Path) -> None:
    """Otherwise another user of the machine could prevent deletions."""
    own, foreign = tmp_path / "own", tmp_path / "foreign"
    claims = Claims(ENGINE, API, own)
    claims.add(ID, "urn::ivr", "ivr")
    foreign.write_text("")
    unusable = Claims(ENGINE, API, foreign)

    unusable.add(ID, "urn::ivr", "ivr")

    assert {path.stat().st_mode & 0o077 for path in own.rglob("*.claims")} == {0}
    assert (claims.problem, unusable.of_others(ID)) == ("", [])
    assert f"{foreign} cannot be used" in unusable.problem


def test_old_files_of_ended_processes_are_removed(tmp_path: Path) -> None:
    """Provider processes are killed when a run ends, and cannot remove their files."""
    with process(tmp_path) as running:
        running.kill()
        running.wait()
    for file in tmp_path.rglob("*"):
        os.utime(file, (0, 0))

    Claims("127.0.0.1:1", API, tmp_path).add(ID, "urn::other", "other")

    assert [folder.name for folder in tmp_path.iterdir()] == ["127.0.0.1-1"]
