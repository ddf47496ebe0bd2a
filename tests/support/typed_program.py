"""Every use of the public names that a program can make, for a type checker; it is never run."""

from __future__ import annotations

import pulumi
from typing_extensions import assert_type

import pulumi_8x8
from pulumi_8x8 import IvrWebhooks, LiveWebhook, Webhook, WebhookType, get_webhooks, get_webhooks_output

config = pulumi.Config()
endpoint: pulumi.Output[str] = pulumi.Output.from_input("https://ivr.example/")

least = Webhook("least", subaccount_id="acme_voice", type=config.require("type"), url="https://ivr.example/vca")
most = Webhook(
    "most",
    subaccount_id=endpoint.apply(lambda url: url[:3]),
    type=WebhookType.VSS,
    url=pulumi.Output.concat(endpoint, "vss"),
    enabled=config.get_bool("enabled"),
    http_auth_header=config.get_secret("header"),
    overwrite_on_create=True,
    rehearse=pulumi.Output.from_input(False),
    opts=pulumi.ResourceOptions(protect=True, ignore_changes=["url"]),
)
read = Webhook.get("read", least.id, opts=pulumi.ResourceOptions(parent=least))

assert_type((least.id, least.subaccount_id), tuple[pulumi.Output[str], pulumi.Output[str]])
assert_type((least.type, least.url), tuple[pulumi.Output[str], pulumi.Output[str]])
assert_type((least.enabled, least.http_auth_header_available), tuple[pulumi.Output[bool], pulumi.Output[bool]])
assert_type((read, read.http_auth_header), "tuple[Webhook, pulumi.Output[str | None]]")

pair = IvrWebhooks("ivr", subaccount_id="acme_voice", vca_url=endpoint)
whole = IvrWebhooks(
    "whole",
    subaccount_id=endpoint,
    vca_url="https://ivr.example/vca",
    vss_url=endpoint,
    http_auth_header=config.get_secret("header"),
    enabled=False,
    opts=pulumi.ResourceOptions(parent=pair),
)
assert_type((pair.vca, pair.vss), tuple[Webhook, Webhook])
assert_type((pair.vca_id, pair.vss_url), tuple[pulumi.Output[str], pulumi.Output[str]])

assert_type(get_webhooks("acme_voice"), list[LiveWebhook])
assert_type(get_webhooks_output(least.subaccount_id), "pulumi.Output[list[LiveWebhook]]")
for live in get_webhooks("acme_voice"):
    assert_type((live.url, live.enabled, live.http_auth_header_available), tuple[str, bool, bool])

try:
    get_webhooks("acme_voice")
except pulumi_8x8.KeyRefusedError as error:
    assert_type((error.status, error.status_code, error.error_id), "tuple[int | None, str | None, str | None]")
except pulumi_8x8.RefusedError as error:
    assert_type(error.uncertain, bool)
except (pulumi_8x8.ConflictError, pulumi_8x8.WebhookError) as error:
    assert_type(error.retry_after, "float | None")

pulumi.export("types", [member.value for member in pulumi_8x8.WebhookType])
