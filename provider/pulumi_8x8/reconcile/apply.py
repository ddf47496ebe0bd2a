"""Make one webhook match its declaration, or leave it as it was; every success is confirmed by the API's own response.

A POST over an existing webhook is undocumented. It is tried first, since a webhook is then registered at every moment.
If the API refuses it, or listings still show exactly the old webhook after ten seconds, the old one is deleted and the
new one registered; if that fails, the old one is registered again. If the API stored something else, it has replaced
the webhook: that is reported, and nothing is deleted.
"""

from __future__ import annotations

from pulumi_8x8.api.client import TRIES, Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import ConflictError, NotFoundError, ProtocolError, RefusedError, UnavailableError, WebhookError
from pulumi_8x8.model import Declaration, LiveWebhook, WebhookId
from pulumi_8x8.reconcile.decide import declarable
from pulumi_8x8.reconcile.listings import Listings
from pulumi_8x8.reconcile.memory import Memory

PAUSES = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0)
"""Seconds before each listing after a write, over ten in all; a write that none of them shows counts as ignored."""

Before = tuple["LiveWebhook | None", ...]
"""What a listing from before a POST may show; None for no webhook."""

NONE_LIVE = "no webhook is registered now and deliveries are dropped until the next `pulumi up`"


class Registrar:
    """Writes webhooks, normally with one POST or one DELETE."""

    def __init__(self, client: Client, listings: Listings, memory: Memory) -> None:
        self._client = client
        self._listings = listings
        self._memory = memory

    def apply(
        self, declared: Declaration, found: LiveWebhook | None, known_header: str | None, deadline: Deadline
    ) -> LiveWebhook:
        """Register a webhook.

        Args:
            declared: The webhook that must be live.
            found: The webhook that is live, or None.
            known_header: The auth header of the live webhook, if the stack's state has it.
            deadline: When to give up; an old webhook that was deleted is restored even after it.

        Returns:
            The live webhook, as the API confirmed it.

        Raises:
            WebhookError: Its message states what is live now.
        """
        # A listing shows whether there is an auth header, not which one: it does not prove that a new value was stored.
        provable = found is None or declared.http_auth_header == known_header
        try:
            live = self._post(declared, deadline, provable=provable)
        except RefusedError as error:
            if found is None or error.status in {401, 403, 404, 410}:
                raise self._report(error, declared, found) from None
            return self._exchange(declared, found, known_header, deadline)
        except WebhookError as error:
            raise self._report(error, declared, found) from None
        live = self._confirmed(declared, live, (found,), deadline)
        if live and live.matches(declared):
            if found and not found.matches(declared):
                self._memory.learn(replaces=True)
            return live
        if found is None:
            raise self._undone(declared, live, deadline)
        if live != found:
            raise _stored_otherwise(declared, live)
        if self._memory.replaces:
            raise ProtocolError(
                f"The API accepted the registration of {declared.id} but still lists "
                f"{found.describe(secret_url=declared.secret_url)}, although it has replaced other webhooks. Nothing "
                "was deleted. Run the command again; if it happens again, ask 8x8 support.",
                uncertain=True,
            )
        self._memory.learn(replaces=False)
        return self._exchange(declared, found, known_header, deadline)

    def remove(self, webhook_id: WebhookId, deadline: Deadline, *, secret_url: bool = False) -> LiveWebhook | None:
        """Delete a webhook and return it, or None if nothing was registered or the API does not return it.

        Raises:
            WebhookError: Its message states what is live now.
        """
        removed = None
        try:
            removed = self._client.remove(webhook_id, deadline)
        except WebhookError as error:
            try:
                gone = error.uncertain and self._listings.refetch(webhook_id, self._client.deadline()) is None
            except WebhookError:
                gone = False
            if not gone:
                named = Declaration(*webhook_id, "", secret_url=secret_url)
                raise self._report(error, named, None, "was not removed") from None
        else:
            if removed is None:
                self._confirm_gone(webhook_id, deadline, secret_url)
        self._listings.record(webhook_id, None)
        return removed

    def _confirm_gone(self, webhook_id: WebhookId, deadline: Deadline, secret_url: bool) -> None:
        """Confirm with a listing a removal that the API responded to with a 404, or without naming the webhook."""
        unconfirmed, live = f"The removal of {webhook_id} could not be confirmed", None
        try:
            for pause in PAUSES:
                if not self._client.pause(pause, deadline):
                    break
                if not (live := self._listings.refetch(webhook_id, deadline)):
                    return
        except NotFoundError as error:  # the 404 may have been about the subaccount, or the address
            raise error.with_message(
                f"{unconfirmed}: the API finds neither the webhook nor the subaccount. {error} If the subaccount "
                "itself is gone, take the webhook out of the stack with `pulumi state delete`."
            ) from None
        except WebhookError as error:
            raise error.with_message(f"{unconfirmed}. {error}") from None
        if live is None:
            raise ProtocolError(f"{unconfirmed} before the deadline. Run the command again.")
        raise ProtocolError(
            f"{webhook_id} was not removed: the API accepted the DELETE, or returned 404, but still lists it. Live "
            f"now: {live.describe(secret_url=secret_url)}. Run the command again; if it happens again, ask 8x8 support."
        )

    def _post(self, declared: Declaration, deadline: Deadline, *, provable: bool) -> LiveWebhook | None:
        """POST and return what is live then; after an uncertain failure, list before posting again."""
        uncertain = False
        for attempt in range(1, TRIES + 1):
            try:
                live = self._client.register(declared, deadline).get(declared.type)
            except WebhookError as error:
                # A later refusal does not undo what an earlier POST may have done.
                error.uncertain = uncertain = uncertain or error.uncertain
                again = (
                    isinstance(error, UnavailableError)
                    and attempt < TRIES
                    and self._client.wait(attempt, deadline, error.retry_after)
                )
                if uncertain:
                    try:
                        live = self._listings.refetch(declared.id, self._client.deadline())
                    except WebhookError:
                        raise error from None
                    if provable and live and live.matches(declared):
                        return live
                if not again:
                    raise
            else:
                self._listings.record(declared.id, live)
                return live
        raise AssertionError("unreachable")

    def _confirmed(
        self, declared: Declaration, live: LiveWebhook | None, before: Before, deadline: Deadline
    ) -> LiveWebhook | None:
        """Return what is live after the API accepted a POST; a listing that shows what was live before may be late.

        Raises:
            WebhookError: It cannot be listed, or there is no time to tell a late listing from an ignored POST.
        """
        pauses = PAUSES[:1] if self._memory.replaces is False else PAUSES
        for pause in pauses:
            if live and live.matches(declared):
                break
            try:
                if not self._client.pause(pause, deadline):
                    raise UnavailableError(
                        f"The API accepted it but does not list it yet, and {deadline.seconds:g} s have passed. "
                        "Nothing was deleted. Run the command again."
                    )
                live = self._listings.refetch(declared.id, deadline)
            except WebhookError as error:
                error.uncertain = True
                raise self._report(error, declared, before[-1]) from None
            if live not in before:
                break
        return live

    def _undone(self, declared: Declaration, live: LiveWebhook | None, deadline: Deadline) -> WebhookError:
        """Remove what the API stored instead of a first registration, and return the error to raise."""
        if live is None:
            return ProtocolError(
                f"The API accepted the registration of {declared.id} but does not list it. "
                "Live now: nothing. Run the command again; if it happens again, ask 8x8 support.",
                uncertain=True,
            )
        shown = live.describe(secret_url=declared.secret_url)
        if not live.same_address(declared):
            return ConflictError(
                f"{declared.id} was registered by someone else after the check, or the API did not store what it "
                f"received: {shown}. It was left as it is. Run `pulumi preview` for the options."
            )
        self.remove(declared.id, deadline, secret_url=declared.secret_url)
        return ProtocolError(
            f"The API stored {shown} for {declared.id} instead of what is declared, so it was removed again. Live now: "
            f"nothing, as before. {_advice(declared, live)}"
        )

    def _exchange(
        self, declared: Declaration, found: LiveWebhook, known_header: str | None, deadline: Deadline
    ) -> LiveWebhook:
        """DELETE and POST, since the API does not replace; if that fails, register the old webhook again."""
        self.remove(declared.id, deadline, secret_url=declared.secret_url)
        try:
            live = self._registered_again(declared, found)
            failure: WebhookError = ProtocolError("The API accepted it but does not list it. Ask 8x8 support.")
        except WebhookError as error:
            live, failure = None, error
        if live and live.matches(declared):
            return live
        if live and live != found:
            raise _stored_otherwise(declared, live)
        restored = self._restore(declared, found, known_header)
        raise failure.with_message(f"{declared.id} could not be replaced: {restored}. {failure}")

    def _registered_again(self, declared: Declaration, before: LiveWebhook) -> LiveWebhook | None:
        """POST while nothing is registered; the deadline is a new one, since deliveries are dropped until then."""
        deadline = self._client.deadline()
        live = self._post(declared, deadline, provable=True)
        return self._confirmed(declared, live, (None, before), deadline)

    def _restore(self, declared: Declaration, found: LiveWebhook, known_header: str | None) -> str:
        """Register the old webhook again; return a text that states what is live then."""
        header = known_header if found.http_auth_header_available else None
        previous = Declaration(*declared.id, found.url, found.enabled, header, declared.secret_url)
        was = found.describe(secret_url=declared.secret_url)
        try:
            live = self._listings.refetch(declared.id, self._client.deadline())
            if live in (None, found):  # a listing that still shows the deleted one is late
                live = self._registered_again(previous, found)
        except WebhookError:
            try:
                live = self._listings.refetch(declared.id, self._client.deadline())
            except WebhookError:
                return f"probably {NONE_LIVE}; it was {was}"
        if live is None:
            return f"{NONE_LIVE}; it was {was}"
        if live == found:
            return f"the old webhook was registered again and is live now, {was}"
        unknown = (
            ", whose auth header this stack does not know" if found.http_auth_header_available and not header else ""
        )
        return f"live now: {live.describe(secret_url=declared.secret_url)}; it was {was}{unknown}"

    def _report(
        self,
        error: WebhookError,
        declared: Declaration,
        before: LiveWebhook | None,
        what: str = "was not registered as declared",
    ) -> WebhookError:
        """Return the same error, with what is live now at the start of its message."""
        if not error.uncertain:
            return error.with_message(f"{declared.id} {what}, and nothing was changed. {error}")
        try:
            live = self._listings.refetch(declared.id, self._client.deadline())
        except WebhookError:
            return error.with_message(f"{declared.id} {what}, and what is live now is unknown. {error}")
        # No listing shows which auth header it is.
        same = ", as before" if live == before and not (live and live.http_auth_header_available) else ""
        shown = live.describe(secret_url=declared.secret_url) if live else "nothing"
        return error.with_message(f"{declared.id} {what}. Live now: {shown}{same}. {error}")


def _stored_otherwise(declared: Declaration, live: LiveWebhook | None) -> ProtocolError:
    if live is None:
        return ProtocolError(f"{declared.id}: the API accepted the registration but lists no webhook: {NONE_LIVE}.")
    return ProtocolError(
        f"{declared.id} is now {live.describe(secret_url=declared.secret_url)} instead of what is declared: the API "
        "did not store what it received, or someone else registered it at the same time. Nothing was deleted. "
        f"{_advice(declared, live)}"
    )


def _advice(declared: Declaration, live: LiveWebhook) -> str:
    """Return how to declare what the API stores."""
    return f"Declare {declarable(declared, live)}, enabled={live.enabled}, then run `pulumi up`; or ask 8x8 support."
