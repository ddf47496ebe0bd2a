"""The package `eightx8` as Pulumi describes packages: what SDKs in every language are generated from.

Names are those of the model in camelCase; texts are the docstrings of `Webhook` and `WebhookType` and the table of
settings, so nothing is described twice.
"""

from __future__ import annotations

import ast
import inspect
import re
from importlib.metadata import version
from itertools import pairwise
from typing import Any

from eightx8_voice.webhooks import WebhookType
from pulumi_8x8 import model
from pulumi_8x8.model import CAMEL
from pulumi_8x8.settings import FIELDS

PACKAGE = "eightx8"
WEBHOOK = f"{PACKAGE}:index:Webhook"
GET_WEBHOOKS = f"{PACKAGE}:index:getWebhooks"
REPOSITORY = "https://github.com/8x8/pulumi-8x8"

STRING, BOOLEAN = {"type": "string"}, {"type": "boolean"}
TYPE = {"$ref": f"#/types/{PACKAGE}:index:WebhookType"}
LIVE_WEBHOOK = {"$ref": f"#/types/{PACKAGE}:index:LiveWebhook"}

PROPERTIES: dict[str, dict[str, Any]] = {
    "subaccount_id": {**STRING, "willReplaceOnChanges": True},
    "type": {**TYPE, "willReplaceOnChanges": True},
    "url": STRING,
    "enabled": {**BOOLEAN, "default": True},
    "http_auth_header": {**STRING, "secret": True},
    "overwrite_on_create": BOOLEAN,
    "rehearse": BOOLEAN,
    model.OUTPUT: BOOLEAN,
}
"""What a webhook's properties are in the schema."""

REQUIRED = ("subaccount_id", "type", "url")


_STAGES = {"dev": "alpha", "a": "alpha", "b": "beta", "rc": "rc"}

_WORDS = {
    **{name: spelled for name, spelled in CAMEL.items() if "_" in name},
    **{f"8x8:{field.config}": f"{PACKAGE}:{field.config}" for field in FIELDS},
    "True": "true",
    "False": "false",
}
_WORD = re.compile("|".join(rf"\b{word}\b" for word in sorted(_WORDS, key=len, reverse=True)))


def in_schema_words(text: str) -> str:
    """A text about properties and settings with the names that they have here."""
    return _WORD.sub(lambda found: _WORDS[found[0]], text)


def semantic_version(ours: str | None = None) -> str:
    """A version as plugins have it, the package's own by default.

    `0.1.0.dev0` is `0.1.0-alpha.0`: SDKs for Python turn an alpha into a version of theirs and back, and no other.
    """
    found = re.fullmatch(r"([\d.]+?)(?:\.?(dev|a|b|rc)(\d+))?", ours or version("pulumi-8x8"))
    release, stage, number = found.groups() if found else ("0.0.0", None, None)
    return f"{release}-{_STAGES[stage]}.{number}" if stage else str(release)


def package() -> dict[str, Any]:
    """The whole schema."""
    # What a program imports is read for its docstrings alone; serving webhooks does not wait for it.
    from pulumi_8x8.resources.data_source import get_webhooks
    from pulumi_8x8.resources.webhook import Webhook

    summary, described = _documented(Webhook)
    webhook = {
        CAMEL[name]: {**spec, "description": in_schema_words(described[name])} for name, spec in PROPERTIES.items()
    }
    given = {name: spec for name, spec in webhook.items() if name != CAMEL[model.OUTPUT]}
    shown = {name: _output(spec) for name, spec in webhook.items()}
    settings = {field.config: _setting(field) for field in FIELDS}
    return {
        "name": PACKAGE,
        "displayName": "8x8 Connect Voice",
        "version": semantic_version(),
        "description": "Webhooks of 8x8 Connect Voice subaccounts.",
        "keywords": ["8x8", "wavecell", "voice", "webhook", "category/cloud", "kind/native"],
        "repository": REPOSITORY,
        "license": "Apache-2.0",
        "config": {"variables": settings},
        "provider": {
            "description": "One 8x8 account: its key, its address and how long to wait for it.",
            "inputProperties": settings,
        },
        "types": {
            TYPE["$ref"].removeprefix("#/types/"): {
                **STRING,
                "description": "A kind of event that 8x8 delivers; a subaccount holds one webhook of each.",
                "enum": [{"value": name, "description": text} for name, text in _types().items()],
            },
            LIVE_WEBHOOK["$ref"].removeprefix("#/types/"): {
                "type": "object",
                "description": "One webhook as the API lists it.",
                "properties": _live(shown),
                "required": sorted(_live(shown)),
            },
        },
        "resources": {
            WEBHOOK: {
                "description": summary,
                "properties": shown,
                "required": ["enabled", CAMEL[model.OUTPUT], *(CAMEL[name] for name in REQUIRED)],
                "inputProperties": given,
                "requiredInputs": [CAMEL[name] for name in REQUIRED],
            }
        },
        "functions": {
            GET_WEBHOOKS: {
                "description": _documented(get_webhooks)[0],
                "inputs": {
                    "properties": {"subaccountId": _output(webhook["subaccountId"])},
                    "required": ["subaccountId"],
                },
                "outputs": {
                    "properties": {"webhooks": {"type": "array", "items": LIVE_WEBHOOK}},
                    "required": ["webhooks"],
                },
            }
        },
        "language": {
            "csharp": {"respectSchemaVersion": True},
            "go": {
                "respectSchemaVersion": True,
                "importBasePath": f"{REPOSITORY.removeprefix('https://')}/sdk/go/{PACKAGE}",
            },
            "nodejs": {"respectSchemaVersion": True},
            "python": {"respectSchemaVersion": True, "pyproject": {"enabled": True}},
        },
    }


def _live(shown: dict[str, Any]) -> dict[str, Any]:
    names = [CAMEL[name] for name in model.LiveWebhook.__dataclass_fields__ if name in PROPERTIES]
    # A type that the vendor adds is listed too, so it is any text here.
    return {
        name: {**STRING, "description": "VCA, VSS, VCS, VRU or VNU."} if name == "type" else shown[name]
        for name in names
    }


def _output(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if key not in ("default", "willReplaceOnChanges")}


def _setting(field: Any) -> dict[str, Any]:
    kind = {"true, false": "boolean", "seconds": "number"}.get(field.unit, "string")
    unit = ", in seconds" if kind == "number" else ""
    default = f" Default: {field.default}." if field.default else ""
    # No `defaultInfo`: the SDK would copy the environment into the state, and a rotated key would show as a change.
    text = f"{field.meaning[0].upper()}{field.meaning[1:]}{unit}.{default} Else the provider reads {field.environment}."
    return {"type": kind, "description": text, **({"secret": True} if field.secret else {})}


def _types() -> dict[str, str]:
    """The members of `WebhookType` with the string that follows each in the source."""
    [body] = [node.body for node in ast.parse(inspect.getsource(WebhookType)).body if isinstance(node, ast.ClassDef)]
    texts = {
        assigned.targets[0].id: " ".join(text.value.value.split())  # type: ignore[attr-defined]
        for assigned, text in pairwise(body)
        if isinstance(assigned, ast.Assign) and isinstance(text, ast.Expr)
    }
    return {member.value: texts[member.name] for member in WebhookType}


def _documented(thing: Any) -> tuple[str, dict[str, str]]:
    """A docstring's text in the schema's words, and its text about each argument and attribute."""
    text, *sections = re.split(
        r"^(?:Args|Attributes|Raises|Returns):$", inspect.getdoc(thing) or "", flags=re.MULTILINE
    )
    described = {}
    for entry in re.findall(r"^ {4}(\w+: .+(?:\n {8}.+)*)", "\n".join(sections), re.MULTILINE):
        name, _, meaning = entry.partition(": ")
        described[name] = " ".join(meaning.split())
    return in_schema_words(text.strip()), described
