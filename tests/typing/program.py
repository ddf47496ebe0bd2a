"""Everything that a program can write with the public names, as a type checker sees it; it is never run."""

from __future__ import annotations

import pulumi
from typing_extensions import assert_type

import pulumi_8x8
from pulumi_8x8 import (
    ConflictError,
    IvrWebhooks,
    KeyRefusedError,
    LiveWebhook,
    RefusedError,
    Webhook,
    WebhookError,
    WebhookType,
    get_webhooks,
    get_webhooks_output,
)

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
assert_type(least.enabled, pulumi.Output[bool])
assert_type(least.http_auth_header, "pulumi.Output[str | None]")
assert_type(least.http_auth_header_available, pulumi.Output[bool])
assert_type(read, Webhook)

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
assert_type(pair.vca, Webhook)
assert_type(pair.vss, Webhook)
assert_type(pair.vca_id, pulumi.Output[str])
assert_type(pair.vss_url, pulumi.Output[str])

assert_type(get_webhooks("acme_voice"), list[LiveWebhook])
assert_type(get_webhooks_output(least.subaccount_id), "pulumi.Output[list[LiveWebhook]]")
for live in get_webhooks("acme_voice"):
    assert_type(live.url, str)
    assert_type(live.enabled, bool)
    assert_type(live.http_auth_header_available, bool)

try:
    get_webhooks("acme_voice")
except KeyRefusedError as error:
    assert_type(error.status, "int | None")
    assert_type(error.status_code, "str | None")
    assert_type(error.error_id, "str | None")
except RefusedError as error:
    assert_type(error.uncertain, bool)
except (ConflictError, WebhookError) as error:
    assert_type(error.retry_after, "float | None")

pulumi.export("types", [member.value for member in pulumi_8x8.WebhookType])
