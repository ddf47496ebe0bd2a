"""The native provider `eightx8`: the same operations as a plugin that programs in every Pulumi language use."""
