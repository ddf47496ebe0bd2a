import json
from pathlib import Path

import pulumi
from parts import Part

declared = json.loads(Path("parts.json").read_text())
Part("part", **declared["part"])
if "nested" in declared:
    menu = pulumi.ResourceOptions(parent=pulumi.ComponentResource("t:t:Menu", "menu"))
    Part("nested", **declared["nested"], opts=menu)
