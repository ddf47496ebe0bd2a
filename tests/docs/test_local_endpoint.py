"""The example's resource: a process that is started, recognised, replaced and stopped."""

from __future__ import annotations

import importlib
import shutil
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
    """The resource's module, in its own copy of the example."""
    copy = tmp_path / "ivr"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__", "sessions.db*", "*.log"))
    monkeypatch.setenv("PYTHONPATH", str(EXAMPLE.parents[1] / "provider"))
    monkeypatch.setenv("EIGHTX8_API_KEY", "not for the endpoint")
    monkeypatch.syspath_prepend(copy)
    monkeypatch.delitem(sys.modules, "local_endpoint", raising=False)
    return importlib.import_module("local_endpoint")


@pytest.fixture
def provider(module: Any) -> Any:
    return module.LocalEndpointProvider()


@pytest.fixture
def outs(module: Any, provider: Any, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The outputs of an endpoint that runs on a free port."""
    declared = {"port": 0.0, "http_auth_header": "Bearer one", "database_url": f"sqlite:///{tmp_path}/sessions.db"}
    outs = provider.create({**declared, "source": module.source_hash(module.HERE / "endpoint")}).outs
    yield outs
    provider.delete("id", outs)


def accepts(url: str, header: str) -> bool:
    return requests.get(f"{url}/sessions", headers={"Authorization": header}, timeout=10).status_code == 200


def test_a_created_endpoint_serves_and_is_compared(module: Any, provider: Any, outs: dict[str, Any]) -> None:
    """A new port replaces the endpoint, so that the old process serves until the webhooks have moved."""
    with (module.HERE / "endpoint" / "menu.py").open("a") as menu:
        menu.write("# another menu\n")
    edited = {"source": module.source_hash(module.HERE / "endpoint")}

    diffs = [provider.diff("id", outs, outs | change) for change in ({}, {"port": 8081.0}, edited)]

    assert accepts(outs["url"], "Bearer one")
    assert [(diff.changes, diff.replaces) for diff in diffs] == [(False, []), (True, ["port"]), (True, [])]
    assert "EIGHTX8_API_KEY" not in psutil.Process(outs["pid"]).environ()


def test_an_update_replaces_the_process(provider: Any, outs: dict[str, Any]) -> None:
    """The new process has the same address and the new auth header."""
    news = outs | {"http_auth_header": "Bearer two"}

    changes, updated = provider.diff("id", outs, news).changes, provider.update("id", outs, news).outs

    try:
        assert (changes, updated["url"], psutil.pid_exists(outs["pid"])) == (True, outs["url"], False)
        assert (accepts(outs["url"], "Bearer one"), accepts(outs["url"], "Bearer two")) == (False, True)
    finally:
        provider.delete("id", updated)


def test_an_endpoint_that_has_stopped_is_detected(
    provider: Any, outs: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    """Preview reports it, update starts it, refresh finds it gone, and deleting can be repeated."""
    provider.delete("id", outs)
    provider.delete("id", outs)

    assert not psutil.pid_exists(outs["pid"])
    assert (provider.diff("id", outs, outs).changes, provider.read("id", outs).id) == (True, "")
    assert "is not running" in capfd.readouterr().out


def test_a_foreign_process_is_left_alone(provider: Any, outs: dict[str, Any]) -> None:
    """A process with a reused id, or another one on the port, is neither stopped nor adopted."""
    before = psutil.Process().children()

    provider.delete("id", outs | {"born": outs["born"] - 60})
    with pytest.raises(RuntimeError, match=r"did not start on port .* already in use"):
        provider.create(outs | {"port": urlsplit(outs["url"]).port})

    assert (psutil.Process().children(), accepts(outs["url"], "Bearer one")) == (before, True)
