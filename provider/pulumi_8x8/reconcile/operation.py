"""One preview, update, refresh or destroy: what the provider does when the engine calls, and what it remembers.

The engine starts a process for each, and each process has one of these.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import RLock
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.api.wire import Declaration, LiveWebhook
from pulumi_8x8.errors import ConflictError, SettingsError, UnavailableError, WebhookError
from pulumi_8x8.resources.context import DeclaredBy
from pulumi_8x8.settings import FIELDS, MISSING_KEY, Settings
from pulumi_8x8.slots import Slot
from pulumi_8x8.text import printable
from pulumi_8x8.webhook_types import INSTRUCTIONS
from pulumi_8x8.workers import widened

from .decide import UNSEEN, Decision, Outcome, Unseen, decide, declaration, drift_line, keeping, replaces
from .ledger import Ledger
from .validate import Failure, failures, subaccount_problem, with_defaults

Properties = Mapping[str, Any]


class _Api:
    """The way to the API; made when something first needs it, so that a preview can do without a key."""

    def __init__(self, settings: Settings) -> None:
        from pulumi_8x8.api.client import Client  # the HTTP library is what costs most to import

        from .apply import Registrar
        from .listings import Live

        client = Client(settings)
        self.live = Live(client, fetch_ahead=settings.fetch_ahead, workers=settings.workers)
        self.registrar = Registrar(client, self.live)


class Operation:
    """Decides by `checks` and `diffs`, looks by `live`, acts by `registration`.

    Args:
        config: Gives the value of a key such as `8x8:baseUrl` in the stack's config, or None.
    """

    def __init__(self, config: Callable[[str], Any]) -> None:
        self._ledger = Ledger()
        self._lock = RLock()
        self._made: _Api | None = None
        self._rehearsed: set[tuple[str, str, str | None]] = set()
        self._misconfigured: SettingsError | None = None
        self._configured = {field.config for field in FIELDS if config(f"8x8:{field.config}") is not None}
        try:
            self._settings = Settings.load(lambda key: config(f"8x8:{key}"))
        except SettingsError as error:  # said by the operations that need them
            self._settings, self._misconfigured = Settings(), error
        workers = widened(self._settings.workers)
        if workers < self._settings.workers:
            self._ledger.say_once("workers", f"8x8: workers stays {workers}: this host of providers cannot be widened.")
        self._settings = replace(self._settings, workers=workers)

    def check(self, olds: Properties, news: Properties) -> tuple[dict[str, Any], list[Failure]]:
        """Inputs with defaults, and the reasons why they will not do."""
        inputs = with_defaults(news)
        by = DeclaredBy.taken_from(inputs)
        found = failures(inputs, by.secret) or self._setting_failures(by)
        if not found and UNKNOWN not in (inputs["subaccount_id"], inputs["type"]):
            found = self._slot_failures(olds, inputs, by) or self._rehearsal_failures(olds, inputs, by)
        return {name: inputs[name] for name in inputs if name not in INSTRUCTIONS or inputs[name] is not False}, found

    def diff(self, olds: Properties, news: Properties) -> tuple[list[str], bool]:
        """The properties that ask for a replacement, and whether anything is to be done."""
        if changed := replaces(olds, news):
            return changed, True
        declared = declaration(news)
        by = self._ledger.declares(declared.slot) or DeclaredBy()
        decision = self._decided(declaration(olds), declared, self._look(declared.slot), news, by)
        if decision.drift:
            self._ledger.say_once(f"drift {declared.slot}", drift_line(declared, decision.drift, by.secret))
        return [], decision.outcome is not Outcome.NOTHING

    def create(self, inputs: Properties) -> tuple[Slot, dict[str, Any]]:
        """Register, or take over what is already as declared; answers the outputs."""
        slot = declaration(inputs).slot
        # The state knows the slot when the engine replaces a resource in place.
        return slot, self._converged(self._ledger.managed(slot), inputs)

    def read(self, slot: Slot, outs: Properties) -> dict[str, Any] | None:
        """What is live, as outputs; None where nothing is registered."""
        live = self._api.live.look_before_writing(slot)
        if live is None:
            return None
        return _outs(slot, live, outs.get("http_auth_header") if live.http_auth_header_available else None, outs)

    def update(self, olds: Properties, news: Properties) -> dict[str, Any]:
        """Make the live webhook what is declared; answers the outputs."""
        return self._converged(declaration(olds), news)

    def delete(self, slot: Slot, outs: Properties) -> None:
        """Remove it, unless this program declares the slot by another resource (a rename without an alias)."""
        if by := self._ledger.declares(slot):
            self._ledger.say_once(f"kept {slot}", f"8x8: {slot} stays registered: {by.label!r} declares it now.")
            return
        removed = self._api.registrar.empty(slot)
        self._ledger.released(slot)
        if removed and removed.url != outs.get("url"):
            self._ledger.say_once(f"removed {slot}", f"8x8: {slot} was removed; somebody had changed it to {removed}.")

    @property
    def _api(self) -> _Api:
        with self._lock:
            if self._misconfigured:
                raise self._misconfigured
            if self._made is None:
                self._made = _Api(self._settings)
            return self._made

    def _setting_failures(self, by: DeclaredBy) -> list[Failure]:
        if self._misconfigured:
            return [Failure("", str(self._misconfigured))]
        unseen = [
            f"8x8:{field.config} as {field.environment}"
            for field in FIELDS
            if field.config in by.config and field.config not in self._configured
            if field.environment not in os.environ
        ]
        if unseen:
            reason = (
                "This engine does not pass the stack's config on to dynamic providers. Nothing was changed. "
                f"Use a current Pulumi CLI, or set in the environment: {', '.join(unseen)}."
            )
            return [Failure("", reason)]
        if self._settings.live_checks and self._settings.api_key is None:
            return [Failure("", MISSING_KEY)]
        if by.retained:
            reason = (
                "This engine does not know retain_on_delete and would delete the webhook. Nothing was changed. "
                "Use a current Pulumi CLI, or leave the option out."
            )
            return [Failure("", reason)]
        return []

    def _slot_failures(self, olds: Properties, inputs: Properties, by: DeclaredBy) -> list[Failure]:
        declared, before = declaration(inputs), declaration(olds)
        slot = declared.slot
        first = self._ledger.declare(slot, by)
        if first.index != by.index:
            reason = (
                f"{slot} is declared twice in this program, by {first.label!r} and {by.label!r}; "
                "a subaccount holds one webhook of each type. Remove one of them."
            )
            return [Failure("type", reason)]
        if before.slot == slot:
            self._ledger.manage(before)
        if self._settings.live_checks:
            self._api.live.ahead(id for id in (slot.subaccount_id, *by.ahead) if not subaccount_problem(id))
        try:
            self._decided(self._ledger.managed(slot), declared, self._look(slot), inputs, by)
        except ConflictError as error:
            return [Failure("" if "url" in by.secret else "url", str(error))]
        except WebhookError as error:
            return [Failure("", str(error))]
        return []

    def _rehearsal_failures(self, olds: Properties, inputs: Properties, by: DeclaredBy) -> list[Failure]:
        """What an endpoint whose URL is new is not ready for."""
        url, header = inputs["url"], inputs.get("http_auth_header")
        if inputs["rehearse"] is not True or UNKNOWN in (url, header) or olds.get("url") == url:
            return []
        rehearsed = (inputs["type"], url, header)
        if rehearsed in self._rehearsed:  # the engine checks a replacement twice
            return []
        from pulumi_8x8.ivr.rehearsal import Verdict, rehearse

        report = rehearse(url, inputs["type"], http_auth_header=header, allow_private=self._settings.rehearse_private)
        if report.ready:
            self._rehearsed.add(rehearsed)
            return []
        told = "; ".join(f"{f.name}: {f.detail}" for f in report.findings if f.verdict is Verdict.FAILS)
        reason = f"The endpoint is not ready: {told}. Nothing was changed. Put it right, then run the command again."
        return [Failure("" if "url" in by.secret else "url", reason)]

    def _look(self, slot: Slot) -> LiveWebhook | Unseen | None:
        """What is live, for a preview; UNSEEN with a word of warning where it cannot be had."""
        if not self._settings.live_checks:
            self._ledger.say_once("live", "8x8: live checks are off; compared with the stack's state only.")
            return UNSEEN
        try:
            return self._api.live.look(slot)
        except UnavailableError as error:
            self._ledger.say_once("live", f"8x8: could not look at what is live; compared with state only. {error}")
            return UNSEEN

    def _decided(
        self,
        state: Declaration | None,
        declared: Declaration,
        live: LiveWebhook | Unseen | None,
        inputs: Properties,
        by: DeclaredBy,
    ) -> Decision:
        overwrite = inputs.get("overwrite_on_create") is True
        decision = decide(state, declared, live, overwrite=overwrite, ignored=by.ignored)
        if decision.outcome is Outcome.REFUSE:
            raise ConflictError(_masked(decision.refusal, by, declared, state))
        return decision

    def _converged(self, state: Declaration | None, inputs: Properties) -> dict[str, Any]:
        """Make the slot hold what the inputs declare; answers the resource's outputs."""
        declared = declaration(inputs)
        slot = declared.slot
        by = self._ledger.declares(slot) or DeclaredBy()
        live = self._api.live.look_before_writing(slot)
        declared = keeping(declared, live, by.ignored)
        decision = self._decided(state, declared, live, inputs, by)
        if decision.outcome is Outcome.REGISTER or live is None:
            # An empty one stands for one that nobody knows (`pending.py`).
            before, known_header = live, (state.http_auth_header or None) if state else None
            try:
                live = self._api.registrar.fill(declared, before, known_header)
            except WebhookError as error:
                raise error.retold(_masked(str(error), by, declared, state)) from None
            if before and state is None:
                line = f"8x8: {slot}: {live} replaced {before}."
                self._ledger.say_once(f"over {slot}", _masked(line, by, declared))
        elif state is None:
            self._ledger.say_once(f"over {slot}", f"8x8: {slot} was live as declared, and was taken over unchanged.")
        return _outs(slot, live, declared.http_auth_header, inputs)


def _masked(text: str, by: DeclaredBy, *declarations: Declaration | None) -> str:
    """The text without these URLs, where the URL was given as a secret."""
    if "url" in by.secret:
        for declared in filter(None, declarations):
            text = text.replace(printable(declared.url), "[secret]")
    return text


def _outs(slot: Slot, live: LiveWebhook, header: str | None, inputs: Properties) -> dict[str, Any]:
    outs = {
        **{name: inputs[name] for name in INSTRUCTIONS if inputs.get(name)},
        "subaccount_id": slot.subaccount_id,
        "type": slot.type,
        "url": live.url,
        "enabled": live.enabled,
        "http_auth_header_available": live.http_auth_header_available,
    }
    # The API never tells the header, so the one that was sent is carried from state to state.
    return {**outs, "http_auth_header": header} if header is not None else outs
