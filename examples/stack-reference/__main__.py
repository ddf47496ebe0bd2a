"""The webhooks of one subaccount, at the address that the endpoint's own stack exports as `url`."""

import pulumi

from pulumi_8x8 import IvrWebhooks

config = pulumi.Config()
endpoint = pulumi.StackReference(config.require("endpointStack"))
url = endpoint.require_output("url")

webhooks = IvrWebhooks(
    "ivr",
    subaccount_id=config.require("subaccountId"),
    vca_url=pulumi.Output.concat(url, "/vca"),
    vss_url=pulumi.Output.concat(url, "/vss"),
    http_auth_header=endpoint.get_output("httpAuthHeader"),
)

pulumi.export("urls", {"VCA": webhooks.vca_url, "VSS": webhooks.vss_url})
