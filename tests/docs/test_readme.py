"""Statements in the documents match the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eightx8_voice.emulator import Emulator
from pulumi_8x8.settings import FIELDS
from tests.support.scratch import Project

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
[PROGRAM] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
DOCS = ROOT / "docs"
REGISTRY = ("_index.md", "installation-configuration.md")


def test_the_readme_has_at_most_a_hundred_lines() -> None:
    """It takes about a minute to read."""
    assert len(README.splitlines()) <= 100


def test_the_settings_table_matches_the_settings() -> None:
    """Names, defaults, units and secrecy are compared with the code."""
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


def pages() -> list[Path]:
    """The pages for readers; the others are for the Pulumi Registry."""
    return [page for page in DOCS.glob("*.md") if page.name not in ("README.md", *REGISTRY)]


def test_the_index_lists_every_page() -> None:
    """The index links to each of them."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")

    assert [page.name for page in pages() if f"({page.name})" not in index] == []


def test_every_page_opens_with_the_question_that_it_answers() -> None:
    """The question is in the first paragraph."""
    opening = {page.name: page.read_text(encoding="utf-8").split("\n\n")[1] for page in pages()}

    assert [name for name, paragraph in opening.items() if "?" not in paragraph] == []


def test_every_make_target_in_the_documents_exists() -> None:
    """The root pages are searched."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(
        re.findall(r"(?:^|`)make ([a-z]+)", "\n".join(p.read_text(encoding="utf-8") for p in ROOT.glob("*.md")), re.M)
    )

    assert [name for name in sorted(targets) if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def link_exists(document: Path, target: str) -> bool:
    """Whether a link in a document leads to an existing file, and to a heading in it."""
    name, _, heading = target.partition("#")
    file = document.parent / name if name else document
    if not heading:
        return file.exists()
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return heading in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_between_the_documents_works() -> None:
    """Files and headings are checked."""
    documents = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *(ROOT / "examples").glob("*/README.md")]

    missing = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text(encoding="utf-8"))
        if not link_exists(document, target)
    ]

    assert missing == []


@pytest.mark.engine
def test_the_readmes_program_prints_the_drift_shown_below_it(tmp_path: Path) -> None:
    """It is deployed, changed by hand, previewed and repaired on the real engine."""
    subaccount_id, elsewhere = "InternalDemoCPaaS_8dD15_voice", "https://elsewhere.example.net/"
    shown = next(line.strip() for line in README.splitlines() if "warning: drift: url is" in line)
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
