"""The command line `pulumi-8x8`: one command a file."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    try:
        from .app import pulumi_8x8
    except ModuleNotFoundError as error:
        sys.exit(f"pulumi-8x8: {error.name} is not installed. Run: pip install 'pulumi-8x8[cli]'")
    pulumi_8x8(prog_name="pulumi-8x8")
