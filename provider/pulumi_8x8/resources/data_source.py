"""The live webhooks, for a program that needs to know about webhooks that it does not manage."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pulumi

from pulumi_8x8.errors import SettingsError

if TYPE_CHECKING:
    from pulumi_8x8.model import LiveWebhook


def get_webhooks(subaccount_id: str) -> list[LiveWebhook]:
    """Return the webhooks registered in a subaccount now, sorted by type, with one GET.

    Args:
        subaccount_id: 3 to 50 characters from `A-Z a-z 0-9 - . _ &`.

    Raises:
        SettingsError: The id is malformed, or no API key is set.
        WebhookError: The API refused the request, cannot be reached, or returned something undocumented.
    """
    # Imported here, so that only a program that calls this waits for it.
    from eightx8_voice.text import printable
    from eightx8_voice.webhooks import subaccount_problem
    from pulumi_8x8.api.client import Client
    from pulumi_8x8.settings import Settings

    if problem := subaccount_problem(subaccount_id):
        raise SettingsError(f"subaccount_id {problem} (got {printable(subaccount_id)!r}). Nothing was sent.")
    client = Client(Settings.load(pulumi.Config("8x8").get))
    return client.list(subaccount_id, client.deadline()).all()


def get_webhooks_output(subaccount_id: pulumi.Input[str]) -> pulumi.Output[list[LiveWebhook]]:
    """Return the same as `get_webhooks`, for a subaccount id that may be another resource's output.

    The result is unknown in a preview in which the id is unknown.
    """

    async def off_the_loop(known: str) -> list[LiveWebhook]:
        return await asyncio.to_thread(get_webhooks, known)

    return pulumi.Output.from_input(subaccount_id).apply(off_the_loop)
