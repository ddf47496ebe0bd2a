"""Declares what declared.json contains: by name, the arguments of a Webhook or, with a `vca_url`, IvrWebhooks."""

import json
from pathlib import Path

import pulumi

from pulumi_8x8 import IvrWebhooks, Webhook

declared = {}
for name, arguments in json.loads(Path("declared.json").read_text()).items():
    options = arguments.pop("opts", {})
    aliases = [
        pulumi.Alias(**(alias if isinstance(alias, dict) else {"name": alias})) for alias in options.pop("aliases", [])
    ]
    depends_on = [declared[other] for other in options.pop("depends_on", [])]
    kind = IvrWebhooks if "vca_url" in arguments else Webhook
    opts = pulumi.ResourceOptions(**options, aliases=aliases, depends_on=depends_on)
    declared[name] = kind(name, **arguments, opts=opts)
