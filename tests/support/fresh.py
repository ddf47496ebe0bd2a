"""A new user's machine: an empty home, the Pulumi CLI, Python, and an index with only this package."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.scratch import ROOT, engine_bin


def environment(home: Path) -> dict[str, str]:
    """The environment after the first login; pip finds the package's wheel as if it were published."""
    wheels = home / "index"
    wheels.mkdir(parents=True)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(wheels), str(ROOT)], check=True)
    return {
        "HOME": str(home),
        "PULUMI_HOME": str(home / ".pulumi"),  # the CLI reads the home folder from the user database
        "PATH": os.pathsep.join([engine_bin(), str(Path(sys.base_prefix) / "bin"), "/usr/local/bin:/usr/bin:/bin"]),
        "LANG": "C.UTF-8",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
    }


def lend_dependencies(venv: Path) -> None:
    """Make all packages installed here, except this one, importable in a new environment without downloads."""
    lent = venv / "lent"
    lent.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.lower().startswith(("pulumi_8x8", "_editable_impl_pulumi_8x8", "__pycache__", "pip", "uv")):
            (lent / path.name).symlink_to(path)
    [site] = venv.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(f"{lent}\n")
