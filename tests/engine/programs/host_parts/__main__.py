import json
from pathlib import Path

import pulumi
from parts import Part

declared = json.loads(Path("parts.json").read_text())


def ignore(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    more = pulumi.ResourceOptions(ignore_changes=declared.get("transform"))
    return pulumi.ResourceTransformResult(args.props, pulumi.ResourceOptions.merge(args.opts, more))


pulumi.runtime.register_resource_transform(ignore)
secret = {name: pulumi.Output.secret(value) for name, value in declared.get("secret", {}).items()}
Part("part", **declared["part"], **secret, opts=pulumi.ResourceOptions(ignore_changes=declared.get("ignore")))
if "nested" in declared:
    Part(
        "nested", **declared["nested"], opts=pulumi.ResourceOptions(parent=pulumi.ComponentResource("t:t:Menu", "menu"))
    )
