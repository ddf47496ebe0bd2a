"""The pages and the schema for the Pulumi Registry, which follow its guide for publishers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from pulumi_8x8.native.schema import package
from pulumi_8x8.settings import FIELDS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ["_index.md", "installation-configuration.md"]
LANGUAGES = {"typescript", "python", "go", "csharp", "java", "yaml", "hcl"}
CATEGORIES = {"cloud", "database", "infrastructure", "monitoring", "network", "utility", "versioncontrol"}


def read(page: str) -> tuple[dict[str, str], str]:
    """The front matter and the body of a page."""
    _, front, body = (DOCS / page).read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), body


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_the_registrys_form(page: str) -> None:
    """It has front matter, no title of its own, and no link that would be relative there."""
    front, body = read(page)
    prose = re.sub(r"```.*?```", "", body, flags=re.DOTALL)

    assert set(front) == {"title", "meta_desc", "layout"}
    assert front["layout"] == "package"
    assert "eightx8" in front["meta_desc"]
    assert re.findall(r"^# ", prose, re.MULTILINE) == []
    assert [link for link in re.findall(r"\]\(([^)]+)\)", prose) if not link.startswith("https://")] == []
    assert "published yet" in " ".join(body.split())


def test_the_overview_has_the_sections_that_every_package_has() -> None:
    """They are in order, under the schema's name, with a program for each language of the chooser."""
    front, body = read("_index.md")
    [chosen] = re.findall(r'{{< chooser language "(.*?)" >}}', body)
    shown = re.findall(r"{{% choosable language (\w+) %}}\n\n```(\w+)\n", body)

    assert front["title"] == package()["displayName"]
    assert re.findall(r"^## (.*)$", body, re.MULTILINE) == ["Installation", "Example Usage", "Configuration"]
    assert shown == [(language, language) for language in chosen.split(",")]
    assert set(chosen.split(",")) <= LANGUAGES
    assert body.count("{{% /choosable %}}") == len(shown)
    assert body.count("{{< /chooser >}}") == 1


def test_the_overview_has_every_setting() -> None:
    """Each is listed by its bare name, with its environment variable in the description."""
    rows = read("_index.md")[1].partition("|---|---|---|---|\n")[2].splitlines()

    assert rows == [
        f"| `{field.config}` | {'yes' if field.secret else 'no'} | {'yes' if field.secret else 'no'} | "
        f"{field.meaning[0].upper()}{field.meaning[1:]}{', in seconds' if field.unit == 'seconds' else ''}. "
        f"Else `{field.environment}` |"
        for field in FIELDS
    ]


def test_the_schema_has_what_a_listing_shows() -> None:
    """It has publisher, download address and keywords."""
    schema = package()
    keywords = {key: value for key, _, value in (word.partition("/") for word in schema["keywords"]) if value}

    assert schema["name"] in schema["description"]
    assert keywords["category"] in CATEGORIES
    assert keywords["kind"] == "native"
    assert schema["publisher"]
    assert schema["license"] == "Apache-2.0"
    assert schema["pluginDownloadURL"].startswith("github://api.github.com/")
    for name in ("homepage", "repository", "logoUrl"):
        assert schema[name].startswith("https://"), name
    assert (DOCS / Path(schema["logoUrl"]).name).read_text(encoding="utf-8").startswith("<svg ")


def test_everything_in_the_schema_is_described() -> None:
    """Editors and the API pages show the descriptions of types, resources, functions and properties."""
    assert list(undescribed(package(), "")) == []


def undescribed(node: Any, path: str) -> Iterator[str]:
    """The paths of schema entries without the required description."""
    if isinstance(node, list):
        for value in node:
            if isinstance(value, dict) and "value" in value and not value.get("description"):
                yield f"{path}/{value['value']}"
        return
    if not isinstance(node, dict):
        return
    for name, value in node.items():
        here = f"{path}/{name}"
        if name in ("properties", "inputProperties", "variables", "resources", "functions", "types"):
            yield from (f"{here}/{each}" for each, spec in value.items() if not spec.get("description"))
        yield from undescribed(value, here)
