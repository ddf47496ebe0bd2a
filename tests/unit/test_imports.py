"""What importing the package costs a program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

NAMES = "from pulumi_8x8 import IvrWebhooks, Webhook, WebhookType, get_webhooks, WebhookError"
HEAVY = ("requests", "urllib3", "aiohttp", "flask", "waitress", "sqlalchemy", "click", "rich", "jinja2")
BUDGET = 0.015
"""Seconds of processor time."""
RUNS = 7

PROBE = f"""
import json, sys, time
import pulumi, pulumi.dynamic
before = set(sys.modules)
started = time.process_time()
import pulumi_8x8
{NAMES}
seconds = time.process_time() - started
print(json.dumps([seconds, sorted(set(sys.modules) - before)]))
"""


def probe(code: str = PROBE) -> Any:
    """What a new process prints; its bytecode is kept, as every user's is."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_a_program_imports_no_http_library_and_no_web_framework() -> None:
    """What reaches the API is imported by what needs it."""
    _, imported = probe()

    assert [name for name in HEAVY if name in imported] == []


def test_the_package_adds_under_15_ms_to_pulumi() -> None:
    """The best of up to seven processes: a busy machine makes some slower, and none faster."""
    assert any(probe()[0] < BUDGET for _ in range(RUNS))


def test_the_package_alone_does_not_import_pulumi() -> None:
    """An endpoint that uses its models does not wait for an SDK."""
    imported = probe("import json, sys, pulumi_8x8; print(json.dumps(sorted(sys.modules)))")

    assert "pulumi" not in imported
