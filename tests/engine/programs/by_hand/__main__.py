import pulumi

from pulumi_8x8 import Webhook

webhook = Webhook("vca", subaccount_id="Sub_1", type="VCA", url="https://ivr.example/vca")
pulumi.export("id", webhook.id)
