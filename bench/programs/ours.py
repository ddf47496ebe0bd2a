"""The package, as its README shows it."""

from declared import declared

from pulumi_8x8 import Webhook

for webhook in declared():
    Webhook(webhook.name, subaccount_id=webhook.subaccount_id, type=webhook.type, url=webhook.url)
