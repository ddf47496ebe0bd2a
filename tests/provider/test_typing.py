"""The types of the public names: valid programs pass, and mistakes are found before a run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tests" / "support" / "typed_program.py"
TEMPLATE = ROOT / "templates" / "8x8-voice-python" / "__main__.py"
EXAMPLES = ["fleet/__main__.py", "ivr/__main__.py", "lambda/handler.py", "stack-reference/__main__.py"]

WRONG = {  # statements, each with mypy's error
    'Webhook("a", subaccount_id="acme_voice", type="VCA")': 'Missing named argument "url"',
    'Webhook("a", subaccount_id=7, type="VCA", url="u")': 'Argument "subaccount_id" to "Webhook" has inc',
    'Webhook("a", subaccount_id="s", type="VCA", url="u", active=True)': 'Unexpected keyword argument "active"',
    'Webhook("a", subaccount_id="s", type="VCA", url="u", enabled="yes")': 'Argument "enabled" to "Webhook" has inc',
    'IvrWebhooks("a", subaccount_id="acme_voice")': 'Missing named argument "vca_url"',
    'get_webhooks("acme_voice")[0].http_auth_header': '"LiveWebhook" has no attribute "http_auth_header"',
    "WebhookType.VXX": '"type[WebhookType]" has no attribute "VXX"',
}


def checked(path: Path) -> str:
    """The output of a strict mypy for a program, without this project's configuration."""
    options = ["--strict", "--config-file=", f"--cache-dir={ROOT / '.mypy_cache'}"]
    command = [sys.executable, "-m", "mypy", *options, str(path)]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(
    "path", [PROGRAM, ROOT / "__main__.py", TEMPLATE, *(ROOT / "examples" / name for name in EXAMPLES)]
)
def test_a_program_passes_a_strict_check(path: Path) -> None:
    """It uses every public name; examples that need another SDK are checked in tests/docs."""
    assert checked(path).startswith("Success: no issues found")


def test_a_mistake_is_found_before_the_program_runs(tmp_path: Path) -> None:
    """The error names the argument."""
    path = tmp_path / "wrong.py"
    path.write_text("\n".join(["from pulumi_8x8 import IvrWebhooks, Webhook, WebhookType, get_webhooks", *WRONG, ""]))

    found = re.findall(r"^wrong\.py:(\d+): error: (.*)$", checked(path), re.MULTILINE)

    texts = {int(line) - 2: text for line, text in found}
    assert [text for index, text in enumerate(WRONG.values()) if text not in texts.get(index, "")] == []
