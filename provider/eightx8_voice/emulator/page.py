"""The emulator's page: the webhooks of each subaccount, a form that places a call, and each call's timeline.

It is rendered here, without a script, and reloads itself while a call runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, get_args
from urllib.parse import parse_qsl

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from eightx8_voice import callflow, events
from eightx8_voice.callflow import Action, CallFlowError, MakeCall, PlayFile, Say, SayAndCapture
from eightx8_voice.emulator.account import Account
from eightx8_voice.emulator.call import RUNNING, Call, Plan
from eightx8_voice.emulator.calls import Calls
from eightx8_voice.emulator.delivery import Delivery
from eightx8_voice.emulator.session import Outcome

PATH, STYLE_PATH = "/", "/_page.css"

SHOWN_CALLS = 20
SHOWN_CHARACTERS = 4_000
"""How much of a request or a response is shown."""

TYPE_NAMES = {
    "VCA": "Voice Call Action",
    "VSS": "Voice Session Summary",
    "VCS": "Voice Call Status",
    "VRU": "Voice Recording Uploaded",
    "VNU": "Virtual Number Updated",
}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
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
"""What the form holds at first; the numbers are from the vendor's samples."""


@dataclass(frozen=True)
class Step:
    """One delivery in the timeline: what happened, which actions the endpoint responded with, and the bodies."""

    title: str
    actions: tuple[str, ...]
    delivery: Delivery
    request: str
    response: str


def routes(account: Account, calls: Calls, url: str) -> list[web.RouteDef]:
    """Return the page's routes, not yet guarded."""

    def page(form: Mapping[str, str], error: str | None = None) -> web.Response:
        text = render(account, calls.calls, url, form, error)
        status = 200 if error is None else 422
        body = text.encode(errors="replace")  # a URL that a test put into the account may hold a lone surrogate
        return web.Response(body=body, content_type="text/html", charset="utf-8", status=status, headers=HEADERS)

    async def show(_request: web.Request) -> web.Response:
        return page({**BLANK, "subaccount": next(iter(account.subaccounts()), "")})

    async def place(request: web.Request) -> web.Response:
        sent = dict(parse_qsl((await request.read()).decode("utf-8", "replace")))
        form = {name: sent.get(name, "").strip() for name in BLANK}
        try:
            plan = read_form(form)
        except ValueError as error:
            return page(form, str(error))
        calls.start(form["subaccount"], plan)
        raise web.HTTPSeeOther(PATH)

    async def style(_request: web.Request) -> web.Response:
        return web.Response(text=_read("page.css"), content_type="text/css", headers=HEADERS)

    return [web.get(PATH, show), web.post(PATH, place), web.get(STYLE_PATH, style)]


def read_form(form: Mapping[str, str]) -> Plan:
    """Return the call that the form asks for.

    Raises:
        ValueError: A field is missing or wrong; the message names it.

    """
    if not form["subaccount"]:
        raise ValueError("subaccount is missing")
    try:
        delay = float(form["delay"] or "0")
    except ValueError:
        raise ValueError("delay must be a number of seconds") from None
    keys = tuple(pressed.strip() for pressed in form["keys"].split(",")) if form["keys"] else ()
    outcome: Any = form["outcome"]
    return Plan(form["source"], form["destination"], keys, outcome, duplicate=bool(form["duplicate"]), delay=delay)


def render(account: Account, calls: list[Call], url: str, form: Mapping[str, str], error: str | None = None) -> str:
    """Make the page's HTML."""
    shown = calls[:SHOWN_CALLS]
    return _TEMPLATES.get_template("page.html").render(
        url=url,
        form=form,
        error=error,
        outcomes=get_args(Outcome),
        accounts={name: account.webhooks(name).values() for name in account.subaccounts()},
        type_names=TYPE_NAMES,
        calls=[(call, [step(delivery) for delivery in call.deliveries]) for call in shown],
        forgotten=len(calls) - len(shown),
        running=error is None and any(call.status == RUNNING for call in shown),
        style_path=STYLE_PATH,
    )


def step(delivery: Delivery) -> Step:
    """Describe one delivery."""
    return Step(
        title=_title(delivery),
        actions=_actions(delivery),
        delivery=delivery,
        request=_cut(json.dumps(delivery.request, indent=2, ensure_ascii=False)),
        response=_cut(_indented(delivery.answer)),
    )


def _title(delivery: Delivery) -> str:
    payload = delivery.request["payload"]
    if delivery.type == "VSS":
        return f"The session ended: {payload['sessionStatus']}"
    if delivery.type == "VRU":
        return "A recording was uploaded"
    if delivery.type == "VCS":
        return f"{payload['callStatus']}, {payload['callDirection'].lower()} leg"
    if payload["callStatus"] == "CALL_RECEIVED":
        return "The phone rings"
    event = events.parse(delivery.request)
    pressed = getattr(event, "dtmf", None)
    return "The action is completed" if pressed is None else f"The caller pressed {pressed}"


def _actions(delivery: Delivery) -> tuple[str, ...]:
    if delivery.type != "VCA" or not delivery.ok or delivery.duplicate:
        return ()
    try:
        flow = callflow.parse(callflow.decode(delivery.answer))
    except CallFlowError:
        return ()
    return tuple(_IN_WORDS.get(type(action), _hang_up)(action) for action in flow.actions)


def _hang_up(_action: Any) -> str:
    return "Hangs up"


_IN_WORDS: dict[type[Action], Callable[[Any], str]] = {
    Say: lambda action: f"Says “{action.text}”",
    SayAndCapture: lambda action: f"Asks “{action.prompt_message}”",
    PlayFile: lambda action: f"Plays {action.file_url}",
    MakeCall: lambda action: f"Calls {action.destination}",
}


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _cut(text: str) -> str:
    more = len(text) - SHOWN_CHARACTERS
    return text if more <= 0 else f"{text[:SHOWN_CHARACTERS]}\n… and {more} more characters"


def _read(name: str) -> str:
    return (resources.files("eightx8_voice.emulator") / "templates" / name).read_text("utf-8")


_TEMPLATES = Environment(
    loader=PackageLoader("eightx8_voice.emulator", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
