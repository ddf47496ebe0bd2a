"""An experiment: one resource for both webhooks of a subaccount."""

from declared import declared
from pair_webhooks import PairOfWebhooks

urls: dict[str, dict[str, str]] = {}
for webhook in declared():
    urls.setdefault(webhook.subaccount_id, {})[webhook.type] = webhook.url

for subaccount_id, by_type in urls.items():
    PairOfWebhooks(subaccount_id.lower(), subaccount_id, by_type)
