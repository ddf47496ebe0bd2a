"""An experiment: the same webhooks over four provider instances, each a host of its own with four workers."""

import pulumi
from declared import declared

from pulumi_8x8 import Webhook

hosts = [pulumi.ProviderResource("pulumi-python", f"host-{number}", {}) for number in range(4)]
for number, webhook in enumerate(declared()):
    Webhook(
        webhook.name,
        subaccount_id=webhook.subaccount_id,
        type=webhook.type,
        url=webhook.url,
        opts=pulumi.ResourceOptions(provider=hosts[number // 2 % len(hosts)]),
    )
