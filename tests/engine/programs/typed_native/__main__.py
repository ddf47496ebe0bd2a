"""A program whose types are checked, and that is not run."""

import pulumi
import pulumi_eightx8 as eightx8

account = eightx8.Provider("account", api_key=pulumi.Output.secret("k"), deadline=30.0)
vca = eightx8.Webhook(
    "vca",
    subaccount_id="Sub_1",
    type=eightx8.WebhookType.VCA,
    url="https://ivr.example/vca",
    opts=pulumi.ResourceOptions(provider=account),
)
url: pulumi.Output[str] = vca.url
header: pulumi.Output[str | None] = vca.http_auth_header
pulumi.export("listed", eightx8.get_webhooks_output(vca.subaccount_id).webhooks)
