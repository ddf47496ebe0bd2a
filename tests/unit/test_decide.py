"""The whole policy as one table, held against `decide` over every combination."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import pytest
from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.model import Declaration, LiveWebhook
from pulumi_8x8.reconcile.decide import (
    GONE,
    UNSEEN,
    Decision,
    Drift,
    Outcome,
    Unseen,
    decide,
    declaration,
    drift_text,
    keeping,
    replaces,
)

NOTHING, ADOPT, REGISTER, REFUSE = Outcome.NOTHING, Outcome.ADOPT, Outcome.REGISTER, Outcome.REFUSE
A, B, C = "https://a.example/", "https://b.example/", "https://c.example/"


def said(url: str = A, enabled: bool = True, header: str | None = None) -> Declaration:
    return Declaration("acme_voice", "VCA", url, enabled, header)


def now(url: str = A, enabled: bool = True, header: bool = False) -> LiveWebhook:
    return LiveWebhook("VCA", url, enabled, header)


@dataclass(frozen=True)
class Case:
    """One combination, and what can be said of it without deciding anything."""

    state: Declaration | None
    declared: Declaration
    live: LiveWebhook | Unseen | None
    overwrite: bool

    @property
    def seen(self) -> LiveWebhook:
        assert isinstance(self.live, LiveWebhook)
        return self.live

    def state_is(self) -> str:
        return "none" if self.state is None else "some"

    def live_is(self) -> str:
        return "unseen" if self.live is UNSEEN else "absent" if self.live is None else "there"

    def is_same_url(self) -> bool:
        return self.seen.url == self.declared.url

    def is_another_url(self) -> bool:
        return self.seen.url != self.declared.url

    def is_disabled_as_declared(self) -> bool:
        return self.seen.enabled == self.declared.enabled

    def has_a_header(self) -> bool:
        return self.seen.http_auth_header_available

    def nobody_knows_the_header(self) -> bool:
        known = self.declared.http_auth_header or (self.state and self.state.http_auth_header)
        return self.has_a_header() and not known

    def leaves_nothing_to_assert(self) -> bool:
        no_header = self.declared.http_auth_header is None and not self.has_a_header()
        return self.is_same_url() and self.is_disabled_as_declared() and no_header

    def live_differs(self) -> bool:
        header_as_declared = self.has_a_header() == (self.declared.http_auth_header is not None)
        return not (self.is_same_url() and self.is_disabled_as_declared() and header_as_declared)

    def declares_another_header(self) -> bool:
        assert self.state
        return self.state.http_auth_header != self.declared.http_auth_header

    def state_differs(self) -> bool:
        return self.state != self.declared

    def any(self) -> bool:
        return True


POLICY: list[tuple[str, str, str, Callable[[Case], bool], Outcome]] = [
    # state    live      overwrite  when (the first row that fits counts)   then
    ("*",      "there",  "no",      Case.nobody_knows_the_header,           REFUSE),
    ("none",   "there",  "no",      Case.is_another_url,                    REFUSE),
    ("none",   "absent", "*",       Case.any,                               REGISTER),
    ("none",   "unseen", "*",       Case.any,                               REGISTER),
    ("none",   "there",  "*",       Case.leaves_nothing_to_assert,          ADOPT),
    ("none",   "there",  "*",       Case.any,                               REGISTER),
    ("some",   "absent", "*",       Case.any,                               REGISTER),
    ("some",   "unseen", "*",       Case.state_differs,                     REGISTER),
    ("some",   "unseen", "*",       Case.any,                               NOTHING),
    ("some",   "there",  "*",       Case.live_differs,                      REGISTER),
    ("some",   "there",  "*",       Case.declares_another_header,           REGISTER),
    ("some",   "there",  "*",       Case.state_differs,                     ADOPT),
    ("some",   "there",  "*",       Case.any,                               NOTHING),
]  # fmt: skip


def combinations() -> Iterator[Case]:
    """Each property equal and different in each pair of state, declaration and live; 1,680 of them."""
    states = [None, *(said(A, *rest) for rest in product((True, False), (None, "h1")))]
    declared = [said(*each) for each in product((A, B), (True, False), (None, "h1", "h2"))]
    live = [UNSEEN, None, *(now(*each) for each in product((A, B, C), (True, False), (True, False)))]
    return (Case(*each) for each in product(states, declared, live, (False, True)))


def row_of(case: Case) -> int:
    for number, (state, live, overwrite, when, _) in enumerate(POLICY):
        fits = state in ("*", case.state_is()) and live in ("*", case.live_is())
        if fits and (overwrite == "*" or not case.overwrite) and when(case):
            return number
    raise AssertionError(f"no row for {case}")


def changed(case: Case) -> tuple[str, ...]:
    """Where the declaration differs from the state."""
    names = ("url", "enabled", "http_auth_header")
    return tuple(name for name in names if case.state and getattr(case.state, name) != getattr(case.declared, name))


def drifted(case: Case) -> tuple[str, ...]:
    """Where the live webhook differs from what is declared and from what the stack left."""
    live, left, declared = case.seen, case.state, case.declared
    assert left
    found = []
    if live.url not in (declared.url, left.url):
        found.append("url")
    if live.enabled not in (declared.enabled, left.enabled):
        found.append("enabled")
    if live.http_auth_header_available not in (bool(declared.http_auth_header), bool(left.http_auth_header)):
        found.append("http_auth_header")
    return tuple(found)


def test_every_combination_is_decided_as_the_table_says() -> None:
    """State, declaration and live, each absent, equal or different in each property; with and without overwriting."""
    wrong = [
        (case, decision.outcome, POLICY[row_of(case)])
        for case in combinations()
        for decision in [decide(case.state, case.declared, case.live, overwrite=case.overwrite)]
        if decision.outcome is not POLICY[row_of(case)][-1]
    ]

    assert wrong == []


def test_every_row_of_the_table_is_needed() -> None:
    """No row is shadowed by those above it."""
    used = {row_of(case) for case in combinations()}

    assert used == set(range(len(POLICY)))


def test_every_decision_says_what_changed_and_what_drifted() -> None:
    """A refusal has words, and nothing else has; drift is told only of what somebody else did."""
    for case in combinations():
        decision = decide(case.state, case.declared, case.live, overwrite=case.overwrite)
        told = tuple(drift.property for drift in decision.drift)

        assert bool(decision.refusal) == (decision.outcome is REFUSE), case
        if decision.outcome is REFUSE:
            continue
        assert decision.changed == changed(case), case
        if case.state is None or case.live is UNSEEN:
            assert told == (), case
        elif case.live is None:
            assert decision.drift == GONE, case
        else:
            assert told == drifted(case), case


@pytest.mark.parametrize(
    ("state", "declared", "live", "ignored", "outcome"),
    [
        (said(A), said(A), now(B), ["url"], NOTHING),
        (said(A), said(A), now(B, enabled=False), ["url"], REGISTER),
        (said(), said(), now(enabled=False), ["enabled"], NOTHING),
        (said(), said(), now(header=True), ["http_auth_header"], NOTHING),
        (said(header="h1"), said(header="h1"), now(), ["http_auth_header"], NOTHING),
        (said(), said(), None, ["url", "enabled", "http_auth_header"], REGISTER),
        (said(A), said(B), now(A), ["url"], NOTHING),
        (said(A), said(B), UNSEEN, ["url"], NOTHING),
        (said(A), said(A), now(B, header=True), ["http_auth_header"], REFUSE),
        (None, said(), now(header=True), ["http_auth_header"], ADOPT),
        (None, said(A), now(B), ["url"], REFUSE),
    ],
)
def test_what_ignore_changes_names_is_no_drift(
    state: Declaration | None,
    declared: Declaration,
    live: LiveWebhook | Unseen | None,
    ignored: list[str],
    outcome: Outcome,
) -> None:
    """A webhook that is gone is registered all the same, and no registration takes an unknown header away."""
    assert decide(state, declared, live, ignored=ignored).outcome is outcome


def test_keeping_what_is_ignored_leaves_the_live_value() -> None:
    """A registration for another reason re-posts everything, so it must carry what is live."""
    assert keeping(said(A), now(B, enabled=False), ["url"]) == said(B)
    assert keeping(said(A), now(B, enabled=False), ["url", "enabled"]) == said(B, enabled=False)
    assert keeping(said(A), now(B), []) == said(A)
    assert keeping(said(A), None, ["url", "enabled"]) == said(A)


def test_an_unknown_url_is_not_somebody_elses_webhook() -> None:
    """In preview the URL may be another resource's output; what it will be is checked in the update."""
    assert decide(None, said(UNKNOWN), now(B)).outcome is REGISTER
    assert decide(None, said(UNKNOWN), now(B, header=True)).outcome is REFUSE
    assert decide(said(A), said(UNKNOWN), now(A)) == Decision(REGISTER, ("url",))


@pytest.mark.parametrize(
    ("live", "ways_out"),
    [
        (now(B), ["overwrite_on_create=True", f"declare url={B!r}", "delete it first", "alias"]),
        (now(header=True), ["Declare http_auth_header", "overwrite_on_create=True", "remove the header"]),
    ],
)
def test_a_refusal_names_what_is_there_and_the_ways_out(live: LiveWebhook, ways_out: list[str]) -> None:
    """The webhook, the live URL and its flags, that nothing was changed, and what to do next."""
    refusal = decide(None, said(A), live).refusal

    assert refusal.startswith("acme_voice/VCA ")
    assert f"{live.url} (enabled, " in refusal
    assert "Nothing was changed" in refusal
    assert all(way in refusal for way in ways_out)
    assert refusal.isprintable()


def test_the_url_to_declare_is_whole() -> None:
    """A URL of 2,048 characters can be copied from the advice; the one that only describes is cut."""
    url = f"https://b.example/{'x' * 2030}"

    refusal = decide(None, said(A), now(url)).refusal

    assert f"declare url={url!r}" in refusal
    assert refusal.count(url) == 1


def test_a_refusal_never_holds_the_declared_header() -> None:
    """It is refused for its URL; the header is nobody's business."""
    assert "h1-canary" not in decide(None, said(A, header="h1-canary"), now(B)).refusal


def test_a_hostile_live_url_is_shown_harmless() -> None:
    """Somebody else chose it."""
    assert decide(None, said(), now("https://b.example/\x1b[2J")).refusal.isprintable()


@pytest.mark.parametrize(
    ("drift", "line"),
    [
        (GONE, "not registered any more"),
        (
            (Drift("url", B, A),),
            f"url is {B} live, {A} declared",
        ),
        (
            (Drift("enabled", False, True),),
            "enabled is false live, true declared",
        ),
        (
            (Drift("http_auth_header", False, True),),
            "auth header is missing live, set declared",
        ),
        (
            (Drift("url", B, A), Drift("enabled", False, True)),
            f"url is {B} live, {A} declared; enabled is false live, true declared",
        ),
        (
            (Drift("url", "https://b.example/\x1b[2J\n", A),),
            rf"url is https://b.example/\x1b[2J\n live, {A} declared",
        ),
    ],
)
def test_drift_is_one_line_with_live_and_declared_values(drift: tuple[Drift, ...], line: str) -> None:
    """The webhook, each property, and what `up` will do."""
    assert drift_text(said(), drift) == line


def test_a_secret_url_is_in_no_text_about_drift() -> None:
    """Given as a secret, neither its live nor its declared value is shown."""
    declared = replace(said(A), masked=True)

    assert drift_text(declared, (Drift("url", B, A),)) == "url is [secret] live, [secret] declared"


def test_a_url_that_is_unknown_in_preview_is_called_so() -> None:
    """The engine's placeholder for an unknown value means nothing to a reader."""
    assert drift_text(said(UNKNOWN), (Drift("url", B, UNKNOWN),)) == f"url is {B} live, not known yet declared"


def test_a_header_that_somebody_added_is_drift_where_it_may_be_overwritten() -> None:
    """Permission to replace it is no reason to be silent about it."""
    decision = decide(said(), said(), now(header=True), overwrite=True)

    assert decision == Decision(REGISTER, (), (Drift("http_auth_header", True, False),))


@pytest.mark.parametrize(
    ("state", "inputs", "replaced"),
    [
        ({"subaccount_id": "acme", "type": "VCA"}, {"subaccount_id": "acme", "type": "VCA", "url": B}, []),
        ({"subaccount_id": "acme", "type": "VCA"}, {"subaccount_id": "other", "type": "VCA"}, ["subaccount_id"]),
        ({"subaccount_id": "acme", "type": "VCA"}, {"subaccount_id": "acme", "type": "VSS"}, ["type"]),
        ({"subaccount_id": "acme", "type": "VCA"}, {"subaccount_id": "x", "type": "y"}, ["subaccount_id", "type"]),
        ({"subaccount_id": "acme", "type": "VCA"}, {"subaccount_id": UNKNOWN, "type": "VCA"}, ["subaccount_id"]),
    ],
)
def test_only_the_identity_replaces(state: dict[str, str], inputs: dict[str, str], replaced: list[str]) -> None:
    """Subaccount and type say which webhook it is; an unknown one may be another."""
    assert replaces(state, inputs) == replaced


def test_a_declaration_is_read_from_inputs_and_outputs_alike() -> None:
    """What neither says is enabled and without a header."""
    assert declaration({"subaccount_id": "acme_voice", "type": "VCA", "url": A}) == said(A)
    assert declaration(
        {"subaccount_id": "acme_voice", "type": "VCA", "url": A, "enabled": False, "http_auth_header": "h1",
         "http_auth_header_available": True, "__provider": "x"}
    ) == said(A, False, "h1")  # fmt: skip
    assert declaration({}) == Declaration("", "", "")
