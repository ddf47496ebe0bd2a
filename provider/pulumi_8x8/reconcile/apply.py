"""Bring one slot to hold what is declared, or leave it as it was; every claim is backed by the API's answer.

POST over a webhook that exists is not documented. It is tried first, since it leaves no moment without a webhook;
where the API refuses or ignores it, the slot is emptied and filled, and what was there is put back if that fails.
"""

from __future__ import annotations

from pulumi_8x8.api.client import Client
from pulumi_8x8.api.deadline import Deadline
from pulumi_8x8.api.wire import Declaration, LiveWebhook
from pulumi_8x8.errors import ConflictError, ProtocolError, RefusedError, UnavailableError, WebhookError
from pulumi_8x8.slots import Slot

from .listings import Live

POSTS = 3
"""Times a registration is sent at most when its outcome stays unknown; between two, the listing is read."""

LOOKS = 3
"""Times the listing is read at most until a write that it does not show counts as not done."""


class Registrar:
    """Writes to slots: one POST or one DELETE where all is well."""

    def __init__(self, client: Client, live: Live) -> None:
        self._client = client
        self._live = live

    def fill(self, declared: Declaration, found: LiveWebhook | None, known_header: str | None = None) -> LiveWebhook:
        """Register `declared` in its slot.

        Args:
            declared: What the slot must hold.
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
                raise self._report(error, declared.slot, found) from None
        except WebhookError as error:
            raise self._report(error, declared.slot, found) from None
        else:
            if live and live.matches(declared):
                return live
            if found is None:
                return self._settle_or_undo(declared)
        assert found is not None  # noqa: S101 - each branch above leaves where nothing was there
        return self._exchange(declared, found, known_header)

    def empty(self, slot: Slot) -> LiveWebhook | None:
        """Remove what the slot holds; answers what that was, None where nothing was there or nobody tells.

        Raises:
            WebhookError: Its text says what is live now.
        """
        deadline = self._client.deadline()
        removed = None
        try:
            removed = self._client.remove(slot, deadline)
        except WebhookError as error:
            try:
                gone = error.uncertain and self._live.look_again(slot) is None
            except WebhookError:
                gone = False
            if not gone:
                raise self._report(error, slot, None, "was not removed") from None
        else:
            if removed is None:
                self._confirm_gone(slot)
        self._live.note(slot, None)
        return removed

    def _confirm_gone(self, slot: Slot) -> None:
        """A 404 may be about the webhook, the subaccount or the address: a listing without it says that it is gone."""
        try:
            live = self._live.look_again(slot)
        except WebhookError as error:
            raise error.retold(
                f"{slot} was not removed as far as can be seen: the API does not find it, nor what else is there. "
                f"{error} "
                "If the subaccount itself is gone, take the webhook out of the stack with `pulumi state delete`."
            ) from None
        if live:
            raise ProtocolError(
                f"{slot} was not removed: the API answered that there is none, but lists it. Live now: {live}. "
                "Run the command again; if it happens again, ask 8x8 support."
            )

    def _post(self, declared: Declaration, deadline: Deadline, listing_settles: bool = True) -> LiveWebhook | None:
        """POST, and after an uncertain end look before posting again; answers what the slot holds then."""
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
                    live = self._live.look_again(declared.slot)
                except WebhookError:
                    raise error from None
                if listing_settles and live and live.matches(declared):
                    return live
                if not again:
                    raise
            else:
                self._live.note(declared.slot, live)
                return live
        raise AssertionError("unreachable")

    def _settle_or_undo(self, declared: Declaration) -> LiveWebhook:
        """The API took a first registration without showing it: look again, and take away what it made of it."""
        try:
            live = self._settled(declared)
        except WebhookError as error:
            error.uncertain = True
            raise self._report(error, declared.slot, None) from None
        if live and live.matches(declared):
            return live
        if live is None:
            raise ProtocolError(
                f"{declared.slot} was registered by the API's answer, but its listing does not show it. "
                "Live now: nothing. Run the command again; if it happens again, ask 8x8 support.",
                uncertain=True,
            )
        if not live.may_be(declared):
            raise ConflictError(
                f"{declared.slot} was empty a moment ago, and now holds {live}: somebody else registered it meanwhile, "
                "or the API stores something else than it is sent. It was left as it is. Run the command again: it "
                "tells the ways out."
            )
        self.empty(declared.slot)
        raise ProtocolError(
            f"{declared.slot} was stored by the API as {live} instead of as declared, and was removed again. "
            "Live now: nothing, as before. Declare what the API stores, or ask 8x8 support."
        )

    def _settled(self, declared: Declaration) -> LiveWebhook | None:
        live = None
        for _ in range(LOOKS):
            live = self._live.look_again(declared.slot)
            if live and live.matches(declared):
                break
        return live

    def _exchange(self, declared: Declaration, found: LiveWebhook, known_header: str | None) -> LiveWebhook:
        """DELETE and POST, since the API does not replace; if that fails, POST the old webhook back."""
        slot = declared.slot
        self.empty(slot)
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
        raise failure.retold(f"{slot} could not be replaced: {self._put_back(slot, found, known_header)}. {failure}")

    def _put_back(self, slot: Slot, found: LiveWebhook, known_header: str | None) -> str:
        """Register again what was there; says what is live then."""
        header = known_header if found.http_auth_header_available else None
        previous = Declaration(slot.subaccount_id, slot.type, found.url, found.enabled, header)
        try:
            if self._live.look_again(slot) is not None:
                self.empty(slot)
            live = self._post(previous, self._client.deadline())
            if not (live and live.matches(previous)):
                live = self._settled(previous)
        except WebhookError:
            try:
                live = self._live.look_again(slot)
            except WebhookError:
                return f"live now is probably NOTHING, and events are lost until it is registered; it was {found}"
        if live is None:
            return f"live now is NOTHING, and events are lost until it is registered; it was {found}"
        if live == found:
            return f"the old webhook was put back and is live now, {live}"
        unknown = ", whose auth header nobody knows" if found.http_auth_header_available and header is None else ""
        return f"live now is {live}; it was {found}{unknown}"

    def _report(
        self, error: WebhookError, slot: Slot, before: LiveWebhook | None, what: str = "was not registered as declared"
    ) -> WebhookError:
        """The same error, telling first what is live now."""
        if not error.uncertain:
            return error.retold(f"{slot} {what}, and nothing was changed. {error}")
        try:
            live = self._live.look_again(slot)
        except WebhookError:
            return error.retold(f"{slot} {what}, and what is live now could not be seen. {error}")
        # Which auth header it is, no listing tells.
        same = ", as before" if live == before and not (live and live.http_auth_header_available) else ""
        return error.retold(f"{slot} {what}. Live now: {live or 'nothing'}{same}. {error}")
