"""What the documents say is what the code does."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from pulumi_8x8 import IvrWebhooks, Webhook, WebhookType
from pulumi_8x8.cli.app import pulumi_8x8
from pulumi_8x8.emulator import Emulator
from pulumi_8x8.settings import FIELDS
from tests.engine.scratch import Project

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM, SIGNATURES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def rows(after: str) -> list[list[str]]:
    """The cells of the table that follows a text, without its head."""
    lines = README.split(after, 1)[1].lstrip("\n").split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:] if line.startswith("|")]


def test_the_settings_table_is_the_settings() -> None:
    """Name, default, unit and secrecy are read from the same place as by the code."""
    table = rows("<!-- settings: this table is checked against the code -->")

    assert table == [
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


@pytest.mark.parametrize("resource", [Webhook, IvrWebhooks])
def test_the_signatures_are_the_signatures(resource: type) -> None:
    """Every parameter with its default, in order."""
    shown = re.search(rf"^{resource.__name__}\((.*?)\)$", SIGNATURES, re.DOTALL | re.MULTILINE)
    parameters = list(inspect.signature(resource).parameters.values())

    assert shown
    told = [part.strip() for part in shown[1].replace("\n", " ").split(",")]
    assert told == ["name", "*"] + [p.name if p.default is p.empty else f"{p.name}={p.default}" for p in parameters[1:]]


def test_every_webhook_type_is_told() -> None:
    """All five, in the order of the code."""
    assert [row[0] for row in rows("A subaccount holds one webhook of each type:\n")] == [m.value for m in WebhookType]


def test_every_command_is_told() -> None:
    """A reader finds each of them in the README."""
    paragraph = README.split("the command line (", 1)[1].split("- **", 1)[0]

    assert [name for name in pulumi_8x8.commands if f"`{name}`" not in paragraph] == []


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


def test_the_readme_quotes_the_counts_of_the_matrix() -> None:
    """The page that the cells write is where the numbers come from."""
    matrix = (ROOT / "docs" / "matrix.md").read_text(encoding="utf-8")
    cells = re.search(r"^([\d,]+) cells:", matrix, re.MULTILINE)
    starred = re.search(r"but for the (\d+) cells", matrix)

    assert cells
    assert starred
    assert f"{cells[1]} cells." in README
    assert f"in all but {starred[1]} one more" in README


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
    webhook_id, elsewhere = "InternalDemoCPaaS_8dD15_voice", "https://elsewhere.example.net/"
    told = next(line.strip() for line in README.splitlines() if "8x8 drift:" in line)
    with Emulator() as api:
        project = Project(tmp_path, {"EIGHTX8_API_KEY": api.api_key, "EIGHTX8_BASE_URL": api.url}).write(PROGRAM)
        project.up("--skip-preview").ok()
        api.account.put(webhook_id, "VCA", elsewhere)

        preview = project.run("preview").ok()
        alarm = project.run("preview", "--expect-no-changes")
        project.up("--skip-preview").ok()

        assert told in preview.out
        assert "pulumi-python:dynamic/8x8:Webhook ivr update" in preview.out
        alarm.failed()
        assert api.account.webhooks(webhook_id)["VCA"].url == "https://ivr.example.com/vca"
