"""Declares what declared.json contains, by name the arguments of a Webhook, using only the generated SDK."""

import json
from pathlib import Path

import pulumi
from pulumi_eightx8 import Webhook

declared: dict[str, Webhook] = {}
for name, arguments in json.loads(Path("declared.json").read_text()).items():
    options = arguments.pop("opts", {})
    aliases = [
        pulumi.Alias(**({"name": alias} if isinstance(alias, str) else alias)) for alias in options.pop("aliases", [])
    ]
    for link in ("depends_on", "replace_with"):
        if link in options:
            options[link] = [declared[other] for other in options[link]]
    if "deleted_with" in options:
        options["deleted_with"] = declared[options["deleted_with"]]
    if "custom_timeouts" in options:
        options["custom_timeouts"] = pulumi.CustomTimeouts(**options["custom_timeouts"])
    secret = {key: pulumi.Output.secret(arguments[key]) for key in arguments.pop("secret", [])}
    opts = pulumi.ResourceOptions(**options, aliases=aliases)
    declared[name] = Webhook(name, **{**arguments, **secret}, opts=opts)
