"""A machine of a new user: an empty home, the Pulumi CLI, Python, and an index that holds this package alone."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.scratch import ROOT, engine_bin


def environment(home: Path) -> dict[str, str]:
    """The environment of a first login; pip finds the package's wheel as it will once it is published."""
    wheels = home / "index"
    wheels.mkdir(parents=True)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(wheels), str(ROOT)], check=True)
    return {
        "HOME": str(home),
        "PULUMI_HOME": str(home / ".pulumi"),  # the CLI looks the home folder up in the user database
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
    """Make what this environment has installed, but for the package itself, known to a new one: nothing is loaded."""
    lent = venv / "lent"
    lent.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.lower().startswith(("pulumi_8x8", "_editable_impl_pulumi_8x8", "__pycache__", "pip", "uv")):
            (lent / path.name).symlink_to(path)
    [site] = venv.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(f"{lent}\n")
