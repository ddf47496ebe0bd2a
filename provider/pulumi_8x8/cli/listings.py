"""Listings of many subaccounts, for the commands: fetched side by side, with a progress bar on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

import click
from rich.console import Console
from rich.progress import Progress

from eightx8_voice.text import printable
from eightx8_voice.webhooks import subaccount_problem
from pulumi_8x8.api.client import Client
from pulumi_8x8.model import Listing
from pulumi_8x8.reconcile.listings import LISTED_AT_ONCE
from pulumi_8x8.settings import Settings


class SubaccountId(click.ParamType[str]):
    """A subaccount id on the command line."""

    name = "subaccount"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what the vendor's pattern does not allow."""
        if problem := subaccount_problem(value):
            self.fail(f"a subaccount id {problem} (got {printable(value)!r}).", param, ctx)
        return value


class Failed(click.ClickException):
    """An error that ends a command with exit code 2."""

    exit_code = 2


def fetch(subaccount_ids: Sequence[str]) -> list[Listing]:
    """The listings in the order of the ids; each is fetched once, and none after the first failure.

    Raises:
        WebhookError: One of them could not be fetched.
    """
    client = Client(Settings.load())
    pool = ThreadPoolExecutor(LISTED_AT_ONCE)
    try:
        # A request's deadline starts with the request: hundreds may wait for their turn.
        futures = {
            id: pool.submit(lambda id: client.list(id, client.deadline()), id) for id in dict.fromkeys(subaccount_ids)
        }
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            for future in progress.track(as_completed(futures.values()), len(futures), description="Listing"):
                future.result()
        return [future.result() for future in futures.values()]
    finally:
        pool.shutdown(cancel_futures=True)
