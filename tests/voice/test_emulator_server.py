"""The emulator over real connections: its start, its state file, its key, and its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from eightx8_voice.emulator import Emulator, EmulatorError, StoredWebhook

BEARER = {"Authorization": "Bearer emulator"}
LIST = "/api/v1/subaccounts/acme/webhooks"
VCA = {"type": "VCA", "url": "https://example.com/", "httpAuthHeader": "canary-header"}
HELD = StoredWebhook("VCA", "https://example.com/", True, "canary-header")


def post(api: Emulator, key: str = "emulator") -> requests.Response:
    return requests.post(api.url + LIST, json=VCA, headers={"Authorization": f"Bearer {key}"}, timeout=10)


def test_the_journal_counts_requests_and_connections_and_holds_no_secret() -> None:
    """A session keeps its connection; a POST's type is read from its body, an encoded path is decoded."""
    with Emulator("old") as api, requests.Session() as session:
        api.api_key = "emulator"  # a rotated key counts from the next request on
        post(api, "old")
        session.headers.update(BEARER)
        session.post(api.url + LIST, json=VCA, timeout=10)
        session.delete(f"{api.url}{LIST}/VCA", timeout=10)
        session.get(f"{api.url}/api/v1/subaccounts/a%26b/webhooks", timeout=10)

        assert [(one.method, one.subaccount, one.type, one.status, one.connection) for one in api.journal] == [
            ("POST", "acme", "VCA", 401, 1),
            ("POST", "acme", "VCA", 200, 2),
            ("DELETE", "acme", "VCA", 200, 2),
            ("GET", "a&b", None, 200, 2),
        ]
        assert "canary" not in repr(api.journal) + repr(HELD)


PATHS = ("/", "/%0A", f"{LIST}%0A", "/api/v1/subaccounts/ac%0Ame/webhooks", "/_control/faults", "/_calls%0A", "//")


@pytest.mark.parametrize("path", PATHS)
def test_no_path_gets_around_the_key(path: str) -> None:
    """Only the page and the calls of this machine's programs ask for none; with the key it is refused, too."""
    with Emulator() as api, socket.create_connection(("127.0.0.1", int(api.url.split(":")[2]))) as client:
        client.sendall(f"DELETE {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        status, journal = client.makefile("rb").readline().split()[1], api.journal.requests()
        with_key = requests.delete(api.url + path, headers=BEARER, timeout=10).status_code

    assert (status, [entry.status for entry in journal]) == (b"401", [401])
    assert with_key in (404, 405, 422)


def test_the_state_file_keeps_webhooks_between_runs_for_its_owner_alone(tmp_path: Path) -> None:
    """Auth header included; one that others could read is closed by the next write, and no other file is left."""
    path = tmp_path / "new" / "state.json"
    with Emulator(state_file=path) as api:
        api.account.put("other", "VSS", "https://example.com/")
        path.chmod(0o644)
        post(api)

    with Emulator(state_file=path) as api:
        assert api.account.webhooks("acme") == {"VCA": HELD}
        assert (path.stat().st_mode & 0o777, list(path.parent.iterdir())) == (0o600, [path])


STORED = '{"version": 1, "subaccounts": {"a": {"%s": {"url": "u", "enabled": %s, "httpAuthHeader": "s"}}}}'
FOREIGN = ["", "[]", "{}", '{"version": 2, "subaccounts": {}}', STORED % ("XXX", "true"), STORED % ("VCA", '"yes"')]


@pytest.mark.parametrize("text", FOREIGN)
def test_another_file_stops_the_start_and_is_kept(tmp_path: Path, text: str) -> None:
    """A file that no emulator wrote is neither used nor overwritten."""
    path = tmp_path / "state.json"
    path.write_text(text)

    with pytest.raises(EmulatorError, match="is not an emulator's state file"):
        Emulator(state_file=path)

    assert path.read_text() == text


def test_it_listens_on_loopback_and_frees_its_port_after_the_block() -> None:
    """A taken port is an error that names it."""
    with Emulator() as api:
        port = int(api.url.removeprefix("http://127.0.0.1:"))
        with pytest.raises(EmulatorError, match=rf":{port}: .*in use.* Choose another port"):
            Emulator(port=port).__enter__()

    with pytest.raises(requests.ConnectionError):
        requests.get(api.url, timeout=10)
    with Emulator(port=port) as again:
        assert again.url == api.url


@pytest.mark.parametrize(("number", "key"), [(signal.SIGINT, "from-environment"), (signal.SIGTERM, "")])
def test_the_command_serves_until_a_signal_in_the_modes_that_were_chosen(number: signal.Signals, key: str) -> None:
    """With the key of the environment, else "emulator"; the control endpoint shows every mode."""
    options = "--post-over ignore --stale-reads 2 --normalise add-slash --normalise lower-host --error-body platform"
    options += " --active ignore --latency 0.01 --control --json"
    command = [sys.executable, "-m", "pulumi_8x8", "emulate", *options.split()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "EIGHTX8_API_KEY": key}) as process:
        url = json.loads(process.stdout.readline())["url"]  # type: ignore[union-attr]
        headers = {"Authorization": f"Bearer {key or 'emulator'}"}
        listed = requests.get(url + LIST, headers=headers, timeout=10).status_code
        modes = requests.get(f"{url}/_control/modes", timeout=10).json()
        process.send_signal(number)

    expected = {"post_over": "ignore", "stale_reads": 2, "normalise": ["add-slash", "lower-host"]}
    assert modes == expected | {"error_body": "platform", "active": "ignore", "latency": 0.01}
    assert (listed, process.returncode) == (200, 0)
