"""The endpoint, and the VCA and VSS webhooks of one subaccount that point to it."""

from __future__ import annotations

import pulumi
from local_endpoint import LocalEndpoint

from pulumi_8x8 import IvrWebhooks

config = pulumi.Config()
header = config.require_secret("httpAuthHeader")
port = config.get_int("port")

endpoint = LocalEndpoint(
    "endpoint",
    port=8080 if port is None else port,
    http_auth_header=header,
    database_url=config.get_secret("databaseUrl"),
)

address = config.get("publicUrl") or endpoint.url
webhooks = IvrWebhooks(
    "ivr",
    subaccount_id=config.require("subaccountId"),
    vca_url=pulumi.Output.concat(address, "/vca"),
    vss_url=pulumi.Output.concat(address, "/vss"),
    http_auth_header=header,
    opts=pulumi.ResourceOptions(depends_on=[endpoint]),
)

pulumi.export("url", endpoint.url)
