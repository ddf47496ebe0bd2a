"""Listings of many subaccounts, for the commands: fetched side by side, with a progress bar for a person who waits."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait

import click
from rich.console import Console
from rich.progress import track

from pulumi_8x8.api.client import CONNECTIONS, Client
from pulumi_8x8.errors import WebhookError
from pulumi_8x8.model import Listing, subaccount_problem
from pulumi_8x8.settings import Settings
from pulumi_8x8.text import printable

PATIENCE = 1.0
"""Seconds without a progress bar."""


class SubaccountId(click.ParamType[str]):
    """A subaccount id on the command line."""

    name = "subaccount"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what the vendor's pattern does not allow."""
        if problem := subaccount_problem(value):
            self.fail(f"{printable(value)!r} is not a subaccount id: {problem}.", param, ctx)
        return value


class Failed(click.ClickException):
    """An error that ends a command with exit code 2."""

    exit_code = 2

    def __init__(self, error: Exception | str) -> None:
        super().__init__(str(error))


def fetch(subaccount_ids: Sequence[str]) -> list[Listing]:
    """The listings in the order of the ids; each is fetched once.

    Raises:
        Failed: One of them could not be had; the text says why.
    """
    try:
        client = Client(Settings.load())
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            futures = {id: pool.submit(client.list, id, client.deadline()) for id in dict.fromkeys(subaccount_ids)}
            _, late = wait(futures.values(), timeout=PATIENCE)
            console = Console(stderr=True)
            if late and console.is_terminal:
                for _ in track(as_completed(late), "Listing", total=len(late), console=console, transient=True):
                    pass
            return [future.result() for future in futures.values()]
    except WebhookError as error:
        raise Failed(error) from None
