"""The command line against a running emulator."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pulumi_8x8.cli.app import pulumi_8x8
from pulumi_8x8.emulator import Emulator
from tests.contract.endpoints import Answer, Delivered, endpoint

SUB = "Demo_1_voice"
URN = "urn:pulumi:dev::scratch::pulumi-python:dynamic/8x8:Webhook::"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An account, and the environment that leads the commands to it."""
    with Emulator() as api:
        monkeypatch.setenv("EIGHTX8_BASE_URL", api.url)
        monkeypatch.setenv("EIGHTX8_API_KEY", api.api_key)
        yield api


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(pulumi_8x8, arguments, input=stdin)


def exported(*inputs: dict[str, Any], pending: list[dict[str, Any]] | None = None) -> str:
    resources = [
        {
            "urn": f"{URN}{index}",
            "custom": True,
            "type": "pulumi-python:dynamic/8x8:Webhook",
            "id": "x",
            "inputs": given,
        }
        for index, given in enumerate(inputs)
    ]
    return json.dumps({"version": 3, "deployment": {"resources": resources, "pending_operations": pending or []}})


def declared(type: str, url: str, **more: Any) -> dict[str, Any]:
    return {"subaccount_id": SUB, "type": type, "url": url, "enabled": True, **more}


@pytest.mark.parametrize("command", [[], *([name] for name in sorted(pulumi_8x8.commands))])
def test_every_command_has_help_with_its_exit_codes(command: list[str]) -> None:
    """Nobody has to read the source to script a command."""
    result = run(*command, "--help")

    assert result.exit_code == 0
    assert "Exit codes:" in result.output


@pytest.mark.parametrize("command", sorted(pulumi_8x8.commands))
def test_every_command_can_answer_a_program(command: str) -> None:
    """Each has --json."""
    assert "--json" in run(command, "--help").output


def test_list_shows_what_is_live_as_a_table(api: Emulator) -> None:
    """One row a webhook, complete also in a pipe."""
    long_url = "https://ivr.example.com/" + "x" * 150
    api.account.put(SUB, "VCA", long_url, http_auth_header="secret-value")
    api.account.put(SUB, "VSS", "https://ivr.example.com/vss", enabled=False)

    result = run("list", SUB)

    assert result.exit_code == 0
    row_vca, row_vss = [line.split() for line in result.output.splitlines() if SUB in line]
    assert row_vca == [SUB, "VCA", long_url, "yes", "yes"]
    assert row_vss == [SUB, "VSS", "https://ivr.example.com/vss", "no", "no"]


def test_list_prints_what_the_api_lists_as_json(api: Emulator) -> None:
    """And nothing of how this package holds it."""
    api.account.put(SUB, "VCA", "https://ivr.example.com/vca", http_auth_header="secret-value")

    assert json.loads(run("list", SUB, "--json").output) == [
        {
            "subaccount_id": SUB,
            "type": "VCA",
            "url": "https://ivr.example.com/vca",
            "enabled": True,
            "http_auth_header_available": True,
        }
    ]


def test_list_fetches_each_subaccount_once(api: Emulator) -> None:
    """Also one that is named twice."""
    result = run("list", SUB, "Other_1", SUB, "--json")

    assert json.loads(result.output) == []
    assert sorted(entry.subaccount or "" for entry in api.journal) == [SUB, "Other_1"]


def test_list_cannot_be_made_to_act_on_the_terminal(api: Emulator) -> None:
    """A URL that somebody registered elsewhere may hold anything."""
    api.account.put(SUB, "VCA", "https://x.example/\x1b]0;owned\x07[red]")

    result = run("list", SUB)

    assert "\x1b" not in result.output
    assert "\\x1b]0;owned\\x07[red]" in result.output


def test_a_refused_key_is_an_error_with_the_next_step(api: Emulator) -> None:
    """Exit code 2, one line, no traceback."""
    api.api_key = "rotated"

    result = run("list", SUB)

    assert result.exit_code == 2
    assert "401" in result.output
    assert "EIGHTX8_API_KEY" in result.output


def test_a_malformed_subaccount_is_misuse(api: Emulator) -> None:
    """Nothing is sent."""
    result = run("list", "no spaces allowed")

    assert result.exit_code == 2
    assert len(api.journal) == 0


def test_check_finds_a_stack_equal(api: Emulator) -> None:
    """An encrypted auth header counts as one that is there."""
    api.account.put(SUB, "VCA", "https://a.example/", http_auth_header="h")

    result = run(
        "check", stdin=exported(declared("VCA", "https://a.example/", http_auth_header={"ciphertext": "v1:x"}))
    )

    assert (result.exit_code, result.output) == (0, "1 webhooks compared, 0 drifted.\n")


def test_check_tells_each_drift(api: Emulator) -> None:
    """A changed URL, a disabled, a deleted webhook, a header that was stripped or added."""
    api.account.put(SUB, "VCA", "https://b.example/")
    api.account.put(SUB, "VSS", "https://a.example/", enabled=False)
    api.account.put(SUB, "VRU", "https://a.example/")
    api.account.put(SUB, "VNU", "https://a.example/", http_auth_header="h")
    state = exported(
        declared("VCA", "https://a.example/"),
        declared("VSS", "https://a.example/"),
        declared("VCS", "https://a.example/"),
        declared("VRU", "https://a.example/", http_auth_header={"ciphertext": "v1:x"}),
        declared("VNU", "https://a.example/"),
    )

    result = run("check", "--json", stdin=state)

    assert result.exit_code == 1
    assert {row["id"]: [d["property"] for d in row["drift"]] for row in json.loads(result.output)} == {
        f"{SUB}/VCA": ["url"],
        f"{SUB}/VSS": ["enabled"],
        f"{SUB}/VCS": ["webhook"],
        f"{SUB}/VRU": ["http_auth_header"],
        f"{SUB}/VNU": ["http_auth_header"],
    }


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"deployment": {"resources": [{}]}}'])
def test_check_refuses_what_is_no_exported_stack(api: Emulator, text: str) -> None:
    """Exit code 2 and how to do it."""
    result = run("check", stdin=text)

    assert result.exit_code == 2
    assert "pulumi stack export" in result.output


def test_export_writes_a_program_that_is_python(api: Emulator) -> None:
    """Whatever the URL holds, it is one string literal; an auth header is asked for and never guessed."""
    url = """https://a.example/?q="'\\{x}'"""
    api.account.put(SUB, "VCA", url, http_auth_header="canary-header")
    api.account.put(SUB, "VSS", "https://a.example/vss", enabled=False)

    result = run("export", SUB)

    tree = ast.parse(result.output)
    assert url in [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert f"pulumi config set --secret '{SUB}-VCA-httpAuthHeader'" in result.output
    assert "canary-header" not in result.output
    assert "enabled=False" in result.output


def test_export_writes_a_project_and_never_over_one(api: Emulator, tmp_path: Any) -> None:
    """The second time nothing is touched."""
    api.account.put(SUB, "VCA", "https://a.example/")

    first = run("export", SUB, "--output", str(tmp_path / "ivr"))
    (tmp_path / "ivr" / "__main__.py").write_text("mine")
    second = run("export", SUB, "--output", str(tmp_path / "ivr"))

    assert (first.exit_code, second.exit_code) == (0, 2)
    assert (tmp_path / "ivr" / "__main__.py").read_text() == "mine"
    assert sorted(p.name for p in (tmp_path / "ivr").iterdir()) == ["Pulumi.yaml", "__main__.py", "requirements.txt"]


def test_a_rehearsal_ends_with_the_exit_code_of_its_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """The auth header comes from the environment, never from the command line."""
    monkeypatch.setenv("EIGHTX8_HTTP_AUTH_HEADER", "Basic canary")

    def guarded(delivered: Delivered) -> Answer:
        return Answer(200 if delivered.headers.get("Authorization") == "Basic canary" else 401)

    with endpoint(guarded) as running:
        ready = run("rehearse", running.url, "--type", "VCA", "--allow-private")
        private = run("rehearse", running.url, "--type", "VCA", "--json")
    misuse = run("rehearse", "nonsense", "--type", "VCA")

    assert (ready.exit_code, private.exit_code, misuse.exit_code) == (0, 1, 2), ready.output
    assert "canary" not in ready.output + private.output
    assert json.loads(private.output)["ready"] is False


def test_a_call_goes_through_the_registered_webhooks(api: Emulator) -> None:
    """The endpoint is told of the call and of the key, and its response is shown."""

    def menu(delivered: Delivered) -> Answer:
        if delivered.body["eventType"] != "CALL_ACTION" or delivered.body["payload"]["eventData"]["dtmf"]:
            return Answer()
        params = {"promptMessage": "Press 1.", "voiceProfile": "en-US-Jenny", "maxDigits": 1}
        return Answer(200, {"callflow": [{"action": "sayAndCapture", "params": params}]})

    with endpoint(menu) as running:
        api.account.put(SUB, "VCA", running.url)
        api.account.put(SUB, "VSS", running.url)
        result = run("call", SUB, "--from", "+6591234567", "--to", "+6561234567", "--keys", "1")

    assert result.exit_code == 0, result.output
    assert "Press 1." in result.output
    assert "key 1" in result.output
    assert [d.body["eventType"] for d in running.delivered] == ["CALL_ACTION", "CALL_ACTION", "SESSION_SUMMARY"]


def test_a_call_is_never_placed_at_the_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an emulator's address nothing is sent."""
    monkeypatch.delenv("EIGHTX8_BASE_URL", raising=False)

    result = run("call", SUB, "--from", "+6591234567", "--to", "+6561234567")

    assert result.exit_code == 2
    assert "emulator" in result.output
