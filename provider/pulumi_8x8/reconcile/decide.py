"""State, declaration and live webhook -> what to do. No I/O.

`decide` is the whole policy; the engine's check, diff, create and update all act on its result. In words:

    state   live                  declaration                  then
    ------  --------------------  ---------------------------  -------------------------------------------
    none    none                  any                          register
    none    same URL              nothing else to set          adopt: nothing is sent
    none    same URL              something else to set        register
    none    another URL           any                          refuse, unless overwrite_on_create
    none    not seen              any                          register
    any     unknown auth header   none                         refuse, unless overwrite_on_create
    some    none                  any                          register (drift)
    some    as declared           differs from state, but      adopt: nothing is sent
                                  not in its auth header
    some    as declared           as state                     nothing
    some    differs               any                          register (drift, where state differs too)
    some    not seen              differs from state           register
    some    not seen              as state                     nothing

An auth header is unknown when the API reports one and neither state nor declaration holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from eightx8_voice.urls import redacted_url
from pulumi_8x8.model import COMPARED, DECLARED, IDENTITY, SECRET_URL, Declaration, LiveWebhook
from pulumi_8x8.reconcile.claims import Claim


class Unseen(Enum):
    """The live webhook was not fetched: live checks are off, or the API is unreachable."""

    UNSEEN = "not seen"


UNSEEN = Unseen.UNSEEN


class WebhookAction(Enum):
    """What a webhook needs."""

    NOTHING = "nothing"
    ADOPT = "adopt"
    REGISTER = "register"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Drift:
    """One property whose live value is not the one that the stack registered."""

    property: str
    live: object
    declared: object


@dataclass(frozen=True)
class Decision:
    """What a webhook needs and why.

    Attributes:
        action: What to do.
        changed: Properties in which the declaration differs from the state.
        drift: Properties in which the live webhook differs from both.
        refusal: Why it is refused, and the options; empty unless `action` is REFUSE.
    """

    action: WebhookAction
    changed: tuple[str, ...] = ()
    drift: tuple[Drift, ...] = ()
    refusal: str = ""


GONE = (Drift("webhook", "not registered", "registered"),)


def replaces(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """Return the identity properties in which checked inputs differ from the state; an unknown value differs."""
    return [name for name in IDENTITY if state.get(name) != inputs.get(name)]


def declaration(properties: Mapping[str, Any]) -> Declaration:
    """Return the declaration in a resource's inputs or outputs; values may be unknown in preview."""
    return Declaration(
        properties.get("subaccount_id", ""),
        properties.get("type", ""),
        properties.get("url", ""),
        properties.get("enabled", True),
        properties.get("http_auth_header"),
        properties.get(SECRET_URL) is True,
    )


def with_ignored_live_values(declared: Declaration, live: LiveWebhook | None, ignored: Collection[str]) -> Declaration:
    """Return the declaration with the live value of each property that `ignore_changes` names."""
    ignored = _names(ignored)
    if live and "url" in ignored:
        declared = replace(declared, url=live.url)
    if live and "enabled" in ignored:
        declared = replace(declared, enabled=live.enabled)
    return declared


def decide(
    state: Declaration | None,
    declared: Declaration,
    live: LiveWebhook | Unseen | None,
    *,
    overwrite: bool = False,
    ignored: Collection[str] = (),
) -> Decision:
    """Return what the webhook of `declared` needs.

    Args:
        state: The webhook in this stack's state, or None.
        declared: The webhook as the program declares it; values may be unknown in preview.
        live: The webhook that is registered now, or None; UNSEEN if it was not fetched.
        overwrite: The program's `overwrite_on_create`.
        ignored: Properties that the program's `ignore_changes` names; their live values are kept.
    """
    decision = _needed(state, declared, live, _names(ignored))
    if decision.action is WebhookAction.REGISTER and isinstance(live, LiveWebhook) and not overwrite:
        refusal = _refusal(state, declared, live)
        return Decision(WebhookAction.REFUSE, refusal=refusal) if refusal else decision
    return decision


def _needed(
    state: Declaration | None, declared: Declaration, live: LiveWebhook | Unseen | None, ignored: Collection[str]
) -> Decision:
    if state is None:
        same = isinstance(live, LiveWebhook) and (live.url, live.enabled) == (declared.url, declared.enabled)
        bare = isinstance(live, LiveWebhook) and not live.http_auth_header_available
        untouched = same and declared.http_auth_header is None and (bare or "http_auth_header" in ignored)
        return Decision(WebhookAction.ADOPT if untouched else WebhookAction.REGISTER)
    # An ignored property's input stays what it was in the state, while the output follows what is live.
    changed = tuple(
        name for name in DECLARED if name not in ignored and getattr(state, name) != getattr(declared, name)
    )
    if live is UNSEEN:
        return Decision(WebhookAction.REGISTER if changed else WebhookAction.NOTHING, changed)
    if live is None:
        return Decision(WebhookAction.REGISTER, changed, GONE)
    different = [
        name for name in COMPARED if getattr(live, name) != getattr(declared, name) and _input(name) not in ignored
    ]
    drift = tuple(
        Drift(_input(name), getattr(live, name), getattr(declared, name))
        for name in different
        if getattr(live, name) != getattr(state, name)
    )
    if different or "http_auth_header" in changed:
        return Decision(WebhookAction.REGISTER, changed, drift)
    return Decision(WebhookAction.ADOPT if changed else WebhookAction.NOTHING, changed)


def _names(ignored: Collection[str]) -> Collection[str]:
    """Return the properties that `ignore_changes` names; `*` is all of them."""
    return DECLARED if "*" in ignored else ignored


def _input(compared: str) -> str:
    """Return the input that sets a compared property: the API reports only whether an auth header is set."""
    return compared.removesuffix("_available")


def _refusal(state: Declaration | None, declared: Declaration, live: LiveWebhook) -> str:
    found = live.describe(secret_url=declared.secret_url)
    if state is None and live.url != declared.url and declared.url != UNKNOWN:
        return (
            f"{declared.id} is already registered with another URL: {found}. Nothing was changed. "
            f"To replace it, set overwrite_on_create=True; to keep it, declare {declarable(declared, live)}; "
            "for a renamed resource, add an alias; for --replace, run `pulumi up` without it first; for a tainted "
            "resource, run `pulumi state untaint` first."
        )
    unknown = declared.http_auth_header is None and (state is None or state.http_auth_header is None)
    if live.http_auth_header_available and unknown:
        return (
            f"{declared.id} has an auth header that this stack does not know: {found}. Nothing was changed, because "
            "every registration would remove the header. Declare http_auth_header with its value, or set "
            "overwrite_on_create=True to register the webhook without one, or remove the header at 8x8."
        )
    return ""


def declarable(declared: Declaration, live: LiveWebhook) -> str:
    """Return how to declare the live URL: as text, or where to find it if a message must not contain it."""
    shown = redacted_url(live.url)
    if declared.secret_url or shown != live.url:
        return f"the URL that `pulumi-8x8 export {declared.subaccount_id}` writes"
    return f"url={shown!r}"


def drift_text(declared: Declaration, drift: tuple[Drift, ...]) -> str:
    """Return one line for the user: each property with its live and its declared value."""
    if drift == GONE:
        return "no longer registered"
    return "drift: " + "; ".join(_difference(difference, declared.secret_url) for difference in drift)


def _difference(drift: Drift, secret_url: bool) -> str:
    if drift.property == "http_auth_header":
        live, declared = ("set" if value else "missing" for value in (drift.live, drift.declared))
        return f"auth header is {live} (declared: {declared})"
    if drift.property != "url":
        return f"{drift.property} is {str(drift.live).lower()} (declared: {_word(drift.declared).lower()})"
    if secret_url:
        return "url is [secret] (declared: another [secret])"
    live, declared = redacted_url(drift.live), _word(drift.declared)
    if live == declared:
        return f"url differs only in its query ({live})"
    return f"url is {live} (declared: {declared})"


def _word(value: object) -> str:
    return "not known yet" if value == UNKNOWN else redacted_url(value)


class Deletion(Enum):
    """What a deletion does with the webhook of a resource that leaves the state."""

    DELETE = "delete"
    KEEP = "keep"
    REFUSE = "refuse"


def deletion(urn: str, claims: Sequence[Claim]) -> tuple[Deletion, Claim | None]:
    """Return what to do with a webhook whose resource is deleted, and the claim that decides it.

        claim of                                  then
        ----------------------------------------  --------------------------------------------------
        no resource                               delete
        another one, which has the webhook        keep: that one manages it now
        another one, which does not have it yet   refuse: it may have failed
        another one, whose process ended          refuse: it is unknown whether it has the webhook
        the resource itself, which has it         keep: the engine deletes its replaced old copy
        the resource itself, whose process ended  refuse
        the resource itself, which does not yet   delete: it is created afterwards

    Args:
        urn: The deleted resource; if the host does not reveal it (empty), a running process's claim keeps the webhook.
        claims: Every claim of this run to the webhook.
    """
    others = [claim for claim in claims if not urn or claim.key != urn]
    for claim in others:
        if not claim.ended and (claim.settled or not urn):
            return Deletion.KEEP, claim
    if others:
        return Deletion.REFUSE, others[0]
    if any(claim.settled and not claim.ended for claim in claims):
        return Deletion.KEEP, None
    ended = next((claim for claim in claims if claim.ended), None)
    return (Deletion.REFUSE if ended else Deletion.DELETE), ended
