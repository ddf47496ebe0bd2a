"""What travels beside a webhook's inputs, and comes out of them again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_8x8.declared_by import AHEAD, INPUT, DeclaredBy, _Declarations

TOLD: dict[str, Any] = {
    "index": 3.0, "label": "hook in ivr", "ahead": ["team_1"], "ignored": ["url"], "secret": ["url"],
    "config": ["apiKey"], "retained": True,
}  # fmt: skip


@pytest.mark.parametrize("told", [TOLD, json.dumps(TOLD)], ids=["mapping", "text"])
def test_it_is_taken_out_of_the_inputs(told: object) -> None:
    """What is left is what the program declared; numbers in a mapping arrive as floats."""
    inputs = {"url": "https://a.example/", INPUT: told}

    by = DeclaredBy.taken_from(inputs)

    assert by == DeclaredBy(3, "hook in ivr", ["team_1"], ["url"], ["url"], ["apiKey"], True)
    assert type(by.index) is int
    assert inputs == {"url": "https://a.example/"}


@pytest.mark.parametrize("told", [None, "null", "[]", 7.0, []])
def test_where_nothing_was_told_nothing_is_known(told: object) -> None:
    """A read resource brings none."""
    inputs = {"url": "https://a.example/", INPUT: told}

    assert DeclaredBy.taken_from(inputs) == DeclaredBy()
    assert DeclaredBy.taken_from({}) == DeclaredBy(-1, "another resource", [], [], [], [], False)
    assert INPUT not in inputs


def test_what_a_newer_program_tells_is_tolerated() -> None:
    """And what an older one leaves out has its default."""
    assert DeclaredBy.taken_from({INPUT: {"index": 1.0, "colour": "red"}}) == DeclaredBy(1)


def test_its_name_is_one_that_the_engine_does_not_show() -> None:
    """Names that begin with two underscores are internal."""
    assert INPUT.startswith("__")


def following(*subaccount_ids: str | None) -> list[str]:
    declarations = _Declarations()
    declarations.subaccount_ids.extend(subaccount_ids)
    return declarations.following(0)


def test_each_declaration_names_the_subaccounts_that_come_next() -> None:
    """In order, each once, without its own and without those that are known only later."""
    assert following("a", "a", "b", None, "c", "b", "a", "d") == ["b", "c", "d"]
    assert following("a") == []
    assert following(None, "a", None) == ["a"]


def test_a_declaration_names_no_more_than_a_few() -> None:
    """A fleet of thousands must not send each its whole list."""
    assert following("first", *(f"team_{number}" for number in range(1000))) == [
        f"team_{number}" for number in range(AHEAD)
    ]
