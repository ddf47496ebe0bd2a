"""The decision table, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.model import Declaration, LiveWebhook
from pulumi_8x8.reconcile.claims import Claim
from pulumi_8x8.reconcile.decide import (
    GONE,
    UNSEEN,
    Deletion,
    Drift,
    WebhookAction,
    decide,
    deletion,
    drift_text,
    replaces,
    with_ignored_live_values,
)

NOTHING, ADOPT, REGISTER, REFUSE = (
    WebhookAction.NOTHING,
    WebhookAction.ADOPT,
    WebhookAction.REGISTER,
    WebhookAction.REFUSE,
)
A, B, C = "https://a.example/", "https://b.example/", "https://c.example/"


def declared(url: str = A, enabled: bool = True, header: str | None = None) -> Declaration:
    return Declaration("acme_voice", "VCA", url, enabled, header)


def listed(url: str = A, enabled: bool = True, header: bool = False) -> LiveWebhook:
    return LiveWebhook("VCA", url, enabled, header)


PLAIN, OTHER, OFF, ONE, TWO = (declared(), declared(B), declared(enabled=False), declared(header="1"),
                               declared(header="2"))  # fmt: skip
HEADED = listed(header=True)
LATER = declared(UNKNOWN)
OVERWRITE = {"overwrite": True}
URL, ENABLED, HEADER, ALL = ({"ignored": [name]} for name in ("url", "enabled", "http_auth_header", "*"))


@pytest.mark.parametrize(
    ("state", "declaration", "live", "options", "outcome", "changed", "drift"),
    [
        (None,  PLAIN, None,                   {},        REGISTER, "",                 ""),
        (None,  PLAIN, UNSEEN,                 {},        REGISTER, "",                 ""),
        (None,  PLAIN, listed(),               {},        ADOPT,    "",                 ""),
        (None,  PLAIN, listed(A, False),       {},        REGISTER, "",                 ""),
        (None,  ONE,   listed(),               {},        REGISTER, "",                 ""),
        (None,  ONE,   HEADED,                 {},        REGISTER, "",                 ""),
        (None,  PLAIN, listed(B),              {},        REFUSE,   "",                 ""),
        (None,  ONE,   listed(B, True, True),  {},        REFUSE,   "",                 ""),
        (None,  PLAIN, HEADED,                 {},        REFUSE,   "",                 ""),
        (None,  PLAIN, listed(B),              OVERWRITE, REGISTER, "",                 ""),
        (None,  PLAIN, HEADED,                 OVERWRITE, REGISTER, "",                 ""),
        (None,  LATER, listed(B),              {},        REGISTER, "",                 ""),
        (None,  LATER, listed(B, True, True),  {},        REFUSE,   "",                 ""),
        (None,  PLAIN, HEADED,                 HEADER,    ADOPT,    "",                 ""),
        (None,  PLAIN, listed(B),              URL,       REFUSE,   "",                 ""),
        (PLAIN, PLAIN, listed(),               {},        NOTHING,  "",                 ""),
        (ONE,   ONE,   HEADED,                 {},        NOTHING,  "",                 ""),
        (PLAIN, PLAIN, UNSEEN,                 {},        NOTHING,  "",                 ""),
        (PLAIN, OTHER, UNSEEN,                 {},        REGISTER, "url",              ""),
        (PLAIN, OTHER, listed(),               {},        REGISTER, "url",              ""),
        (PLAIN, OTHER, listed(B),              {},        ADOPT,    "url",              ""),
        (PLAIN, OTHER, listed(C),              {},        REGISTER, "url",              "url"),
        (PLAIN, OFF,   listed(),               {},        REGISTER, "enabled",          ""),
        (ONE,   TWO,   HEADED,                 {},        REGISTER, "http_auth_header", ""),
        (ONE,   PLAIN, HEADED,                 {},        REGISTER, "http_auth_header", ""),
        (ONE,   PLAIN, listed(),               {},        REGISTER, "http_auth_header", ""),
        (PLAIN, ONE,   HEADED,                 {},        REGISTER, "http_auth_header", ""),
        (PLAIN, LATER, listed(),               {},        REGISTER, "url",              ""),
        (PLAIN, PLAIN, None,                   {},        REGISTER, "",                 "webhook"),
        (PLAIN, OTHER, None,                   {},        REGISTER, "url",              "webhook"),
        (ONE,   ONE,   listed(B, False),       {},        REGISTER, "",                 "url enabled http_auth_header"),
        (PLAIN, PLAIN, HEADED,                 {},        REFUSE,   "",                 ""),
        (PLAIN, PLAIN, HEADED,                 OVERWRITE, REGISTER, "",                 "http_auth_header"),
        (PLAIN, PLAIN, listed(B),              URL,       NOTHING,  "",                 ""),
        (PLAIN, PLAIN, listed(B, False),       URL,       REGISTER, "",                 "enabled"),
        (PLAIN, OTHER, listed(),               URL,       NOTHING,  "",                 ""),
        (PLAIN, OTHER, UNSEEN,                 URL,       NOTHING,  "",                 ""),
        (PLAIN, PLAIN, listed(A, False),       ENABLED,   NOTHING,  "",                 ""),
        (PLAIN, PLAIN, HEADED,                 HEADER,    NOTHING,  "",                 ""),
        (ONE,   ONE,   listed(),               HEADER,    NOTHING,  "",                 ""),
        (PLAIN, PLAIN, listed(B, True, True),  HEADER,    REFUSE,   "",                 ""),
        (PLAIN, OTHER, listed(C, False, True), ALL,       NOTHING,  "",                 ""),
        (PLAIN, PLAIN, None,                   ALL,       REGISTER, "",                 "webhook"),
    ],
)  # fmt: skip
def test_each_combination_of_live_state_and_program_gives_one_decision(
    state: Any, declaration: Any, live: Any, options: Any, outcome: WebhookAction, changed: str, drift: str
) -> None:
    """Drift is a change by neither stack nor program; only a refusal has a message."""
    decision = decide(state, declaration, live, **options)

    assert decision.action is outcome
    assert " ".join(decision.changed) == changed
    assert " ".join(each.property for each in decision.drift) == drift
    assert bool(decision.refusal) == (outcome is REFUSE)


def test_only_a_change_of_identity_replaces() -> None:
    """An unknown subaccount or type counts as a change."""
    state = {"subaccount_id": "acme", "type": "VCA", "url": A}

    found = [replaces(state, {**state, name: UNKNOWN}) for name in state]

    assert found == [["subaccount_id"], ["type"], []]


def test_an_ignored_property_keeps_its_live_value() -> None:
    """An update re-posts every property, so it must include the live value."""
    live = listed(B, enabled=False)

    assert [with_ignored_live_values(PLAIN, live, ignored) for ignored in ([], ["url"], ["*"])] == [
        PLAIN,
        OTHER,
        declared(B, False),
    ]
    assert with_ignored_live_values(PLAIN, None, ["*"]) == PLAIN


LONG = f"https://b.example/{'x' * 2030}"


@pytest.mark.parametrize(
    ("live", "ways_out"),
    [
        (
            listed(B),
            ["overwrite_on_create=True", f"declare url={B!r}", "alias", "--replace", "untaint", B],
        ),
        (HEADED, ["Declare http_auth_header", "overwrite_on_create=True", "remove the header", A]),
        (listed(LONG), [f"declare url={LONG!r}", f"{LONG[:199]}… (enabled, "]),
        (listed("https://b.example/\x1b[2J"), [r"https://b.example/\x1b[2J", "`pulumi-8x8 export acme_voice` writes"]),
    ],
)
def test_a_refusal_names_what_is_live_and_the_options(live: LiveWebhook, ways_out: list[str]) -> None:
    """It is one printable line, with long URLs cut in the description and complete in the advice."""
    refusal = decide(None, PLAIN, live).refusal

    assert refusal.startswith("acme_voice/VCA ")
    assert [way for way in ("Nothing was changed", *ways_out) if way not in refusal] == []
    assert refusal.isprintable()


def test_drift_is_one_line_with_live_and_declared_values() -> None:
    """A URL that was set as a secret is not shown."""
    drift = (Drift("url", "https://b/\x1b[2J\n", UNKNOWN), Drift("enabled", False, True))

    assert drift_text(PLAIN, GONE) == "no longer registered"
    assert drift_text(PLAIN, (Drift("http_auth_header", False, True),)) == (
        "drift: auth header is missing (declared: set)"
    )
    assert drift_text(PLAIN, drift) == (
        r"drift: url is https://b/\x1b[2J\n (declared: not known yet); enabled is false (declared: true)"
    )
    assert drift_text(replace(PLAIN, secret_url=True), drift).startswith(
        "drift: url is [secret] (declared: another [secret]); "
    )
    assert drift_text(PLAIN, (Drift("url", "https://b/?t=1", "https://b/?t=2"),)) == (
        "drift: url differs only in its query (https://b/?t=…)"
    )


ELSE, MINE = "urn::else", "urn::hook"


@pytest.mark.parametrize(
    ("urn", "claims", "action"),
    [
        (MINE, [], Deletion.DELETE),
        (MINE, [(ELSE, True, False)], Deletion.KEEP),
        (MINE, [(ELSE, False, True), (ELSE, True, False)], Deletion.KEEP),
        (MINE, [(ELSE, False, False)], Deletion.REFUSE),
        (MINE, [(ELSE, True, True)], Deletion.REFUSE),
        (MINE, [(MINE, True, False)], Deletion.KEEP),
        (MINE, [(MINE, False, False)], Deletion.DELETE),
        (MINE, [(MINE, True, True)], Deletion.REFUSE),
        (MINE, [(MINE, True, True), (MINE, True, False)], Deletion.KEEP),
        ("", [(ELSE, False, False)], Deletion.KEEP),
    ],
)
def test_a_deletion_depends_on_what_this_run_claims(
    urn: str, claims: list[tuple[str, bool, bool]], action: Deletion
) -> None:
    """A webhook that a resource of this run declares is never deleted, in whichever process."""
    made = [Claim("", "acme_voice/VCA", key, key, settled, ended) for key, settled, ended in claims]

    assert deletion(urn, made)[0] is action
