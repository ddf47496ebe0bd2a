"""The command line in this process, led to an emulated account."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from eightx8_voice.emulator import Emulator
from pulumi_8x8.cli.app import pulumi_8x8
from tests.support.caller import KEY

SUB = "Demo_1_voice"
MANY = [f"team_{number}" for number in range(300)]


@pytest.fixture
def account_in_the_environment(api: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """What leads the commands to the account."""
    monkeypatch.setenv("EIGHTX8_BASE_URL", api.url)
    monkeypatch.setenv("EIGHTX8_API_KEY", KEY)
    monkeypatch.delenv("EIGHTX8_HTTP_AUTH_HEADER", raising=False)


def run(*arguments: str, stdin: str = "") -> Result:
    """Run a command to its end."""
    return CliRunner().invoke(pulumi_8x8, arguments, input=stdin)
