"""The native provider, as Pulumi starts a plugin that is a folder."""

from pulumi_8x8.native.main import main

main()
