"""Which webhooks the resources of this run declare, shared among all provider processes of the run.

One run may start several provider processes: the dynamic host, the native provider, one for each explicit provider.
Each gets the engine's address as its argument and sees only its own resources. A webhook that moves from one process
to another would be deleted by the old one, so each process writes what its resources declare to a file of its own, in
a folder named after the engine's address, and locks a second file as long as it runs.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import tempfile
import time
from contextlib import suppress
from errno import EPERM
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from eightx8_voice.urls import is_loopback
from pulumi_8x8.model import WebhookId
from pulumi_8x8.settings import BASE_URLS

KEPT_SECONDS = 86_400.0
"""Age after which the files of ended processes are removed; no run takes that long."""


class Claim(NamedTuple):
    """One resource's claim to a webhook.

    Attributes:
        account: The API that the process talks to.
        webhook: The webhook's id.
        key: What distinguishes the resource from others: its URN, else its label.
        name: The resource, for messages.
        settled: Whether it has the webhook: its state holds it, or this run has registered or adopted it.
        ended: Whether the process that made the claim has ended.
    """

    account: str
    webhook: str
    key: str
    name: str
    settled: bool = False
    ended: bool = False


class Claims:
    """The claims of this process, and those of the other processes of the same run.

    Args:
        engine: The engine's address; if it is empty (unknown), nothing is shared.
        base_url: The API that this process talks to; the same ids at another API are other webhooks.
        folder: Where the files are. Default: this user's folder in the temporary directory.

    Attributes:
        problem: Why claims cannot be shared although the engine is known; empty if they can.
    """

    def __init__(self, engine: str, base_url: str, folder: Path | None = None) -> None:
        self.problem = ""
        self._account = _account(base_url)
        self._run = (folder or user_folder()) / re.sub(r"[^0-9A-Za-z.]", "-", engine) if engine else None
        self._file: Path | None = None
        self._lock = Lock()

    def add(self, webhook_id: WebhookId, key: str, name: str, *, settled: bool = False) -> None:
        """Show the other processes that a resource declares a webhook or, if `settled`, has it."""
        claim = Claim(self._account, str(webhook_id), key, name, settled)
        with self._lock:
            if self._run is None:
                return
            try:
                with self._own_file(self._run).open("a", encoding="utf-8") as file:
                    file.write(json.dumps(claim[:5]) + "\n")
            except OSError as error:
                self.problem = f"{self._run.parent} cannot be used: {error.strerror}"
                self._run = None

    def of_others(self, webhook_id: WebhookId) -> list[Claim]:
        """Return the other processes' claims to a webhook: the last claim of each resource in each process."""
        with self._lock:
            if self._run is None:
                return []
            return [
                claim._replace(ended=ended)
                for file in sorted(self._run.glob("*.claims"))
                if file != self._file and (claims := _read(file, self._account, str(webhook_id)))
                for ended in [_ended(file)]
                for claim in claims
            ]

    def _own_file(self, run: Path) -> Path:
        if self._file is None:
            from filelock import FileLock  # only a process that declares webhooks waits for this import

            make_private(run)
            file = run / f"{os.getpid()}-{uuid4().hex}.claims"
            self._held = FileLock(file.with_suffix(".lock"), thread_local=False)
            self._held.acquire(blocking=False)
            file.touch(mode=0o600)
            self._file = file
            _sweep(run.parent)
        return self._file


def user_folder() -> Path:
    """Return this user's folder in the temporary directory, for what the processes of a machine share."""
    user = str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
    return Path(tempfile.gettempdir()) / f"pulumi-8x8-{user}"


def make_private(folder: Path) -> None:
    """Create a folder inside the user's folder, which only this user can read.

    Raises:
        OSError: It cannot be created, or the user's folder belongs to another user.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if hasattr(os, "getuid") and folder.parent.stat().st_uid != os.getuid():
        raise PermissionError(EPERM, "it belongs to another user")


def _account(base_url: str) -> str:
    """Return the API's name in claims: the documented addresses share one, and so do the names of this machine."""
    parts = urlsplit(base_url)
    if base_url in BASE_URLS:
        return BASE_URLS[0]
    return f"loopback:{parts.port}{parts.path}" if is_loopback(parts.hostname or "") else base_url.lower()


def _read(file: Path, account: str, webhook: str) -> list[Claim]:
    """Return the last claim of each resource to a webhook; a line that is still being written is ignored."""
    found: dict[str, Claim] = {}
    with suppress(OSError):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError, TypeError):
                claim = Claim(*json.loads(line))
                if (claim.account, claim.webhook) == (account, webhook):
                    found[claim.key] = claim
    return list(found.values())


def _ended(file: Path) -> bool:
    """Return whether the process that wrote a file has ended: its lock is free only then."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(file.with_suffix(".lock"), blocking=False):
            return True
    except Timeout:
        return False


def _sweep(folder: Path) -> None:
    """Remove the old files of processes that have ended."""
    for file in folder.glob("*/*.claims"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > KEPT_SECONDS and _ended(file):
                file.unlink()
                file.with_suffix(".lock").unlink(missing_ok=True)
    for run in folder.iterdir():
        with suppress(OSError):
            run.rmdir()  # only an empty one can be removed
