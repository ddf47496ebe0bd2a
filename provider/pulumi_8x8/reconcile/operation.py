"""One preview, update, refresh or destroy: what the provider does when the engine calls, and what it remembers.

The engine starts a process for each, and each process has one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event, RLock
from typing import Any, NamedTuple

from pulumi.runtime.rpc import UNKNOWN

from eightx8_voice.webhooks import subaccount_problem
from pulumi_8x8.errors import (
    ConflictError,
    KeyRefusedError,
    NotFoundError,
    SettingsError,
    UnavailableError,
    WebhookError,
)
from pulumi_8x8.model import DECLARED, INSTRUCTIONS, MASKED, Declaration, LiveWebhook, WebhookId
from pulumi_8x8.settings import MISSING_KEY, Settings

from .caller import UNSUPPORTED, Caller
from .decide import UNSEEN, Decision, Outcome, Unseen, decide, declaration, drift_text, keeping, replaces
from .registry import Registry
from .validate import NUMBER_MASKING, Failure, failures, with_defaults

Properties = Mapping[str, Any]
Log = Callable[[str, str, str], bool]
State = Callable[[str, str], Properties | None]


class Difference(NamedTuple):
    """What a diff found: properties that require a replacement, properties to update, whether anything is to be done.

    A webhook that is not registered any more differs without a property of its own.
    """

    replaces: tuple[str, ...]
    updates: tuple[str, ...]
    changes: bool


class _Api:
    """The way to the API; made when something first needs it, so that a preview can do without a key."""

    def __init__(self, settings: Settings, masked: set[WebhookId], connections: int | None, cancelled: Event) -> None:
        from pulumi_8x8.api.client import CONNECTIONS, Client  # the HTTP library is what costs most to import

        from .apply import Registrar
        from .listings import Listings

        client = Client(settings, pause=cancelled.wait, connections=connections or CONNECTIONS)
        self.listings = Listings(client, fetch_ahead=settings.fetch_ahead, masked=masked)
        self.registrar = Registrar(client, self.listings)


class Operation:
    """Decides by `decide`, reads by `listings`, writes by `apply`.

    Args:
        config: Returns the value of a key such as `8x8:baseUrl` in the stack's config, or None.
        log: Shows a message of a severity (`warning`, `info`) on the row of a URN; returns whether it could.
        state: Returns the outputs that the stack's state holds for a URN and an organization, or None.
        connections: Requests at a time. Default: the client's.
        waits_in_check: Whether `check` refuses what this stack did not register; else `preview` and `create` do.
    """

    def __init__(
        self,
        config: Callable[[str], Any],
        log: Log = lambda *_: False,
        state: State = lambda *_: None,
        connections: int | None = None,
        waits_in_check: bool = True,
    ) -> None:
        self._log = log
        self._state = state
        self._connections = connections
        self._waits_in_check = waits_in_check
        self._cancelled = Event()
        self._registry = Registry()
        self._masked: set[WebhookId] = set()
        self._lock = RLock()
        self._made: _Api | None = None
        self._rehearsed: set[tuple[str, str, str | None]] = set()
        self._misconfigured: SettingsError | None = None
        self._key_is_recorded = bool(config("8x8:apiKey"))
        try:
            self._settings = Settings.load(lambda key: config(f"8x8:{key}"))
        except SettingsError as error:  # reported by the operations that need them
            self._settings, self._misconfigured = Settings(), error

    def check(self, caller: Caller, olds: Properties, news: Properties) -> tuple[dict[str, Any], list[Failure]]:
        """Inputs with defaults, and the reasons why they are refused."""
        inputs = with_defaults(news)
        if "url" in caller.secret:
            inputs[MASKED] = True
        if olds and not caller.described:
            # The engine reports the refusal of a planned import as a bug of the provider, and imports anyway.
            declared = self._declaration(inputs)
            self._registry.declare(declared.id, caller)
            self._registry.managed[declared.id] = declared
            return inputs, []
        found = failures(inputs, caller.secret) or self._setting_failures()
        if not found and UNKNOWN not in (inputs["subaccount_id"], inputs["type"]):
            found = self._conflicts(caller, olds, inputs) or self._rehearsal_failures(caller, olds, inputs)
        for option in caller.unsupported:
            self._show("warning", f"{option} {caller.key}", UNSUPPORTED[option], caller)
        return {name: inputs[name] for name in inputs if name not in INSTRUCTIONS or inputs[name] is not False}, found

    def diff(self, caller: Caller, olds: Properties, news: Properties) -> Difference:
        """What is to be done with a webhook that the state holds.

        Raises:
            ConflictError: Updating it would remove an auth header that this stack does not know.
        """
        if changed := replaces(olds, news):
            return Difference(tuple(changed), (), True)
        declared, state = self._declaration(news), declaration(olds)
        decision = self._decided(caller, state, declared, self._live(declared.id), news)
        if decision.drift:
            self._show("warning", f"drift {declared.id}", drift_text(declared, decision.drift), caller, declared.id)
        if decision.outcome is Outcome.NOTHING:
            self._registry.settled[declared.id] = "same"
        # What becomes a secret, or is none any more, is written to the state by an update that sends nothing.
        remasked = declared.masked != state.masked
        updates = dict.fromkeys([*decision.changed, *(drift.property for drift in decision.drift)])
        return Difference((), tuple(updates), decision.outcome is not Outcome.NOTHING or remasked)

    def create(self, caller: Caller, inputs: Properties) -> tuple[WebhookId, dict[str, Any]]:
        """Register, or adopt what is already as declared; returns the id and the outputs."""
        webhook_id = self._declaration(inputs).id
        # The state holds the webhook when the engine replaces a resource by itself.
        outs = self._converged(caller, self._registry.managed.get(webhook_id), inputs)
        self._registry.settled[webhook_id] = "created"
        return webhook_id, outs

    def preview(self, caller: Caller, inputs: Properties) -> tuple[WebhookId, dict[str, Any]]:
        """The id and the outputs that `create` would return; values may be unknown.

        Raises:
            ConflictError: `create` would refuse.
        """
        declared = self._declaration(inputs)
        if UNKNOWN not in declared.id:
            state = self._registry.managed.get(declared.id)
            self._decided(caller, state, declared, self._live(declared.id), inputs)
        return declared.id, expected(inputs)

    def read(self, webhook_id: WebhookId, outs: Properties) -> dict[str, Any] | None:
        """What is live, as outputs; None where nothing is registered.

        Raises:
            NotFoundError: Nothing is registered, and the state holds no such webhook either.
        """
        self._declaration({**outs, "subaccount_id": webhook_id.subaccount_id, "type": webhook_id.type})
        try:
            live = self._api.listings.get_before_write(webhook_id)
        except KeyRefusedError as error:
            raise self._rotated(error) from None
        if live is None and not outs.get("subaccount_id"):
            raise NotFoundError(
                f"{webhook_id} does not exist: 8x8 lists no webhook of this type for the subaccount. Check the id, or "
                "declare the webhook with Webhook(…) to register it."
            )
        if live is None:
            return None
        return _outs(webhook_id, live, outs.get("http_auth_header") if live.http_auth_header_available else None, outs)

    def update(self, caller: Caller, olds: Properties, news: Properties) -> dict[str, Any]:
        """Make the live webhook what is declared; returns the outputs."""
        outs = self._converged(caller, declaration(olds), news)
        self._registry.settled[self._declaration(news).id] = "updated"
        return outs

    def delete(self, caller: Caller, webhook_id: WebhookId, outs: Properties) -> None:
        """Remove it, unless another resource of this program declares it, or this one has just created it anew."""
        declarer, settled = self._registry.declared.get(webhook_id), self._registry.settled.get(webhook_id)
        another = declarer and not (caller.urn and caller.urn == declarer.urn)
        if declarer and another and caller.urn and not settled:
            raise ConflictError(
                f"{webhook_id} was not deleted: {declarer.name!r} declares it now, and failed. It is live and "
                f"stays in the state as {caller.name!r}. Correct {declarer.name!r}, then run `pulumi up` again."
            )
        if declarer and (another or settled == "created"):
            if another:
                text = f"stays registered: {declarer.name!r} declares it now"
                self._show("info", f"kept {webhook_id}", text, caller, webhook_id)
            return
        masked = self._declaration({**outs, "subaccount_id": webhook_id.subaccount_id, "type": webhook_id.type}).masked
        try:
            removed = self._api.registrar.remove(webhook_id, masked=masked)
        except KeyRefusedError as error:
            raise self._rotated(error) from None
        self._registry.managed.pop(webhook_id, None)
        if removed and removed.url != outs.get("url"):
            text = f"removed; it had been changed to {removed}"
            self._show("info", f"removed {webhook_id}", text, caller, webhook_id)

    def webhooks(self, subaccount_id: str) -> list[LiveWebhook]:
        """What is registered in a subaccount, sorted by type.

        Raises:
            WebhookError: The API refused, or could not be reached.
        """
        return self._api.listings.all(subaccount_id).all()

    def cancel(self) -> None:
        """Send nothing again that has failed; what is under way ends by itself."""
        self._cancelled.set()

    @property
    def _api(self) -> _Api:
        with self._lock:
            if self._misconfigured:
                raise self._misconfigured
            if self._made is None:
                self._made = _Api(self._settings, self._masked, self._connections, self._cancelled)
            return self._made

    def _declaration(self, properties: Properties) -> Declaration:
        """The declaration in the properties; from here on, a URL that is a secret is not shown."""
        declared = declaration(properties)
        if declared.masked:
            self._masked.add(declared.id)
        return declared

    def _setting_failures(self) -> list[Failure]:
        if self._misconfigured:
            return [Failure("", str(self._misconfigured))]
        if self._settings.live_checks and self._settings.api_key is None:
            return [Failure("", MISSING_KEY)]
        return []

    def _conflicts(self, caller: Caller, olds: Properties, inputs: Properties) -> list[Failure]:
        declared, before = self._declaration(inputs), declaration(olds)
        webhook_id = declared.id
        first = self._registry.declare(webhook_id, caller)
        if first.key != caller.key:
            reason = (
                f"{webhook_id} is declared twice in this program, by {first.name!r} and {caller.name!r}; "
                "a subaccount holds one webhook of each type. Remove one of them."
            )
            return [Failure("type", reason)]
        if before.id == webhook_id:
            self._registry.managed[webhook_id] = before
        elif webhook_id.type in NUMBER_MASKING:
            text = f"8x8 documents {webhook_id.type} for number masking; for IVR, VCA and VSS"
            self._show("info", "product", text, caller)
        try:
            if self._settings.live_checks:
                ahead = (webhook_id.subaccount_id, *caller.ahead)
                self._api.listings.prefetch(id for id in ahead if not subaccount_problem(id))
            if not self._waits_in_check:
                return []
            live = self._live(webhook_id)
            if webhook_id not in self._registry.managed:  # an update is decided by `diff`, which knows what to ignore
                self._decided(caller, None, declared, live, inputs)
        except ConflictError as error:
            if state := self._stack_holds(caller, declared):
                self._registry.managed[webhook_id] = state  # `--replace` and a taint check without the old state
                return []
            return [Failure("" if declared.masked else "url", str(error))]
        except WebhookError as error:
            return [Failure("", str(error))]
        return []

    def _stack_holds(self, caller: Caller, declared: Declaration) -> Declaration | None:
        outs = self._state(caller.urn, caller.organization) if caller.urn else None
        state = declaration(outs) if outs else None
        return state if state and state.id == declared.id else None

    def _rehearsal_failures(self, caller: Caller, olds: Properties, inputs: Properties) -> list[Failure]:
        """What an endpoint whose URL is new is not ready for."""
        url, header = inputs["url"], inputs.get("http_auth_header")
        if inputs["rehearse"] is not True or UNKNOWN in (url, header) or olds.get("url") == url:
            return []
        rehearsed = (inputs["type"], url, header)
        if rehearsed in self._rehearsed:  # the engine checks a replacement twice
            return []
        from eightx8_voice.rehearsal import Verdict, rehearse

        report = rehearse(url, inputs["type"], http_auth_header=header, allow_private=self._settings.rehearse_private)
        if report.ready:
            self._rehearsed.add(rehearsed)
            return []
        found = "; ".join(f"{f.name}: {f.detail}" for f in report.findings if f.verdict is Verdict.FAILS)
        reason = f"The endpoint is not ready: {found}. Nothing was changed. Correct it, then run the command again."
        return [Failure("" if "url" in caller.secret else "url", reason)]

    def _live(self, webhook_id: WebhookId) -> LiveWebhook | Unseen | None:
        """What is live, for a preview; UNSEEN with one warning where it cannot be had."""
        if not self._settings.live_checks:
            self._show("info", "live", "drift was not checked (8x8:liveChecks is false); compared with the state only")
            return UNSEEN
        try:
            return self._api.listings.get(webhook_id)
        except UnavailableError as error:
            text = f"drift was not checked (API unreachable); compared with the state only. {error}"
            self._show("warning", "live", text)
            return UNSEEN

    def _decided(
        self,
        caller: Caller,
        state: Declaration | None,
        declared: Declaration,
        live: LiveWebhook | Unseen | None,
        inputs: Properties,
    ) -> Decision:
        overwrite = inputs.get("overwrite_on_create") is True
        decision = decide(state, declared, live, overwrite=overwrite, ignored=caller.ignored)
        if decision.outcome is Outcome.REFUSE:
            raise ConflictError(decision.refusal)
        return decision

    def _converged(self, caller: Caller, state: Declaration | None, inputs: Properties) -> dict[str, Any]:
        """Make the webhook what the inputs declare; returns the resource's outputs."""
        declared = self._declaration(inputs)
        live = self._api.listings.get_before_write(declared.id)
        declared = keeping(declared, live, caller.ignored)
        decision = self._decided(caller, state, declared, live, inputs)
        if decision.outcome is Outcome.REGISTER or live is None:
            before, known_header = live, state.http_auth_header if state else None
            live = self._api.registrar.apply(declared, before, known_header)
            if before and state is None:
                self._show("info", f"adopted {declared.id}", f"{live} replaced {before}", caller, declared.id)
        elif state is None:
            text = "was live as declared and was adopted; nothing was sent"
            self._show("info", f"adopted {declared.id}", text, caller, declared.id)
        return _outs(declared.id, live, declared.http_auth_header, inputs)

    def _rotated(self, error: KeyRefusedError) -> WebhookError:
        """The refusal of a key, with what helps when an earlier `up` has recorded it."""
        if not self._key_is_recorded:
            return error
        return error.with_message(
            f"{error} Refresh and destroy use the key that the last `pulumi up` recorded; add --run-program to use the "
            "one in the stack's config."
        )

    def _show(
        self, severity: str, topic: str, text: str, caller: Caller | None = None, webhook_id: WebhookId | None = None
    ) -> None:
        """Show a message on the row of the caller, else of the stack; each topic once in an operation."""
        if not self._registry.first(topic):
            return
        urn = caller.urn if caller else ""
        if not urn or not self._log(severity, text, urn):
            subject = webhook_id or (caller.name if caller else None)
            line = f"8x8: {subject}: {text}" if subject else f"8x8: {text}"
            if not self._log(severity, line, ""):
                print(line, flush=True)


def expected(inputs: Properties) -> dict[str, Any]:
    """The outputs that these inputs will have; None is known, what is left out is not."""
    header = inputs.get("http_auth_header")
    return {
        **dict.fromkeys((*DECLARED, *INSTRUCTIONS)),
        **inputs,
        "http_auth_header_available": header if header == UNKNOWN else header is not None,
    }


def _outs(webhook_id: WebhookId, live: LiveWebhook, header: str | None, inputs: Properties) -> dict[str, Any]:
    outs = {
        **{name: inputs[name] for name in (*INSTRUCTIONS, MASKED) if inputs.get(name)},
        "subaccount_id": webhook_id.subaccount_id,
        "type": webhook_id.type,
        "url": live.url,
        "enabled": live.enabled,
        "http_auth_header_available": live.http_auth_header_available,
    }
    # The API never returns the header, so the one that was sent is carried from state to state.
    return {**outs, "http_auth_header": header} if header is not None else outs
