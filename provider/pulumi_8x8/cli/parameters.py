"""The parameter types of the commands, and the error that ends a command."""

from __future__ import annotations

import math
from typing import Any

import click

from eightx8_voice.text import printable
from eightx8_voice.webhooks import subaccount_problem


class Failed(click.ClickException):
    """An error that ends a command with exit code 2."""

    exit_code = 2


class SubaccountId(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.4
    """A subaccount id on the command line."""

    name = "subaccount"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id; refuse it if the vendor's pattern does not allow it."""
        if problem := subaccount_problem(value):
            self.fail(f"a subaccount id {problem} (got {printable(value)!r}).", param, ctx)
        return value


class Seconds(click.ParamType):  # type: ignore[type-arg]
    """A duration on the command line; unlike click's ranges, it refuses NaN and infinity.

    Args:
        longest: The largest value, in seconds. Default: an hour.
        zero: Whether 0 is allowed. Default: False.
    """

    name = "seconds"

    def __init__(self, longest: float = 3600, *, zero: bool = False) -> None:
        self._longest, self._zero = longest, zero

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; refuse what is not a number in the range."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not (0 < seconds <= self._longest or (self._zero and seconds == 0)):
            least = "from 0" if self._zero else "above 0"
            self.fail(
                f"must be a number of seconds {least} to {self._longest:g} (got {printable(value)!r}).", param, ctx
            )
        return seconds
