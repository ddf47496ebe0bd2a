"""One preview, update, refresh or destroy: what the provider does when the engine calls, and what it remembers.

The engine starts a process for each, and each process has one of these.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.errors import ConflictError, SettingsError, UnavailableError, WebhookError
from pulumi_8x8.model import INSTRUCTIONS, Declaration, LiveWebhook, WebhookId, subaccount_problem
from pulumi_8x8.resources.context import INPUT, Context
from pulumi_8x8.settings import FIELDS, MISSING_KEY, Settings
from pulumi_8x8.text import printable

from .decide import UNSEEN, Decision, Outcome, Unseen, decide, declaration, drift_line, keeping, replaces
from .registry import Registry
from .validate import Failure, failures, with_defaults

Properties = Mapping[str, Any]


class _Api:
    """The way to the API; made when something first needs it, so that a preview can do without a key."""

    def __init__(self, settings: Settings) -> None:
        from pulumi_8x8.api.client import Client  # the HTTP library is what costs most to import

        from .apply import Registrar
        from .listings import Listings

        client = Client(settings)
        self.listings = Listings(client, fetch_ahead=settings.fetch_ahead)
        self.registrar = Registrar(client, self.listings)


class Operation:
    """Decides by `checks` and `diffs`, looks by `live`, acts by `registration`.

    Args:
        config: Gives the value of a key such as `8x8:baseUrl` in the stack's config, or None.
    """

    def __init__(self, config: Callable[[str], Any]) -> None:
        self._registry = Registry()
        self._lock = RLock()
        self._made: _Api | None = None
        self._rehearsed: set[tuple[str, str, str | None]] = set()
        self._misconfigured: SettingsError | None = None
        self._configured = {field.config for field in FIELDS if config(f"8x8:{field.config}") is not None}
        try:
            self._settings = Settings.load(lambda key: config(f"8x8:{key}"))
        except SettingsError as error:  # said by the operations that need them
            self._settings, self._misconfigured = Settings(), error

    def check(self, olds: Properties, news: Properties) -> tuple[dict[str, Any], list[Failure]]:
        """Inputs with defaults, and the reasons why they will not do."""
        inputs = with_defaults(news)
        if olds and INPUT not in news:
            # `pulumi import --file`: the engine would report a refusal as a bug of the provider, and imports anyway.
            return inputs, []
        by = Context.pop_from(inputs)
        found = failures(inputs, by.secret) or self._setting_failures(by)
        if not found and UNKNOWN not in (inputs["subaccount_id"], inputs["type"]):
            found = self._id_failures(olds, inputs, by) or self._rehearsal_failures(olds, inputs, by)
        return {name: inputs[name] for name in inputs if name not in INSTRUCTIONS or inputs[name] is not False}, found

    def diff(self, olds: Properties, news: Properties) -> tuple[list[str], bool]:
        """The properties that ask for a replacement, and whether anything is to be done."""
        if changed := replaces(olds, news):
            return changed, True
        declared = declaration(news)
        by = self._registry.declares(declared.id) or Context()
        decision = self._decided(declaration(olds), declared, self._look(declared.id), news, by)
        if decision.drift:
            self._registry.warn_once(f"drift {declared.id}", drift_line(declared, decision.drift, by.secret))
        return [], decision.outcome is not Outcome.NOTHING

    def create(self, inputs: Properties) -> tuple[WebhookId, dict[str, Any]]:
        """Register, or take over what is already as declared; answers the outputs."""
        webhook_id = declaration(inputs).id
        # The state knows the webhook when the engine replaces a resource in place.
        return webhook_id, self._converged(self._registry.managed(webhook_id), inputs)

    def read(self, webhook_id: WebhookId, outs: Properties) -> dict[str, Any] | None:
        """What is live, as outputs; None where nothing is registered."""
        live = self._api.listings.get_before_write(webhook_id)
        if live is None:
            return None
        return _outs(webhook_id, live, outs.get("http_auth_header") if live.http_auth_header_available else None, outs)

    def update(self, olds: Properties, news: Properties) -> dict[str, Any]:
        """Make the live webhook what is declared; answers the outputs."""
        return self._converged(declaration(olds), news)

    def delete(self, webhook_id: WebhookId, outs: Properties) -> None:
        """Remove it, unless this program declares the webhook by another resource (a rename without an alias)."""
        if by := self._registry.declares(webhook_id):
            self._registry.warn_once(
                f"kept {webhook_id}", f"8x8: {webhook_id} stays registered: {by.label!r} declares it now."
            )
            return
        removed = self._api.registrar.remove(webhook_id)
        self._registry.released(webhook_id)
        if removed and removed.url != outs.get("url"):
            self._registry.warn_once(
                f"removed {webhook_id}", f"8x8: {webhook_id} was removed; somebody had changed it to {removed}."
            )

    @property
    def _api(self) -> _Api:
        with self._lock:
            if self._misconfigured:
                raise self._misconfigured
            if self._made is None:
                self._made = _Api(self._settings)
            return self._made

    def _setting_failures(self, by: Context) -> list[Failure]:
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

    def _id_failures(self, olds: Properties, inputs: Properties, by: Context) -> list[Failure]:
        declared, before = declaration(inputs), declaration(olds)
        webhook_id = declared.id
        first = self._registry.declare(webhook_id, by)
        if first.index != by.index:
            reason = (
                f"{webhook_id} is declared twice in this program, by {first.label!r} and {by.label!r}; "
                "a subaccount holds one webhook of each type. Remove one of them."
            )
            return [Failure("type", reason)]
        if before.id == webhook_id:
            self._registry.manage(before)
        if self._settings.live_checks:
            self._api.listings.prefetch(
                id for id in (webhook_id.subaccount_id, *by.ahead) if not subaccount_problem(id)
            )
        try:
            self._decided(self._registry.managed(webhook_id), declared, self._look(webhook_id), inputs, by)
        except ConflictError as error:
            return [Failure("" if "url" in by.secret else "url", str(error))]
        except WebhookError as error:
            return [Failure("", str(error))]
        return []

    def _rehearsal_failures(self, olds: Properties, inputs: Properties, by: Context) -> list[Failure]:
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

    def _look(self, webhook_id: WebhookId) -> LiveWebhook | Unseen | None:
        """What is live, for a preview; UNSEEN with a word of warning where it cannot be had."""
        if not self._settings.live_checks:
            self._registry.warn_once("live", "8x8: live checks are off; compared with the stack's state only.")
            return UNSEEN
        try:
            return self._api.listings.get(webhook_id)
        except UnavailableError as error:
            self._registry.warn_once("live", f"8x8: could not look at what is live; compared with state only. {error}")
            return UNSEEN

    def _decided(
        self,
        state: Declaration | None,
        declared: Declaration,
        live: LiveWebhook | Unseen | None,
        inputs: Properties,
        by: Context,
    ) -> Decision:
        overwrite = inputs.get("overwrite_on_create") is True
        decision = decide(state, declared, live, overwrite=overwrite, ignored=by.ignored)
        if decision.outcome is Outcome.REFUSE:
            raise ConflictError(_masked(decision.refusal, by, declared, state))
        return decision

    def _converged(self, state: Declaration | None, inputs: Properties) -> dict[str, Any]:
        """Make the webhook hold what the inputs declare; answers the resource's outputs."""
        declared = declaration(inputs)
        webhook_id = declared.id
        by = self._registry.declares(webhook_id) or Context()
        live = self._api.listings.get_before_write(webhook_id)
        declared = keeping(declared, live, by.ignored)
        decision = self._decided(state, declared, live, inputs, by)
        if decision.outcome is Outcome.REGISTER or live is None:
            # An empty one stands for one that nobody knows (`pending.py`).
            before, known_header = live, (state.http_auth_header or None) if state else None
            try:
                live = self._api.registrar.apply(declared, before, known_header)
            except WebhookError as error:
                raise error.with_message(_masked(str(error), by, declared, state)) from None
            if before and state is None:
                line = f"8x8: {webhook_id}: {live} replaced {before}."
                self._registry.warn_once(f"over {webhook_id}", _masked(line, by, declared))
        elif state is None:
            self._registry.warn_once(
                f"over {webhook_id}", f"8x8: {webhook_id} was live as declared, and was taken over unchanged."
            )
        return _outs(webhook_id, live, declared.http_auth_header, inputs)


def _masked(text: str, by: Context, *declarations: Declaration | None) -> str:
    """The text without these URLs, where the URL was given as a secret."""
    if "url" in by.secret:
        for declared in filter(None, declarations):
            text = text.replace(printable(declared.url), "[secret]")
    return text


def _outs(webhook_id: WebhookId, live: LiveWebhook, header: str | None, inputs: Properties) -> dict[str, Any]:
    outs = {
        **{name: inputs[name] for name in INSTRUCTIONS if inputs.get(name)},
        "subaccount_id": webhook_id.subaccount_id,
        "type": webhook_id.type,
        "url": live.url,
        "enabled": live.enabled,
        "http_auth_header_available": live.http_auth_header_available,
    }
    # The API never tells the header, so the one that was sent is carried from state to state.
    return {**outs, "http_auth_header": header} if header is not None else outs
