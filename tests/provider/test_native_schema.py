"""The schema of the native provider agrees with `Webhook`, the settings and the documents."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pulumi_8x8 import Webhook, WebhookType
from pulumi_8x8.model import CAMEL
from pulumi_8x8.native.schema import PROPERTIES, REQUIRED, in_schema_words, package, semantic_version
from pulumi_8x8.settings import FIELDS

ROOT = Path(__file__).parents[2]
SCHEMA = package()
RESOURCE = SCHEMA["resources"]["eightx8:index:Webhook"]


def test_inputs_are_the_arguments_of_webhook() -> None:
    """Names, required inputs and defaults other than False agree."""
    arguments = dict(inspect.signature(Webhook.__init__).parameters)
    del arguments["self"], arguments["name"], arguments["opts"]

    assert list(RESOURCE["inputProperties"]) == [CAMEL[name] for name in arguments]
    required = [CAMEL[name] for name, argument in arguments.items() if argument.default is argument.empty]
    assert RESOURCE["requiredInputs"] == [CAMEL[name] for name in REQUIRED] == required
    defaults = {name: spec["default"] for name, spec in RESOURCE["inputProperties"].items() if "default" in spec}
    defaulted = {CAMEL[name]: argument.default for name, argument in arguments.items() if name not in REQUIRED}
    assert defaults == {name: default for name, default in defaulted.items() if default}


def test_every_description_comes_from_a_docstring() -> None:
    """Each is word for word the argument's own, in the schema's spelling, and every type has one."""
    documented = in_schema_words(" ".join((inspect.getdoc(Webhook) or "").split()))
    types = SCHEMA["types"]["eightx8:index:WebhookType"]["enum"]

    for name in PROPERTIES:
        assert f"{CAMEL[name]}: {RESOURCE['properties'][CAMEL[name]]['description']}" in documented
    assert [entry["value"] for entry in types if entry["description"]] == [member.value for member in WebhookType]


@pytest.mark.parametrize("of", [SCHEMA["config"]["variables"], SCHEMA["provider"]["inputProperties"]])
def test_settings_are_those_of_the_dynamic_provider(of: dict[str, Any]) -> None:
    """The key is a secret and is not copied from the environment into the state."""
    secrets = {name: spec.get("secret", False) for name, spec in of.items()}
    assert secrets == {field.config: field.secret for field in FIELDS}
    assert all("default" not in spec and "defaultInfo" not in spec for spec in of.values())


def test_messages_and_versions_use_the_schemas_spelling() -> None:
    """Programs see camelCase names, and a development version is an alpha that SDKs can represent."""
    ours = "overwrite_on_create=True; http_auth_header_available, not http_auth_header; 8x8:apiKey, EIGHTX8_API_KEY"
    theirs = "overwriteOnCreate=true; httpAuthHeaderAvailable, not httpAuthHeader; eightx8:apiKey, EIGHTX8_API_KEY"

    assert in_schema_words(ours) == theirs
    versions = ("0.1.0.dev0", "1.2.3", "1.2.3rc1")
    assert [semantic_version(version) for version in versions] == ["0.1.0-alpha.0", "1.2.3", "1.2.3-rc.1"]


def test_the_page_names_every_property_of_the_schema() -> None:
    """Both spellings, and whether it is required, secret or an output, agree."""
    table = (ROOT / "docs" / "providers.md").read_text().partition("| property | Python | kind |\n|---|---|---|\n")[2]

    def kind(name: str) -> str:
        spec = RESOURCE["inputProperties"].get(CAMEL[name])
        return "output" if spec is None else "required " * (name in REQUIRED) + "secret " * ("secret" in spec) + "input"

    assert table.partition("\n\n")[0].splitlines() == [
        f"| `{CAMEL[name]}` | `{name}` | {kind(name)} |" for name in PROPERTIES
    ]


def test_the_schema_survives_an_interpreter_that_strips_docstrings() -> None:
    """PYTHONOPTIMIZE=2 strips them, but YAML programs and imports need the schema."""
    command = [
        sys.executable,
        "-OO",
        "-c",
        "import json, pulumi_8x8.native.schema as s; print(json.dumps(s.package()))",
    ]

    ended = subprocess.run(command, capture_output=True, text=True, check=True)

    assert json.loads(ended.stdout) == package()
