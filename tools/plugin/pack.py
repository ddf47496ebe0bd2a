"""`make plugin`: build dist/pulumi-resource-eightx8-vVERSION.tar.gz for `pulumi plugin install resource … --file`.

pack.py [FOLDER]   into dist, or into FOLDER; run it with .venv/bin/python
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from pulumi_8x8.native.schema import PACKAGE, semantic_version

ROOT = Path(__file__).resolve().parents[2]
FILES = ("PulumiPlugin.yaml", "__main__.py", f"pulumi-resource-{PACKAGE}")


def pack(folder: Path) -> Path:
    """Build the archive: the plugin's files, and the package's wheel in the place of its sources."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"pulumi-resource-{PACKAGE}-v{semantic_version()}.tar.gz"
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(archive, "w:gz") as tar:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "uv",
                "build",
                "--wheel",
                "--quiet",
                "--no-build-isolation",
                "-o",
                scratch,
                str(ROOT),
            ],
            check=True,
        )
        [wheel] = Path(scratch).glob("*.whl")
        for name in FILES:
            tar.add(ROOT / "plugin" / name, name)
        tar.add(wheel, wheel.name)
        requirements = f"./{wheel.name}\n".encode()
        entry = tarfile.TarInfo("requirements.txt")
        entry.size = len(requirements)
        tar.addfile(entry, io.BytesIO(requirements))
    return archive


if __name__ == "__main__":
    print(pack(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist")))
