"""docs/reference.md has every public object, with the parameters and defaults of the code."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pulumi_8x8 import IvrWebhooks, WebhookError, WebhookType
from tests.support.guide import DOCS

PAGE = (DOCS / "reference.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `(\w+(?:\.\w+)?)`\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))


def signatures(section: str) -> dict[str, str]:
    """The calls in the section's Python blocks, with their arguments, by name."""
    blocks = "".join(re.findall(r"```python\n(.*?)```", SECTIONS[section], re.DOTALL))
    return dict(re.findall(r"^([\w.]+)\((.*?)\)$", blocks, re.DOTALL | re.MULTILINE))


def shown(arguments: str) -> list[str]:
    """The parameters of a signature on the page, each with its kind and default."""
    [function] = ast.parse(f"def _({arguments}): ...").body
    assert isinstance(function, ast.FunctionDef)
    made: dict[str, Any] = {}
    exec(f"import time\ndef _({ast.unparse(function.args)}): ...", made)
    return parameters(made["_"])


def parameters(call: Callable[..., Any]) -> list[str]:
    """The parameters of a call, without `self` and `cls`."""
    found = inspect.signature(call).parameters.values()
    return [f"{one.kind.name} {one.name} {one.default!r}" for one in found if one.name not in ("self", "cls")]


def resolve(section: str, name: str) -> Any:
    """The object with this name in a module."""
    found: Any = importlib.import_module(section)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def public(section: str) -> Iterator[str]:
    """A module's public names: its `__all__`, or else the classes and functions that it defines."""
    module = importlib.import_module(section)
    yield from getattr(module, "__all__", ())
    if not hasattr(module, "__all__"):
        for name, value in vars(module).items():
            if not name.startswith("_") and getattr(value, "__module__", "") == section and callable(value):
                yield name


@pytest.mark.parametrize("section", SECTIONS)
def test_every_public_name_is_on_the_page(section: str) -> None:
    """It is in a signature or in backticks."""
    named = {name.partition(".")[0] for name in signatures(section)}
    named |= set(re.findall(r"`(\w+)`", SECTIONS[section])) | set(re.findall(r"(\w+Error)\b", SECTIONS[section]))

    assert [name for name in public(section) if name not in named] == []


@pytest.mark.parametrize("section", [section for section in SECTIONS if signatures(section)])
def test_every_signature_matches_the_code(section: str) -> None:
    """Names, kinds and defaults are compared."""
    for name, arguments in signatures(section).items():
        assert shown(arguments) == parameters(resolve(section, name)), name


@pytest.mark.parametrize("section", ["eightx8_voice.callflow", "eightx8_voice.emulator", "pulumi_8x8"])
def test_every_attribute_on_the_page_exists(section: str) -> None:
    """An attribute is a name after a class and a dot, in backticks."""
    for dotted in re.findall(r"`(\w+\.\w+)(?:\(\))?`", SECTIONS[section]):
        owner, attribute = dotted.split(".")
        assert hasattr(resolve(section, owner), attribute) or attribute in str(parameters(resolve(section, owner)))


def test_the_table_has_the_attributes_of_the_events() -> None:
    """Each class has exactly the listed attributes."""
    rows = re.findall(r"^\| (`.+?) \| (`.+) \|$", SECTIONS["eightx8_voice.events"], re.MULTILINE)

    for classes, attributes in rows:
        for name in re.findall(r"`(\w+)`", classes):
            fields = resolve("eightx8_voice.events", name).__dataclass_fields__
            assert sorted(re.findall(r"`(\w+)`", attributes)) == sorted(fields), name


def test_the_error_tree_matches_the_classes() -> None:
    """Each class is below its parent."""
    [tree] = re.findall(r"```\n(WebhookError\n.*?)```", PAGE, re.DOTALL)

    def drawn(kind: type[Exception], depth: int = 0) -> Iterator[tuple[int, str]]:
        yield depth, kind.__name__
        for child in kind.__subclasses__():
            yield from drawn(child, depth + 1)

    lines = [re.match(r"([│├└─ ]*)(\w+)", line) for line in tree.splitlines()]
    assert [(len(line[1]) // 4, line[2]) for line in lines if line] == list(drawn(WebhookError))


def test_outputs_and_types_match_the_classes() -> None:
    """The component and the enumeration are compared."""
    section = SECTIONS["pulumi_8x8"]
    [outputs] = re.findall(r"\| output \| meaning \|\n\|---\|---\|\n(.*?)\n\n", section, re.DOTALL)
    [types] = re.findall(r"\| `WebhookType` \| delivers \|\n\|---\|---\|\n(.*?)\n\n", section, re.DOTALL)

    assert {name for line in outputs.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])} == set(
        IvrWebhooks.__annotations__
    )
    assert re.findall(r"^\| `(\w+)`", types, re.MULTILINE) == [kind.value for kind in WebhookType]
