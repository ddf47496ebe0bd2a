"""What a program passes beside a webhook's inputs, and in which order its registrations go out."""

from __future__ import annotations

import json

import pulumi
import pytest

from pulumi_8x8.reconcile.caller import INPUT, Caller
from pulumi_8x8.resources.context import BATCH, _Declarations, _declarations

FLEET = [f"team_{number}" for number in range(1000)]


@pytest.mark.parametrize("more", [{}, {"colour": "red"}])
def test_the_hidden_input_is_removed_from_the_inputs(more: dict[str, str]) -> None:
    """The URN comes from the engine; what a newer program passes is ignored."""
    known = Caller("urn:hook", "hook in ivr", ["team_1"], ["url"], ["url"])
    inputs = {"url": "https://a.example/", INPUT: json.dumps({**json.loads(known.to_text()), **more})}

    assert Caller.pop_from(inputs, "urn:hook") == known
    assert inputs == {"url": "https://a.example/"}


@pytest.mark.parametrize("text", [None, "null", "[]", 7.0, []])
def test_without_the_hidden_input_only_the_urn_is_known(text: object) -> None:
    """An import brings none, and `ignore_changes=["*"]` takes it away."""
    caller = Caller.pop_from({INPUT: text}, "urn::hook")

    assert caller == Caller("urn::hook", described=isinstance(text, str))
    assert (caller.name, Caller().name) == ("hook", "another resource")


def test_each_declaration_names_the_other_subaccounts_of_its_batch_and_of_the_next() -> None:
    """In order, each once, without those that are known only later; a fleet of thousands is not sent with each."""
    declarations = _Declarations()
    for subaccount_id in ("first", "first", None, *FLEET, "first"):
        declarations.declare(subaccount_id)

    assert declarations.ahead("first", 0) == FLEET[: 2 * BATCH - 1]
    assert declarations.ahead(FLEET[BATCH], 1) == [FLEET[BATCH - 1], *FLEET[BATCH + 1 : 3 * BATCH - 1]]
    assert declarations.ahead(FLEET[-1], 1000 // BATCH) == FLEET[1000 - 1000 % BATCH - 1 : -1]


def test_the_first_webhooks_of_a_batch_go_out_before_the_others_of_its_subaccounts() -> None:
    """The others go out with the next batch; one whose subaccount is known only later does not wait."""
    declarations, fleet = _Declarations(), FLEET[:BATCH]

    places = [declarations.declare(one) for one in (*fleet, *fleet, "later", None, "later", "team_0")]

    assert [batch for batch, _ in places] == [0] * 2 * BATCH + [1, 1, 1, 0]
    assert [turn for _, turn in places] == [0] * BATCH + [1] * BATCH + [1, 1, 2, 1]


def test_each_run_of_a_program_has_its_own_declarations(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process can run several, through the Automation API: what an earlier one declared is not fetched ahead."""
    first, second = (pulumi.Resource.__new__(pulumi.CustomResource) for _ in range(2))
    monkeypatch.setattr("pulumi_8x8.resources.context.get_root_resource", lambda: first)
    _declarations().declare("team_1")
    again = _declarations()
    monkeypatch.setattr("pulumi_8x8.resources.context.get_root_resource", lambda: second)

    assert (again.subaccount_ids, _declarations().subaccount_ids) == (["team_1"], [])
