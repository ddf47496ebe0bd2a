"""State, declaration and live webhook -> what to do. No I/O.

`decide` is the whole policy; the engine's check, diff, create and update all act on what it says. In words:

    state   live                  declaration                  then
    ------  --------------------  ---------------------------  -------------------------------------------
    none    none                  any                          register
    none    same URL              nothing left to assert       take over: nothing is sent
    none    same URL              something left to assert     register
    none    another URL           any                          refuse, unless overwrite_on_create
    none    not seen              any                          register
    any     unknown auth header   none                         refuse, unless overwrite_on_create
    some    none                  any                          register (drift)
    some    as declared           differs from state, but      take over: nothing is sent
                                  not in its auth header
    some    as declared           as state                     nothing
    some    differs               any                          register (drift, where state differs too)
    some    not seen              differs from state           register
    some    not seen              as state                     nothing

An auth header is unknown when the API says that there is one and neither state nor declaration holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.model import COMPARED, DECLARED, IDENTITY, Declaration, LiveWebhook
from pulumi_8x8.text import printable


class Unseen(Enum):
    """The live webhook was not looked at: live checks are off, or the API is not there."""

    UNSEEN = "not seen"


UNSEEN = Unseen.UNSEEN


class Outcome(Enum):
    """What a webhook needs."""

    NOTHING = "nothing"
    ADOPT = "take over"
    REGISTER = "register"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Drift:
    """One property that is live with another value than the stack left it with."""

    property: str
    live: object
    declared: object


@dataclass(frozen=True)
class Decision:
    """What a webhook needs and why.

    Attributes:
        outcome: What is to be done.
        changed: Properties in which the declaration differs from the state.
        drift: Properties in which the live webhook differs from both.
        refusal: Why it is refused and the ways out; empty unless `outcome` is REFUSE.
    """

    outcome: Outcome
    changed: tuple[str, ...] = ()
    drift: tuple[Drift, ...] = ()
    refusal: str = ""


GONE = (Drift("webhook", "not registered", "registered"),)


def replaces(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """The identity properties in which checked inputs differ from the state; an unknown one counts."""
    return [name for name in IDENTITY if state.get(name) != inputs.get(name)]


def declaration(properties: Mapping[str, Any]) -> Declaration:
    """The declaration in a resource's inputs or outputs; values may be unknown in preview."""
    return Declaration(
        properties.get("subaccount_id", ""),
        properties.get("type", ""),
        properties.get("url", ""),
        properties.get("enabled", True),
        properties.get("http_auth_header"),
    )


def keeping(declared: Declaration, live: LiveWebhook | None, ignored: Collection[str]) -> Declaration:
    """The declaration with the live value of each property that `ignore_changes` names."""
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
    """What the webhook of `declared` needs.

    Args:
        state: What this stack's state says of the webhook; None where it says nothing of it.
        declared: What the program says; values may be unknown in preview.
        live: What is registered there now; None for nothing, UNSEEN where nobody looked.
        overwrite: The program's `overwrite_on_create`.
        ignored: Properties that the program's `ignore_changes` names; what is live there stays.
    """
    decision = _needed(state, declared, live, ignored)
    if decision.outcome is Outcome.REGISTER and isinstance(live, LiveWebhook) and not overwrite:
        refusal = _refusal(state, declared, live)
        return Decision(Outcome.REFUSE, refusal=refusal) if refusal else decision
    return decision


def _needed(
    state: Declaration | None, declared: Declaration, live: LiveWebhook | Unseen | None, ignored: Collection[str]
) -> Decision:
    if state is None:
        same = isinstance(live, LiveWebhook) and (live.url, live.enabled) == (declared.url, declared.enabled)
        bare = isinstance(live, LiveWebhook) and not live.http_auth_header_available
        untouched = same and declared.http_auth_header is None and (bare or "http_auth_header" in ignored)
        return Decision(Outcome.ADOPT if untouched else Outcome.REGISTER)
    # An ignored property's input stays what it was in the state, while the output follows what is live.
    changed = tuple(
        name for name in DECLARED if name not in ignored and getattr(state, name) != getattr(declared, name)
    )
    if live is UNSEEN:
        return Decision(Outcome.REGISTER if changed else Outcome.NOTHING, changed)
    if live is None:
        return Decision(Outcome.REGISTER, changed, GONE)
    different = [
        name for name in COMPARED if getattr(live, name) != getattr(declared, name) and _input(name) not in ignored
    ]
    drift = tuple(
        Drift(_input(name), getattr(live, name), getattr(declared, name))
        for name in different
        if getattr(live, name) != getattr(state, name)
    )
    if different or "http_auth_header" in changed:
        return Decision(Outcome.REGISTER, changed, drift)
    return Decision(Outcome.ADOPT if changed else Outcome.NOTHING, changed)


def _input(compared: str) -> str:
    """The input whose effect the API tells: of an auth header it tells only that there is one."""
    return compared.removesuffix("_available")


def _refusal(state: Declaration | None, declared: Declaration, live: LiveWebhook) -> str:
    if state is None and live.url != declared.url and declared.url != UNKNOWN:
        return (
            f"{declared.id} already holds a webhook that this resource did not register: {live}. "
            "Nothing was changed. To replace it, set overwrite_on_create=True; to keep "
            f"what is there, declare url={printable(live.url)!r}; or delete it first. "
            "If this resource was renamed, give it an alias."
        )
    unknown = declared.http_auth_header is None and (state is None or state.http_auth_header is None)
    if live.http_auth_header_available and unknown:
        return (
            f"{declared.id} is live with an auth header that this stack does not know: {live}. Nothing was changed, "
            "because every registration would take the header away. Declare http_auth_header with its value, or set "
            "overwrite_on_create=True to have the webhook without one, or take the header off at 8x8."
        )
    return ""


def drift_line(declared: Declaration, drift: tuple[Drift, ...], secret: Collection[str] = ()) -> str:
    """One line for a person: the webhook, each property with its live and its declared value, what `up` will do."""
    if drift == GONE:
        what = "[secret]" if "url" in secret else "what is not known yet" if declared.url == UNKNOWN else declared.url
        return f"8x8 drift: {declared.id} is not registered any more; up will register {printable(what)}."
    told = "; ".join(_told(difference, secret) for difference in drift)
    return f"8x8 drift: {declared.id}: {told}; up will register it as declared."


def _told(drift: Drift, secret: Collection[str]) -> str:
    if drift.property == "http_auth_header":
        live, declared = ("there" if there else "missing" for there in (drift.live, drift.declared))
    elif drift.property in secret:
        live = declared = "[secret]"
    else:
        live, declared = (printable(_word(value)) for value in (drift.live, drift.declared))
    name = "auth header" if drift.property == "http_auth_header" else drift.property
    return f"{name} is {live} live, {declared} declared"


def _word(value: object) -> str:
    if value == UNKNOWN:
        return "not known yet"
    return str(value).lower() if isinstance(value, bool) else str(value)
