"""The names that the package exports."""

from __future__ import annotations

import inspect
from importlib.resources import files

import pytest

import pulumi_8x8
from pulumi_8x8 import errors


def test_the_exported_names_are_sorted() -> None:
    """As `sorted` has it: classes, then functions."""
    assert sorted(pulumi_8x8.__all__) == pulumi_8x8.__all__
    assert len(set(pulumi_8x8.__all__)) == len(pulumi_8x8.__all__)


def test_the_exported_names_are_complete() -> None:
    """Every error, what a program declares, and what it reads."""
    every_error = {name for name, _ in inspect.getmembers(errors, inspect.isclass)}

    assert set(pulumi_8x8.__all__) == every_error | {
        "IvrWebhooks", "LiveWebhook", "Webhook", "WebhookType", "get_webhooks", "get_webhooks_output",
    }  # fmt: skip


@pytest.mark.parametrize("name", pulumi_8x8.__all__)
def test_every_exported_name_is_there_with_its_docstring(name: str) -> None:
    """Under its own name."""
    thing = getattr(pulumi_8x8, name)

    assert thing.__name__ == name
    assert inspect.getdoc(thing)


def test_a_star_import_brings_the_exported_names_and_no_others() -> None:
    """Modules and helpers stay where they are."""
    space: dict[str, object] = {}

    exec("from pulumi_8x8 import *", space)

    assert sorted(space.keys() - {"__builtins__"}) == pulumi_8x8.__all__


def test_a_name_that_is_not_exported_is_missed_as_everywhere() -> None:
    """`hasattr` and typing errors work."""
    with pytest.raises(AttributeError, match="module 'pulumi_8x8' has no attribute 'Webhok'"):
        pulumi_8x8.Webhok  # noqa: B018


def test_the_package_says_that_it_is_typed() -> None:
    """Or type checkers would not look."""
    assert files("pulumi_8x8").joinpath("py.typed").is_file()
