"""The commands of `pulumi-8x8`, one a file.

Exit codes are the same everywhere: 0 all is well, 1 a difference or a failed check was found, 2 misuse or an error.
"""

from __future__ import annotations

import click

from .call import call
from .check import check
from .emulate import emulate
from .export import export
from .list import list_webhooks
from .rehearse import rehearse


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulumi-8x8")
def pulumi_8x8() -> None:
    """Look at the webhooks of 8x8 Connect Voice subaccounts.

    The API key is read from EIGHTX8_API_KEY, the address from EIGHTX8_BASE_URL.
    Exit codes: 0 all is well, 1 a difference or a failed check was found, 2 misuse or an error.
    """


for command in (call, check, emulate, export, list_webhooks, rehearse):
    pulumi_8x8.add_command(command)
