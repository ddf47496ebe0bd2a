"""Invalid and valid values of each property."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.reconcile.validate import DEFAULTS, failures, with_defaults

GOOD: dict[str, Any] = {
    "subaccount_id": "InternalDemoCPaaS_8dD15_voice",
    "type": "VCA",
    "url": "https://example.com/vca",
    "enabled": True,
    "overwrite_on_create": False,
    "rehearse": False,
}
CANARY = "canary-77aa"
SUBACCOUNT = "must be 3 to 50 characters from A-Z a-z 0-9 - . _ &, for example InternalDemo"
FIVE = "must be one of VCA, VSS, VCS, VRU, VNU"
HTTPS = "must be an absolute https URL, for example https://ivr.example.com/vca"
SPACE = "must not contain white space or control characters (percent-encode them)"
PLAIN = "must use https (http is for loopback only)"
BOOLEAN = "must be True or False (got "


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("subaccount_id", ["abc", "x" * 50, "a-b.c_d&9", "...", "&&&"]),
        ("type", ["VCA", "VSS", "VCS", "VRU", "VNU"]),
        (
            "url",
            ["https://example.com", "https://example.com/vca?tenant=1&x=%20", "https://example.com:8443/a/b",
             "https://[2001:db8::1]/vca", "https://exämple.com/ü", "https://10.0.0.1/vca", "HTTPS://example.com/",
             "http://localhost:8080/vca", "http://127.0.0.1/vca", "http://[::1]:8080/", "https://example.com/{call}",
             "https://example.com/" + "x" * 2028],
        ),
        ("http_auth_header", [None, "x", "Basic dXNlcjpwYXNz", "~" * 4096]),
        *((name, [UNKNOWN]) for name in (*GOOD, "http_auth_header")),
    ],
)  # fmt: skip
def test_a_valid_value_has_no_failure(name: str, values: list[Any]) -> None:
    """A value that is unknown in preview is checked once it is known."""
    assert [value for value in values if failures({**GOOD, name: value})] == []


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("subaccount_id", ["", "ab", "x" * 51, "a b c", "abc/", "../abc", "abc\n", "äbc", "abc?x", "abc#x", "a%20b",
                           "abc:1", "٣٣٣", None, 7.0, ["abc"], True], SUBACCOUNT),
        ("type", ["", "vca", "VCA ", "VC", "VCA, VSS", "XYZ", None, 1.0, ["VCA"]], FIVE),
        ("url", ["", None, 7.0, ["https://example.com"]], HTTPS),
        ("url", ["https://example.com/" + "x" * 2029], "must be at most 2,048 characters"),
        ("url", ["https://example.com/a b", " https://example.com/", "https://example.com/\n", "https://exa\tmple.com/",
                 "https://example.com/\x00", "https://example.com/\x7f", "https://example.com/\u202e",
                 "https://example.com/\u00a0"], SPACE),
        ("url", ["https://[::1", "https://example.com:99999/", "https://example.com:x/"], HTTPS),
        ("url", ["https://example.com:0/", "https://", "https:///vca", "https://:443/", "example.com/vca",
                 "//example.com/vca", "ftp://example.com/", "javascript:alert(1)", "https://127.0.0.1\\.example.com/"],
         HTTPS),
        ("url", ["https://me:pw@example.com/", "https://me@example.com/", "https://@example.com/"],
         "must not contain credentials"),
        ("url", ["https://example.com/#top", "https://example.com/#"], "must not contain a fragment"),
        ("url", ["http://example.com/", "http://localhost.example.com/", "http://0.0.0.0/", "http://192.168.0.1/"],
         PLAIN),
        *((name, ["true", "", 1.0, 0.0, [True], {}], BOOLEAN) for name in DEFAULTS),
        ("subaccount_id", ["{{subAccountId}}"], "still contains {{subAccountId}} from the set-up guide"),
        ("type", ["{{type}}"], "still contains {{type}} from the set-up guide"),
        ("url", ["https://example.com/{{path}}/x"], "still contains {{path}} from the set-up guide"),
        ("url", ["{{two\nlines}}"], r"still contains {{two\nlines}} from the set-up guide: replace it"),
    ],
)  # fmt: skip
def test_an_invalid_value_is_refused_with_the_valid_form(name: str, values: list[Any], reason: str) -> None:
    """The failure names the property in one short printable line."""
    for value in values:
        [failure] = failures({**GOOD, name: value})

        hidden = name == "url" and isinstance(value, str) and ("@" in value or "#top" in value)
        assert failure.property == ("" if hidden else name), value
        assert failure.reason.startswith(f"{name} "), value
        assert reason in failure.reason, value
        assert failure.reason.isprintable(), value
        assert len(failure.reason) < 500, value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "must not be empty"),
        (f"{CANARY}\r\nX-Evil: 1", "must not contain control characters or line breaks"),
        ({"secret": CANARY}, "must be a string"),
        (f"Bearer {{{{{CANARY}}}}}", "still contains a {{placeholder}} from the set-up guide"),
    ],
)
def test_an_invalid_auth_header_is_named_only_in_the_text(value: object, reason: str) -> None:
    """The engine prints the value of a failure's property, so no property is given."""
    [failure] = failures({**GOOD, "http_auth_header": value})

    assert failure.property == ""
    assert failure.reason.startswith("http_auth_header ")
    assert reason in failure.reason
    assert CANARY not in failure.reason


@pytest.mark.parametrize("name", [*GOOD, "http_auth_header"])
@pytest.mark.parametrize("value", [f"{CANARY} \n", f"{{{{{CANARY}}}}}"])
def test_a_secret_is_never_repeated(name: str, value: str) -> None:
    """Any input may be a secret: no text contains its value, and no property is given."""
    [failure] = failures({**GOOD, name: value}, secret=[name])

    assert failure.property == ""
    assert failure.reason.startswith(name)
    assert CANARY not in failure.reason


def test_every_invalid_or_missing_input_is_reported_at_once() -> None:
    """One preview reports all of them; null counts as missing."""
    bad = failures(with_defaults({"subaccount_id": "x", "type": "vca", "url": "http://x", "http_auth_header": ""}))
    missing = failures(with_defaults({"url": None}))

    assert [failure.property for failure in bad] == ["subaccount_id", "type", "url", ""]
    assert [failure.property for failure in missing] == ["subaccount_id", "type", "url"]
    assert missing[2].reason == f"url is missing: it {HTTPS}."


def test_defaults_replace_missing_and_null_inputs() -> None:
    """Nulls are removed, so that no state or diff contains them."""
    given = {"url": "u", "enabled": None, "http_auth_header": None, "rehearse": True}

    assert with_defaults(given) == {"url": "u", "enabled": True, "overwrite_on_create": False, "rehearse": True}


def test_a_url_with_a_query_is_neither_shown_nor_named() -> None:
    """The engine prints the value of a failure's property, so no property is given."""
    [failure] = failures({**GOOD, "url": f"ftp://example.com/?token={CANARY}"})

    assert failure.property == ""
    assert "(got 'ftp://example.com/?token=…')" in failure.reason
