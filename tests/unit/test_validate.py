"""Bad and good values of each property."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from pulumi_8x8.model import subaccount_problem, type_problem
from pulumi_8x8.reconcile.validate import Failure, failures, header_problem, with_defaults
from pulumi_8x8.reconcile.validate import url_problem as url_problem_of

GOOD: dict[str, Any] = {
    "subaccount_id": "InternalDemoCPaaS_8dD15_voice",
    "type": "VCA",
    "url": "https://example.com/vca",
    "enabled": True,
    "overwrite_on_create": False,
    "rehearse": False,
}
CANARY = "canary-77aa"


def only(found: list[Failure]) -> Failure:
    assert len(found) == 1, found
    return found[0]


def test_a_good_declaration_has_no_failures() -> None:
    """The least and the most that can be declared."""
    assert failures(GOOD) == []
    assert failures({**GOOD, "http_auth_header": "Bearer abc"}) == []


@pytest.mark.parametrize("value", ["abc", "x" * 50, "InternalDemoCPaaS_8dD15_voice", "a-b.c_d&9", "...", "&&&"])
def test_a_subaccount_id_is_what_the_vendor_allows(value: str) -> None:
    """3 to 50 of the characters A-Z a-z 0-9 - . _ &."""
    assert subaccount_problem(value) is None


@pytest.mark.parametrize(
    "value",
    ["", "ab", "x" * 51, "a b c", "abc/", "../abc", "abc\n", "äbc", "abc?x", "abc#x", "a%20b", "abc:1", "٣٣٣", None,
     7.0, ["abc"], True],
)  # fmt: skip
def test_any_other_subaccount_id_is_refused(value: object) -> None:
    """The whole value counts; it becomes a part of the path."""
    failure = only(failures({**GOOD, "subaccount_id": value}))

    assert failure.property == "subaccount_id"
    assert "write 3 to 50 of the characters A-Z a-z 0-9 - . _ &, for example InternalDemo" in failure.reason


@pytest.mark.parametrize("value", ["VCA", "VSS", "VCS", "VRU", "VNU"])
def test_each_documented_type_is_a_type(value: str) -> None:
    """All five."""
    assert type_problem(value) is None


@pytest.mark.parametrize("value", ["", "vca", "VCA ", "VC", "VCA, VSS", "XYZ", None, 1.0, ["VCA"]])
def test_any_other_type_is_refused_naming_the_five(value: object) -> None:
    """What to write instead is in the text."""
    failure = only(failures({**GOOD, "type": value}))

    assert failure.property == "type"
    assert failure.reason.endswith("write one of VCA, VSS, VCS, VRU, VNU.")


@pytest.mark.parametrize(
    "value",
    [
        "https://example.com",
        "https://example.com/vca?tenant=1&x=%20#".rstrip("#"),
        "https://example.com:8443/a/b",
        "https://[2001:db8::1]/vca",
        "https://exämple.com/ü",
        "https://10.0.0.1/vca",
        "HTTPS://example.com/",
        "http://localhost:8080/vca",
        "http://127.0.0.1/vca",
        "http://[::1]:8080/",
        "https://example.com/{call}",
        "https://example.com/" + "x" * 2028,
    ],
)
def test_a_url_is_https_or_http_on_loopback(value: str) -> None:
    """At most 2,048 characters."""
    assert url_problem_of(value) is None


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "write the https URL of the endpoint"),
        (None, "write the https URL of the endpoint"),
        (7.0, "write the https URL of the endpoint"),
        (["https://example.com"], "write the https URL of the endpoint"),
        ("https://example.com/" + "x" * 2029, "it has 2,049 characters; write at most 2,048"),
        ("https://example.com/a b", "it holds white space or a control character"),
        (" https://example.com/", "it holds white space or a control character"),
        ("https://example.com/\n", "it holds white space or a control character"),
        ("https://exa\tmple.com/", "it holds white space or a control character"),
        ("https://example.com/\x00", "it holds white space or a control character"),
        ("https://example.com/\x7f", "it holds white space or a control character"),
        ("https://example.com/\u202e", "it holds white space or a control character"),
        ("https://example.com/\u00a0", "it holds white space or a control character"),
        ("https://[::1", "it is not a URL; write https://host/path"),
        ("https://example.com:99999/", "it is not a URL; write https://host/path"),
        ("https://example.com:x/", "it is not a URL; write https://host/path"),
        ("https://example.com:0/", "write https://host/path"),
        ("https://", "write https://host/path"),
        ("https:///vca", "write https://host/path"),
        ("https://:443/", "write https://host/path"),
        ("example.com/vca", "write https://host/path"),
        ("//example.com/vca", "write https://host/path"),
        ("ftp://example.com/", "write https://host/path"),
        ("javascript:alert(1)", "write https://host/path"),
        ("https://127.0.0.1\\.example.com/", "write https://host/path"),
        ("https://me:pw@example.com/", "it holds user info"),
        ("https://me@example.com/", "it holds user info"),
        ("https://@example.com/", "it holds user info"),
        ("https://example.com/#top", "it holds a fragment"),
        ("https://example.com/#", "it holds a fragment"),
        ("http://example.com/", "it is not encrypted; write https://"),
        ("http://localhost.example.com/", "it is not encrypted; write https://"),
        ("http://0.0.0.0/", "it is not encrypted; write https://"),
        ("http://192.168.0.1/", "it is not encrypted; write https://"),
    ],
)
def test_any_other_url_is_refused_with_what_to_write_instead(value: object, says: str) -> None:
    """The failure names the property, and is one printable line whatever the value."""
    failure = only(failures({**GOOD, "url": value}))

    assert failure.property == "url"
    assert failure.reason.startswith("url is ")
    assert says in failure.reason
    assert failure.reason.isprintable()
    assert len(failure.reason) < 500


@pytest.mark.parametrize("name", ["enabled", "overwrite_on_create", "rehearse"])
@pytest.mark.parametrize("value", ["true", "", 1.0, 0.0, [True], {}])
def test_a_switch_is_true_or_false_and_nothing_like_it(name: str, value: object) -> None:
    """A string from config is not taken for a boolean."""
    failure = only(failures({**GOOD, name: value}))

    assert failure.property == name
    assert failure.reason.endswith("; write True or False.")


@pytest.mark.parametrize("type", ["VCS", "VRU", "VNU"])
def test_only_endpoints_of_calls_can_be_rehearsed(type: str) -> None:
    """There are no synthetic deliveries of the other types."""
    failure = only(failures({**GOOD, "type": type, "rehearse": True}))

    assert failure == Failure("rehearse", "rehearse is True: endpoints of VCA and VSS can be rehearsed; leave it out.")
    assert failures({**GOOD, "type": type}) == []


def test_a_type_that_is_no_text_is_told_also_when_it_is_to_be_rehearsed() -> None:
    """One bad input does not keep another from being told."""
    assert only(failures({**GOOD, "type": ["VCA"], "rehearse": True})).property == "type"


@pytest.mark.parametrize("value", [None, UNKNOWN, "x", "Basic dXNlcjpwYXNz", "~" * 4096])
def test_an_auth_header_is_printable_ascii_or_left_out(value: object) -> None:
    """Unknown in preview passes."""
    assert header_problem(value) is None


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "is empty"),
        (f"{CANARY}\r\nX-Evil: 1", "holds a control character or a line break"),
        (f"{CANARY}\x00", "holds a control character or a line break"),
        (f"{CANARY}ü", "holds characters that are not ASCII"),
        (f" {CANARY}", "begins or ends with a space"),
        (CANARY * 500, "is longer than 4,096 characters"),
        ({"secret": CANARY}, "is not text"),
        (True, "is not text"),
        (f"Bearer {{{{{CANARY}}}}}", "still holds a {{placeholder}} of the set-up guide"),
    ],
)
def test_a_bad_auth_header_is_named_in_the_text_alone(value: object, says: str) -> None:
    """The engine prints the value of the property that a failure names, so it names none."""
    failure = only(failures({**GOOD, "http_auth_header": value}))

    assert failure.property == ""
    assert failure.reason.startswith("http_auth_header ")
    assert says in failure.reason
    assert CANARY not in failure.reason


@pytest.mark.parametrize(
    ("name", "value", "left_over"),
    [
        ("subaccount_id", "{{subAccountId}}", "{{subAccountId}}"),
        ("type", "{{type}}", "{{type}}"),
        ("url", "{{Your URL Endpoint}}", "{{Your URL Endpoint}}"),
        ("url", "https://example.com/{{path}}/x", "{{path}}"),
        ("url", "{{two\nlines}}", r"{{two\nlines}}"),
    ],
)
def test_a_placeholder_of_the_guide_is_named(name: str, value: str, left_over: str) -> None:
    """Whoever copied the guide's request learns which part to replace."""
    failure = only(failures({**GOOD, name: value}))

    assert failure.property == name
    assert f"it still holds {left_over} of the set-up guide; put your own value in its place" in failure.reason


@pytest.mark.parametrize(
    "name", ["subaccount_id", "type", "url", "enabled", "overwrite_on_create", "rehearse", "http_auth_header"]
)
@pytest.mark.parametrize("value", [f"{CANARY} \n", f"{{{{{CANARY}}}}}"])
def test_a_secret_is_never_repeated(name: str, value: str) -> None:
    """Any input may be given as a secret: no value in the text, and no property for the engine to print."""
    failure = only(failures({**GOOD, name: value}, secret=[name]))

    assert failure.property == ""
    assert failure.reason.startswith(name)
    assert CANARY not in failure.reason


@pytest.mark.parametrize("name", sorted({*GOOD, "http_auth_header"}))
def test_what_is_unknown_in_preview_passes(name: str) -> None:
    """It is checked when it is known."""
    assert failures({**GOOD, name: UNKNOWN}) == []


def test_every_bad_input_is_told_at_once() -> None:
    """Nobody should need one preview for each."""
    found = failures(with_defaults({"subaccount_id": "x", "type": "vca", "url": "http://x", "http_auth_header": ""}))

    assert [failure.property for failure in found] == ["subaccount_id", "type", "url", ""]


@pytest.mark.parametrize("name", ["subaccount_id", "type", "url"])
def test_a_missing_input_is_told_by_name(name: str) -> None:
    """Null is the same as left out."""
    missing = {key: value for key, value in GOOD.items() if key != name}

    assert only(failures(missing)).property == name
    assert only(failures(with_defaults({**GOOD, name: None}))).property == name


def test_defaults_fill_what_is_left_out_or_null() -> None:
    """And nulls go, so that they are in no state and no diff."""
    assert with_defaults({"url": "u", "enabled": None, "http_auth_header": None, "rehearse": True}) == {
        "url": "u", "enabled": True, "overwrite_on_create": False, "rehearse": True,
    }  # fmt: skip
