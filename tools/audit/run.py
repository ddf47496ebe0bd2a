"""`make audit`: what the package index tells of every pinned development dependency.

A pin fails when its version was yanked, when its project is archived or quarantined, or when no file that the index
offers has a hash that requirements.lock records. Known vulnerabilities are no part of what every index offers: the
workflow asks for those with pip-audit.
"""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import requests
from pypi_simple import NoSuchProjectError, PyPISimple

LOCK = Path(__file__).parents[2] / "requirements.lock"
BAD_STATUS = {"archived", "quarantined"}


class Pin(NamedTuple):
    """One pinned dependency."""

    name: str
    version: str
    hashes: frozenset[str]


def pins(lock: str) -> list[Pin]:
    """The pins of a lock file; a dependency may be pinned once for each environment."""
    entries = re.split(r"^(?=\S+==)", lock, flags=re.MULTILINE)[1:]
    found = [(re.match(r"(\S+)==([^\s;]+)", entry), re.findall(r"sha256:(\w+)", entry)) for entry in entries]
    return [Pin(match[1], match[2], frozenset(hashes)) for match, hashes in found if match]


def problems(pin: Pin, index: PyPISimple) -> list[str]:
    """What the index says against a pin."""
    try:
        page = index.get_project_page(pin.name)
    except NoSuchProjectError:
        return [f"{pin.name}: the index does not have it any more"]
    files = [package for package in page.packages if package.version == pin.version]
    found = []
    if page.status in BAD_STATUS:
        found.append(f"{pin.name}: the project is {page.status}")
    if any(package.is_yanked for package in files):
        found.append(f"{pin.name} {pin.version} was yanked")
    if not pin.hashes & {package.digests.get("sha256") for package in files}:
        found.append(f"{pin.name} {pin.version}: the index offers no file that requirements.lock records")
    return found


def main() -> int:
    """Audit; returns the exit code."""
    pinned = pins(LOCK.read_text(encoding="utf-8"))
    with PyPISimple() as index, ThreadPoolExecutor(8) as pool:
        try:
            found = [line for lines in pool.map(lambda pin: problems(pin, index), pinned) for line in lines]
        except requests.RequestException as error:
            print(f"the package index could not be asked, so nothing was audited ({type(error).__name__})")
            return 0
    for line in found:
        print(line)
    print(f"{len(pinned)} pinned dependencies audited, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
