"""`pulumi-8x8 call`: place a call on a running emulator."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import click
import requests

from eightx8_voice.text import printable
from eightx8_voice.urls import is_loopback
from pulumi_8x8.cli.parameters import Failed, Seconds, SubaccountId
from pulumi_8x8.settings import Settings

LONGEST_CALL = 600.0
"""Seconds to wait for the end of a call at most."""


@click.command()
@click.argument("subaccount", type=SubaccountId())
@click.option("--from", "source", required=True, metavar="+65…", help="Who calls, in E.164.")
@click.option("--to", "destination", required=True, metavar="+65…", help="The virtual number that is called, in E.164.")
@click.option("--keys", default="", help="What the caller presses, one entry for each time the call flow listens: 1,2")
@click.option(
    "--outcome",
    type=click.Choice(["COMPLETED", "BUSY", "NO_ANSWER", "FAILED", "CANCELED"]),
    default="COMPLETED",
    show_default=True,
    help="How the leg of a makeCall ends.",
)
@click.option(
    "--timeout", type=Seconds(), default=5.0, show_default=True, help="Longest time for an endpoint to respond."
)
@click.option("--duplicate", is_flag=True, help="Make each delivery twice.")
@click.option("--delay", type=Seconds(zero=True), default=0.0, show_default=True, help="Pause before each delivery.")
@click.option(
    "--dtmf-place",
    type=click.Choice(["eventData.dtmf", "eventData", "dtmf"]),
    default="eventData.dtmf",
    show_default=True,
    help="Where a VCA has the pressed keys.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the call as JSON.")
def call(subaccount: str, keys: str, as_json: bool, **plan: Any) -> None:
    """Place a call to SUBACCOUNT on the emulator at EIGHTX8_BASE_URL.

    The webhooks that are registered there receive the deliveries, and what they return is executed, as live.

    Exit codes: 0 the session ended without an error, 1 it ended as ERROR, 2 misuse or an error.
    """
    base_url = Settings.load().base_url
    if not is_loopback(urlsplit(base_url).hostname or ""):
        raise Failed("Calls are placed on an emulator on this machine: set its URL in EIGHTX8_BASE_URL.")
    try:
        response = requests.post(
            f"{base_url}/_calls",
            json={"subaccount": subaccount, "keys": keys.split(",") if keys else [], **plan},
            timeout=(5, LONGEST_CALL),
            allow_redirects=False,
        )
        placed = response.json()
    except (requests.RequestException, ValueError):
        raise Failed(
            "No emulator responds at EIGHTX8_BASE_URL. Start one with `pulumi-8x8 emulate`, and set its URL there."
        ) from None
    if response.status_code == 422:
        raise Failed(f"{printable(placed.get('error'))}.")
    if response.status_code != 200 or not isinstance(placed, dict) or "deliveries" not in placed:
        raise Failed("What responds at EIGHTX8_BASE_URL is not an emulator. Nothing was placed.")
    click.echo(json.dumps(placed, indent=2) if as_json else _as_text(placed))
    raise SystemExit(1 if placed["status"] == "ERROR" else 0)


def _as_text(call: dict[str, Any]) -> str:
    """The call as a few lines: each delivery, its response, the end."""
    lines = [f"{call['source']} calls {call['destination']}"]
    lines += [_delivery(delivery) for delivery in call["deliveries"]]
    lines += [printable(note) for note in call["notes"]]
    code = f" {call['error_code']}" if call["error_code"] else ""
    lines.append(f"The session ended: {call['status']}{code}.")
    return "\n".join(lines)


def _delivery(delivery: dict[str, Any]) -> str:
    payload, data = delivery["request"]["payload"], delivery["request"]["payload"].get("eventData")
    status = payload.get("callStatus") or payload.get("sessionStatus") or payload.get("status")
    key = (data.get("dtmf") if isinstance(data, dict) else data) or payload.get("dtmf")
    event = f"{delivery['type']} {status}" + (f", key {key}" if key else "")
    again = " (again)" if delivery.get("duplicate") else ""
    return f"  {event}{again} -> {delivery['status']} in {delivery['duration_ms']:.0f} ms: {_outcome(delivery)}"


def _outcome(delivery: dict[str, Any]) -> str:
    """What an endpoint responded, in the call flow's own words."""
    if not delivery["ok"] or delivery["type"] != "VCA" or delivery.get("duplicate"):
        return printable(delivery["verdict"])
    return printable(", then ".join(_action(action) for action in json.loads(delivery["answer"])["callflow"]))


def _action(action: dict[str, Any]) -> str:
    params = action.get("params") or {}
    words = params.get("text") or params.get("promptMessage") or params.get("destination") or params.get("fileUrl")
    return f"{action['action']} {words!r}" if words else str(action["action"])
