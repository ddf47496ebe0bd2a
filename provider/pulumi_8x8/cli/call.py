"""`pulumi-8x8 call`: place a call on a running emulator."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import requests

from eightx8_voice import json_text
from eightx8_voice.text import printable
from eightx8_voice.urls import is_loopback
from pulumi_8x8.cli.parameters import Failed, Seconds, SubaccountId
from pulumi_8x8.settings import Settings

LONGEST_CALL = 600.0
"""Longest time to wait for the end of a call, in seconds."""


@click.command()
@click.argument("subaccount", type=SubaccountId())
@click.option("--from", "source", metavar="+65…", help="Number of the caller, in E.164 format.")
@click.option("--to", "destination", metavar="+65…", help="Virtual number that is called, in E.164 format.")
@click.option(
    "--start",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Begin an outbound session with the call flow in this file.",
)
@click.option("--keys", default="", help="Keys to press, one entry for each time a call flow listens: 1,2")
@click.option(
    "--outcome",
    "outcomes",
    default="COMPLETED",
    show_default=True,
    help="How each makeCall ends, in order; the last one repeats: COMPLETED, BUSY, NO_ANSWER, FAILED, CANCELED",
)
@click.option(
    "--expect",
    multiple=True,
    metavar="TEXT",
    help="Text that must be heard, in order: part of what is said or played, or of a number called; repeatable.",
)
@click.option(
    "--timeout", type=Seconds(60), default=5.0, show_default=True, help="Longest time for an endpoint to respond."
)
@click.option(
    "--delay", type=Seconds(60, zero=True), default=0.0, show_default=True, help="Pause before each delivery."
)
@click.option("--duplicate", is_flag=True, help="Send each delivery twice.")
@click.option(
    "--retries", type=click.IntRange(0, 10), default=0, help="How often to retry a delivery that gets no 200."
)
@click.option("--hang-up-at", type=click.IntRange(1, 50), metavar="N", help="Hang up during the Nth VCA delivery.")
@click.option(
    "--dtmf-place",
    type=click.Choice(["eventData.dtmf", "eventData", "dtmf"]),
    default="eventData.dtmf",
    show_default=True,
    help="Field of a VCA delivery that contains the pressed keys.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the call as JSON.")
def call(
    subaccount: str,
    start: Path | None,
    keys: str,
    outcomes: str,
    expect: tuple[str, ...],
    as_json: bool,
    **more: Any,
) -> None:
    """Place a call to SUBACCOUNT on the emulator at EIGHTX8_BASE_URL.

    The webhooks registered there receive the deliveries, and the call flows that they return are executed.

    Exit codes: 0 success; 1 the session ended as ERROR, a delivery failed or timed out, a duplicate got a different
    response, an inbound call delivered no VCA, or something expected was not heard; 2 misuse or an error; 130
    interrupted.
    """
    numbers = {name: more.pop(name) for name in ("source", "destination")}
    if any(numbers.values()) if start else not all(numbers.values()):
        raise click.UsageError("Use --from and --to, or --start instead.")
    who = {"start": _document(start)} if start else numbers
    how = {"keys": keys.split(",") if keys else [], "outcomes": outcomes.split(",")}
    placed = _place({"subaccount": subaccount, **who, **how, **more})
    unmet = _unmet(expect, placed["heard"])
    if as_json:
        click.echo(json.dumps({**placed, "unmet": unmet}, indent=2))
    else:
        _show(placed, unmet)
    raise SystemExit(1 if unmet or _failed(placed) else 0)


def _document(file: Path) -> object:
    try:
        return json_text.read(file.read_bytes())
    except OSError as error:
        raise Failed(f"{printable(file)} cannot be read: {error.strerror}. No call was placed.") from None
    except ValueError as error:
        raise Failed(f"{printable(file)} is not JSON: {printable(error)}. No call was placed.") from None


def _place(order: dict[str, Any]) -> dict[str, Any]:
    """Place the call and return it once it has ended."""
    base_url = Settings.load().base_url
    if not is_loopback(urlsplit(base_url).hostname or ""):
        raise Failed("Calls are placed on an emulator on this machine: set its URL in EIGHTX8_BASE_URL.")
    session = requests.Session()
    session.trust_env = False  # a loopback address is never proxied, whatever the environment says
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    try:
        response = session.post(f"{base_url}/_calls", json=order, timeout=(5, LONGEST_CALL), allow_redirects=False)
        placed = response.json()
    except requests.ReadTimeout:
        raise Failed(f"The call did not end within {LONGEST_CALL:g} s.") from None
    except (requests.RequestException, ValueError):
        raise Failed(
            "No emulator responds at EIGHTX8_BASE_URL. Start one with `pulumi-8x8 emulate`, and set its URL there."
        ) from None
    if response.status_code == 422 and isinstance(placed, dict) and "error" in placed:
        raise Failed(f"{printable(placed['error'])}. No call was placed.")
    if response.status_code != 200 or not isinstance(placed, dict) or "deliveries" not in placed:
        raise Failed("The server at EIGHTX8_BASE_URL is not an emulator. No call was placed.")
    return placed


def _failed(call: dict[str, Any]) -> bool:
    deliveries = call["deliveries"]
    unserved = not call["outbound"] and not any(one["type"] == "VCA" for one in deliveries)
    return unserved or call["status"] == "ERROR" or any(map(_is_failure, deliveries))


def _is_failure(delivery: dict[str, Any]) -> bool:
    return not delivery["ok"] and not delivery["retried"]


def _unmet(expected: tuple[str, ...], heard: list[str]) -> str | None:
    """Return a message with the first unmet expectation and what was heard instead, or None; case is ignored."""
    place, offset, before = 0, 0, ""
    for text in expected:
        rest = heard[place:]
        while place < len(heard) and (found := _plain(heard[place]).find(_plain(text), offset)) < 0:
            place, offset = place + 1, 0
        if place == len(heard):
            instead = ", ".join(f'"{words}"' for words in rest) or "nothing"
            return f'Not heard{before}: "{text}". Heard instead: {instead}.'
        offset, before = found + len(_plain(text)), f' after "{text}"'
    return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _show(call: dict[str, Any], unmet: str | None) -> None:
    """Print each delivery and its response, the notes and the result; on a terminal, folded, with failures in red."""
    _print(f"{call['source']} calls {call['destination']}")
    for delivery in call["deliveries"]:
        _print(_line(delivery), _is_failure(delivery), indent="  ")
    for note in call["notes"]:
        _print(note)
    code = f" {call['error_code']}" if call["error_code"] else ""
    _print(f"The session ended: {call['status']}{code}.", bool(code))
    if unmet:
        _print(unmet, bad=True)


def _print(text: str, bad: bool = False, indent: str = "") -> None:
    lines = [indent + printable(text, sys.maxsize)]
    if sys.stdout is not None and sys.stdout.isatty():
        width = max(shutil.get_terminal_size().columns, 20)
        lines = textwrap.wrap(lines[0], width, subsequent_indent=f"{indent}    ", break_long_words=False)
    for line in lines:
        click.echo(click.style(line, fg="red") if bad else line)


def _line(delivery: dict[str, Any]) -> str:
    payload, data = delivery["request"]["payload"], delivery["request"]["payload"].get("eventData")
    status = payload.get("callStatus") or payload.get("sessionStatus") or payload.get("status")
    key = (data.get("dtmf") if isinstance(data, dict) else data) or payload.get("dtmf")
    event = f"{delivery['type']} {status}" + (f", key {key}" if key else "")
    again = " (again)" if delivery["duplicate"] else " (to be retried)" if delivery["retried"] else ""
    response = "no response" if delivery["status"] is None else delivery["status"]
    outcome = ", then ".join(delivery["actions"]) or delivery["verdict"]
    return f"{event}{again} -> {response} in {delivery['duration_ms']:.0f} ms: {outcome}"
