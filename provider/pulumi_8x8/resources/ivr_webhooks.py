"""The pair of webhooks that an IVR needs on one subaccount."""

from __future__ import annotations

import pulumi

from eightx8_voice.webhooks import WebhookType
from pulumi_8x8.resources.webhook import Webhook


class IvrWebhooks(pulumi.ComponentResource):
    """The VCA webhook and the VSS webhook of one subaccount, which an IVR needs.

    Args:
        name: Name in the stack; the children are `<name>-vca` and `<name>-vss`.
        subaccount_id: 3 to 50 characters from `A-Z a-z 0-9 - . _ &`.
        vca_url: Where 8x8 asks for the next action during a call.
        vss_url: Where 8x8 reports how the session ended. Default: `vca_url`.
        http_auth_header: Authorization header of both deliveries; always a secret. Default: none is sent.
        enabled: Whether 8x8 delivers. Default: True.
        opts: Ordinary resource options.

    A stack that declared the two as `Webhook("<name>-vca")` and `Webhook("<name>-vss")` keeps them: the children
    have those names as aliases. Webhooks under other names are adopted unchanged; nothing is registered again.
    """

    vca: Webhook
    vss: Webhook
    vca_id: pulumi.Output[str]
    vss_id: pulumi.Output[str]
    vca_url: pulumi.Output[str]
    vss_url: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        subaccount_id: pulumi.Input[str],
        vca_url: pulumi.Input[str],
        vss_url: pulumi.Input[str] | None = None,
        http_auth_header: pulumi.Input[str | None] = None,
        enabled: pulumi.Input[bool] = True,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("8x8:index:IvrWebhooks", name, None, opts)
        outside = opts.parent if opts else None

        def webhook(type: WebhookType, url: pulumi.Input[str]) -> Webhook:
            child = f"{name}-{type.value.lower()}"
            alone = pulumi.Alias(child, parent=outside or pulumi.ROOT_STACK_RESOURCE)
            return Webhook(
                child,
                subaccount_id=subaccount_id,
                type=type,
                url=url,
                enabled=enabled,
                http_auth_header=http_auth_header,
                opts=pulumi.ResourceOptions(parent=self, aliases=[alone]),
            )

        self.vca = webhook(WebhookType.VCA, vca_url)
        self.vss = webhook(WebhookType.VSS, vca_url if vss_url is None else vss_url)
        self.vca_id, self.vss_id = self.vca.id, self.vss.id
        self.vca_url, self.vss_url = self.vca.url, self.vss.url
        self.register_outputs(
            {"vca_id": self.vca_id, "vss_id": self.vss_id, "vca_url": self.vca_url, "vss_url": self.vss_url}
        )
