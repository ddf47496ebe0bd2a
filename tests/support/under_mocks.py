"""Runs a program under Pulumi's mocks and prints the inputs of each resource as JSON, by type and name.

It runs in the program's own environment: under_mocks.py FOLDER CONFIG OUTPUTS, the last two as JSON, OUTPUTS by type.
A secret is printed as {"secret": value}, and an archive as its files.
"""

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pulumi

SECRET = "4dabf18193072939515e22adb298388d"
folder, config, outputs = Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
declared: dict[str, Any] = {}


def shown(value: Any) -> Any:
    """The value as JSON can hold it."""
    if isinstance(value, dict):
        if SECRET in value:
            return {"secret": shown(value["value"])}
        return {name: shown(item) for name, item in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, pulumi.AssetArchive):
        return {name: vars(asset)["path"] for name, asset in value.assets.items()}
    return value


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        declared[f"{args.typ} {args.name}"] = shown(args.inputs)
        return f"{args.name}-id", {**args.inputs, **outputs.get(args.typ, {})}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        return {}, None


pulumi.runtime.set_mocks(Mocks(), project="example", stack="test")
pulumi.runtime.set_all_config(
    {name: text for name, (text, _) in config.items()}, [n for n, (_, s) in config.items() if s]
)
pulumi.runtime.test(lambda: runpy.run_path(str(folder / "__main__.py")) and None)()  # type: ignore[no-untyped-call]
print(json.dumps(declared))
