"""Bring one webhook to hold what is declared, or leave it as it was; every claim is backed by the API's answer.

POST over a webhook that exists is not documented. It is tried first, since it leaves no moment without a webhook;
where the API refuses or ignores it, the webhook is emptied and filled, and what was there is put back if that fails.
"""

from __future__ import annotations

from pulumi_8x8.api.client import Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import ConflictError, ProtocolError, RefusedError, UnavailableError, WebhookError
from pulumi_8x8.model import Declaration, LiveWebhook, WebhookId

from .listings import Listings

POSTS = 3
"""Times a registration is sent at most when its outcome stays unknown; between two, the listing is read."""

LOOKS = 3
"""Times the listing is read at most until a write that it does not show counts as not done."""


class Registrar:
    """Writes to ids: one POST or one DELETE where all is well."""

    def __init__(self, client: Client, listings: Listings) -> None:
        self._client = client
        self._listings = listings

    def apply(self, declared: Declaration, found: LiveWebhook | None, known_header: str | None = None) -> LiveWebhook:
        """Register `declared` in its webhook.

        Args:
            declared: What the webhook must hold.
            found: What it holds now; None for nothing.
            known_header: The auth header of what it holds, where the stack's state has it.

        Returns:
            What is live now, as the API confirmed it.

        Raises:
            WebhookError: Its text says what is live now.
        """
        # Two header values look alike in every answer: a listing cannot show that one replaced the other.
        listing_settles = found is None or declared.http_auth_header == known_header
        try:
            live = self._post(declared, self._client.deadline(), listing_settles)
        except RefusedError as error:
            if found is None or error.status in {401, 403, 404, 410}:
                raise self._report(error, declared.id, found) from None
        except WebhookError as error:
            raise self._report(error, declared.id, found) from None
        else:
            if live and live.matches(declared):
                return live
            if found is None:
                return self._settle_or_undo(declared)
        assert found is not None  # noqa: S101 - each branch above leaves where nothing was there
        return self._exchange(declared, found, known_header)

    def remove(self, webhook_id: WebhookId) -> LiveWebhook | None:
        """Remove what the webhook holds; answers what that was, None where nothing was there or nobody tells.

        Raises:
            WebhookError: Its text says what is live now.
        """
        deadline = self._client.deadline()
        removed = None
        try:
            removed = self._client.remove(webhook_id, deadline)
        except WebhookError as error:
            try:
                gone = error.uncertain and self._listings.refetch(webhook_id) is None
            except WebhookError:
                gone = False
            if not gone:
                raise self._report(error, webhook_id, None, "was not removed") from None
        else:
            if removed is None:
                self._confirm_gone(webhook_id)
        self._listings.record(webhook_id, None)
        return removed

    def _confirm_gone(self, webhook_id: WebhookId) -> None:
        """A 404 may be about the webhook, the subaccount or the address: a listing without it says that it is gone."""
        try:
            live = self._listings.refetch(webhook_id)
        except WebhookError as error:
            raise error.with_message(
                f"{webhook_id} was not removed as far as can be seen: the API does not find it, nor anything else. "
                f"{error} "
                "If the subaccount itself is gone, take the webhook out of the stack with `pulumi state delete`."
            ) from None
        if live:
            raise ProtocolError(
                f"{webhook_id} was not removed: the API answered that there is none, but lists it. Live now: {live}. "
                "Run the command again; if it happens again, ask 8x8 support."
            )

    def _post(self, declared: Declaration, deadline: Deadline, listing_settles: bool = True) -> LiveWebhook | None:
        """POST, and after an uncertain end look before posting again; answers what the webhook holds then."""
        uncertain = False
        for attempt in range(1, POSTS + 1):
            try:
                live = self._client.register(declared, deadline).get(declared.type)
            except WebhookError as error:
                # What an earlier POST may have done, a later refusal does not undo.
                error.uncertain = uncertain = uncertain or error.uncertain
                if not uncertain:
                    raise
                again = (
                    attempt < POSTS
                    and isinstance(error, UnavailableError)
                    and self._client.wait(error, attempt, deadline)
                )
                try:
                    live = self._listings.refetch(declared.id)
                except WebhookError:
                    raise error from None
                if listing_settles and live and live.matches(declared):
                    return live
                if not again:
                    raise
            else:
                self._listings.record(declared.id, live)
                return live
        raise AssertionError("unreachable")

    def _settle_or_undo(self, declared: Declaration) -> LiveWebhook:
        """The API took a first registration without showing it: look again, and take away what it made of it."""
        try:
            live = self._settled(declared)
        except WebhookError as error:
            error.uncertain = True
            raise self._report(error, declared.id, None) from None
        if live and live.matches(declared):
            return live
        if live is None:
            raise ProtocolError(
                f"{declared.id} was registered by the API's answer, but its listing does not show it. "
                "Live now: nothing. Run the command again; if it happens again, ask 8x8 support.",
                uncertain=True,
            )
        if not live.may_be(declared):
            raise ConflictError(
                f"{declared.id} was empty a moment ago, and now holds {live}: somebody else registered it meanwhile, "
                "or the API stores something else than it is sent. It was left as it is. Run the command again: it "
                "tells the ways out."
            )
        self.remove(declared.id)
        raise ProtocolError(
            f"{declared.id} was stored by the API as {live} instead of as declared, and was removed again. "
            "Live now: nothing, as before. Declare what the API stores, or ask 8x8 support."
        )

    def _settled(self, declared: Declaration) -> LiveWebhook | None:
        live = None
        for _ in range(LOOKS):
            live = self._listings.refetch(declared.id)
            if live and live.matches(declared):
                break
        return live

    def _exchange(self, declared: Declaration, found: LiveWebhook, known_header: str | None) -> LiveWebhook:
        """DELETE and POST, since the API does not replace; if that fails, POST the old webhook back."""
        webhook_id = declared.id
        self.remove(webhook_id)
        try:
            live = self._post(declared, self._client.deadline())
            if not (live and live.matches(declared)):
                live = self._settled(declared)
            if live and live.matches(declared):
                return live
            failure: WebhookError = ProtocolError(
                f"The API stored {live or 'nothing'} instead of what is declared. Ask 8x8 support."
            )
        except WebhookError as error:
            failure = error
        raise failure.with_message(
            f"{webhook_id} could not be replaced: {self._restore(webhook_id, found, known_header)}. {failure}"
        )

    def _restore(self, webhook_id: WebhookId, found: LiveWebhook, known_header: str | None) -> str:
        """Register again what was there; says what is live then."""
        header = known_header if found.http_auth_header_available else None
        previous = Declaration(webhook_id.subaccount_id, webhook_id.type, found.url, found.enabled, header)
        try:
            if self._listings.refetch(webhook_id) is not None:
                self.remove(webhook_id)
            live = self._post(previous, self._client.deadline())
            if not (live and live.matches(previous)):
                live = self._settled(previous)
        except WebhookError:
            try:
                live = self._listings.refetch(webhook_id)
            except WebhookError:
                return f"live now is probably NOTHING, and events are lost until it is registered; it was {found}"
        if live is None:
            return f"live now is NOTHING, and events are lost until it is registered; it was {found}"
        if live == found:
            return f"the old webhook was put back and is live now, {live}"
        unknown = ", whose auth header nobody knows" if found.http_auth_header_available and header is None else ""
        return f"live now is {live}; it was {found}{unknown}"

    def _report(
        self,
        error: WebhookError,
        webhook_id: WebhookId,
        before: LiveWebhook | None,
        what: str = "was not registered as declared",
    ) -> WebhookError:
        """The same error, telling first what is live now."""
        if not error.uncertain:
            return error.with_message(f"{webhook_id} {what}, and nothing was changed. {error}")
        try:
            live = self._listings.refetch(webhook_id)
        except WebhookError:
            return error.with_message(f"{webhook_id} {what}, and what is live now could not be seen. {error}")
        # Which auth header it is, no listing tells.
        same = ", as before" if live == before and not (live and live.http_auth_header_available) else ""
        return error.with_message(f"{webhook_id} {what}. Live now: {live or 'nothing'}{same}. {error}")
