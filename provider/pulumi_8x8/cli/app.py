"""The commands of `pulumi-8x8`, and what is common to them."""

from __future__ import annotations

import click

from pulumi_8x8.errors import WebhookError

from .call import call
from .emulate import emulate
from .export import export
from .list import list_webhooks
from .listings import Failed
from .rehearse import rehearse


class _Commands(click.Group):
    """Ends a command that raises one of the package's errors with its text and exit code 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except WebhookError as error:
            raise Failed(str(error)) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulumi-8x8")
def pulumi_8x8() -> None:
    """Inspect, export and emulate the webhooks of 8x8 Connect Voice subaccounts.

    The API key is read from EIGHTX8_API_KEY, the address from EIGHTX8_BASE_URL.
    Exit codes: 0 success, 1 the command found something wrong, 2 misuse or an error.
    """


for command in (call, emulate, export, list_webhooks, rehearse):
    pulumi_8x8.add_command(command)
