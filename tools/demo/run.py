"""`make demo`: the root stack against a local emulator of the 8x8 voice API, with the real Pulumi CLI.

Each step prints a command that a reader could type, and its output; a step without the expected output ends the demo
with exit code 1. All files are in `.demo/`, which is removed first.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".demo"
STACK = "demo"
SUBACCOUNT = "Demo_voice"
API_KEY = "emulator"
AUTH_HEADER = "Bearer demo"
UP = "pulumi up --yes --skip-preview --suppress-outputs"
SECONDS = 120
WIDTH = 80
PROGRESS = re.compile(
    r" (creating|updating|deleting|running)\b|^@ |^ +pulumi-python:\S+ \S+ +warning|^ +pulumi:pulumi:Stack \S+ *$"
    r"|^Duration|^The resources in the stack|^If you want to"
)
"""Lines of the CLI that only report a start or an unchanged resource, and its closing remarks."""

DIAGNOSTICS = re.compile(r"^Diagnostics:\n(?: .*\n|\n)+", re.MULTILINE)
"""Repeats the warnings that the rows show."""

BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")


class DemoError(Exception):
    """A step did not print the expected text."""


def narrate(line: str) -> None:
    """Print a heading for the next step."""
    print(f"\n{BOLD}{line}{PLAIN}", flush=True)


def show(text: str) -> None:
    """Print output, indented, with long lines wrapped."""
    for line in filter(str.strip, text.splitlines()):
        indent = " " * (4 + len(line) - len(line.lstrip()))
        print(*textwrap.wrap(
            line.strip(), WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ",
            break_long_words=False, break_on_hyphens=False,
        ), sep="\n", flush=True)  # fmt: skip


def show_command(prompt: str, command: str) -> None:
    """Print a command as a reader would type it, on several lines if it is long."""
    lines = textwrap.wrap(command, WIDTH - 6, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    print(DIM + f"  {prompt} " + " \\\n  ".join(lines) + PLAIN, flush=True)


class Demo:
    """Runs commands like a reader, and shows them."""

    def __init__(self) -> None:
        provide = [sys.executable, str(ROOT / "tools" / "engine" / "provide.py"), "--print-path"]
        engine = subprocess.check_output(provide, text=True).strip()
        (FOLDER / "state").mkdir(parents=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "EIGHTX8_"))}
        self.environment = {
            **kept,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), engine, kept["PATH"]]),
            "PULUMI_BACKEND_URL": (FOLDER / "state").as_uri(),
            "PULUMI_HOME": str(FOLDER / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }

    def run(self, command: str, *expected: str, quiet: bool = False) -> None:
        """Run a command, show its output, and check that it succeeded and printed the expected text."""
        if not quiet:
            show_command("$", command)
        done = subprocess.run(
            shlex.split(command), cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, timeout=SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        missing = [text for text in expected if text not in done.stdout]
        if done.returncode or missing:
            reason = f"did not print {missing[0]!r}" if missing else f"ended with exit code {done.returncode}"
            raise DemoError(f"`{command}` {reason}:\n{done.stdout}")
        if not quiet:
            lines = DIAGNOSTICS.sub("", done.stdout).splitlines()
            show("\n".join(line for line in lines if not PROGRESS.search(line)))

    def send(self, method: str, url: str, authorization: str, body: Mapping[str, object] | None = None) -> str:
        """Send a request, show it with its response, and return the response's text."""
        show_command(">", f"{method} {url}")
        show(json.dumps(body) if body else "")
        response = requests.request(method, url, json=body, headers={"Authorization": authorization}, timeout=SECONDS)
        if response.status_code != 200:
            raise DemoError(f"{method} {url} returned {response.status_code}")
        show(f"{response.status_code} {json.dumps(response.json())}")
        return response.text

    @contextmanager
    def serving(self, command: str, folder: Path = ROOT, **settings: str) -> Iterator[str]:
        """Start a server that prints a line with its URL when it is ready; stop it by its id."""
        show_command("$", f"{command} &")
        with (
            (FOLDER / "servers.log").open("a") as log,
            subprocess.Popen(
                shlex.split(command), cwd=folder, env=self.environment | settings,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
            ) as server,
        ):  # fmt: skip
            try:
                assert server.stdout is not None
                ready = server.stdout.readline()
                url = re.search(r"http://[\w.:]+", ready)
                if not url:
                    raise DemoError(f"`{command}` did not start; see .demo/servers.log")
                show(ready)
                yield url.group()
            finally:
                server.terminate()

    @contextmanager
    def stack(self) -> Iterator[None]:
        """A separate stack; its config file exists beside Pulumi.yaml until the demo ends."""
        config_file = ROOT / f"Pulumi.{STACK}.yaml"
        if config_file.exists():
            raise DemoError(f"{config_file.name} exists and would be overwritten: move it away")
        try:
            self.run(f"pulumi stack init {STACK}", quiet=True)
            yield
            self.run(f"pulumi stack rm --yes {STACK}", quiet=True)
        finally:
            config_file.unlink(missing_ok=True)


def story(demo: Demo) -> None:
    """Run all parts in order."""
    narrate("Start a local emulator of the 8x8 voice API:")
    with demo.serving(f"pulumi-8x8 emulate --api-key {API_KEY}") as api:
        demo.environment |= {"EIGHTX8_BASE_URL": api, "EIGHTX8_API_KEY": API_KEY}
        narrate("Start an endpoint with a phone menu, from examples/ivr:")
        settings = {"EIGHTX8_HTTP_AUTH_HEADER": AUTH_HEADER, "DATABASE_URL": f"sqlite:///{FOLDER / 'sessions.db'}"}
        folder = ROOT / "examples" / "ivr"
        with demo.serving("python -m endpoint", folder, PORT="0", **settings) as endpoint, demo.stack():
            webhooks(demo, api, endpoint)
            call(demo, endpoint)
            narrate("Remove the webhooks:")
            demo.run("pulumi destroy --yes --skip-preview --suppress-outputs", "4 deleted")
            demo.run(f"pulumi-8x8 list {SUBACCOUNT}", "No webhook is registered.")


def webhooks(demo: Demo, api: str, endpoint: str) -> None:
    """Declare, deploy, change, and show drift."""
    narrate("Declare a VCA and a VSS webhook:")
    demo.run(f"pulumi config set subaccountId {SUBACCOUNT}")
    demo.run("pulumi config set vcaUrl https://old.example.com/vca")
    demo.run(f"pulumi config set vssUrl {endpoint}/vss")
    demo.run(f"pulumi config set --secret httpAuthHeader '{AUTH_HEADER}'")
    narrate("Deploy them:")
    demo.run(UP, "4 created")
    narrate("List what the API has registered:")
    demo.run(f"pulumi-8x8 list {SUBACCOUNT}", "https://old.example.com/vca", f"{endpoint}/vss")
    narrate("Change the VCA's URL to the endpoint's:")
    demo.run(f"pulumi config set vcaUrl {endpoint}/vca")
    demo.run(UP, "1 updated", "3 unchanged")
    narrate("Nothing is left to change:")
    demo.run("pulumi preview --expect-no-changes --suppress-outputs", "4 unchanged")
    narrate("Change the other URL by hand, with the set-up guide's request:")
    by_hand = {"active": True, "type": "VSS", "url": "https://elsewhere.example.net/"}
    demo.send("POST", f"{api}/api/v1/subaccounts/{SUBACCOUNT}/webhooks", f"Bearer {API_KEY}", by_hand)
    narrate("A plain preview shows the drift:")
    demo.run("pulumi preview --suppress-outputs", "https://elsewhere.example.net/", "1 to update")
    narrate("A plain up repairs it:")
    demo.run(UP, "1 updated", "3 unchanged")
    demo.run(f"pulumi-8x8 list {SUBACCOUNT}", f"{endpoint}/vss")


def call(demo: Demo, endpoint: str) -> None:
    """Place a call through the menu."""
    narrate("Place a call; the caller presses 1 for sales, then 2 for a fixed line:")
    demo.run(
        f"pulumi-8x8 call {SUBACCOUNT} --from +6591234567 --to +6568888888 --keys 1,2",
        "For sales, press 1", "key 1", "For a fixed line, press 2", "key 2", "makeCall", "COMPLETED",
    )  # fmt: skip
    narrate("Read the session that the endpoint stored:")
    stored = demo.send("GET", f"{endpoint}/sessions", AUTH_HEADER)
    if json.loads(stored)["total"] != 1:
        raise DemoError("the endpoint did not store the one session")


def main() -> int:
    """Run the demo and return the exit code."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        story(Demo())
    except DemoError as failure:
        print(f"\nThe demo failed: {failure}", file=sys.stderr)
        return 1
    narrate("Done. No process was left running, and .demo/ can be deleted.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
