"""The work of the provider's process: validate, decide, list and apply."""
