"""The command line against a running emulator."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from eightx8_voice.emulator import Emulator, Fault
from pulumi_8x8.api.client import CONNECTIONS
from pulumi_8x8.cli.app import pulumi_8x8
from pulumi_8x8.native.properties import UNKNOWN_HEADER
from tests.support.caller import KEY
from tests.support.endpoints import Delivered, Response, endpoint

SUB = "Demo_1_voice"
MANY = [f"team_{number}" for number in range(300)]
TYPE = "pulumi-python:dynamic/8x8:Webhook"
URN = f"urn:pulumi:dev::scratch::{TYPE}::"


@pytest.fixture(autouse=True)
def environment(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """What leads the commands to the account."""
    monkeypatch.setenv("EIGHTX8_BASE_URL", api.url)
    monkeypatch.setenv("EIGHTX8_API_KEY", KEY)
    monkeypatch.delenv("EIGHTX8_HTTP_AUTH_HEADER", raising=False)


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(pulumi_8x8, arguments, input=stdin)


def exported(*inputs: dict[str, Any]) -> str:
    resources = [
        {"urn": f"{URN}{index}", "custom": True, "type": TYPE, "id": "x", "inputs": given}
        for index, given in enumerate(inputs)
    ]
    return json.dumps({"version": 3, "deployment": {"resources": resources}})


def declared(type: str, url: str | dict[str, str] = "https://a.example/", **more: Any) -> dict[str, Any]:
    return {"subaccount_id": SUB, "type": type, "url": url, "enabled": True, **more}


def secret(text: str, shown: bool = False) -> dict[str, str]:
    """A value as an exported stack holds it, with --show-secrets or without."""
    value = {"plaintext": json.dumps(text)} if shown else {"ciphertext": "v1:x"}
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", **value}


@pytest.mark.parametrize("command", sorted(pulumi_8x8.commands))
def test_every_command_can_be_scripted(command: str) -> None:
    """Its help has the exit codes, and it prints JSON on request."""
    shown = run(command, "--help")

    assert (shown.exit_code, "Exit codes:" in shown.output, "--json" in shown.output) == (0, True, True)


def test_list_shows_what_is_live(api: Emulator) -> None:
    """As a table, one row a webhook, complete in a pipe, harmless on a terminal, fetched once; or as JSON."""
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
    """Or a list of hundreds would fail after its first part."""
    monkeypatch.setenv("EIGHTX8_DEADLINE", "1")
    api.latency = 0.4

    assert run("list", *MANY[: 3 * CONNECTIONS]).output == "No webhook is registered.\n"


def test_a_refused_key_or_a_malformed_subaccount_ends_a_command(api: Emulator) -> None:
    """Exit code 2 and the next step; no further listing: it would be refused three hundred times."""
    api.api_key = "rotated"
    misuse = run("list", "no spaces allowed")

    result = run("list", *MANY)

    assert (result.exit_code, len(result.output.splitlines())) == (2, 1)
    assert re.search("401.*EIGHTX8_API_KEY", result.output)
    assert (misuse.exit_code, 0 < len(api.journal) < len(MANY)) == (2, True)


def test_check_finds_a_stack_equal(api: Emulator) -> None:
    """An encrypted auth header counts as set, `ignore_changes` and a header that an import left unknown are kept to."""
    api.account.put(SUB, "VCA", "https://ignored.example/", http_auth_header="h")
    api.account.put(SUB, "VSS", "https://a.example/vss", http_auth_header="h")
    native = {"subaccountId": SUB, "type": "VSS", "url": "https://a.example/vss"}
    state = json.loads(
        exported(declared("VCA", http_auth_header=secret("h")), native, declared("VRU"), declared("VNU"))
    )
    kept, imported, leaving, only_read = state["deployment"]["resources"]
    kept["ignoreChanges"] = ["url"]
    imported.update(type="eightx8:index:Webhook", outputs={UNKNOWN_HEADER: True})
    leaving["delete"] = only_read["external"] = True

    result = run("check", stdin=json.dumps(state))

    assert (result.exit_code, result.output) == (0, "2 webhooks compared, 0 drifted.\n")


def test_check_names_what_it_cannot_compare(api: Emulator) -> None:
    """An encrypted URL is no drift, the rest is compared; a webhook whose subaccount is encrypted is named by URN."""
    api.account.put(SUB, "VCA", "https://a.example/canary", enabled=False)
    api.account.put(SUB, "VSS", "https://b.example/canary")
    encrypted = [declared("VCA", secret("")), declared("VSS", secret("")), declared("VRU", subaccount_id=secret(""))]

    result = run("check", stdin=exported(*encrypted))
    rows = json.loads(run("check", "--json", stdin=exported(*encrypted)).output)

    assert (result.exit_code, result.output) == (
        1,
        f"{SUB}/VCA: enabled is false live, true declared\n"
        f"Not compared, because encrypted: {SUB}/VCA (url); {SUB}/VSS (url); {URN}2 (subaccount_id). "
        "Compare it with `pulumi stack export --show-secrets | pulumi-8x8 check`.\n"
        "2 webhooks compared, 1 drifted.\n",
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
    rows = {row["id"]: [drift["property"] for drift in row["drift"]] for row in json.loads(results[1].output)}
    assert rows == {f"{SUB}/VCA": [], f"{SUB}/VSS": ["url"], f"{SUB}/VCS": ["http_auth_header"]}
    assert [result.exit_code for result in results] == [1, 1]
    assert (twice.exit_code, "is listed 2 times: [secret]" in twice.output) == (2, True), twice.output
    assert "canary" not in "".join(result.output for result in (*results, twice))


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"deployment": {"resources": [{}]}}'])
def test_check_refuses_what_is_no_exported_stack(text: str) -> None:
    """Exit code 2 and how to export one."""
    result = run("check", stdin=text)

    assert (result.exit_code, "pulumi stack export" in result.output) == (2, True)


def test_export_writes_a_program_that_is_python(api: Emulator) -> None:
    """Whatever the URL holds, it is one string literal; an auth header is secret config; a doubled type is refused."""
    url = """https://a.example/?q="'\\{x}'"""
    api.account.put(SUB, "VCA", url, http_auth_header="canary-header")
    api.account.put(SUB, "VSS", "https://a.example/vss", enabled=False)

    result = run("export", SUB)
    api.faults.add(Fault("duplicate_type"))
    refused = run("export", SUB)

    assert url in [node.value for node in ast.walk(ast.parse(result.output)) if isinstance(node, ast.Constant)]
    assert f'http_auth_header=auth_header("{SUB}-VCA"),' in result.output
    assert "enabled=False" in result.output
    assert (refused.exit_code, "is listed 2 times" in refused.output) == (2, True)


def test_export_writes_a_project_and_never_over_one(api: Emulator, tmp_path: Path) -> None:
    """The second time nothing is touched; a URL that the program's preview will refuse is named."""
    api.account.put(SUB, "VCA", "http://a.example/")
    folder = tmp_path / "our ivr"

    first = run("export", SUB, "--output", str(folder))
    (folder / "__main__.py").write_text("mine")
    second = run("export", SUB, "--output", str(folder), "--import-file")

    assert (first.exit_code, second.exit_code) == (0, 2)
    assert f"{SUB}/VCA: the program's preview will refuse its url, which " in first.output
    assert {path.name for path in folder.iterdir()} == {"Pulumi.yaml", "__main__.py", "requirements.txt"}
    assert (folder / "__main__.py").read_text() == "mine"
    assert (folder / "Pulumi.yaml").read_text().startswith('name: "our-ivr"')


@pytest.mark.parametrize(
    ("typed", "headers", "keys"),
    [
        ("canary-0\n", ["canary-0", "canary-0"], ["httpAuthHeader"]),
        ("\ncanary-1\ncanary-2\n", ["canary-1", "canary-2"], [f"{SUB}-{t}-httpAuthHeader" for t in ("VCA", "VSS")]),
    ],
    ids=["one for all", "one for each"],
)
def test_export_asks_for_auth_headers_and_writes_them_as_secrets_into_a_private_file(
    api: Emulator, tmp_path: Path, typed: str, headers: list[str], keys: list[str]
) -> None:
    """They are shown nowhere, and belong into the config keys that are named."""
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

    assert re.search(f"{SUB}/VCA.*Nothing was written", result.output)
    assert (result.exit_code, "canary" in result.output, (tmp_path / "ivr").exists()) == (2, False, False)


@pytest.mark.parametrize(("header", "code"), [("Basic canary", 0), ("Basic canary2", 1), ("canary\n", 2)])
def test_a_rehearsal_ends_with_the_exit_code_of_its_verdict(
    monkeypatch: pytest.MonkeyPatch, header: str, code: int
) -> None:
    """The auth header comes from the environment, never from the command line; one that cannot be sent is misuse."""
    monkeypatch.setenv("EIGHTX8_HTTP_AUTH_HEADER", header)

    def guarded(delivered: Delivered) -> Response:
        return Response(200 if delivered.headers.get("Authorization") == "Basic canary" else 401)

    with endpoint(guarded) as running:
        result = run("rehearse", running.url, "--type", "VCA", "--allow-private", "--json")

    assert (result.exit_code, "canary" in result.output) == (code, False)
    assert code == 2 or json.loads(result.output)["ready"] == (code == 0)
    assert bool(running.delivered) == (code != 2)
    assert run("rehearse", "nonsense", "--type", "VCA").exit_code == 2


def test_a_call_goes_through_the_registered_webhooks(api: Emulator) -> None:
    """The endpoint receives the call and the key, and its response is shown."""

    def menu(delivered: Delivered) -> Response:
        if delivered.body["eventType"] != "CALL_ACTION" or delivered.body["payload"]["eventData"]["dtmf"]:
            return Response()
        params = {"promptMessage": "Press 1.", "voiceProfile": "en-US-Jenny", "maxDigits": 1}
        return Response(200, {"callflow": [{"action": "sayAndCapture", "params": params}]})

    with endpoint(menu) as running:
        api.account.put(SUB, "VCA", running.url)
        api.account.put(SUB, "VSS", running.url)
        result = run("call", SUB, "--from", "+6591234567", "--to", "+6561234567", "--keys", "1")

    assert result.exit_code == 0, result.output
    assert re.search("Press 1.*key 1", result.output, re.DOTALL)
    assert [d.body["eventType"] for d in running.delivered] == ["CALL_ACTION", "CALL_ACTION", "SESSION_SUMMARY"]


def test_a_call_is_never_placed_at_the_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an emulator's address nothing is sent."""
    monkeypatch.delenv("EIGHTX8_BASE_URL")

    result = run("call", SUB, "--from", "+6591234567", "--to", "+6561234567")

    assert (result.exit_code, "Calls are placed on an emulator" in result.output) == (2, True)
