"""`pulumi-8x8 export` against a running emulator."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator, Fault
from tests.support.command_line import SUB, run
from tests.support.malformed import duplicate_type

pytestmark = pytest.mark.usefixtures("account_in_the_environment")


def test_export_writes_a_valid_python_program(api: Emulator) -> None:
    """Any URL becomes one string literal, an auth header secret config, and a duplicate type is refused."""
    url = """https://a.example/?q="'\\{x}'"""
    api.account.put(SUB, "VCA", url, http_auth_header="canary-header")
    api.account.put(SUB, "VSS", "https://a.example/vss", enabled=False)

    result = run("export", SUB)
    api.faults.add(Fault("body", make=duplicate_type))
    refused = run("export", SUB)

    assert url in [node.value for node in ast.walk(ast.parse(result.output)) if isinstance(node, ast.Constant)]
    assert f'http_auth_header=auth_header("{SUB}-VCA"),' in result.output
    assert "enabled=False" in result.output
    assert (refused.exit_code, "is listed 2 times" in refused.output) == (2, True)


def test_export_writes_a_project_and_never_overwrites_one(api: Emulator, tmp_path: Path) -> None:
    """It warns about a URL that the program's preview will refuse."""
    api.account.put(SUB, "VCA", "http://a.example/")
    folder = tmp_path / "our ivr"

    first = run("export", SUB, "--output", str(folder))
    (folder / "__main__.py").write_text("mine")
    second = run("export", SUB, "--output", str(folder))

    assert (first.exit_code, second.exit_code) == (0, 2)
    assert f"{SUB}/VCA: the program's preview will refuse its url, which " in first.output
    assert {path.name for path in folder.iterdir()} == {"Pulumi.yaml", "__main__.py", "requirements.txt"}
    assert (folder / "__main__.py").read_text() == "mine"
    assert (folder / "Pulumi.yaml").read_text().startswith('name: "our-ivr"')
