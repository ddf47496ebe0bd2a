"""`make reference`: write docs/reference.md from the docstrings of what a program imports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference.md"
HEAD = """\
# Reference

Written by `make reference` from the docstrings of `pulumi_8x8`. Inputs may be outputs of other resources.
"""
SHOWN = ("Webhook", "Webhook.get", "IvrWebhooks", "get_webhooks", "get_webhooks_output", "WebhookType", "LiveWebhook")


def reference() -> str:
    """The page."""
    package = griffe.load("pulumi_8x8", search_paths=[ROOT / "provider"], docstring_parser="google")
    return HEAD + "".join(_section(name, package) for name in SHOWN)


def _section(name: str, package: Any) -> str:
    target = package[name.partition(".")[0]]
    if target.is_alias:
        target = target.final_target
    if "." in name:
        target = target.members[name.partition(".")[2]]
    title = f"\n## {name}\n"
    function = target if target.is_function else target.members.get("__init__")
    signature = f"\n```python\n{_signature(name, function)}\n```\n" if function is not None else ""
    return title + signature + "".join(map(_block, target.docstring.parsed)) + _members(target)


def _signature(name: str, function: Any) -> str:
    parts = []
    starred = False
    for parameter in function.parameters:
        if parameter.name in {"self", "cls"}:
            continue
        if parameter.kind is griffe.ParameterKind.keyword_only and not starred:
            parts.append("*")
            starred = True
        default = "" if parameter.default is None else f"={parameter.default}"
        parts.append(f"{parameter.name}{default}")
    line = f"{name}({', '.join(parts)})"
    return line if len(line) <= 100 else f"{name}(\n    {', '.join(parts)}\n)"


def _block(block: Any) -> str:
    if block.kind is griffe.DocstringSectionKind.text:
        return f"\n{block.value}\n"
    if block.kind in {griffe.DocstringSectionKind.parameters, griffe.DocstringSectionKind.attributes}:
        rows = "".join(f"| `{item.name}` | {_line(item.description)} |\n" for item in block.value)
        return f"\n| | |\n|---|---|\n{rows}"
    if block.kind is griffe.DocstringSectionKind.raises:
        rows = "".join(f"- `{item.annotation}`: {_line(item.description)}\n" for item in block.value)
        return f"\nRaises:\n\n{rows}"
    return ""


def _members(target: Any) -> str:
    """The members of an enumeration and the fields of a data class that have a docstring."""
    if not target.is_class:
        return ""
    told = [m for m in target.members.values() if m.is_attribute and m.docstring and not m.name.startswith("_")]
    rows = "".join(f"| `{member.name}` | {_line(member.docstring.value)} |\n" for member in told)
    return f"\n| | |\n|---|---|\n{rows}" if rows else ""


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}")
