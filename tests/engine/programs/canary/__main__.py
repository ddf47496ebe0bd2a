"""A webhook whose auth header, and one whose URL as well, comes from where secrets come from; both exported."""

import os

import pulumi

from pulumi_8x8 import Webhook

plain = Webhook(
    "plain",
    subaccount_id="Sub_1",
    type="VCA",
    url=os.environ["URL"],
    http_auth_header=os.environ["CANARY"],
)
secret = Webhook(
    "secret",
    subaccount_id="Sub_1",
    type="VSS",
    url=pulumi.Output.secret(os.environ["URL"] + "?token=canary-in-the-url"),
    http_auth_header=pulumi.Config().require_secret("header"),
)
pulumi.export("plain", plain.http_auth_header)
pulumi.export("secret", secret.http_auth_header)
pulumi.export("url", secret.url)
