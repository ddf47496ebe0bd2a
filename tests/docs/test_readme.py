"""What the documents say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.reference.run import reference

from eightx8_voice.emulator import Emulator
from pulumi_8x8.settings import FIELDS
from tests.support.scratch import Project

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
[PROGRAM] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
DOCS = ROOT / "docs"


def test_the_readme_is_read_in_a_minute() -> None:
    """A hundred lines at most."""
    assert len(README.splitlines()) <= 100


def test_the_settings_table_is_the_settings() -> None:
    """Name, default, unit and secrecy are read from the same place as by the code."""
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    lines = (
        page.split("<!-- settings: this table is checked against the code -->\n", 1)[1].split("\n\n")[0].splitlines()
    )

    assert [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]] == [
        [
            f"`8x8:{field.config}`",
            f"`{field.environment}`",
            f"`{field.default}`" if field.default else "",
            field.unit,
            "yes" if field.secret else "",
            field.meaning,
        ]
        for field in FIELDS
    ]


def test_the_reference_is_written_from_the_docstrings() -> None:
    """`make reference` writes it."""
    assert (DOCS / "reference.md").read_text(encoding="utf-8") == reference()


def test_the_index_names_every_page() -> None:
    """A reader finds each of them."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")

    assert [page.name for page in DOCS.glob("*.md") if page.name != "README.md" and f"({page.name})" not in index] == []


def test_every_make_target_that_is_told_exists() -> None:
    """What a reader types first works."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = set(
        re.findall(r"(?:^|`)make ([a-z]+)", "\n".join(p.read_text(encoding="utf-8") for p in ROOT.glob("*.md")), re.M)
    )

    assert [name for name in sorted(told) if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_every_file_of_the_package_has_its_place_in_the_architecture() -> None:
    """Nobody has to ask where something lives."""
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    files = [path.name for path in (ROOT / "provider" / "pulumi_8x8").glob("*.py") if not path.name.startswith("__")]

    assert [name for name in files if name not in architecture] == []


def test_every_link_between_the_documents_leads_somewhere() -> None:
    """No document names a file that is not there."""
    missing = [
        f"{document.name}: {target}"
        for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]

    assert missing == []


@pytest.mark.engine
def test_the_program_on_the_first_screen_shows_the_drift_that_stands_below_it(tmp_path: Path) -> None:
    """Deployed, changed by hand, previewed, repaired: the README's lines are what the engine prints."""
    subaccount_id, elsewhere = "InternalDemoCPaaS_8dD15_voice", "https://elsewhere.example.net/"
    shown = next(line.strip() for line in README.splitlines() if "warning: url is" in line)
    with Emulator() as api:
        project = Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}).write(PROGRAM)
        project.up("--skip-preview").ok()
        api.account.put(subaccount_id, "VCA", elsewhere)

        preview = project.run("preview").ok()
        alarm = project.run("preview", "--expect-no-changes")
        project.up("--skip-preview").ok()

        assert shown in preview.out
        alarm.failed()
        assert api.account.webhooks(subaccount_id)["VCA"].url == "https://ivr.example.com/vca"
