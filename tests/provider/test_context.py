"""What a program passes beside a webhook's inputs, and in which order its registrations go out."""

from __future__ import annotations

import asyncio
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


def test_each_declaration_names_the_subaccounts_of_its_batch_and_of_the_next() -> None:
    """In order, each once, without those that are known only later; a fleet of thousands is not sent with each."""
    declarations = _Declarations()
    declared = ("first", "first", None, *FLEET, "first")

    ahead = [declarations.ahead(position) for position, _ in [declarations.declare(one) for one in declared]]

    assert ahead[0] == ahead[1] == ahead[-1] == ["first", *FLEET[: 2 * BATCH - 1]]
    assert ahead[3 + BATCH] == FLEET[BATCH - 1 : 3 * BATCH - 1]
    assert ahead[-2] == FLEET[1000 - 1000 % BATCH - 1 :]


def test_the_other_webhooks_of_a_subaccount_go_out_a_batch_later() -> None:
    """Each after the first webhook of another subaccount; one whose subaccount is known only later does not wait."""
    declared = [one for subaccount_id in FLEET[: BATCH + 2] for one in (subaccount_id, subaccount_id)]

    sent = asyncio.run(sent_in_order([*declared, None]))

    first, others = FLEET[: BATCH + 2], FLEET[2 : BATCH + 2]
    assert sent == [*first[:-2], first[-2], FLEET[0], first[-1], FLEET[1], None, *others]


def test_a_registration_that_is_cancelled_does_not_hold_up_the_others() -> None:
    """As an interrupt does while it waits for its turn."""

    async def held_up() -> set[asyncio.Task[None]]:
        declarations = _Declarations()
        waiting = [asyncio.create_task(declarations.wait(turn)) for turn in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        _, pending = await asyncio.wait(waiting, timeout=10)
        return pending

    assert asyncio.run(held_up()) == set()


async def sent_in_order(declared: list[str | None]) -> list[str | None]:
    """The declarations in the order in which they are sent."""
    declarations, sent = _Declarations(), list[str | None]()

    async def send(one: str | None, turn: int) -> None:
        await declarations.wait(turn)
        sent.append(one)

    await asyncio.gather(*[send(one, declarations.declare(one)[1]) for one in declared])
    return sent


def test_each_run_of_a_program_has_its_own_declarations(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process can run several, through the Automation API: what an earlier one declared is not fetched ahead."""
    first, second = (pulumi.Resource.__new__(pulumi.CustomResource) for _ in range(2))
    monkeypatch.setattr("pulumi_8x8.resources.context.get_root_resource", lambda: first)
    _declarations().declare("team_1")
    again = _declarations()
    monkeypatch.setattr("pulumi_8x8.resources.context.get_root_resource", lambda: second)

    assert (again.subaccount_ids, _declarations().subaccount_ids) == (["team_1"], [])
