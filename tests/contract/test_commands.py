"""The command line against a running emulator."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pulumi_8x8.cli.app import pulumi_8x8
from pulumi_8x8.emulator import Emulator, Fault
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


def declared(type: str, url: str | dict[str, str], **more: Any) -> dict[str, Any]:
    return {"subaccount_id": SUB, "type": type, "url": url, "enabled": True, **more}


@pytest.mark.parametrize("command", [[], *([name] for name in sorted(pulumi_8x8.commands))])
def test_every_command_has_help_with_its_exit_codes(command: list[str]) -> None:
    """Nobody has to read the source to script a command."""
    result = run(*command, "--help")

    assert result.exit_code == 0
    assert "Exit codes:" in result.output


@pytest.mark.parametrize("command", sorted(pulumi_8x8.commands))
def test_every_command_prints_json_on_request(command: str) -> None:
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


def secret(text: str, shown: bool = False) -> dict[str, str]:
    """A value as an exported stack holds it, with --show-secrets or without."""
    value = {"plaintext": json.dumps(text)} if shown else {"ciphertext": "v1:x"}
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", **value}


def test_check_finds_a_stack_equal(api: Emulator) -> None:
    """An encrypted auth header counts as set, `ignore_changes` is kept to; the native provider's is compared."""
    api.account.put(SUB, "VCA", "https://ignored.example/", http_auth_header="h")
    api.account.put(SUB, "VSS", "https://a.example/vss")
    state = json.loads(exported(declared("VCA", "https://a.example/", http_auth_header=secret("h")), {}))
    native = {"subaccountId": SUB, "type": "VSS", "url": "https://a.example/vss"}
    state["deployment"]["resources"][0]["ignoreChanges"] = ["url"]
    state["deployment"]["resources"][1].update(type="eightx8:index:Webhook", inputs=native)

    result = run("check", stdin=json.dumps(state))

    assert (result.exit_code, result.output) == (0, "2 webhooks compared, 0 drifted.\n")


def test_check_says_what_it_cannot_compare(api: Emulator) -> None:
    """An encrypted URL is no drift, the rest is compared; a webhook whose subaccount is encrypted is named by URN."""
    api.account.put(SUB, "VCA", "https://a.example/canary", enabled=False)
    api.account.put(SUB, "VSS", "https://b.example/canary")
    state = exported(
        declared("VCA", secret("")),
        declared("VSS", secret("")),
        {**declared("VRU", "https://a.example/"), "subaccount_id": secret("")},
    )

    result = run("check", stdin=state)
    rows = json.loads(run("check", "--json", stdin=state).output)

    assert result.exit_code == 1
    assert result.output == (
        f"{SUB}/VCA: enabled is false live, true declared\n"
        f"Not compared, because encrypted: {SUB}/VCA (url); {SUB}/VSS (url); {URN}2 (subaccount_id). "
        "Compare it with `pulumi stack export --show-secrets | pulumi-8x8 check`.\n"
        "2 webhooks compared, 1 drifted.\n"
    )
    assert {row["urn"]: (row["equal"], row["not_compared"]) for row in rows} == {
        f"{URN}0": (False, ["url"]), f"{URN}1": (True, ["url"]), f"{URN}2": (None, ["subaccount_id"]),
    }  # fmt: skip


def test_check_compares_secrets_that_are_shown_and_never_prints_one(api: Emulator) -> None:
    """Neither the declared nor the live URL: in drift, a refusal, a type that is listed twice, as text or as JSON."""
    api.account.put(SUB, "VCA", "https://a.example/canary")
    api.account.put(SUB, "VSS", "https://live.example/canary")
    api.account.put(SUB, "VCS", "https://a.example/canary", http_auth_header="theirs")
    url = secret("https://a.example/canary", shown=True)
    shown = {type: declared(type, url) for type in ("VCA", "VSS", "VCS")}

    equal = run("check", stdin=exported(shown["VCA"]))
    results = [run("check", *options, stdin=exported(*shown.values())) for options in ([], ["--json"])]
    api.faults.add(Fault("duplicate_type"))
    twice = run("check", stdin=exported(shown["VCA"]))

    assert (equal.exit_code, equal.output) == (0, "1 webhooks compared, 0 drifted.\n")
    assert f"{SUB}/VSS: url is [secret] live, [secret] declared\n" in results[0].output
    assert f"{SUB}/VCS is live with an auth header that this stack does not know: [secret]" in results[0].output
    assert [row["equal"] for row in json.loads(results[1].output)] == [True, False, False]
    assert (twice.exit_code, "is listed 2 times: [secret]" in twice.output) == (2, True), twice.output
    assert "canary" not in "".join(result.output for result in (*results, twice))


def test_check_reports_each_drift(api: Emulator) -> None:
    """A changed URL, a disabled, a deleted webhook, a header that was stripped or added."""
    api.account.put(SUB, "VCA", "https://b.example/")
    api.account.put(SUB, "VSS", "https://a.example/", enabled=False)
    api.account.put(SUB, "VRU", "https://a.example/")
    api.account.put(SUB, "VNU", "https://a.example/", http_auth_header="h")
    state = exported(
        declared("VCA", "https://a.example/"),
        declared("VSS", "https://a.example/"),
        declared("VCS", "https://a.example/"),
        declared("VRU", "https://a.example/", http_auth_header=secret("h")),
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
    """Whatever the URL holds, it is one string literal; an auth header is secret config."""
    url = """https://a.example/?q="'\\{x}'"""
    api.account.put(SUB, "VCA", url, http_auth_header="canary-header")
    api.account.put(SUB, "VSS", "https://a.example/vss", enabled=False)

    result = run("export", SUB)

    tree = ast.parse(result.output)
    assert url in [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert f'http_auth_header=auth_header("{SUB}-VCA"),' in result.output
    assert "enabled=False" in result.output


def test_export_writes_a_project_and_never_over_one(api: Emulator, tmp_path: Path) -> None:
    """The second time nothing is touched; a URL that the program's preview will refuse is named."""
    api.account.put(SUB, "VCA", "http://a.example/")
    folder = tmp_path / "our ivr"

    first = run("export", SUB, "--output", str(folder))
    (folder / "__main__.py").write_text("mine")
    second = run("export", SUB, "--output", str(folder), "--import-file")

    assert (first.exit_code, second.exit_code) == (0, 2)
    assert f"{SUB}/VCA: the program's preview will refuse its url: " in first.output
    assert (folder / "__main__.py").read_text() == "mine"
    assert sorted(p.name for p in folder.iterdir()) == ["Pulumi.yaml", "__main__.py", "requirements.txt"]
    assert 'name: "our-ivr"' in (folder / "Pulumi.yaml").read_text()


@pytest.mark.parametrize(
    ("typed", "headers", "keys"),
    [
        ("canary-0\n", ["canary-0", "canary-0"], ["httpAuthHeader"]),
        (
            "\ncanary-1\ncanary-2\n",
            ["canary-1", "canary-2"],
            [f"{SUB}-VCA-httpAuthHeader", f"{SUB}-VSS-httpAuthHeader"],
        ),
    ],
    ids=["one for all", "one for each"],
)
def test_export_asks_for_auth_headers_and_writes_them_into_a_file_that_nobody_else_reads(
    api: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, headers: list[str], keys: list[str]
) -> None:
    """They are marked as secrets, shown nowhere, and belong into the config keys that are named."""
    monkeypatch.delenv("EIGHTX8_HTTP_AUTH_HEADER", raising=False)
    api.account.put(SUB, "VCA", "https://a.example/", http_auth_header="live")
    api.account.put(SUB, "VRU", "https://a.example/")
    api.account.put(SUB, "VSS", "https://a.example/", http_auth_header="live")

    result = run("export", SUB, "--output", str(tmp_path / "ivr"), "--import-file", stdin=typed)

    file = tmp_path / "ivr" / "import.json"
    vca, vru, vss = (resource["inputs"] for resource in json.loads(file.read_text())["resources"])
    assert [vca["http_auth_header"], vss["http_auth_header"]] == [secret(text, shown=True) for text in headers]
    assert "http_auth_header" not in vru
    assert file.stat().st_mode & 0o777 == 0o600
    assert "canary" not in result.output
    assert re.findall(r"config set --secret (\S+)", result.output) == keys
    assert "pulumi import --file import.json --generate-code=false --yes" in result.output


@pytest.mark.parametrize("header", ["", "canary\n"], ids=["not given", "not usable"])
def test_export_without_a_usable_auth_header_writes_nothing(
    api: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    """One line, which does not repeat it."""
    monkeypatch.setenv("EIGHTX8_HTTP_AUTH_HEADER", header)
    api.account.put(SUB, "VCA", "https://a.example/", http_auth_header="live")

    result = run("export", SUB, "--output", str(tmp_path / "ivr"), "--import-file")

    assert result.exit_code == 2
    assert f"{SUB}/VCA" in result.output
    assert "Nothing was written." in result.output
    assert "canary" not in result.output
    assert not (tmp_path / "ivr").exists()


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
