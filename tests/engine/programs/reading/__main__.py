"""Reads one webhook, and lists what is live in two subaccounts, one of them known by an output."""

import pulumi

from pulumi_8x8 import Webhook, get_webhooks, get_webhooks_output

existing = Webhook.get("existing", "Sub_1/VCA")
pulumi.export("url", existing.url)
pulumi.export("enabled", existing.enabled)
pulumi.export("header", existing.http_auth_header_available)
pulumi.export("listed", [f"{webhook.type} {webhook.url}" for webhook in get_webhooks("Sub_1")])
same_subaccount = get_webhooks_output(existing.subaccount_id)
pulumi.export("by_output", same_subaccount.apply(lambda webhooks: [webhook.type for webhook in webhooks]))
pulumi.export("elsewhere", [webhook.type for webhook in get_webhooks("Sub_2")])
