"""Properties between the engine's form and the model's: camelCase and snake_case, marked secrets, markers of ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import rpc

from pulumi_8x8.model import CAMEL, SECRET_URL, in_snake_case

UNKNOWN_HEADER = "__unknownHeader"
"""An output, only where it is True: the webhook was imported with an auth header, which the API does not return.

Such a header stays as it is until the program declares one.
"""

ALWAYS_SECRET = "http_auth_header"  # noqa: S105 - a property's name


class Received:
    """Properties that the engine sent.

    Attributes:
        properties: In the model's names; what is unknown in preview is the engine's own marker.
        secret: Names of those that are secrets.
        foreign: Whether they are those of a dynamic resource, whose stack has moved to this provider.
    """

    def __init__(self, struct: struct_pb2.Struct) -> None:
        sent = {name: value for name, value in MessageToDict(struct).items() if value is not None}
        self.foreign = "subaccount_id" in sent
        named = in_snake_case({name: value for name, value in sent.items() if name != "__provider"})
        self.secret = [name for name, value in named.items() if rpc.is_rpc_secret(value)]
        self.properties: dict[str, Any] = {name: rpc.unwrap_rpc_secret(value) for name, value in named.items()}
        if "url" in self.secret:
            self.properties[SECRET_URL] = True

    def keeps_header(self, declared: Mapping[str, Any]) -> bool:
        """Return whether a header that this stack does not know is to be left as it is."""
        return UNKNOWN_HEADER in self.properties and declared.get("http_auth_header") is None


def to_struct(properties: Mapping[str, Any], secret: Collection[str] = ()) -> struct_pb2.Struct:
    """Properties for the engine, secrets marked."""
    struct = struct_pb2.Struct()
    for name, value in properties.items():
        if name != SECRET_URL:
            marked = value is not None and (name == ALWAYS_SECRET or name in secret)
            struct.update({CAMEL.get(name, name): rpc.wrap_rpc_secret(value) if marked else value})
    return struct
