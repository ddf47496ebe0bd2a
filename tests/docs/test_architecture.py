"""ARCHITECTURE.md names every file, in the order of the import contract, on one screen."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PROVIDER, VOICE = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def drawn(drawing: str) -> dict[str, list[str]]:
    """The files of each folder, from the columns of a diagram; "" is the package itself."""
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


def existing(package: str) -> dict[str, list[str]]:
    """The existing files of each folder of a package."""
    found: dict[str, list[str]] = {}
    top = ROOT / "provider" / package
    for path in top.rglob("*.py"):
        if not path.name.startswith("__"):
            found.setdefault("/".join(path.parent.relative_to(top).parts), []).append(path.stem)
    return {folder: sorted(names) for folder, names in found.items()}


def test_the_page_lists_exactly_the_existing_files() -> None:
    """Both packages are compared."""
    assert drawn(PROVIDER) == existing("pulumi_8x8")
    assert drawn(VOICE) == existing("eightx8_voice")


def test_the_diagram_has_the_layers_of_the_import_contract_in_order() -> None:
    """`lint-imports` checks the contract."""
    [layers] = re.findall(r"^layers = \[\n(.*?)^\]", PYPROJECT, re.DOTALL | re.MULTILINE)

    shown = [name for line in PROVIDER.splitlines() for name in re.findall(r"^(\w+)(?:/|\.py)|(?<= )(\w+)\.py", line)]

    assert [before or after for before, after in shown] == re.findall(r"[a-z_]+", layers)


def test_the_page_fits_on_one_screen() -> None:
    """It has at most seventy lines."""
    assert len(PAGE.splitlines()) <= 70
