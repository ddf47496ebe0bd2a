"""Make one webhook what is declared, or leave it as it was; every success is confirmed by the API's own response.

POST over a webhook that exists is not documented. It is tried first, since it leaves no moment without a webhook. Only
when the API refuses it, or a fresh listing shows the old webhook exactly as it was, is the old one deleted and the new
one registered; if that fails, the old one is registered again. An API that stored something else has replaced the
webhook: that is reported, and nothing is deleted.
"""

from __future__ import annotations

from eightx8_voice.text import printable
from eightx8_voice.urls import LONGEST_URL
from pulumi_8x8.api.client import Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.errors import ConflictError, ProtocolError, RefusedError, UnavailableError, WebhookError
from pulumi_8x8.model import Declaration, LiveWebhook, WebhookId

from .listings import Listings

POSTS = 3
"""Times a registration is sent at most when its outcome stays unknown; between two, the listing is read."""

READS = 3
"""Times the listing is read at most until a write that it does not show counts as not done."""

NONE_LIVE = "no webhook is registered now and deliveries are dropped until the next `pulumi up`"


class Registrar:
    """Writes webhooks: one POST or one DELETE where all is well."""

    def __init__(self, client: Client, listings: Listings) -> None:
        self._client = client
        self._listings = listings

    def apply(self, declared: Declaration, found: LiveWebhook | None, known_header: str | None = None) -> LiveWebhook:
        """Register a webhook.

        Args:
            declared: What must be live.
            found: What is live; None for nothing.
            known_header: The auth header of what is live, where the stack's state has it.

        Returns:
            What is live now, as the API confirmed it.

        Raises:
            WebhookError: Its text says what is live now.
        """
        # Two header values look alike in every response: a listing cannot show that one replaced the other.
        listing_settles = found is None or declared.http_auth_header == known_header
        try:
            live = self._post(declared, self._client.deadline(), listing_settles)
        except RefusedError as error:
            if found is None or error.status in {401, 403, 404, 410}:
                raise self._report(error, declared.id, found) from None
            return self._exchange(declared, found, known_header)
        except WebhookError as error:
            raise self._report(error, declared.id, found) from None
        live = self._settled(declared, live, found)
        if live and live.matches(declared):
            return live
        if found is None:
            raise self._undone(declared, live)
        if live == found:
            return self._exchange(declared, found, known_header)
        raise _stored_otherwise(declared, live)

    def remove(self, webhook_id: WebhookId, *, masked: bool = False) -> LiveWebhook | None:
        """Delete a webhook; returns what it was, None where nothing was registered or the API does not report it.

        Raises:
            WebhookError: Its text says what is live now.
        """
        removed = None
        try:
            removed = self._client.remove(webhook_id, self._client.deadline(), masked=masked)
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
        """A 404 may be about the webhook, the subaccount or the address: only a listing without it proves it gone."""
        deadline = self._client.deadline()
        try:
            live = self._listings.refetch(webhook_id)
            for attempt in range(1, READS):  # a listing may be late
                if live and self._client.wait(ProtocolError("still listed"), attempt, deadline):
                    live = self._listings.refetch(webhook_id)
        except WebhookError as error:
            raise error.with_message(
                f"{webhook_id} was not removed as far as can be seen: the API finds neither it nor its subaccount. "
                f"{error} If the subaccount itself is gone, take the webhook out of the stack with "
                "`pulumi state delete`."
            ) from None
        if live:
            raise ProtocolError(
                f"{webhook_id} was not removed: the API responded that it does not exist, but lists it. "
                f"Live now: {live}. Run the command again; if it happens again, ask 8x8 support."
            )

    def _post(self, declared: Declaration, deadline: Deadline, listing_settles: bool = True) -> LiveWebhook | None:
        """POST, and after an uncertain end list before posting again; returns what is live then."""
        uncertain = False
        for attempt in range(1, POSTS + 1):
            try:
                live = self._client.register(declared, deadline).get(declared.type, masked=declared.masked)
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

    def _settled(
        self, declared: Declaration, live: LiveWebhook | None, found: LiveWebhook | None
    ) -> LiveWebhook | None:
        """What is live after the API accepted a POST; a response that shows what was before may only be late."""
        deadline = self._client.deadline()
        for attempt in range(READS):
            if (live and live.matches(declared)) or (attempt and live != found):
                break
            if attempt > 1 and not self._client.wait(ProtocolError("not listed yet"), attempt, deadline):
                break
            try:
                live = self._listings.refetch(declared.id)
            except WebhookError as error:
                error.uncertain = True
                raise self._report(error, declared.id, found) from None
        return live

    def _undone(self, declared: Declaration, live: LiveWebhook | None) -> WebhookError:
        """The API accepted a first registration and stored something else: remove that, and say so."""
        if live is None:
            return ProtocolError(
                f"The API accepted the registration of {declared.id}, but its listing does not show it. "
                "Live now: nothing. Run the command again; if it happens again, ask 8x8 support.",
                uncertain=True,
            )
        if not live.same_address(declared):
            return ConflictError(
                f"{declared.id} was empty a moment ago and is now {live}: somebody else registered it meanwhile, or "
                "the API stores something else than it is sent. It was left as it is. The next preview names a way out."
            )
        self.remove(declared.id, masked=declared.masked)
        return ProtocolError(
            f"The API stored {live} for {declared.id} instead of what is declared, so it was removed again. Live now: "
            f"nothing, as before. {_advice(live)}"
        )

    def _exchange(self, declared: Declaration, found: LiveWebhook, known_header: str | None) -> LiveWebhook:
        """DELETE and POST, since the API does not replace; if that fails, register the old webhook again."""
        self.remove(declared.id, masked=declared.masked)
        try:
            live = self._settled(declared, self._post(declared, self._client.deadline()), None)
            failure: WebhookError = ProtocolError("The API accepted it, but does not list it. Ask 8x8 support.")
        except WebhookError as error:
            live, failure = None, error
        if live and live.matches(declared):
            return live
        if live:
            raise _stored_otherwise(declared, live)
        restored = self._restore(declared, found, known_header)
        raise failure.with_message(f"{declared.id} could not be replaced: {restored}. {failure}")

    def _restore(self, declared: Declaration, found: LiveWebhook, known_header: str | None) -> str:
        """Register again what was live; returns what is live then."""
        header = known_header if found.http_auth_header_available else None
        previous = Declaration(*declared.id, found.url, found.enabled, header, declared.masked)
        try:
            live = self._listings.refetch(declared.id)
            if live is None:
                live = self._settled(previous, self._post(previous, self._client.deadline()), None)
        except WebhookError:
            try:
                live = self._listings.refetch(declared.id)
            except WebhookError:
                return f"probably {NONE_LIVE}; it was {found}"
        if live is None:
            return f"{NONE_LIVE}; it was {found}"
        if live == found:
            return f"the old webhook was registered again and is live now, {live}"
        unknown = (
            ", whose auth header this stack does not know" if found.http_auth_header_available and not header else ""
        )
        return f"live now: {live}; it was {found}{unknown}"

    def _report(
        self,
        error: WebhookError,
        webhook_id: WebhookId,
        before: LiveWebhook | None,
        what: str = "was not registered as declared",
    ) -> WebhookError:
        """The same error, with what is live now in front."""
        if not error.uncertain:
            return error.with_message(f"{webhook_id} {what}, and nothing was changed. {error}")
        try:
            live = self._listings.refetch(webhook_id)
        except WebhookError:
            return error.with_message(f"{webhook_id} {what}, and what is live now is unknown. {error}")
        # Which auth header it is, no listing shows.
        same = ", as before" if live == before and not (live and live.http_auth_header_available) else ""
        return error.with_message(f"{webhook_id} {what}. Live now: {live or 'nothing'}{same}. {error}")


def _stored_otherwise(declared: Declaration, live: LiveWebhook | None) -> ProtocolError:
    if live is None:
        return ProtocolError(f"{declared.id}: the API accepted the registration, but lists no webhook: {NONE_LIVE}.")
    return ProtocolError(
        f"{declared.id} is now {live} instead of what is declared: the API stored something else than it was sent, or "
        f"somebody else registered it meanwhile. Nothing was deleted. {_advice(live)}"
    )


def _advice(live: LiveWebhook) -> str:
    """How to declare what the API stores."""
    what = "the URL that 8x8 lists" if live.masked else f"url={printable(live.url, LONGEST_URL)!r}"
    return f"Declare {what}, enabled={live.enabled}, then run `pulumi up`; or ask 8x8 support."
