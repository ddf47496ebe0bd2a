"""A stand-in for the endpoint's own project; the webhooks' project sees only its exports."""

import pulumi

config = pulumi.Config()
pulumi.export("url", config.require("url"))
pulumi.export("httpAuthHeader", config.require_secret("httpAuthHeader"))
