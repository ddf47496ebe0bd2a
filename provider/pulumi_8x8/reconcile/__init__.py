"""What the provider's process does: validate, decide, list and apply."""
