"""The Webhook resource."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource

from eightx8_voice.webhooks import WebhookType
from pulumi_8x8.model import DECLARED, HEADER_AVAILABLE, IDENTITY, PROVIDER_OPTIONS
from pulumi_8x8.provider import WebhookProvider
from pulumi_8x8.reconcile.caller import INPUT
from pulumi_8x8.resources.context import context


class Webhook(Resource, module="8x8", name="Webhook"):
    """One webhook of an 8x8 Connect Voice subaccount.

    A subaccount holds one webhook of each type. `subaccount_id` and `type` are its identity: changing either
    replaces the webhook, and the new one is created first. Everything else is updated in place.

    Args:
        name: Name in the stack.
        subaccount_id: 3 to 50 characters from `A-Z a-z 0-9 - . _ &`.
        type: VCA, VSS, VCS, VRU or VNU; see `WebhookType`.
        url: Where 8x8 delivers: https, or http on loopback; at most 2,048 characters.
        enabled: Whether 8x8 delivers. Default: True.
        http_auth_header: Value of the Authorization header that deliveries carry, in printable ASCII. Always a secret;
            the API never returns it. Default: none is sent.
        overwrite_on_create: Replace a webhook, or an auth header, that this stack does not know. Default: False, which
            makes the preview fail and show what is live.
        rehearse: In preview, send marked, synthetic deliveries to a new URL, and fail if the endpoint is not ready.
            Default: False.
        opts: Ordinary resource options. `import_` is refused, since it cannot work in a dynamic resource; a webhook
            that is live as declared is adopted without it (docs/adopt.md).

    Attributes:
        http_auth_header_available: Whether deliveries carry an Authorization header, as the API lists it.

    Bad inputs fail the preview and are reported by property. A live webhook that this stack does not know, a second
    resource for one webhook, and a missing or refused API key fail it too.
    """

    if TYPE_CHECKING:  # the SDK would evaluate annotations again for each resource
        subaccount_id: pulumi.Output[str]
        type: pulumi.Output[str]
        url: pulumi.Output[str]
        enabled: pulumi.Output[bool]
        http_auth_header: pulumi.Output[str | None]
        http_auth_header_available: pulumi.Output[bool]
        overwrite_on_create: pulumi.Output[bool]
        rehearse: pulumi.Output[bool]
    else:  # the SDK sets these two attributes only if the program sets the options
        overwrite_on_create = cached_property(lambda _: pulumi.Output.from_input(False))
        rehearse = cached_property(lambda _: pulumi.Output.from_input(False))

    def __init_subclass__(cls, **_: Any) -> None:
        super().__init_subclass__(module="8x8", name="Webhook")  # a subclass is the same resource to the engine

    def __init__(
        self,
        name: str,
        *,
        subaccount_id: pulumi.Input[str],
        type: pulumi.Input[WebhookType | str],
        url: pulumi.Input[str],
        enabled: pulumi.Input[bool | None] = True,
        http_auth_header: pulumi.Input[str | None] = None,
        overwrite_on_create: pulumi.Input[bool] = False,
        rehearse: pulumi.Input[bool] = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        opts = opts or pulumi.ResourceOptions()
        if opts.import_ is not None:
            raise pulumi.RunError(  # the program ends with this line and no traceback
                f"Webhook {name!r}: import_ cannot work in a dynamic resource. Nothing was changed. Leave it out: a "
                "webhook that is live as declared is adopted unchanged; `pulumi-8x8 export` writes such declarations."
            )
        inputs: dict[str, Any] = {
            "subaccount_id": subaccount_id,
            "type": type.value if isinstance(type, WebhookType) else type,
            "url": url,
            "enabled": enabled,
            "http_auth_header": None if http_auth_header is None else pulumi.Output.secret(http_auth_header),
            "overwrite_on_create": overwrite_on_create,
            "rehearse": rehearse,
        }
        given = {name: value for name, value in inputs.items() if name not in PROVIDER_OPTIONS or value is not False}
        super().__init__(
            WebhookProvider(),
            name,
            # An output must be listed among the properties to become an attribute.
            {**given, "http_auth_header_available": None, INPUT: context(name, inputs, opts)},
            opts,
        )

    @classmethod
    def get(cls, name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> Webhook:
        """Read an existing webhook without managing it.

        Args:
            name: Name in the stack.
            id: `<subaccount>/<TYPE>`, for example `InternalDemoCPaaS_8dD15_voice/VCA`.
            opts: Ordinary resource options.

        The preview fails if no such webhook is registered. `http_auth_header` is None: the API never returns it.
        """
        webhook = cls.__new__(cls)
        properties = dict.fromkeys((*IDENTITY, *DECLARED, HEADER_AVAILABLE))
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        Resource.__init__(webhook, WebhookProvider(), name, properties, opts)
        return webhook
