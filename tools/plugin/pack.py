"""`make plugin`: build the archive for `pulumi plugin install resource eightx8 VERSION --file`, and its schema.

pack.py [FOLDER]   into build/plugin, or into FOLDER; run it with .venv/bin/python

With the same files and tools, the archive is identical byte for byte.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from pulumi_8x8.native.schema import PACKAGE, package, semantic_version

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "plugin"
PROGRAM = f"pulumi-resource-{PACKAGE}"
MOMENT = 1_577_836_800
"""The modification time of every file in the archive: the first second of 2020, as in the wheel."""


def pack(folder: Path = FOLDER) -> Path:
    """Build the archive and `schema.json` beside it; return the archive."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "schema.json").write_text(json.dumps(package(), indent=2) + "\n", encoding="utf-8")
    archive = folder / f"{PROGRAM}-v{semantic_version()}.tar.gz"
    archive.write_bytes(_archive(_files()))
    return archive


def pinned(distribution: str = "pulumi-8x8") -> str:
    """Return the lines of requirements.lock, with hashes, that a distribution needs on any system."""
    needed = _needed(distribution, set())
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    # One name may have several entries, for different versions of Python.
    entries = re.finditer(r"^([a-z0-9-]+)(?:\[.*?\])?==.*\n(?: .*\n)*", lock, re.MULTILINE)
    return "".join(entry[0] for entry in entries if entry[1] in needed)


def _needed(distribution: str, found: set[str]) -> set[str]:
    try:
        lines = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:  # for another system or Python, so its own dependencies are unknown here
        return found
    for line in lines:
        name = re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]).lower()
        if "extra ==" not in line and name not in found:
            found.add(name)
            _needed(name, found)
    return found


def _files() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as scratch:
        build = [sys.executable, "-m", "uv", "build", "--wheel", "--quiet", "--no-build-isolation", "-o", scratch]
        subprocess.run([*build, str(ROOT)], check=True)
        [wheel] = Path(scratch).glob("*.whl")
        content = wheel.read_bytes()
    own = f"./{wheel.name} --hash=sha256:{hashlib.sha256(content).hexdigest()}\n"
    names = ("PulumiPlugin.yaml", "README.md", "__main__.py", PROGRAM)
    return {
        **{name: (ROOT / "plugin" / name).read_bytes() for name in names},
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        "requirements.txt": (own + pinned()).encode(),
        wheel.name: content,
    }


def _archive(files: Mapping[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), MOMENT, 0o755 if name == PROGRAM else 0o644
            tar.addfile(entry, io.BytesIO(content))
    return gzip.compress(archive.getvalue(), mtime=MOMENT)


if __name__ == "__main__":
    print(pack(*map(Path, sys.argv[1:])))
