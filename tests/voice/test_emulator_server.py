"""The emulator over real connections: start, state file, key and shutdown."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from eightx8_voice.emulator import Emulator, EmulatorError, StoredWebhook

KEY = "the-key"
BEARER = {"Authorization": f"Bearer {KEY}"}
LIST = "/api/v1/subaccounts/acme/webhooks"
VCA = {"type": "VCA", "url": "https://example.com/", "httpAuthHeader": "canary-header"}
HELD = StoredWebhook("VCA", "https://example.com/", True, "canary-header")


def post(api: Emulator, key: str = KEY) -> requests.Response:
    return requests.post(api.url + LIST, json=VCA, headers={"Authorization": f"Bearer {key}"}, timeout=10)


def test_the_journal_records_requests_and_connections_without_secrets() -> None:
    """A session reuses its connection; a POST's type comes from its body, and paths are decoded."""
    with Emulator("old") as api, requests.Session() as session:
        api.api_key = KEY  # a rotated key applies from the next request on
        post(api, "old")
        session.headers.update(BEARER)
        session.post(api.url + LIST, json=VCA, timeout=10)
        session.delete(f"{api.url}{LIST}/VCA", timeout=10)
        session.get(f"{api.url}/api/v1/subaccounts/a%26b/webhooks", timeout=10)

        assert [(one.method, one.subaccount, one.type, one.status) for one in api.journal] == [
            ("POST", "acme", "VCA", 401),
            ("POST", "acme", "VCA", 200),
            ("DELETE", "acme", "VCA", 200),
            ("GET", "a&b", None, 200),
        ]
        assert api.journal.connections == 2
        assert "canary" not in repr(api.journal) + repr(HELD)


PATHS = ("/", "/%0A", f"{LIST}%0A", "/api/v1/subaccounts/ac%0Ame/webhooks", "/_calls%0A", "//")


@pytest.mark.parametrize("path", PATHS)
def test_no_path_bypasses_the_key(path: str) -> None:
    """Without the key every path is a 401; with it a malformed path gets its own error."""
    with Emulator(KEY) as api, socket.create_connection(("127.0.0.1", int(api.url.split(":")[2]))) as client:
        client.sendall(f"DELETE {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        status, journal = client.makefile("rb").readline().split()[1], api.journal.requests()
        with_key = requests.delete(api.url + path, headers=BEARER, timeout=10).status_code

    assert (status, [entry.status for entry in journal]) == (b"401", [401])
    assert with_key in (404, 405, 422)


def test_the_state_file_keeps_webhooks_between_runs_only_for_its_owner(tmp_path: Path) -> None:
    """It contains auth headers; the next write restricts a readable file, and no other file is left."""
    path = tmp_path / "new" / "state.json"
    with Emulator(KEY, state_file=path) as api:
        api.account.put("other", "VSS", "https://example.com/")
        path.chmod(0o644)
        post(api)

    with Emulator(KEY, state_file=path) as api:
        assert api.account.webhooks("acme") == {"VCA": HELD}
        assert (path.stat().st_mode & 0o777, list(path.parent.iterdir())) == (0o600, [path])


STORED = (
    '{"version": 1, "subaccounts": {"a": {"%s": {"type": "%s", "url": "u", "enabled": %s, "http_auth_header": "s"}}}}'
)
FOREIGN = [
    "",
    "[]",
    "{}",
    '{"version": 2, "subaccounts": {}}',
    STORED % ("XXX", "XXX", "true"),
    STORED % ("VCA", "VSS", "true"),
    STORED % ("VCA", "VCA", '"yes"'),
]


@pytest.mark.parametrize("text", FOREIGN)
def test_a_foreign_state_file_prevents_the_start_and_is_kept(tmp_path: Path, text: str) -> None:
    """A file that no emulator wrote is neither used nor overwritten."""
    path = tmp_path / "state.json"
    path.write_text(text)

    with pytest.raises(EmulatorError, match="is not an emulator's state file"):
        Emulator(state_file=path)

    assert path.read_text() == text


def test_it_listens_on_loopback_and_frees_its_port_after_the_block() -> None:
    """A port in use is an error that names it."""
    with Emulator() as api:
        port = int(api.url.removeprefix("http://127.0.0.1:"))
        with pytest.raises(EmulatorError, match=rf":{port}: .*in use.* Choose another port"):
            Emulator(port=port).__enter__()

    with pytest.raises(requests.ConnectionError):
        requests.get(api.url, timeout=10)
    with Emulator(port=port) as again:
        assert again.url == api.url


def test_temporary_files_of_a_killed_run_are_removed_at_the_next_start(tmp_path: Path) -> None:
    """They contain auth headers; other files stay."""
    path, other = tmp_path / "state.json", tmp_path / ".state.json.backup"
    other.touch()
    killed = f"import os; from eightx8_voice.emulator import Emulator; api = Emulator(state_file={str(path)!r})\n"
    killed += "os.fsync = lambda _: os._exit(9); api.account.put('acme', 'VCA', 'https://example.com/')"
    subprocess.run([sys.executable, "-c", killed], check=False)
    left = set(tmp_path.iterdir())

    Emulator(state_file=path)

    assert (len(left), set(tmp_path.iterdir())) == (3, {other, path})


def test_each_emulator_without_a_key_generates_its_own() -> None:
    """The key cannot be guessed."""
    with Emulator() as one, Emulator() as other:
        statuses = [post(api, key).status_code for api in (one, other) for key in (one.api_key, other.api_key)]

    assert statuses == [200, 401, 401, 200]
    assert len(one.api_key) >= 16


def test_the_journal_forgets_the_oldest_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulator that runs for weeks does not grow."""
    monkeypatch.setattr("eightx8_voice.emulator.exchange.MAX_ENTRIES", 2)
    with Emulator(KEY) as api:
        for name in ("one", "two", "three"):
            requests.get(f"{api.url}/api/v1/subaccounts/{name}/webhooks", timeout=10)

        assert [entry.subaccount for entry in api.journal] == ["two", "three"]


@pytest.mark.parametrize("path", ["/", "/_page.css", "/_calls", LIST, "/nowhere"])
def test_dns_rebinding_reaches_nothing(path: str) -> None:
    """Foreign host names are refused even with the key; addresses and localhost are accepted."""
    with Emulator(KEY) as api:
        hosts = ("evil.example", "evil.example:80", "[::1", "a b", "localhost", "10.1.2.3:80", "[fe80::1]")
        statuses = [
            requests.get(api.url + path, headers=BEARER | {"Host": host}, timeout=10).status_code for host in hosts
        ]

    assert statuses[:4] == [421] * 4
    assert 421 not in statuses[4:]


def test_paths_without_a_key_are_only_for_this_machine() -> None:
    """If the emulator listens on all addresses, other machines are refused whatever host name they send."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unconnected:
        try:
            unconnected.connect(("192.0.2.1", 9))  # finds the address that other machines see, without sending anything
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address = unconnected.getsockname()[0]

    with Emulator(KEY, host="0.0.0.0") as api:
        outside = f"http://{address}:{api.url.rpartition(':')[2]}"
        paths = ("/", "/_page.css", "/_calls")
        page = [requests.get(outside + path, headers={"Host": "localhost"}, timeout=10).status_code for path in paths]
        listed = requests.get(outside + LIST, headers=BEARER, timeout=10).status_code
        here = requests.get(f"http://127.0.0.1:{api.url.rpartition(':')[2]}/_calls", timeout=10).status_code

    assert (page, listed, here) == ([403] * 3, 200, 200)
