"""Every kind of resource and every kind of input, as one stack."""

import pulumi

from pulumi_8x8 import IvrWebhooks, Webhook

Webhook("plain", subaccount_id="Sub_1", type="VCA", url="https://ivr.example/vca")
Webhook("header", subaccount_id="Sub_1", type="VSS", url="https://ivr.example/vss", http_auth_header="Basic b25l")
Webhook("disabled", subaccount_id="Sub_1", type="VCS", url="https://ivr.example/vcs", enabled=False)
Webhook("overwriting", subaccount_id="Sub_1", type="VRU", url="https://ivr.example/vru", overwrite_on_create=True)
Webhook("secret", subaccount_id="Sub_1", type="VNU", url=pulumi.Output.secret("https://ivr.example/vnu?token=1"))
pair = IvrWebhooks(
    "pair",
    subaccount_id="Sub_2",
    vca_url="https://ivr.example/pair/vca",
    vss_url="https://ivr.example/pair/vss",
    http_auth_header="Basic dHdv",
)
pulumi.export("pair", [pair.vca_id, pair.vss_id])
