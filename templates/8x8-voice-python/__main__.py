"""The VCA and VSS webhooks of one 8x8 Connect Voice subaccount, from the stack's config."""

import pulumi
from pulumi.runtime import is_config_secret

from pulumi_8x8 import IvrWebhooks

config = pulumi.Config()


def kept_secret(key: str, value: str) -> pulumi.Input[str]:
    """Return a config value, as a secret if it was set with `pulumi config set --secret`."""
    return pulumi.Output.secret(value) if is_config_secret(config.full_key(key)) else value


vss_url = config.get("vssUrl")
webhooks = IvrWebhooks(
    "ivr",
    subaccount_id=config.require("subaccountId"),
    vca_url=kept_secret("vcaUrl", config.require("vcaUrl")),
    vss_url=kept_secret("vssUrl", vss_url) if vss_url else None,
    http_auth_header=config.get_secret("httpAuthHeader"),
)

pulumi.export("ids", [webhooks.vca_id, webhooks.vss_id])
pulumi.export("urls", {"VCA": webhooks.vca_url, "VSS": webhooks.vss_url})
