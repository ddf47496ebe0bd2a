"""Where settings come from, and which values are valid."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_8x8.errors import SettingsError
from pulumi_8x8.settings import FIELDS, Settings

CANARY = "canary-6f1d"


def load(config: dict[str, Any] | None = None, environment: dict[str, str] | None = None) -> Settings:
    return Settings.load((config or {}).get, environment or {})


def test_unset_settings_have_the_documented_defaults() -> None:
    """Table and class agree, and the host may already have parsed booleans and numbers."""
    assert load() == Settings()
    assert load({"liveChecks": False, "fetchAhead": True, "deadline": 5.0}) == Settings(live_checks=False, deadline=5.0)
    assert (Settings().api_key, Settings().base_url) == (None, "https://voice.wavecell.com")


def test_each_setting_is_read_from_config_and_from_the_environment() -> None:
    """Both accept the same text, and every new setting is covered."""
    samples: dict[str, tuple[str, str, str, Any]] = {
        "api_key": ("apiKey", "EIGHTX8_API_KEY", "k-1", "k-1"),
        "base_url": ("baseUrl", "EIGHTX8_BASE_URL", "https://voice.8x8.com", "https://voice.8x8.com"),
        "live_checks": ("liveChecks", "EIGHTX8_LIVE_CHECKS", "0", False),
        "connect_timeout": ("connectTimeout", "EIGHTX8_CONNECT_TIMEOUT", "2.5", 2.5),
        "read_timeout": ("readTimeout", "EIGHTX8_READ_TIMEOUT", "3600", 3600.0),
        "deadline": ("deadline", "EIGHTX8_DEADLINE", "0.5", 0.5),
        "rehearse_private": ("rehearsePrivate", "EIGHTX8_REHEARSE_PRIVATE", "YES", True),
    }
    for name, (config, environment, text, value) in samples.items():
        assert load({config: text}) == load(environment={environment: text}) == Settings(**{name: value})

    assert [field.name for field in FIELDS] == list(samples)


def test_config_takes_precedence_over_the_environment_for_each_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty value counts as unset; the default environment is the process's."""
    monkeypatch.setenv("EIGHTX8_API_KEY", "k-1")
    monkeypatch.setenv("EIGHTX8_DEADLINE", "")

    assert Settings.load({"apiKey": "k-2", "deadline": ""}.get) == Settings(api_key="k-2")
    assert Settings.load({"apiKey": "", "deadline": "2"}.get) == Settings(api_key="k-1", deadline=2.0)


SECONDS = "seconds above 0 and up to 3600"
MALFORMED: list[tuple[str, str, list[Any]]] = [
    ("apiKey", "must not contain control characters or line breaks", [f"{CANARY}\n"]),
    ("apiKey", "without `Bearer`", [f"Bearer {CANARY}"]),
    ("baseUrl", "must use https",
     [f"http://{CANARY}.example", f"http://localhost.{CANARY}.example", "http://0.0.0.0", "http://127.1",
      "http://127.0.0.1.example", "http://[::2]", f"ftp://{CANARY}.example", f"//{CANARY}.example"]),
    ("baseUrl", "must be a URL such as",
     [CANARY, f"https:///{CANARY}", f"https://voice.8x8.com/?{CANARY}", "https://voice.8x8.com/?", "https://a/#b"]),
    ("baseUrl", "must not contain credentials", [f"https://me:{CANARY}@voice.8x8.com", f"https://@{CANARY}.example"]),
    ("baseUrl", "must not contain white space, backslashes or non-ASCII",
     [f"https://a.example\n.{CANARY}", f"\thttps://{CANARY}.example", f"https://{CANARY}.exämple",
      f"http://127.0.0.1\\.{CANARY}.example"]),
    ("baseUrl", "must be a URL such as", [f"https://[::1/{CANARY}", f"https://{CANARY}.example:99999"]),
    ("liveChecks", "must be true or false", [CANARY]),
    ("deadline", SECONDS, [CANARY, "0", "-1", "nan", "inf", "3600.1", {"a": CANARY}]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "problem", "value"), [(name, problem, value) for name, problem, values in MALFORMED for value in values]
)
def test_a_malformed_value_is_reported_but_never_repeated(setting: str, problem: str, value: object) -> None:
    """The message names its source and what is wrong, and no cause contains the value."""
    [variable] = [field.environment for field in FIELDS if field.config == setting]

    for place, places in ((f"8x8:{setting}", [{setting: value}]), (variable, [{}, {variable: str(value)}])):
        with pytest.raises(SettingsError) as caught:
            load(*places)

        text = str(caught.value)
        assert text.startswith(f"The setting {place} ")
        assert text.endswith("Nothing was sent.")
        assert (problem in text, CANARY in text, text.isprintable()) == (True, False, True)
        assert caught.value.__suppress_context__
        assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("given", "used"),
    [("https://voice.8x8.com/", "https://voice.8x8.com"), ("HTTPS://Voice.8x8.com", "HTTPS://Voice.8x8.com"),
     ("https://gateway.example:8443/8x8//", "https://gateway.example:8443/8x8"),
     *((url, url) for url in ("http://LOCALHOST:8088", "http://127.8.9.10:1", "http://[::1]:8088"))],
)  # fmt: skip
def test_an_address_is_https_anywhere_or_http_on_loopback(given: str, used: str) -> None:
    """A trailing slash is removed."""
    assert load({"baseUrl": given}).base_url == used


def test_no_repr_contains_the_key() -> None:
    """Settings may be printed in a debugger or a log."""
    assert CANARY not in f"{Settings(api_key=CANARY)!r} {Settings(api_key=CANARY)}"
