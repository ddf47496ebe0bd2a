"""Calls placed on an account: deliveries to its webhooks, and the call flows that come back."""
