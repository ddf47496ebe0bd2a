"""ARCHITECTURE.md names every file, in the order of the import contract, on one screen."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PROVIDER, VOICE = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def drawn(drawing: str) -> dict[str, list[str]]:
    """The files of each folder, by the columns of a drawing; "" is the package itself."""
    found: dict[str, list[str]] = {}
    folder = ""
    for line in drawing.splitlines():
        first, *columns = re.split(r"\s{2,}", line)
        if first.endswith("/"):
            folder = first.rstrip("/")
        elif first:
            folder = ""
        names = first if first and not first.endswith("/") else columns[0]
        found.setdefault(folder, []).extend(name.removesuffix(".py") for name in names.split())
    return {folder: sorted(names) for folder, names in found.items()}


def written(package: str) -> dict[str, list[str]]:
    """The files of each folder of a package."""
    found: dict[str, list[str]] = {}
    top = ROOT / "provider" / package
    for path in top.rglob("*.py"):
        if not path.name.startswith("__"):
            found.setdefault("/".join(path.parent.relative_to(top).parts), []).append(path.stem)
    return {folder: sorted(names) for folder, names in found.items()}


def test_every_file_has_its_place_and_every_name_is_a_file() -> None:
    """Nobody has to ask where something lives."""
    assert drawn(PROVIDER) == written("pulumi_8x8")
    assert drawn(VOICE) == written("eightx8_voice")


def test_the_drawing_has_the_layers_of_the_import_contract_in_their_order() -> None:
    """Which `lint-imports` checks."""
    [layers] = re.findall(r"^layers = \[\n(.*?)^\]", PYPROJECT, re.DOTALL | re.MULTILINE)

    shown = [name for line in PROVIDER.splitlines() for name in re.findall(r"^(\w+)(?:/|\.py)|(?<= )(\w+)\.py", line)]

    assert [before or after for before, after in shown] == re.findall(r"[a-z_]+", layers)


def test_it_fits_on_one_screen() -> None:
    """Of seventy lines."""
    assert len(PAGE.splitlines()) <= 70
