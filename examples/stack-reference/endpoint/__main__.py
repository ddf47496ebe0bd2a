"""Stands for the endpoint's own project: what it exports is all that the webhooks' project knows of it."""

import pulumi

config = pulumi.Config()
pulumi.export("url", config.require("url"))
pulumi.export("httpAuthHeader", config.require_secret("httpAuthHeader"))
