"""The state file: keeps the emulator's webhooks between runs, as JSON that only its owner can read."""

from __future__ import annotations

import glob
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eightx8_voice.emulator.account import StoredWebhook, Webhooks
from eightx8_voice.webhooks import WebhookType

VERSION = 1
UNFINISHED = ".unfinished"


class StateFileError(Exception):
    """The file is not an emulator's state file, or it cannot be read or written."""


def load(path: Path) -> dict[str, Webhooks]:
    """Read a state file; a missing one means an empty account. Remove temporary files that a killed run left behind.

    Raises:
        StateFileError: It cannot be read, or is not a state file.
    """
    for unfinished in path.parent.glob(f".{glob.escape(path.name)}.????????{UNFINISHED}"):
        with suppress(OSError):
            unfinished.unlink()
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise StateFileError(f"The state file {path} cannot be read: {error}.") from None
    try:
        return _webhooks(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StateFileError(
            f"The state file {path} is not an emulator's state file; nothing was changed. "
            "Name another file, or remove this one to start with an empty account."
        ) from None


def save(path: Path, held: Mapping[str, Webhooks]) -> None:
    """Write all webhooks atomically: a reader sees the old file or the new one, never a part.

    Raises:
        StateFileError: The file cannot be written; the old one is unchanged.
    """
    subaccounts = {name: {one.type: asdict(one) for one in webhooks.values()} for name, webhooks in held.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # mkstemp creates the file with mode 0600, before it contains a secret.
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"version": VERSION, "subaccounts": subaccounts}, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StateFileError(
            f"The state file {path} cannot be written: {error.strerror}. It still contains the previous state."
        ) from None


def _webhooks(document: Any) -> dict[str, Webhooks]:
    if document["version"] != VERSION:
        raise ValueError(document)
    return {
        subaccount: {name: _webhook(name, **stored) for name, stored in webhooks.items()}
        for subaccount, webhooks in document["subaccounts"].items()
    }


def _webhook(name: str, type: str, url: str, enabled: bool, http_auth_header: str | None) -> StoredWebhook:
    texts = (type, url, http_auth_header or "")
    if name != type or not isinstance(enabled, bool) or not all(isinstance(text, str) for text in texts):
        raise ValueError(name)
    return StoredWebhook(WebhookType(type).value, url, enabled, http_auth_header)
