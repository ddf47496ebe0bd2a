"""What a command prints if its extra is not installed."""

from __future__ import annotations

import subprocess
import sys

WITHOUT = "import sys; sys.modules['aiohttp'] = None; from pulumi_8x8.cli import main; main()"


def test_a_missing_extra_is_reported_with_the_command_that_installs_it() -> None:
    """The command uses this Python and not the package's name, which no index has before the first release."""
    failed = subprocess.run([sys.executable, "-c", WITHOUT, "emulate"], capture_output=True, text=True, check=False)

    message, _, command = failed.stderr.strip().partition(" Run: ")
    installed = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)

    assert (failed.returncode, message) == (
        2, "Error: aiohttp is not installed; the extra `emulator` includes it."
    )  # fmt: skip
    assert command.startswith(sys.executable)
    assert "pulumi-8x8" not in command
    assert installed.returncode == 0, installed.stderr
    assert "aiohttp" in installed.stdout
    assert "jinja2" in installed.stdout
