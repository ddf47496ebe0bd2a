"""One preview, update, refresh or destroy: what the provider does when the engine calls, and what it remembers.

The engine starts new provider processes for each of them, and each process has one `Operation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from threading import Event, RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi.runtime.rpc import UNKNOWN

from eightx8_voice.webhooks import subaccount_problem
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import (
    ConflictError,
    KeyRefusedError,
    NotFoundError,
    SettingsError,
    UnavailableError,
    WebhookError,
)
from pulumi_8x8.model import (
    DECLARED,
    HEADER_AVAILABLE,
    PROVIDER_OPTIONS,
    SECRET_URL,
    Declaration,
    LiveWebhook,
    WebhookId,
)
from pulumi_8x8.reconcile.caller import UNSUPPORTED, Caller
from pulumi_8x8.reconcile.claims import Claims
from pulumi_8x8.reconcile.decide import (
    UNSEEN,
    Decision,
    Deletion,
    Unseen,
    WebhookAction,
    decide,
    declaration,
    deletion,
    drift_text,
    replaces,
    with_ignored_live_values,
)
from pulumi_8x8.reconcile.memory import Memory
from pulumi_8x8.reconcile.messages import Log, Messages
from pulumi_8x8.reconcile.rehearse import rehearsal_texts, rehearsed
from pulumi_8x8.reconcile.validate import NUMBER_MASKING, InputFailure, failures, may_be_named, with_defaults
from pulumi_8x8.settings import MISSING_KEY, Settings

if TYPE_CHECKING:
    from eightx8_voice.rehearsal import Finding
    from pulumi_8x8.api.client import Client
    from pulumi_8x8.reconcile.apply import Registrar
    from pulumi_8x8.reconcile.listings import Listings

Properties = Mapping[str, Any]


class Difference(NamedTuple):
    """What a diff found: properties that require a replacement, properties to update, whether there is anything to do.

    For a webhook that is no longer registered, `updates` contains `webhook`, which is not a property.
    """

    replaces: tuple[str, ...]
    updates: tuple[str, ...]
    changes: bool


class _ApiAccess(NamedTuple):
    """The objects that access the API; created when first needed, so that a preview can run without a key."""

    client: Client
    listings: Listings
    registrar: Registrar


class Operation:
    """Decides with `decide`, reads with `listings` and writes with `apply`.

    Args:
        config: Returns the value of a key such as `8x8:baseUrl` in the stack's config, or None.
        log: Shows a message of a severity (`warning`, `info`, `status`) on the row of a URN; returns whether it did.
        engine: The engine's address, by which the processes of one run find each other; empty if it is not known.
    """

    def __init__(self, config: Callable[[str], Any], log: Log = lambda *_: False, engine: str = "") -> None:
        self._cancelled = Event()
        self._lock = RLock()
        self._misconfigured: SettingsError | None = None
        self._key_is_recorded = bool(config("8x8:apiKey"))
        try:
            self._settings = Settings.load(lambda key: config(f"8x8:{key}"))
        except SettingsError as error:  # reported by the operations that need them
            self._settings, self._misconfigured = Settings(), error
        self._memory = Memory(Claims(engine, self._settings.base_url))
        self._messages = Messages(log)

    def check(self, caller: Caller, olds: Properties, news: Properties) -> tuple[dict[str, Any], list[InputFailure]]:
        """Return the inputs with defaults, and the reasons why they are refused, without waiting for a listing."""
        inputs = with_defaults(news)
        if "url" in caller.secret:
            inputs[SECRET_URL] = True
        found = failures(inputs, caller.secret) or self._setting_failures()
        if not found and UNKNOWN not in (inputs["subaccount_id"], inputs["type"]):
            found = self._declared(caller, declaration(olds), declaration(inputs))
        if not found:
            found = self._rehearsal_failures(caller, olds, inputs)
        for option in caller.unsupported:
            self._messages.show("warning", f"{option} {caller.key}", UNSUPPORTED[option], caller)
        return {name: inputs[name] for name in inputs if name not in PROVIDER_OPTIONS or inputs[name]}, found

    def check_live(self, caller: Caller, inputs: Properties) -> list[InputFailure]:
        """Return why checked inputs are refused because of what is live, for a host whose `create` has no preview."""
        declared = declaration(inputs)
        if UNKNOWN in declared.id:
            return []
        try:
            live = self._live(declared.id, self._deadline(caller))
        except WebhookError as error:
            return [InputFailure("", str(error))]
        if self._memory.held(declared.id):  # an update is decided by `diff`, which knows what to ignore
            return []
        decision = self._decision(caller, None, declared, live, inputs)
        if decision.action is WebhookAction.REFUSE:
            shown = not declared.secret_url and may_be_named(declared.url)
            return [InputFailure("url" if shown else "", decision.refusal)]
        self._announce(caller, decision, declared.id)
        return []

    def diff(self, caller: Caller, olds: Properties, news: Properties) -> Difference:
        """Return what to do with a webhook that is in the state.

        Raises:
            ConflictError: Updating it would remove an auth header that this stack does not know.
        """
        if changed := replaces(olds, news):
            return Difference(tuple(changed), (), True)
        declared, state = declaration(news), declaration(olds)
        self._memory.settle(declared.id, caller)
        live = self._live(declared.id, self._deadline(caller))
        decision = _accepted(self._decision(caller, state, declared, live, news))
        if decision.drift:
            text = drift_text(declared, decision.drift)
            self._messages.show("warning", f"drift {declared.id}", text, caller, declared.id)
        # A URL that becomes a secret is written to the state as one, by an update that sends nothing.
        unmarked = declared.secret_url and not state.secret_url
        updates = dict.fromkeys([*decision.changed, *(drift.property for drift in decision.drift)])
        return Difference((), tuple(updates), decision.action is not WebhookAction.NOTHING or unmarked)

    def create(self, caller: Caller, inputs: Properties) -> tuple[WebhookId, dict[str, Any]]:
        """Register a webhook, or adopt it if it is live as declared; return its id and outputs."""
        webhook_id = declaration(inputs).id
        # The state still has the webhook if the engine replaces a resource that keeps its id.
        outs = self._converged(caller, self._memory.held(webhook_id), inputs)
        self._memory.settle(webhook_id, caller)
        return webhook_id, outs

    def preview(self, caller: Caller, inputs: Properties) -> tuple[WebhookId, dict[str, Any]]:
        """Return the id and the outputs that `create` would return; values may be unknown.

        Raises:
            ConflictError: `create` would refuse.
        """
        declared = declaration(inputs)
        if UNKNOWN not in declared.id:
            live, state = self._live(declared.id, self._deadline(caller)), self._memory.held(declared.id)
            decision = _accepted(self._decision(caller, state, declared, live, inputs))
            self._announce(caller, decision, declared.id)
        return declared.id, planned_outputs(inputs)

    def read(self, caller: Caller, webhook_id: WebhookId, outs: Properties) -> dict[str, Any] | None:
        """Return what is live, as outputs; None if nothing is registered.

        Raises:
            NotFoundError: Nothing is registered, and the state has no such webhook either.
        """
        try:
            live = self._api.listings.get_before_write(webhook_id, self._deadline(caller))
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
        """Make the live webhook match the declaration and return the outputs."""
        return self._converged(caller, declaration(olds), news)

    def delete(self, caller: Caller, webhook_id: WebhookId, outs: Properties) -> None:
        """Remove a webhook, unless a resource of this run, in any provider process, declares it.

        Raises:
            ConflictError: The resource that declares it may have failed.
        """
        action, claim = deletion(caller.urn, self._memory.claims(webhook_id))
        if action is Deletion.REFUSE and claim:
            why = "its provider process has ended" if claim.ended else f"{claim.name!r} was not registered"
            raise ConflictError(
                f"{webhook_id} was not deleted: {claim.name!r} declares it now, but {why}. It is live and stays in the "
                f"state as {caller.name!r}. Correct {claim.name!r} if it failed, then run `pulumi up` again."
            )
        if action is Deletion.KEEP:
            if claim:
                text = f"not deleted: now managed by {claim.name!r}"
                self._messages.show("info", f"kept {webhook_id}", text, caller, webhook_id)
            return
        secret_url = declaration(outs).secret_url
        try:
            removed = self._api.registrar.remove(webhook_id, self._deadline(caller), secret_url=secret_url)
        except KeyRefusedError as error:
            raise self._rotated(error) from None
        self._memory.forget(webhook_id)
        if removed and removed.url != outs.get("url"):
            text = f"removed; it had been changed to {removed.describe(secret_url=secret_url)}"
            self._messages.show("info", f"removed {webhook_id}", text, caller, webhook_id)

    def webhooks(self, caller: Caller, subaccount_id: str) -> list[LiveWebhook]:
        """Return the webhooks registered in a subaccount, sorted by type.

        Raises:
            WebhookError: The API refused the request or cannot be reached.
        """
        return self._api.listings.all(subaccount_id, self._deadline(caller)).all()

    def prefetch(self, subaccount_ids: list[str]) -> None:
        """Start fetching listings that will be needed."""
        if self._settings.live_checks:
            self._api.listings.prefetch(id for id in subaccount_ids if not subaccount_problem(id))

    def cancel(self) -> None:
        """Stop retrying failed requests; requests in progress are not interrupted."""
        self._cancelled.set()

    @property
    def _api(self) -> _ApiAccess:
        with self._lock:
            if self._misconfigured:
                raise self._misconfigured
            return self._made

    @cached_property
    def _made(self) -> _ApiAccess:
        from pulumi_8x8.api.client import Client  # the HTTP library is the slowest import
        from pulumi_8x8.reconcile.apply import Registrar
        from pulumi_8x8.reconcile.listings import Listings

        client = Client(self._settings, sleep=self._cancelled.wait)
        listings = Listings(client)
        return _ApiAccess(client, listings, Registrar(client, listings, self._memory))

    def _deadline(self, caller: Caller) -> Deadline:
        """Start the deadline of a call."""
        return Deadline(caller.timeout or self._settings.deadline)

    def _setting_failures(self) -> list[InputFailure]:
        if self._misconfigured:
            return [InputFailure("", str(self._misconfigured))]
        if self._settings.live_checks and self._settings.api_key is None:
            return [InputFailure("", MISSING_KEY)]
        return []

    def _declared(self, caller: Caller, before: Declaration, declared: Declaration) -> list[InputFailure]:
        """Record a declaration and start fetching its listing; refuse a second resource for one webhook."""
        webhook_id = declared.id
        if other := self._memory.declare(webhook_id, caller):
            reason = (
                f"{webhook_id} is declared twice in this program, by {other!r} and {caller.name!r}; "
                "a subaccount holds one webhook of each type. Remove one of them."
            )
            return [InputFailure("type", reason)]
        if problem := self._memory.sharing_problem:
            text = f"a webhook that moves to another provider instance in this run would be deleted: {problem}"
            self._messages.show("warning", "sharing", text)
        if before.id == webhook_id:
            self._memory.hold(webhook_id, before)
        elif webhook_id.type in NUMBER_MASKING:
            text = f"8x8 documents {webhook_id.type} for number masking; for IVR, it documents VCA and VSS"
            self._messages.show("info", "product", text, caller)
        try:
            self.prefetch([webhook_id.subaccount_id, *caller.ahead])
        except WebhookError as error:
            return [InputFailure("", str(error))]
        return []

    def _rehearsal_failures(self, caller: Caller, olds: Properties, inputs: Properties) -> list[InputFailure]:
        """Return the failures of the endpoint at a new URL in a rehearsal, if the inputs ask for one."""
        url, header = inputs["url"], inputs.get("http_auth_header")
        if inputs["rehearse"] is not True or UNKNOWN in (url, header) or olds.get("url") == url:
            return []
        try:  # once, although the engine checks a replacement twice
            key = (inputs["subaccount_id"], inputs["type"], url, header)
            findings = self._memory.once(key, lambda: self._rehearsed(inputs))
        except WebhookError as error:
            return [InputFailure("", str(error))]
        for text in rehearsal_texts(findings, "warning"):
            self._messages.show("warning", f"{caller.key} {text}", f"rehearsal: {text}", caller)
        if not (found := "; ".join(rehearsal_texts(findings, "fails"))):
            return []
        reason = f"The endpoint is not ready: {found}. Nothing was changed. Correct it, then run the command again."
        return [InputFailure("url" if "url" not in caller.secret and may_be_named(url) else "", reason)]

    def _rehearsed(self, inputs: Properties) -> tuple[Finding, ...]:
        knows_account = self._settings.api_key and self._settings.live_checks
        return rehearsed(inputs, self._settings, self._api.client if knows_account else None)

    def _live(self, webhook_id: WebhookId, deadline: Deadline) -> LiveWebhook | Unseen | None:
        """Return what is live; UNSEEN, with one message, if live checks are off or the API is unreachable."""
        if not self._settings.live_checks:
            self._messages.show(
                "info", "live", "drift was not checked (8x8:liveChecks is false); compared with the state only"
            )
            return UNSEEN
        try:
            return self._api.listings.get(webhook_id, deadline)
        except UnavailableError as error:
            text = f"drift was not checked (API unreachable); compared with the state only. {error}"
            self._messages.show("warning", "live", text)
            return UNSEEN

    def _decision(
        self,
        caller: Caller,
        state: Declaration | None,
        declared: Declaration,
        live: LiveWebhook | Unseen | None,
        inputs: Properties,
    ) -> Decision:
        overwrite = inputs.get("overwrite_on_create") is True
        return decide(state, declared, live, overwrite=overwrite, ignored=caller.ignored)

    def _announce(self, caller: Caller, decision: Decision, webhook_id: WebhookId) -> None:
        if decision.action is WebhookAction.ADOPT:
            text = "live as declared: will be adopted, nothing is sent"
            self._messages.show("status", f"will adopt {webhook_id}", text, caller, webhook_id)

    def _converged(self, caller: Caller, state: Declaration | None, inputs: Properties) -> dict[str, Any]:
        """Make the webhook match the inputs and return the resource's outputs."""
        deadline, declared = self._deadline(caller), declaration(inputs)
        live = self._api.listings.get_before_write(declared.id, deadline)
        declared = with_ignored_live_values(declared, live, caller.ignored)
        decision = _accepted(self._decision(caller, state, declared, live, inputs))
        if decision.action is WebhookAction.REGISTER or live is None:
            before, known_header = live, state.http_auth_header if state else None
            live = self._api.registrar.apply(declared, before, known_header, deadline)
            if before and state is None:
                now, was = (webhook.describe(secret_url=declared.secret_url) for webhook in (live, before))
                self._messages.show("info", f"overwrote {declared.id}", f"{now} replaced {was}", caller, declared.id)
        elif state is None:
            text = "adopted unchanged (already registered as declared)"
            self._messages.show("info", f"adopted {declared.id}", text, caller, declared.id)
        return _outs(declared.id, live, declared.http_auth_header, inputs)

    def _rotated(self, error: KeyRefusedError) -> WebhookError:
        """Return the refusal of a key, with advice if an earlier `up` may have recorded that key."""
        if not self._key_is_recorded:
            return error
        return error.with_message(
            f"{error} Refresh and destroy use the key that the last `pulumi up` recorded; add --run-program to use the "
            "one in the stack's config."
        )


def planned_outputs(inputs: Properties) -> dict[str, Any]:
    """Return the outputs that these inputs will have; None is a known value, a missing output is unknown."""
    header = inputs.get("http_auth_header")
    return {
        **dict.fromkeys((*DECLARED, *PROVIDER_OPTIONS)),
        **inputs,
        HEADER_AVAILABLE: header if header == UNKNOWN else header is not None,
    }


def _accepted(decision: Decision) -> Decision:
    if decision.action is WebhookAction.REFUSE:
        raise ConflictError(decision.refusal)
    return decision


def _outs(webhook_id: WebhookId, live: LiveWebhook, header: str | None, inputs: Properties) -> dict[str, Any]:
    outs = {
        **{name: inputs[name] for name in (*PROVIDER_OPTIONS, SECRET_URL) if inputs.get(name)},
        "subaccount_id": webhook_id.subaccount_id,
        "type": webhook_id.type,
        "url": live.url,
        "enabled": live.enabled,
        HEADER_AVAILABLE: live.http_auth_header_available,
    }
    # The API never returns the header, so the one that was sent is carried from state to state.
    return {**outs, "http_auth_header": header} if header is not None else outs
