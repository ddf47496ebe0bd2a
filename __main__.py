"""The root stack: the VCA and VSS webhooks of one or many subaccounts, from the stack's config."""

import pulumi
from pulumi.runtime import is_config_secret

from pulumi_8x8 import IvrWebhooks

config = pulumi.Config()


def kept_secret(key: str, value: str) -> pulumi.Input[str]:
    """The value of a config key, as a secret if it was set with `pulumi config set --secret`."""
    return pulumi.Output.secret(value) if is_config_secret(config.full_key(key)) else value


def declared(id: str, vca_url: str, vss_url: str | None, vca_key: str, vss_key: str) -> IvrWebhooks:
    """The webhooks of one subaccount; the keys are those that its URLs were read from."""
    return IvrWebhooks(
        id,
        subaccount_id=id,
        vca_url=kept_secret(vca_key, vca_url),
        vss_url=kept_secret(vss_key, vss_url) if vss_url else None,
        http_auth_header=config.get_secret("httpAuthHeader"),
    )


first = (config.require("subaccountId"), config.require("vcaUrl"), config.get("vssUrl"), "vcaUrl", "vssUrl")
further = [
    (each["id"], each.get("vcaUrl"), each.get("vssUrl"), "subaccounts", "subaccounts")
    for each in config.get_object("subaccounts", [])
]
webhooks = {each[0]: declared(*each) for each in [first, *further]}

pulumi.export("ids", {id: [pair.vca_id, pair.vss_id] for id, pair in webhooks.items()})
pulumi.export("urls", {id: {"VCA": pair.vca_url, "VSS": pair.vss_url} for id, pair in webhooks.items()})
