"""The Pulumi schema of the package `eightx8`, from which the SDKs in every language are generated.

Names are those of the model in camelCase. A test compares the texts with the docstring of `Webhook`.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Any

from eightx8_voice.webhooks import DESCRIPTIONS
from pulumi_8x8.model import CAMEL, HEADER_AVAILABLE, LiveWebhook
from pulumi_8x8.settings import FIELDS

PACKAGE = "eightx8"
WEBHOOK = f"{PACKAGE}:index:Webhook"
GET_WEBHOOKS = f"{PACKAGE}:index:getWebhooks"
REPOSITORY = "https://github.com/8x8/pulumi-8x8"

STRING, BOOLEAN = {"type": "string"}, {"type": "boolean"}
TYPE = {"$ref": f"#/types/{PACKAGE}:index:WebhookType"}
LIVE_WEBHOOK = {"$ref": f"#/types/{PACKAGE}:index:LiveWebhook"}

SUMMARY = (
    "One webhook of an 8x8 Connect Voice subaccount.\n\nA subaccount holds one webhook of each type. `subaccountId` "
    "and `type` are its identity: changing either\nreplaces the webhook, and the new one is created first. Everything "
    "else is updated in place."
)

PROPERTIES: dict[str, dict[str, Any]] = {
    "subaccount_id": {
        **STRING,
        "willReplaceOnChanges": True,
        "description": "3 to 50 characters from `A-Z a-z 0-9 - . _ &`.",
    },
    "type": {**TYPE, "willReplaceOnChanges": True, "description": "VCA, VSS, VCS, VRU or VNU; see `WebhookType`."},
    "url": {
        **STRING,
        "description": "Where 8x8 delivers: https, or http on loopback; at most 2,048 characters.",
    },
    "enabled": {**BOOLEAN, "default": True, "description": "Whether 8x8 delivers. Default: true."},
    "http_auth_header": {
        **STRING,
        "secret": True,
        "description": "Value of the Authorization header that deliveries carry, in printable ASCII. Always a secret; "
        "the API never returns it. Default: none is sent.",
    },
    "overwrite_on_create": {
        **BOOLEAN,
        "description": "Replace a webhook, or an auth header, that this stack does not know. Default: false, which "
        "makes the preview fail and show what is live.",
    },
    "rehearse": {
        **BOOLEAN,
        "description": "In preview, send marked, synthetic deliveries to a new URL, and fail if the endpoint is not "
        "ready. Default: false.",
    },
    HEADER_AVAILABLE: {
        **BOOLEAN,
        "description": "Whether deliveries carry an Authorization header, as the API lists it.",
    },
}
"""A webhook's properties in the schema. They are data, since an optimised interpreter strips docstrings."""

LISTED = "The webhooks registered in a subaccount now, sorted by type; one GET."

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
    """Return a text with its properties, settings and booleans spelled as in the schema."""
    return _WORD.sub(lambda found: _WORDS[found[0]], text)


def semantic_version(ours: str | None = None) -> str:
    """Return a Python version as the semantic version of a plugin. Default: the package's own version.

    `0.1.0.dev0` becomes `0.1.0-alpha.0`: Python SDKs can convert an alpha, and nothing else, to their form and back.
    """
    found = re.fullmatch(r"([\d.]+?)(?:\.?(dev|a|b|rc)(\d+))?", ours or version("pulumi-8x8"))
    release, stage, number = found.groups() if found else ("0.0.0", None, None)
    return f"{release}-{_STAGES[stage]}.{number}" if stage else str(release)


def package() -> dict[str, Any]:
    """Return the whole schema."""
    webhook = {CAMEL[name]: spec for name, spec in PROPERTIES.items()}
    given = {name: spec for name, spec in webhook.items() if name != CAMEL[HEADER_AVAILABLE]}
    shown = {name: _output(spec) for name, spec in webhook.items()}
    settings = {field.config: _setting(field) for field in FIELDS}
    return {
        "name": PACKAGE,
        "displayName": "8x8 Connect Voice",
        "version": semantic_version(),
        "description": f"The {PACKAGE} provider manages the webhooks of 8x8 Connect Voice subaccounts.",
        "keywords": ["8x8", "wavecell", "voice", "webhook", "category/cloud", "kind/native"],
        "publisher": "pulumi-8x8",
        "homepage": REPOSITORY,
        "repository": REPOSITORY,
        "license": "Apache-2.0",
        "logoUrl": f"{REPOSITORY.replace('github.com', 'raw.githubusercontent.com')}/main/docs/logo.svg",
        "pluginDownloadURL": f"github://api.github.com/{REPOSITORY.removeprefix('https://github.com/')}",
        "config": {"variables": settings},
        "provider": {
            "description": "One 8x8 account: its key, its address and how long to wait for it.",
            "inputProperties": settings,
        },
        "types": {
            TYPE["$ref"].removeprefix("#/types/"): {
                **STRING,
                "description": "A kind of event that 8x8 delivers; a subaccount holds one webhook of each.",
                "enum": [{"value": name.value, "description": text} for name, text in DESCRIPTIONS.items()],
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
                "description": SUMMARY,
                "properties": shown,
                "required": ["enabled", CAMEL[HEADER_AVAILABLE], *(CAMEL[name] for name in REQUIRED)],
                "inputProperties": given,
                "requiredInputs": [CAMEL[name] for name in REQUIRED],
            }
        },
        "functions": {
            GET_WEBHOOKS: {
                "description": LISTED,
                "inputs": {
                    "properties": {"subaccountId": _output(webhook["subaccountId"])},
                    "required": ["subaccountId"],
                },
                "outputs": {
                    "properties": {
                        "webhooks": {
                            "type": "array",
                            "items": LIVE_WEBHOOK,
                            "description": "The webhooks, sorted by type.",
                        }
                    },
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
    names = [CAMEL[name] for name in LiveWebhook.__dataclass_fields__ if name in PROPERTIES]
    # A type that the vendor adds later is listed too, so any text is allowed here.
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
    text = f"{field.meaning[0].upper()}{field.meaning[1:]}{unit}.{default} If unset, {field.environment} is read."
    return {"type": kind, "description": text, **({"secret": True} if field.secret else {})}
