"""The whole policy as one table, held against `decide` over every combination."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import pytest
from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.model import Declaration, LiveWebhook
from pulumi_8x8.reconcile.decide import (
    GONE,
    UNSEEN,
    Decision,
    Drift,
    Outcome,
    decide,
    declaration,
    drift_text,
    keeping,
    replaces,
)

NOTHING, ADOPT, REGISTER, REFUSE = Outcome.NOTHING, Outcome.ADOPT, Outcome.REGISTER, Outcome.REFUSE
A, B, C = "https://a.example/", "https://b.example/", "https://c.example/"


def declared(url: str = A, enabled: bool = True, header: str | None = None) -> Declaration:
    return Declaration("acme_voice", "VCA", url, enabled, header)


def listed(url: str = A, enabled: bool = True, header: bool = False) -> LiveWebhook:
    return LiveWebhook("VCA", url, enabled, header)


class Case(NamedTuple):
    """One combination, and what is true of it without deciding anything."""

    state: Any
    declared: Any
    live: Any
    overwrite: bool

    def has_another_url(self) -> bool:
        return bool(self.live.url != self.declared.url)

    def has_an_unknown_header(self) -> bool:
        known = self.declared.http_auth_header or (self.state and self.state.http_auth_header)
        return self.live.http_auth_header_available and not known

    def leaves_nothing_to_assert(self) -> bool:
        return not self.live_differs() and self.declared.http_auth_header is None

    def live_differs(self) -> bool:
        header_differs = self.live.http_auth_header_available == (self.declared.http_auth_header is None)
        return self.has_another_url() or self.live.enabled != self.declared.enabled or header_differs

    def declares_another_header(self) -> bool:
        return bool(self.state.http_auth_header != self.declared.http_auth_header)

    def state_differs(self) -> bool:
        return bool(self.state != self.declared)

    def any(self) -> bool:
        return True


POLICY: list[tuple[str, str, str, Callable[[Case], bool], Outcome]] = [
    # state    live      overwrite  when (the first row that fits counts)   then
    ("*",      "listed", "no",      Case.has_an_unknown_header,             REFUSE),
    ("none",   "listed", "no",      Case.has_another_url,                   REFUSE),
    ("none",   "absent", "*",       Case.any,                               REGISTER),
    ("none",   "unseen", "*",       Case.any,                               REGISTER),
    ("none",   "listed", "*",       Case.leaves_nothing_to_assert,          ADOPT),
    ("none",   "listed", "*",       Case.any,                               REGISTER),
    ("some",   "absent", "*",       Case.any,                               REGISTER),
    ("some",   "unseen", "*",       Case.state_differs,                     REGISTER),
    ("some",   "unseen", "*",       Case.any,                               NOTHING),
    ("some",   "listed", "*",       Case.live_differs,                      REGISTER),
    ("some",   "listed", "*",       Case.declares_another_header,           REGISTER),
    ("some",   "listed", "*",       Case.state_differs,                     ADOPT),
    ("some",   "listed", "*",       Case.any,                               NOTHING),
]  # fmt: skip


def combinations() -> Iterator[Case]:
    """Each property equal and different in each pair of state, declaration and live; 1,680 of them."""
    states = [None, *(declared(A, *rest) for rest in product((True, False), (None, "h1")))]
    declarations = [declared(*each) for each in product((A, B), (True, False), (None, "h1", "h2"))]
    live = [UNSEEN, None, *(listed(*each) for each in product((A, B, C), (True, False), (True, False)))]
    return (Case(*each) for each in product(states, declarations, live, (False, True)))


def row_of(case: Case) -> int:
    """The number of the first row that fits."""
    state = "none" if case.state is None else "some"
    live = "unseen" if case.live is UNSEEN else "absent" if case.live is None else "listed"
    return next(
        number
        for number, (of_state, of_live, overwrite, when, _) in enumerate(POLICY)
        if of_state in ("*", state) and of_live == live and (overwrite == "*" or not case.overwrite) and when(case)
    )


def test_every_combination_is_decided_by_the_first_row_that_fits_and_every_row_is_needed() -> None:
    """State, declaration and live, each absent, equal or different in each property; with and without overwriting."""
    rows = [(case, row_of(case)) for case in combinations()]
    wrong = [
        (case, POLICY[row])
        for case, row in rows
        for decision in [decide(case.state, case.declared, case.live, overwrite=case.overwrite)]
        if decision.outcome is not POLICY[row][-1] or bool(decision.refusal) != (decision.outcome is REFUSE)
    ]

    assert wrong == []
    assert {row for _, row in rows} == set(range(len(POLICY)))


@pytest.mark.parametrize(
    ("state", "declaration", "live", "changed", "drift"),
    [
        (declared(A), declared(B), listed(A), ("url",), ()),
        (declared(A), declared(B), listed(B), ("url",), ()),
        (declared(A), declared(B), listed(C), ("url",), ("url",)),
        (declared(header="h1"), declared(header="h2"), listed(header=True), ("http_auth_header",), ()),
        (declared(), declared(), listed(B, False, True), (), ("url", "enabled", "http_auth_header")),
        (declared(A), declared(B, False), None, ("url", "enabled"), ("webhook",)),
        (declared(A), declared(B), UNSEEN, ("url",), ()),
        (None, declared(A), listed(B), (), ()),
    ],
)
def test_a_decision_names_what_the_program_changed_and_what_has_drifted(
    state: Any, declaration: Any, live: Any, changed: tuple[str, ...], drift: tuple[str, ...]
) -> None:
    """Drift is what neither the stack nor the program has set, also where it may be overwritten."""
    decision = decide(state, declaration, live, overwrite=True)

    assert (decision.changed, tuple(each.property for each in decision.drift)) == (changed, drift)


def test_only_the_identity_replaces() -> None:
    """An unknown subaccount or type may be another."""
    state = {"subaccount_id": "acme", "type": "VCA", "url": A}

    found = [replaces(state, {**state, name: UNKNOWN}) for name in state]

    assert found == [["subaccount_id"], ["type"], []]


@pytest.mark.parametrize(
    ("state", "declaration", "live", "ignored", "outcome"),
    [
        (declared(A), declared(A), listed(B), "url", NOTHING),
        (declared(A), declared(A), listed(B, enabled=False), "url", REGISTER),
        (declared(), declared(), listed(enabled=False), "enabled", NOTHING),
        (declared(), declared(), listed(header=True), "http_auth_header", NOTHING),
        (declared(header="h1"), declared(header="h1"), listed(), "http_auth_header", NOTHING),
        (declared(), declared(), None, "*", REGISTER),
        (declared(A), declared(B), listed(C, enabled=False, header=True), "*", NOTHING),
        (declared(A), declared(B), UNSEEN, "url", NOTHING),
        (declared(A), declared(A), listed(B, header=True), "http_auth_header", REFUSE),
        (None, declared(), listed(header=True), "http_auth_header", ADOPT),
        (None, declared(A), listed(B), "url", REFUSE),
    ],
)
def test_what_ignore_changes_names_is_no_drift(
    state: Any, declaration: Any, live: Any, ignored: str, outcome: Outcome
) -> None:
    """A webhook that is gone is registered all the same, and no registration takes an unknown header away."""
    assert decide(state, declaration, live, ignored=[ignored]).outcome is outcome


def test_keeping_what_is_ignored_leaves_the_live_value() -> None:
    """A registration for another reason re-posts everything, so it must carry what is live."""
    live = listed(B, enabled=False)

    assert [keeping(declared(A), live, ignored) for ignored in ([], ["url"], ["*"])] == [
        declared(A), declared(B), declared(B, enabled=False)
    ]  # fmt: skip
    assert keeping(declared(A), None, ["*"]) == declared(A)


def test_an_unknown_url_is_not_another_webhook() -> None:
    """In preview the URL may be another resource's output; what it will be is checked in the update."""
    assert decide(None, declared(UNKNOWN), listed(B)).outcome is REGISTER
    assert decide(None, declared(UNKNOWN), listed(B, header=True)).outcome is REFUSE
    assert decide(declared(A), declared(UNKNOWN), listed(A)) == Decision(REGISTER, ("url",))


LONG = f"https://b.example/{'x' * 2030}"


@pytest.mark.parametrize(
    ("live", "ways_out"),
    [
        (listed(B), ["overwrite_on_create=True", f"declare url={B!r}", "delete it first", "alias", f"{B} (enabled, "]),
        (listed(header=True), ["Declare http_auth_header", "overwrite_on_create=True", "remove the header", A]),
        (listed(LONG), [f"declare url={LONG!r}", f"{LONG[:199]}… (enabled, "]),
        (listed("https://b.example/\x1b[2J"), [r"https://b.example/\x1b[2J"]),
    ],
)
def test_a_refusal_names_what_is_live_and_the_ways_out(live: LiveWebhook, ways_out: list[str]) -> None:
    """In one printable line; a long URL is whole in the advice, for copying, and cut in the description."""
    refusal = decide(None, declared(A), live).refusal

    assert refusal.startswith("acme_voice/VCA ")
    assert "Nothing was changed" in refusal
    assert [way for way in ways_out if way not in refusal] == []
    assert refusal.isprintable()


def test_a_refusal_never_holds_the_declared_header() -> None:
    """It is refused for its URL."""
    assert "h1-canary" not in decide(None, declared(A, header="h1-canary"), listed(B)).refusal


@pytest.mark.parametrize(
    ("drift", "line"),
    [
        (GONE, "not registered any more"),
        ((Drift("http_auth_header", False, True),), "auth header is missing live, set declared"),
        (
            (Drift("url", B, A), Drift("enabled", False, True)),
            f"url is {B} live, {A} declared; enabled is false live, true declared",
        ),
        ((Drift("url", "https://b/\x1b[2J\n", UNKNOWN),), r"url is https://b/\x1b[2J\n live, not known yet declared"),
    ],
)
def test_drift_is_one_line_with_live_and_declared_values(drift: tuple[Drift, ...], line: str) -> None:
    """A URL that was given as a secret is not shown."""
    assert drift_text(declared(), drift) == line
    assert "example" not in drift_text(replace(declared(), masked=True), drift)


def test_a_declaration_is_read_from_inputs_and_outputs_alike() -> None:
    """The defaults are enabled, and no header."""
    inputs = {"subaccount_id": "acme_voice", "type": "VCA", "url": A}

    assert declaration(inputs) == declared(A)
    assert declaration({**inputs, "enabled": False, "http_auth_header": "h1", "__provider": "x"}) == declared(
        A, False, "h1"
    )
    assert declaration({}) == Declaration("", "", "")
