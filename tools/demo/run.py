"""`make demo`: the root stack against a local 8x8 voice API, by the real Pulumi CLI.

Each step prints the command that a reader could type, and what it really printed; a step that does not show what it
should ends the demo with exit code 1. Everything is kept in `.demo/`, which is removed first.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".demo"
BIN = Path(sys.executable).parent
STACK = "demo"
SUBACCOUNT = "InternalDemoCPaaS_8dD15_voice"
AUTH_HEADER = "Bearer demo"
UP = "pulumi up --yes --skip-preview --suppress-outputs"
SECONDS = 120
PROGRESS = re.compile(
    r" (creating|updating|deleting|running)\b|^@ |^    pulumi-python:\S+ \S+ +warning|^Duration"
    r"|^The resources in the stack|^If you want to"
)
"""Lines of the CLI that only report that something has begun, and its closing remarks."""


class DemoError(Exception):
    """A step did not show what it should."""


class Demo:
    """Runs commands as a reader would, and shows them."""

    def __init__(self) -> None:
        provide = [sys.executable, str(ROOT / "tools" / "engine" / "provide.py"), "--print-path"]
        engine = subprocess.run(provide, check=True, capture_output=True, text=True).stdout.strip()
        (FOLDER / "state").mkdir(parents=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "EIGHTX8_"))}
        self.environment = {
            **kept,
            "PATH": os.pathsep.join([str(BIN), engine, kept["PATH"]]),
            "PULUMI_BACKEND_URL": (FOLDER / "state").as_uri(),
            "PULUMI_HOME": str(FOLDER / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }
        self._bold, self._dim, self._plain = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")

    def narrate(self, line: str) -> None:
        """Print what comes next."""
        print(f"\n{self._bold}{line}{self._plain}", flush=True)

    def show(self, command: str) -> None:
        """Print a command."""
        print(f"{self._dim}  $ {command}{self._plain}", flush=True)

    def run(self, command: str, *expected: str, code: int = 0, quiet: bool = False) -> str:
        """Run a command, show what it printed, and check that it printed what it should."""
        if not quiet:
            self.show(command)
        done = subprocess.run(
            shlex.split(command), cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, timeout=SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if not quiet:
            for line in done.stdout.splitlines():
                if line.strip() and not PROGRESS.search(line):
                    print(f"    {line.rstrip()}", flush=True)
        missing = [text for text in expected if text not in done.stdout]
        if done.returncode != code or missing:
            raise DemoError(
                f"`{command}` ended with {done.returncode} instead of {code}"
                + (f" and did not print {missing[0]!r}" if missing else "")
                + (f":\n{done.stdout}" if quiet else "")
            )
        return done.stdout

    def send(self, method: str, url: str, authorization: str, body: dict[str, object] | None = None) -> str:
        """Send a request, and show it with its response."""
        print(f"{self._dim}  > {method} {url}{self._plain}")
        if body:
            print(f"    {json.dumps(body)}")
        response = requests.request(method, url, json=body, headers={"Authorization": authorization}, timeout=SECONDS)
        print(f"    {response.status_code} {response.text.strip()}", flush=True)
        if response.status_code != 200:
            raise DemoError(f"{method} {url} returned {response.status_code}")
        return response.text

    @contextmanager
    def serving(self, command: str, folder: Path = ROOT, **settings: str) -> Iterator[str]:
        """Start a server that prints a line with its URL when it is ready; end it by its own id."""
        self.show(f"{command} &")
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
                print(f"    {ready.strip()}")
                yield url.group()
            finally:
                server.terminate()

    @contextmanager
    def stack(self) -> Iterator[None]:
        """A stack of its own; its config file stands beside Pulumi.yaml until the demo ends."""
        config_file = ROOT / f"Pulumi.{STACK}.yaml"
        if config_file.exists():
            raise DemoError(f"{config_file.name} exists; the demo would overwrite it. Move it away")
        try:
            self.run(f"pulumi stack init {STACK}", quiet=True)
            yield
            self.run(f"pulumi stack rm --yes {STACK}", quiet=True)
        finally:
            config_file.unlink(missing_ok=True)


def story(demo: Demo) -> None:
    """What is shown, in order."""
    demo.narrate("A local 8x8 voice API, in place of the vendor's:")
    with demo.serving("pulumi-8x8 emulate") as api:
        demo.environment |= {"EIGHTX8_BASE_URL": api, "EIGHTX8_API_KEY": "emulator"}
        demo.narrate("An endpoint that leads calls through a menu (examples/ivr):")
        settings = {"EIGHTX8_HTTP_AUTH_HEADER": AUTH_HEADER, "DATABASE_URL": f"sqlite:///{FOLDER / 'sessions.db'}"}
        folder = ROOT / "examples" / "ivr"
        with demo.serving("python -m endpoint", folder, PORT="0", **settings) as endpoint, demo.stack():
            webhooks(demo, api, endpoint)
            call(demo, endpoint)
            demo.narrate("Remove the webhooks:")
            demo.run("pulumi destroy --yes --skip-preview --suppress-outputs", "4 deleted")
            demo.run(f"pulumi-8x8 list {SUBACCOUNT}", "No webhook is registered.")


def webhooks(demo: Demo, api: str, endpoint: str) -> None:
    """Declare, deploy, change, drift."""
    demo.narrate("Declare a VCA and a VSS webhook, and deploy them:")
    demo.run(f"pulumi config set --secret httpAuthHeader '{AUTH_HEADER}'")
    demo.run(
        f"{UP} -c subaccountId={SUBACCOUNT} -c vcaUrl={endpoint}/vca?menu=old -c vssUrl={endpoint}/vss", "4 created"
    )
    demo.narrate("What the API lists now:")
    demo.run(f"pulumi-8x8 list {SUBACCOUNT}", f"{endpoint}/vca?menu=old", f"{endpoint}/vss")
    demo.narrate("Change one URL:")
    demo.run(f"{UP} -c vcaUrl={endpoint}/vca", "1 updated", "3 unchanged")
    demo.narrate("Nothing is left to do:")
    demo.run("pulumi preview --expect-no-changes --suppress-outputs", "4 unchanged")
    demo.narrate("At night, somebody changes the other one by hand, with the set-up guide's request:")
    demo.send(
        "POST",
        f"{api}/api/v1/subaccounts/{SUBACCOUNT}/webhooks",
        "Bearer emulator",
        {"active": True, "type": "VSS", "url": "https://elsewhere.example.net/"},
    )
    demo.narrate("An ordinary preview shows it:")
    demo.run("pulumi preview --suppress-outputs", "warning: url is https://elsewhere.example.net/ live", "1 to update")
    demo.narrate("And an ordinary up repairs it:")
    demo.run(UP, "1 updated", "3 unchanged")
    demo.run(f"pulumi-8x8 list {SUBACCOUNT}", f"{endpoint}/vss")


def call(demo: Demo, endpoint: str) -> None:
    """The phone rings."""
    demo.narrate("The phone rings. The caller presses 1 for sales, then 2 for a fixed line:")
    demo.run(
        f"pulumi-8x8 call {SUBACCOUNT} --from +6591234567 --to +6568888888 --keys 1,2",
        "For sales, press 1", "key 1", "For a fixed line, press 2", "key 2", "makeCall", "COMPLETED",
    )  # fmt: skip
    demo.narrate("What the endpoint has stored of it:")
    stored = demo.send("GET", f"{endpoint}/sessions", AUTH_HEADER)
    if '"total":1' not in stored.replace(" ", ""):
        raise DemoError("the endpoint did not store the one session")


def main() -> int:
    """Run the demo and return the exit code."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    demo = Demo()
    try:
        story(demo)
    except DemoError as failure:
        print(f"\nThe demo failed: {failure}.", file=sys.stderr)
        return 1
    demo.narrate("That was all: nothing is left running, and .demo/ can be deleted.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
