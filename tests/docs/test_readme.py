"""What the documents say is what the code does."""

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


def pages() -> list[Path]:
    """The pages that people read; the others are for Pulumi's registry."""
    return [page for page in DOCS.glob("*.md") if page.name not in ("README.md", *REGISTRY)]


def test_the_index_names_every_page() -> None:
    """A reader finds each of them."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")

    assert [page.name for page in pages() if f"({page.name})" not in index] == []


def test_every_page_opens_with_the_question_that_it_answers() -> None:
    """In its first paragraph."""
    opening = {page.name: page.read_text(encoding="utf-8").split("\n\n")[1] for page in pages()}

    assert [name for name, paragraph in opening.items() if "?" not in paragraph] == []


def test_every_make_target_that_is_told_exists() -> None:
    """What a reader types first works."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = set(
        re.findall(r"(?:^|`)make ([a-z]+)", "\n".join(p.read_text(encoding="utf-8") for p in ROOT.glob("*.md")), re.M)
    )

    assert [name for name in sorted(told) if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def leads_somewhere(document: Path, target: str) -> bool:
    """Whether a link of a document names a file, and a heading of that file."""
    name, _, heading = target.partition("#")
    file = document.parent / name if name else document
    if not heading:
        return file.exists()
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return heading in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_between_the_documents_leads_somewhere() -> None:
    """To a file that exists, and to a heading of it where one is named."""
    documents = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *(ROOT / "examples").glob("*/README.md")]

    missing = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text(encoding="utf-8"))
        if not leads_somewhere(document, target)
    ]

    assert missing == []


@pytest.mark.engine
def test_the_program_on_the_first_screen_shows_the_drift_that_stands_below_it(tmp_path: Path) -> None:
    """Deployed, changed by hand, previewed, repaired: the README's lines are what the engine prints."""
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
