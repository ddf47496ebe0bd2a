"""The emulator's page: the webhooks of each subaccount, a form that places a call, and each call's timeline.

The page is rendered here; its script reloads it every second and updates only the parts that have changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from typing import Any, get_args
from urllib.parse import parse_qsl

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from eightx8_voice import events
from eightx8_voice.emulator.account import Account
from eightx8_voice.emulator.call import RUNNING, Call, Plan, check_webhooks
from eightx8_voice.emulator.calls import Calls
from eightx8_voice.emulator.delivery import Delivery
from eightx8_voice.emulator.session import CallOutcome

PATH = "/"
FILES = {"/_page.css": "text/css", "/_page.js": "text/javascript"}

SHOWN_CALLS = 20
SHOWN_CHARACTERS = 4_000
"""Most characters of a request or a response that are shown."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With "no-referrer" a browser would send "Origin: null" with the form, which is refused.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

BLANK = {
    "subaccount": "",
    "source": "+6591178965",
    "destination": "+6568332048",
    "keys": "",
    "outcome": "COMPLETED",
    "delay": "0",
    "duplicate": "",
}
"""The form's initial values; the numbers are from the vendor's samples."""


@dataclass(frozen=True)
class Shown:
    """One delivery, the keys that it reports, and its bodies formatted for display."""

    delivery: Delivery
    pressed: str | None
    request: str
    response: str


def routes(account: Account, calls: Calls, url: str) -> list[web.RouteDef]:
    """Return the page's routes, without access checks."""
    last: dict[str, str] = {}

    def page(form: Mapping[str, str], error: str | None = None) -> web.Response:
        text = render(account, calls.calls, url, form, error)
        status = 200 if error is None else 422
        body = text.encode(errors="replace")  # a URL that a test stored may contain a lone surrogate
        return web.Response(body=body, content_type="text/html", charset="utf-8", status=status, headers=HEADERS)

    async def show(_request: web.Request) -> web.Response:
        known = [call.subaccount for call in calls.calls[:1]] or account.subaccounts() or [""]
        return page({**BLANK, "subaccount": known[0], **last})

    async def place(request: web.Request) -> web.Response:
        sent = dict(parse_qsl((await request.read()).decode("utf-8", "replace")))
        form = {name: sent.get(name, "").strip() for name in BLANK}
        try:
            plan = read_form(form)
            check_webhooks(account, form["subaccount"])
        except ValueError as error:
            return page(form, str(error))
        last.update(form)
        calls.start(form["subaccount"], plan)
        raise web.HTTPSeeOther(PATH)

    async def file(request: web.Request) -> web.Response:
        text = (resources.files("eightx8_voice.emulator") / "templates" / request.path[2:]).read_text("utf-8")
        return web.Response(text=text, content_type=FILES[request.path], headers=HEADERS)

    return [web.get(PATH, show), web.post(PATH, place), *(web.get(path, file) for path in FILES)]


def read_form(form: Mapping[str, str]) -> Plan:
    """Return the plan of the call that the form describes.

    Raises:
        ValueError: A field is missing or invalid; the message names it.
    """
    if not form["subaccount"]:
        raise ValueError("subaccount is missing")
    try:
        delay = float(form["delay"] or "0")
    except ValueError:
        raise ValueError("delay must be a number of seconds") from None
    keys = tuple(pressed.strip() for pressed in form["keys"].split(",")) if form["keys"] else ()
    outcome: Any = form["outcome"]
    return Plan(form["source"], form["destination"], keys, (outcome,), duplicate=bool(form["duplicate"]), delay=delay)


def render(account: Account, calls: list[Call], url: str, form: Mapping[str, str], error: str | None = None) -> str:
    """Return the page's HTML."""
    shown = calls[:SHOWN_CALLS]
    return _TEMPLATES.get_template("page.html").render(
        url=url,
        form=form,
        error=error,
        outcomes=get_args(CallOutcome),
        accounts={name: account.webhooks(name).values() for name in account.subaccounts()},
        calls=[(call, steps(call.deliveries)) for call in shown],
        forgotten=len(calls) - len(shown),
        running=error is None and any(call.status == RUNNING for call in shown),
    )


def steps(deliveries: tuple[Delivery, ...]) -> list[list[Shown]]:
    """Group a call's deliveries: consecutive VCS deliveries of one leg form one step."""

    def leg(delivery: Delivery) -> object:
        return delivery.request["payload"]["callId"] if delivery.type == "VCS" else id(delivery)

    return [list(map(_shown, group)) for _, group in groupby(deliveries, key=leg)]


def _shown(delivery: Delivery) -> Shown:
    pressed = getattr(events.parse(delivery.request), "dtmf", None)
    request = json.dumps(delivery.request, indent=2, ensure_ascii=False)
    return Shown(delivery, pressed, _cut(request), _cut(_indented(delivery)))


def _indented(delivery: Delivery) -> str:
    try:
        return json.dumps(json.loads(delivery.response), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return delivery.response


def _cut(text: str) -> str:
    more = len(text) - SHOWN_CHARACTERS
    return text if more <= 0 else f"{text[:SHOWN_CHARACTERS]}\n… and {more} more characters"


_TEMPLATES = Environment(
    loader=PackageLoader("eightx8_voice.emulator", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
