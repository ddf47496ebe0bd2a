"""The example's resource: a process that is started, recognised, replaced and ended."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests

EXAMPLE = Path(__file__).parents[2] / "examples" / "ivr"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The resource's module, in a copy of the example of its own."""
    copy = tmp_path / "ivr"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__", "sessions.db*", "*.log"))
    monkeypatch.setenv("PYTHONPATH", str(EXAMPLE.parents[1] / "provider"))
    monkeypatch.setenv("EIGHTX8_API_KEY", "not for the endpoint")
    spec = importlib.util.spec_from_file_location("local_endpoint", copy / "local_endpoint.py")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def props(module: Any, tmp_path: Path) -> dict[str, Any]:
    """What a program declares: any free port, told as the engine tells numbers."""
    return {
        "port": 0.0,
        "http_auth_header": "Bearer one",
        "database_url": f"sqlite:///{tmp_path}/sessions.db",
        "source": module.source_hash(module.HERE / "endpoint"),
    }


@pytest.fixture
def running(module: Any, props: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The outputs of an endpoint that runs."""
    outs = module.LocalEndpointProvider().create(props).outs
    yield outs
    module.LocalEndpointProvider().delete("id", outs)


def accepts(url: str, header: str) -> bool:
    return requests.get(f"{url}/sessions", headers={"Authorization": header}, timeout=10).status_code == 200


def test_a_created_endpoint_serves(module: Any, running: dict[str, Any]) -> None:
    """Once create is over, deliveries are taken, nothing is left to change, and the API key stayed here."""
    diff = module.LocalEndpointProvider().diff("id", running, running)

    assert accepts(running["url"], "Bearer one")
    assert (diff.changes, diff.replaces) == (False, [])
    assert "EIGHTX8_API_KEY" not in psutil.Process(running["pid"]).environ()


def test_another_port_replaces_and_another_source_updates(module: Any, running: dict[str, Any]) -> None:
    """The old endpoint serves until the webhooks have moved; a menu is a file, so a changed one is deployed."""
    with (module.HERE / "endpoint" / "menu.py").open("a") as menu:
        menu.write("# another menu\n")
    changed = {"source": module.source_hash(module.HERE / "endpoint")}

    moved, edited = (
        module.LocalEndpointProvider().diff("id", running, running | change) for change in ({"port": 8081.0}, changed)
    )

    assert (moved.changes, moved.replaces) == (True, ["port"])
    assert (edited.changes, edited.replaces) == (True, [])


def test_an_update_replaces_the_process(module: Any, running: dict[str, Any]) -> None:
    """The new auth header is the one that counts, on the same address."""
    news = running | {"http_auth_header": "Bearer two"}

    diff = module.LocalEndpointProvider().diff("id", running, news)
    outs = module.LocalEndpointProvider().update("id", running, news).outs

    try:
        assert (diff.changes, diff.replaces, outs["url"]) == (True, [], running["url"])
        assert (accepts(outs["url"], "Bearer one"), accepts(outs["url"], "Bearer two")) == (False, True)
        assert not psutil.pid_exists(running["pid"])
    finally:
        module.LocalEndpointProvider().delete("id", outs)


def test_an_endpoint_that_has_ended_is_noticed(
    module: Any, running: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    """A preview says so and an update starts it; a refresh finds it gone."""
    process = psutil.Process(running["pid"])
    process.kill()
    process.wait(timeout=10)

    assert module.LocalEndpointProvider().diff("id", running, running).changes
    assert "does not run" in capfd.readouterr().out
    assert module.LocalEndpointProvider().read("id", running).id == ""


def test_deleting_ends_the_process_and_can_be_repeated(module: Any, running: dict[str, Any]) -> None:
    """After it, nothing listens; the second time there is nothing to do."""
    module.LocalEndpointProvider().delete("id", running)
    module.LocalEndpointProvider().delete("id", running)

    assert not psutil.pid_exists(running["pid"])
    with pytest.raises(requests.ConnectionError):
        accepts(running["url"], "Bearer one")


def test_a_process_that_took_over_the_id_is_left_alone(module: Any) -> None:
    """An id alone is no proof: its owner was born at another time."""
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        born = psutil.Process(stranger.pid).create_time()

        module.LocalEndpointProvider().delete("id", {"pid": stranger.pid, "born": born - 60})

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.communicate()


def test_a_port_that_is_taken_is_an_error_that_says_so(module: Any, running: dict[str, Any]) -> None:
    """An endpoint that serves there already is not mistaken for the new one, and stays."""
    before = psutil.Process().children()

    with pytest.raises(RuntimeError, match=r"did not come up on port .* already in use"):
        module.LocalEndpointProvider().create(running | {"port": urlsplit(running["url"]).port})

    assert psutil.Process().children() == before
    assert accepts(running["url"], "Bearer one")
