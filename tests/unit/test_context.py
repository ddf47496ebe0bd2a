"""What travels beside a webhook's inputs, and comes out of them again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_8x8.resources.context import BATCH, INPUT, Context, _Declarations

TOLD: dict[str, Any] = {
    "index": 3.0, "label": "hook in ivr", "ahead": ["team_1"], "ignored": ["url"], "secret": ["url"],
    "config": ["apiKey"], "retained": True,
}  # fmt: skip


@pytest.mark.parametrize("told", [TOLD, json.dumps(TOLD)], ids=["mapping", "text"])
def test_it_is_taken_out_of_the_inputs(told: object) -> None:
    """What is left is what the program declared; numbers in a mapping arrive as floats."""
    inputs = {"url": "https://a.example/", INPUT: told}

    by = Context.pop_from(inputs)

    assert by == Context(3, "hook in ivr", ["team_1"], ["url"], ["url"], ["apiKey"], True)
    assert type(by.index) is int
    assert inputs == {"url": "https://a.example/"}


@pytest.mark.parametrize("told", [None, "null", "[]", 7.0, []])
def test_where_nothing_was_told_nothing_is_known(told: object) -> None:
    """A read resource brings none."""
    inputs = {"url": "https://a.example/", INPUT: told}

    assert Context.pop_from(inputs) == Context()
    assert Context.pop_from({}) == Context(-1, "another resource", [], [], [], [], False)
    assert INPUT not in inputs


def test_what_a_newer_program_tells_is_tolerated() -> None:
    """And what an older one leaves out has its default."""
    assert Context.pop_from({INPUT: {"index": 1.0, "colour": "red"}}) == Context(1)


def test_its_name_is_one_that_the_engine_does_not_show() -> None:
    """Names that begin with two underscores are internal."""
    assert INPUT.startswith("__")


def declared(*subaccount_ids: str | None) -> tuple[_Declarations, list[tuple[int, int, int]]]:
    declarations = _Declarations()
    return declarations, [declarations.declare(subaccount_id) for subaccount_id in subaccount_ids]


def test_each_declaration_names_the_other_subaccounts_of_its_batch_and_of_the_next() -> None:
    """In order, each once, without those that are known only later; a fleet of thousands is not sent with each."""
    fleet = [f"team_{number}" for number in range(1000)]
    declarations, _ = declared("first", "first", None, *fleet, "first")

    assert declarations.ahead("first", 0) == fleet[: 2 * BATCH - 1]
    assert declarations.ahead(fleet[0], 0) == ["first", *fleet[1 : 2 * BATCH - 1]]
    assert declarations.ahead(fleet[BATCH], 1) == [*fleet[BATCH - 1 : BATCH], *fleet[BATCH + 1 : 3 * BATCH - 1]]
    assert declarations.ahead(fleet[-1], 1000 // BATCH) == fleet[1000 - 1000 % BATCH - 1 : -1]


def test_the_first_webhooks_of_a_batch_go_out_before_the_others_of_its_subaccounts() -> None:
    """The others go out with the next batch; one whose subaccount is known only later waits for nobody else."""
    fleet = [f"team_{number}" for number in range(BATCH)]

    _, places = declared(*fleet, *fleet, "later", None, "later", "team_0")

    assert [index for index, _, _ in places] == list(range(2 * BATCH + 4))
    assert [batch for _, batch, _ in places] == [0] * 2 * BATCH + [1, 1, 1, 0]
    assert [turn for _, _, turn in places] == [0] * BATCH + [1] * BATCH + [1, 1, 2, 1]
