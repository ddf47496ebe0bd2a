"""Calls placed on an account: deliveries to its webhooks, and the call flows they are answered with."""
