"""`python -m pulumi_8x8` is `pulumi-8x8`."""

from pulumi_8x8.cli import main

main()
