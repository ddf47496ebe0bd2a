"""The hidden input that a program passes with each webhook."""

from __future__ import annotations

import json

import pulumi
import pytest

from pulumi_8x8.reconcile.caller import Caller
from pulumi_8x8.resources.context import BATCH, _Declarations, _declarations

FLEET = [f"team_{number}" for number in range(1000)]


@pytest.mark.parametrize("more", [{}, {"colour": "red"}])
def test_the_hidden_input_describes_the_caller(more: dict[str, str]) -> None:
    """The URN comes from the engine, and unknown entries from a newer program are ignored."""
    known = Caller("urn:hook", "hook in ivr", ["team_1"], ["url"], ["url"])
    text = json.dumps({**json.loads(known.to_text()), **more})

    assert Caller.from_text(text, "urn:hook") == known


@pytest.mark.parametrize("text", [None, "null", "[]", "{", 7.0, []])
def test_without_the_hidden_input_only_the_urn_is_known(text: object) -> None:
    """A transformation may drop it, and so does `ignore_changes=["*"]`."""
    caller = Caller.from_text(text, "urn::hook")

    assert caller == Caller("urn::hook")
    assert (caller.name, Caller().name) == ("hook", "another resource")


def test_each_declaration_names_the_subaccounts_of_its_batch_and_of_the_next() -> None:
    """They are unique, in order and known; a large fleet is not sent with each declaration."""
    declarations = _Declarations()
    declared = ("first", "first", None, *FLEET, "first")

    positions = [declarations.declare(one) for one in declared]
    ahead = [declarations.prefetch_ids(position) for position in positions]

    assert ahead[0] == ahead[1] == ahead[-1] == ["first", *FLEET[: 2 * BATCH - 1]]
    assert ahead[3 + BATCH] == FLEET[BATCH - 1 : 3 * BATCH - 1]
    assert ahead[-2] == FLEET[1000 - 1000 % BATCH - 1 :]


def test_each_run_of_a_program_has_its_own_declarations(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the Automation API one process can run several; declarations of an earlier run are not prefetched."""
    first, second = (pulumi.Resource.__new__(pulumi.CustomResource) for _ in range(2))
    monkeypatch.setattr("pulumi_8x8.resources.context.get_root_resource", lambda: first)
    _declarations().declare("team_1")
    again = _declarations()
    monkeypatch.setattr("pulumi_8x8.resources.context.get_root_resource", lambda: second)

    assert (again.subaccount_ids, _declarations().subaccount_ids) == (["team_1"], [])
