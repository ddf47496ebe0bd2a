"""The types of the public names: what a program may write, and what is caught before it runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "program.py"

WRONG = {
    'Webhook("a", subaccount_id="acme_voice", type="VCA")': 'Missing named argument "url"',
    'Webhook("a", subaccount_id=7, type="VCA", url="u")': 'Argument "subaccount_id" to "Webhook" has inc',
    'Webhook("a", subaccount_id="acme_voice", type="VCA", url=None)': 'Argument "url" to "Webhook" has inc',
    'Webhook("a", subaccount_id="s", type="VCA", url="u", active=True)': 'Unexpected keyword argument "active"',
    'Webhook("a", "acme_voice", "VCA", "u")': "Too many positional arguments",
    'Webhook("a", subaccount_id="s", type="VCA", url="u", enabled="yes")': 'Argument "enabled" to "Webhook" has inc',
    'IvrWebhooks("a", subaccount_id="acme_voice")': 'Missing named argument "vca_url"',
    'get_webhooks("acme_voice")[0].http_auth_header': '"LiveWebhook" has no attribute "http_auth_header"',
    "WebhookType.VXX": '"type[WebhookType]" has no attribute "VXX"',
}
"""Statements, and what mypy says of each."""


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    """What a strict mypy says of a program outside of this project's configuration."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        f"--cache-dir={ROOT / '.mypy_cache'}",
        str(path),
    ]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)


def test_a_program_of_every_public_name_passes_a_strict_check() -> None:
    """Also where another resource's outputs are the inputs."""
    done = checked(PROGRAM)

    assert done.stdout.startswith("Success: no issues found")
    assert done.stderr == ""


@pytest.mark.parametrize(
    "example",
    ["fleet/__main__.py", "ivr/__main__.py", "lambda/handler.py", "stack-reference/__main__.py"],
)
def test_an_example_passes_a_strict_check(example: str) -> None:
    """Those that need another SDK are checked in tests/examples."""
    done = checked(ROOT / "examples" / example)

    assert done.stdout.startswith("Success: no issues found"), done.stdout


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """What is said of each statement, by its place; one run for all."""
    path = tmp_path_factory.mktemp("program") / "wrong.py"
    path.write_text(
        "\n".join(["from pulumi_8x8 import IvrWebhooks, Webhook, WebhookType, get_webhooks", *WRONG]) + "\n"
    )
    found = re.findall(r"^wrong\.py:(\d+): error: (.*)$", checked(path).stdout, re.MULTILINE)
    return {int(line) - 2: text for line, text in found}


@pytest.mark.parametrize("statement", WRONG)
def test_a_mistake_is_found_before_the_program_runs(complaints: dict[int, str], statement: str) -> None:
    """By the name of the argument."""
    assert WRONG[statement] in complaints[list(WRONG).index(statement)]
