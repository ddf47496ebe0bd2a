"""The emulator over real connections."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import requests

from pulumi_8x8.emulator import Emulator, EmulatorError, StoredWebhook

BEARER = {"Authorization": "Bearer emulator"}
LIST = "/api/v1/subaccounts/acme/webhooks"


def test_one_session_keeps_one_connection() -> None:
    """Connections are kept alive and counted in the journal."""
    with Emulator() as api, requests.Session() as session:
        for _ in range(3):
            session.get(api.url + LIST, headers=BEARER, timeout=10)
        requests.get(api.url + LIST, headers=BEARER, timeout=10)

        assert [entry.connection for entry in api.journal] == [1, 1, 1, 2]
        assert api.journal.connections == 2


def test_an_encoded_path_is_decoded() -> None:
    """A client may percent-encode the ampersand that ids may have."""
    with Emulator() as api:
        api.account.put("a&b", "VCA", "https://example.com/")

        listed = requests.get(f"{api.url}/api/v1/subaccounts/a%26b/webhooks", headers=BEARER, timeout=10)

        assert listed.json()["count"] == 1
        assert api.journal[0].subaccount == "a&b"


@pytest.mark.parametrize(
    "path",
    ["/", "/%0A", f"{LIST}%0A", "/api/v1/subaccounts/ac%0Ame/webhooks", "/_control/faults", "/_calls%0A", "//", "/%00"],
)
def test_no_path_gets_around_the_key(path: str) -> None:
    """Only the page and the calls of this machine's programs ask for none."""
    with Emulator() as api, socket.create_connection(("127.0.0.1", int(api.url.rsplit(":", 1)[1]))) as client:
        client.sendall(f"DELETE {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        status, journal = client.makefile("rb").readline().split()[1], api.journal.requests()

    assert (status, [entry.status for entry in journal]) == (b"401", [401])


@pytest.mark.parametrize("path", ["/", "/%0A", "/_calls%0A", f"{LIST}%0A"])
def test_with_the_key_such_a_path_is_refused_all_the_same(path: str) -> None:
    """Not found, or an id that is not well-formed."""
    with Emulator() as api:
        answer = requests.delete(api.url + path, headers=BEARER, timeout=10)

    assert answer.status_code in (404, 405, 422)


def test_the_journal_names_the_type_and_no_secret() -> None:
    """A POST's type is read from its body; neither the key nor the auth header is kept."""
    with Emulator() as api:
        body = {"type": "VCA", "url": "https://example.com/", "httpAuthHeader": "canary-header"}
        requests.post(api.url + LIST, json=body, headers={"Authorization": "Bearer canary-key"}, timeout=10)
        requests.post(api.url + LIST, json=body, headers=BEARER, timeout=10)
        requests.delete(f"{api.url}{LIST}/VCA", headers=BEARER, timeout=10)

        assert [(entry.method, entry.type, entry.status) for entry in api.journal] == [
            ("POST", "VCA", 401),
            ("POST", "VCA", 200),
            ("DELETE", "VCA", 200),
        ]
        assert "canary" not in repr(api.journal)


def test_key_and_mode_change_while_it_runs() -> None:
    """A rotated key and another reading of POST take effect with the next request."""
    with Emulator(api_key="old", post_over="refuse") as api:
        api.account.put("acme", "VCA", "https://example.com/")
        body = {"type": "VCA", "url": "https://example.com/new"}
        api.api_key, api.post_over = "new", "replace"

        old = requests.post(api.url + LIST, json=body, headers={"Authorization": "Bearer old"}, timeout=10)
        new = requests.post(api.url + LIST, json=body, headers={"Authorization": "Bearer new"}, timeout=10)

        assert (old.status_code, new.status_code) == (401, 200)
        assert api.account.webhooks("acme")["VCA"].url == "https://example.com/new"


def test_the_state_file_keeps_webhooks_between_runs(tmp_path: Path) -> None:
    """What one run registered the next one lists, auth header included."""
    path = tmp_path / "state.json"
    body = {"type": "VCA", "url": "https://example.com/", "httpAuthHeader": "secret"}
    with Emulator(state_file=path) as api:
        requests.post(api.url + LIST, json=body, headers=BEARER, timeout=10)

    with Emulator(state_file=path) as api:
        held = api.account.webhooks("acme")

    assert held == {"VCA": StoredWebhook("VCA", "https://example.com/", True, "secret")}


def test_a_state_file_that_cannot_be_written_is_an_error_of_the_server(tmp_path: Path) -> None:
    """A change that cannot be kept gets a 500 and not made."""
    folder = tmp_path / "folder"
    with Emulator(state_file=folder / "state.json") as api:
        folder.write_text("in the way")

        answer = requests.post(
            api.url + LIST, json={"type": "VCA", "url": "https://example.com/"}, headers=BEARER, timeout=10
        )

        assert (answer.status_code, api.account.webhooks("acme")) == (500, {})


def test_a_broken_state_file_stops_the_start(tmp_path: Path) -> None:
    """Another file under the state file's name is not overwritten."""
    path = tmp_path / "state.json"
    path.write_text("precious")

    with pytest.raises(EmulatorError, match="state file; nothing was changed"):
        Emulator(state_file=path)

    assert path.read_text() == "precious"


def test_it_listens_on_loopback_and_is_gone_after_the_block() -> None:
    """Nobody else on the network can reach it; leaving the block stops the server and frees its port."""
    with Emulator() as api:
        port = int(api.url.rsplit(":", 1)[1])

    with pytest.raises(requests.ConnectionError):
        requests.get(api.url, timeout=10)

    with Emulator(port=port) as again:
        assert again.url == api.url == f"http://127.0.0.1:{port}"
