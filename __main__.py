"""The root stack: the VCA and VSS webhooks of one or many subaccounts, from the stack's config."""

import pulumi

from pulumi_8x8 import IvrWebhooks

config = pulumi.Config()
http_auth_header = config.get_secret("httpAuthHeader")
first = {"id": config.require("subaccountId"), "vcaUrl": config.require("vcaUrl"), "vssUrl": config.get("vssUrl")}

webhooks = {
    subaccount["id"]: IvrWebhooks(
        subaccount["id"],
        subaccount_id=subaccount["id"],
        vca_url=subaccount.get("vcaUrl"),
        vss_url=subaccount.get("vssUrl") or None,
        http_auth_header=http_auth_header,
    )
    for subaccount in [first, *config.get_object("subaccounts", [])]
}

pulumi.export("ids", {id: [pair.vca_id, pair.vss_id] for id, pair in webhooks.items()})
pulumi.export("urls", {id: {"VCA": pair.vca_url, "VSS": pair.vss_url} for id, pair in webhooks.items()})
