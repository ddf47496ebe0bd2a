"""The command line `pulumi-8x8`: one command per file."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    try:
        from pulumi_8x8.cli.app import pulumi_8x8
    except KeyboardInterrupt:
        sys.exit(130)
    pulumi_8x8.main(prog_name="pulumi-8x8")
