"""Convert properties between the engine's form and the model's: spelling, secrets, and this package's markers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import rpc

from pulumi_8x8.model import CAMEL, SECRET_URL, in_snake_case

UNKNOWN_HEADER = "__unknownHeader"
"""An output, present only as True: the webhook was imported with an auth header, which the API does not return.

Such a header is kept until the program declares one.
"""

ALWAYS_SECRET = "http_auth_header"  # noqa: S105 - a property's name


class Received:
    """Properties that the engine sent.

    Attributes:
        properties: Under the model's names; a value that is unknown in preview is the engine's own marker.
        secret: Names of the secret properties.
        foreign: Whether they belong to a dynamic resource, because the stack moved to this provider.
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
        """Return whether an auth header that this stack does not know must be kept."""
        return UNKNOWN_HEADER in self.properties and declared.get("http_auth_header") is None


def to_struct(properties: Mapping[str, Any], secret: Collection[str] = ()) -> struct_pb2.Struct:
    """Return the properties in the engine's form, with secrets marked."""
    struct = struct_pb2.Struct()
    for name, value in properties.items():
        if name != SECRET_URL:
            marked = value is not None and (name == ALWAYS_SECRET or name in secret)
            struct.update({CAMEL.get(name, name): rpc.wrap_rpc_secret(value) if marked else value})
    return struct
