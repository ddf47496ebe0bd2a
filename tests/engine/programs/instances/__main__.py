"""Declares what declared.json contains, each webhook with its provider and provider instance."""

import json
from pathlib import Path

import pulumi
import pulumi_eightx8

import pulumi_8x8

declared = json.loads(Path("declared.json").read_text())
instances: dict[tuple[str, str], pulumi.ProviderResource] = {}
made: dict[str, pulumi.Resource] = {}
for name, arguments in declared.items():
    kind, instance = arguments.pop("provider"), arguments.pop("instance", "")
    after = [made[other] for other in arguments.pop("after", [])]
    opts = pulumi.ResourceOptions(depends_on=after)
    if instance:
        if (kind, instance) not in instances:
            instances[kind, instance] = (
                pulumi_eightx8.Provider(instance)
                if kind == "native"
                else pulumi.ProviderResource("pulumi-python", instance, {})
            )
        opts.provider = instances[kind, instance]
    module = pulumi_eightx8 if kind == "native" else pulumi_8x8
    made[name] = module.Webhook(name, **arguments, opts=opts)
