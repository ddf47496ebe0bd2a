"""Listings of many subaccounts, for the commands: fetched side by side, with a progress bar for a person who waits."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, as_completed, wait

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
    """The listings in the order of the ids; each is fetched once, and none after the first failure.

    Raises:
        Failed: One of them could not be had; the text says why.
    """
    pool = ThreadPoolExecutor(CONNECTIONS)
    try:
        client = Client(Settings.load())
        # A request's deadline starts with the request: hundreds may wait for their turn.
        futures = {
            id: pool.submit(lambda id: client.list(id, client.deadline()), id) for id in dict.fromkeys(subaccount_ids)
        }
        for future in _shown(futures.values()):
            future.result()
        return [future.result() for future in futures.values()]
    except WebhookError as error:
        raise Failed(error) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _shown(futures: Collection[Future[Listing]]) -> Iterable[Future[Listing]]:
    """The futures as they end, with a progress bar on a terminal where that takes long."""
    done, late = wait(futures, timeout=PATIENCE, return_when=FIRST_EXCEPTION)
    rest = as_completed(late)
    console = Console(stderr=True)
    return itertools.chain(done, track(rest, "Listing", len(late), console=console, transient=True) if late else rest)
