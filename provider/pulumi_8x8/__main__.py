"""`python -m pulumi_8x8` is `pulumi-8x8`."""

from .cli import main

main()
