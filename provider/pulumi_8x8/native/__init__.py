"""The native provider `eightx8`: the same operations, as a plugin for programs in every Pulumi language."""
