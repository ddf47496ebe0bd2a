"""Run `pulumi-8x8` as `python -m pulumi_8x8`."""

from pulumi_8x8.cli import main

main()
