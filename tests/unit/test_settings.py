"""Where settings come from, and what they must be."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_8x8.errors import SettingsError
from pulumi_8x8.settings import FIELDS, LONGEST_SECRET, Settings, is_loopback, secret_problem

CANARY = "canary-6f1d"


def load(config: dict[str, Any] | None = None, environment: dict[str, str] | None = None) -> Settings:
    return Settings.load((config or {}).get, environment or {})


def refusal(config: dict[str, Any] | None = None, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load(config, environment)
    return str(caught.value)


def test_nothing_set_gives_the_documented_defaults() -> None:
    """Times are in seconds; there is no default key."""
    assert vars(load()) == {
        "api_key": None,
        "base_url": "https://voice.wavecell.com",
        "live_checks": True,
        "fetch_ahead": True,
        "connect_timeout": 5.0,
        "read_timeout": 15.0,
        "deadline": 60.0,
        "rehearse_private": False,
    }
    assert load() == Settings()


@pytest.mark.parametrize(
    ("config", "environment", "text", "name", "value"),
    [
        ("apiKey", "EIGHTX8_API_KEY", "k-1", "api_key", "k-1"),
        ("baseUrl", "EIGHTX8_BASE_URL", "https://voice.8x8.com", "base_url", "https://voice.8x8.com"),
        ("liveChecks", "EIGHTX8_LIVE_CHECKS", "0", "live_checks", False),
        ("fetchAhead", "EIGHTX8_FETCH_AHEAD", "no", "fetch_ahead", False),
        ("connectTimeout", "EIGHTX8_CONNECT_TIMEOUT", "2.5", "connect_timeout", 2.5),
        ("readTimeout", "EIGHTX8_READ_TIMEOUT", "3600", "read_timeout", 3600.0),
        ("deadline", "EIGHTX8_DEADLINE", "0.5", "deadline", 0.5),
        ("rehearsePrivate", "EIGHTX8_REHEARSE_PRIVATE", "YES", "rehearse_private", True),
    ],
)
def test_each_setting_is_read_from_config_and_from_the_environment(
    config: str, environment: str, text: str, name: str, value: object
) -> None:
    """Both places take the same text."""
    assert getattr(load({config: text}), name) == value
    assert getattr(load(environment={environment: text}), name) == value


def test_the_table_above_is_every_setting() -> None:
    """A setting that is added is tested, too."""
    assert [field.config for field in FIELDS] == [
        "apiKey", "baseUrl", "liveChecks", "fetchAhead", "connectTimeout", "readTimeout", "deadline", "rehearsePrivate",
    ]  # fmt: skip


def test_config_comes_before_the_environment_one_setting_at_a_time() -> None:
    """A key from config and an address from the environment are one whole."""
    loaded = load({"apiKey": "from-config"}, {"EIGHTX8_API_KEY": "other", "EIGHTX8_BASE_URL": "https://voice.8x8.com"})

    assert loaded.api_key == "from-config"
    assert loaded.base_url == "https://voice.8x8.com"


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_value_counts_as_not_set(empty: str | None) -> None:
    """An environment variable that a pipeline leaves empty hides nothing."""
    assert load({"apiKey": empty}, {"EIGHTX8_API_KEY": "k-2"}).api_key == "k-2"
    assert load({"deadline": empty}, {"EIGHTX8_DEADLINE": ""}).deadline == 60.0


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line and the provider pass none."""
    monkeypatch.setenv("EIGHTX8_API_KEY", "k-3")

    assert Settings.load().api_key == "k-3"


@pytest.mark.parametrize(
    ("value", "name", "loaded"),
    [
        (True, "liveChecks", {"live_checks": True}),
        (False, "liveChecks", {"live_checks": False}),
        (5.0, "deadline", {"deadline": 5.0}),
        (7, "deadline", {"deadline": 7.0}),
    ],
)
def test_values_that_the_host_already_parsed_are_taken(value: object, name: str, loaded: dict[str, Any]) -> None:
    """Booleans and numbers arrive as such, numbers as floats."""
    assert load({name: value}) == Settings(**loaded)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("apiKey", f"{CANARY}\n", "control character or a line break"),
        ("apiKey", f"{CANARY}\x00", "control character or a line break"),
        ("apiKey", f"{CANARY}\x7f", "control character or a line break"),
        ("apiKey", f"{CANARY}é", "not ASCII"),
        ("apiKey", f" {CANARY}", "begins or ends with a space"),
        ("apiKey", f"Bearer {CANARY}", "without `Bearer`"),
        ("apiKey", CANARY * 500, "longer than 4,096 characters"),
        ("baseUrl", f"http://{CANARY}.example", "neither https nor on loopback"),
        ("baseUrl", f"http://localhost.{CANARY}.example", "neither https nor on loopback"),
        ("baseUrl", f"http://10.0.0.1/{CANARY}", "neither https nor on loopback"),
        ("baseUrl", f"ftp://{CANARY}.example", "neither https nor on loopback"),
        ("baseUrl", f"//{CANARY}.example", "neither https nor on loopback"),
        ("baseUrl", CANARY, "is not an address"),
        ("baseUrl", f"https:///{CANARY}", "is not an address"),
        ("baseUrl", f"https://voice.8x8.com/?{CANARY}", "is not an address"),
        ("baseUrl", "https://voice.8x8.com/?", "is not an address"),
        ("baseUrl", f"https://voice.8x8.com/#{CANARY}", "is not an address"),
        ("baseUrl", f"https://me:{CANARY}@voice.8x8.com", "user info"),
        ("baseUrl", f"https://{CANARY}@voice.8x8.com", "user info"),
        ("baseUrl", f"https://@{CANARY}.example", "user info"),
        ("baseUrl", f"https://voice.8x8.com/{CANARY} x", "white space"),
        ("baseUrl", f"https://voice.8x8.com\n.{CANARY}", "white space"),
        ("baseUrl", f"\thttps://{CANARY}.example", "white space"),
        ("baseUrl", f"https://{CANARY}.exämple", "white space or characters"),
        ("baseUrl", f"http://127.0.0.1\\.{CANARY}.example", "white space or characters"),
        ("baseUrl", f"https://[::1/{CANARY}", "is not a URL"),
        ("baseUrl", f"https://{CANARY}.example:99999", "is not a URL"),
        ("baseUrl", f"https://{CANARY}.example:port", "is not a URL"),
        ("liveChecks", CANARY, "neither true nor false"),
        ("fetchAhead", CANARY, "neither true nor false"),
        ("rehearsePrivate", CANARY, "neither true nor false"),
        ("connectTimeout", CANARY, "seconds above 0 and up to 3600"),
        ("readTimeout", "0", "seconds above 0 and up to 3600"),
        ("readTimeout", "-1", "seconds above 0 and up to 3600"),
        ("deadline", "nan", "seconds above 0 and up to 3600"),
        ("deadline", "inf", "seconds above 0 and up to 3600"),
        ("deadline", "3600.1", "seconds above 0 and up to 3600"),
        ("deadline", {"a": CANARY}, "seconds above 0 and up to 3600"),
    ],
)
def test_a_malformed_value_is_named_and_never_repeated(setting: str, value: object, says: str) -> None:
    """The text names the place it was read from, what is wrong, and that nothing was sent."""
    variable = next(field.environment for field in FIELDS if field.config == setting)

    from_config, from_environment = refusal({setting: value}), refusal(environment={variable: str(value)})

    assert from_config.startswith(f"The setting 8x8:{setting} ")
    assert from_environment.startswith(f"The setting {variable} ")
    for text in (from_config, from_environment):
        assert says in text
        assert text.endswith("Nothing was sent.")
        assert CANARY not in text
        assert text.isprintable()


def test_the_refusal_brings_no_value_in_its_chain() -> None:
    """A traceback of the error shows no cause that would hold the value."""
    with pytest.raises(SettingsError) as caught:
        load({"deadline": CANARY})

    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://voice.8x8.com", "https://voice.8x8.com"),
        ("https://voice.8x8.com/", "https://voice.8x8.com"),
        ("HTTPS://Voice.8x8.com", "HTTPS://Voice.8x8.com"),
        ("https://gateway.example:8443/8x8//", "https://gateway.example:8443/8x8"),
        ("http://localhost:8088", "http://localhost:8088"),
        ("http://LOCALHOST:8088", "http://LOCALHOST:8088"),
        ("http://127.8.9.10:1", "http://127.8.9.10:1"),
        ("http://[::1]:8088", "http://[::1]:8088"),
    ],
)
def test_an_address_is_https_anywhere_or_http_on_loopback(given: str, used: str) -> None:
    """A slash at the end is no part of it."""
    assert load({"baseUrl": given}).base_url == used


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.255.0.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("127.1", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("::2", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_that_looks_like_it(host: str, answer: bool) -> None:
    """Names that a resolver could resolve otherwise do not count."""
    assert is_loopback(host) is answer


def test_a_missing_key_is_told_with_the_two_ways_to_set_it() -> None:
    """It is missed where it is needed, not where settings are read."""
    with pytest.raises(SettingsError) as caught:
        load().require_key()

    text = str(caught.value)
    assert "pulumi config set --secret 8x8:apiKey" in text
    assert "EIGHTX8_API_KEY" in text
    assert "Nothing was changed." in text


def test_the_key_is_in_no_repr() -> None:
    """Settings may be printed in a debugger or a log."""
    loaded = load({"apiKey": CANARY})

    assert loaded.require_key() == CANARY
    assert CANARY not in repr(loaded)
    assert CANARY not in str(loaded)


@pytest.mark.parametrize("text", ["k", "Basic dXNlcjpwYXNz", "a b", "~!@#$%^&*()", "x" * LONGEST_SECRET])
def test_printable_ascii_can_be_sent_in_a_header(text: str) -> None:
    """Spaces inside are fine."""
    assert secret_problem(text) is None


@pytest.mark.parametrize("text", ["", " x", "x ", "x\ty", "x\r\nEvil: 1", "ü", "x" * (LONGEST_SECRET + 1), "\ud800"])
def test_anything_else_is_a_problem_that_does_not_repeat_it(text: str) -> None:
    """The reason says what, not which."""
    problem = secret_problem(text)

    assert problem
    assert problem.isprintable()
    assert "Evil" not in problem
