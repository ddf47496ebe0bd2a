"""The JSON reader: standard UTF-8, with a byte order mark only in deliveries."""

from __future__ import annotations

import json

import pytest

from eightx8_voice import callflow, events, json_text
from tests.support import vendor

BOM = "\ufeff"
DELIVERY = json.dumps(vendor.sample("vca_action_completed")["body"])


UTF_16 = ['{"a": 1}'.encode(encoding) for encoding in ("utf-16", "utf-16-le")]
NO_JSON = [b"", b"\xff\xfe", b"\xc0\x80", b"[NaN]", b"[-Infinity]", (BOM + "{}").encode(), BOM + "{}", "[" * 100_000]


@pytest.mark.parametrize("body", [*UTF_16, *NO_JSON])
def test_anything_but_utf_8_json_is_refused(body: bytes | str) -> None:
    """Python's own reader accepts UTF-16 and constants that no other reader knows."""
    with pytest.raises(ValueError, match=r".+"):
        json_text.read(body)


@pytest.mark.parametrize("body", [BOM + DELIVERY, (BOM + DELIVERY).encode()], ids=["text", "bytes"])
def test_a_delivery_may_begin_with_a_byte_order_mark(body: bytes | str) -> None:
    """A sender that adds one must not cost a live call."""
    assert events.parse(body) == events.parse(DELIVERY)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_call_flow_in_another_encoding_is_invalid_json(encoding: str) -> None:
    """The platform may not be lenient, so the response gets its code for invalid JSON."""
    body = '{"callflow": [{"action": "hangup"}]}'.encode(encoding)

    with pytest.raises(callflow.CallFlowError) as refused:
        callflow.decode(body)

    assert [violation.code for violation in refused.value.violations] == [-1001]
