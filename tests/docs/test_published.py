"""The published files: the metadata for an index page, and a source archive with the whole project."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from pulumi_8x8.native.schema import package
from tools.plugin.pack import pack

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both archives, as `make dist` builds them."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*build, "--out-dir", str(folder), str(ROOT)], check=True)
    return folder


@pytest.fixture
def metadata(dist: Path) -> Message:
    """The wheel's metadata; its payload is the long description."""
    [wheel] = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


def test_every_link_in_the_long_description_works_on_an_index_page(metadata: Message) -> None:
    """Relative links in the README become links to the repository at this version."""
    links = re.findall(r"\]\(([^)]+)\)", str(metadata.get_payload()))
    base = f"https://github.com/8x8/pulumi-8x8/blob/v{metadata['Version']}/"
    ours = [link.removeprefix(base).partition("#")[0] for link in links if link.startswith(base)]

    assert [link for link in links if not re.match(r"https?://|#", link)] == []
    assert ours
    assert [path for path in ours if not (ROOT / path).exists()] == []


def test_the_metadata_has_what_an_index_shows(metadata: Message) -> None:
    """It has author, links, systems and Python versions, and the only extra is the emulator's."""
    classifiers = metadata.get_all("Classifier", [])

    assert {line.partition(",")[0] for line in metadata.get_all("Project-URL", [])} >= {"Homepage", "Issues"}
    assert metadata["Author"]
    assert metadata.get_all("Provides-Extra") == ["emulator"]
    assert {"Operating System :: POSIX :: Linux", "Programming Language :: Python :: 3.10"} <= set(classifiers)


def test_the_source_archive_contains_every_file_of_the_repository(dist: Path) -> None:
    """Every command in its README therefore works."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git repository, so there is nothing to compare with")
    tracked = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    [sdist] = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}

    assert tracked - held == set()


def test_the_plugins_archive_is_reproducible_and_complete(tmp_path: Path) -> None:
    """It contains licence and readme, and pins each dependency by version and hash."""
    first, second = pack(tmp_path / "first"), pack(tmp_path / "second")

    with tarfile.open(first) as archive:
        entries = {entry.name: entry for entry in archive.getmembers()}
        file = archive.extractfile("requirements.txt")
        assert file
        requirements = re.split(r"\n(?=\S)", file.read().decode().strip())
    assert first.read_bytes() == second.read_bytes()
    assert {"LICENSE", "README.md", "PulumiPlugin.yaml", "__main__.py", "pulumi-resource-eightx8"} <= entries.keys()
    assert entries["pulumi-resource-eightx8"].mode == 0o755
    assert [line for line in requirements if "--hash=sha256:" not in line] == []
    names = {re.split(r"==| ", line)[0] for line in requirements}
    assert {"pulumi", "grpcio", "requests", "urllib3", "certifi"} <= names
    assert names & {"pytest", "aiohttp", "hatchling"} == set()
    assert json.loads((first.parent / "schema.json").read_text()) == package()
