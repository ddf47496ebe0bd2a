"""`python tools/states/write.py VERSION`: keep the state file that this version writes, for all later ones to load.

Deploys tests/proof/states/program with the real Pulumi CLI against the emulator, and writes what `pulumi stack export`
says to tests/proof/states/VERSION.json.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATES = ROOT / "tests" / "proof" / "states"
sys.path[:0] = [str(ROOT)]

from pulumi_8x8.emulator import Emulator  # noqa: E402 - the path comes first
from tests.engine.scratch import Project  # noqa: E402


def main() -> None:
    """Write one state file."""
    [version] = sys.argv[1:]
    with Emulator() as api, tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url})
        project.write((STATES / "program" / "__main__.py").read_text()).deploy().ok()
        (STATES / f"{version}.json").write_text(json.dumps(project.export(), indent=2) + "\n")


if __name__ == "__main__":
    main()
