"""The fields of one JSON object in a delivery, matched regardless of letter case and read as leniently as is safe.

A reader is a function that converts a value, or returns None if it cannot. Only `required` rejects a delivery: a live
call must not fail because of a field that the endpoint does not need.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import NamedTuple, TypeVar

MAX_ID = 128
MAX_WHOLE = 2**31 - 1
"""The largest number that is accepted: 31 bits."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SECONDS_FROM, _MILLISECONDS_FROM = 1e9, 1e11
"""Smallest numbers read as seconds (the year 2001) and as milliseconds since 1970 (in seconds, the year 5138)."""

T = TypeVar("T")


class EventError(ValueError):
    """A delivery is malformed; `path` is the JSON path of the field, `message` what is wrong with it.

    Neither contains the field's value, because deliveries contain phone numbers.
    """

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message
        super().__init__(f"The delivery is malformed: {path} {message}")


class Unread(NamedTuple):
    """A field whose value could not be read: its JSON path and its original value."""

    path: str
    value: object


@dataclass(frozen=True)
class Fields:
    """One object of a delivery and its path; null counts as absent. A whole delivery shares one `unread` list."""

    values: Mapping[str, object]
    path: str = "$"
    unread: list[Unread] = field(default_factory=list)

    def get(self, name: str) -> object:
        """Return a value or None; a key in another case (`CallA`, `SourceRefId`) matches if there is no exact one."""
        if name in self.values:
            return self.values[name]
        return next((value for key, value in self.values.items() if str(key).lower() == name.lower()), None)

    def error(self, name: str, message: str) -> EventError:
        """Return an error about one field."""
        return EventError(f"{self.path}.{name}", message)

    def required(self, name: str) -> str:
        """Return a string of 1 to 128 characters; the vendor's ids are UUIDs or names.

        Raises:
            EventError: The field is missing or not such a string.
        """
        value = self.get(name)
        if value is None:
            raise self.error(name, "is missing")
        found = text(value)
        if not found or len(found) > MAX_ID:
            raise self.error(name, f"must be a string of 1 to {MAX_ID} characters")
        return found

    def optional(self, name: str, read: Callable[[object], T | None]) -> T | None:
        """Return the converted value, or None; a value that cannot be converted is recorded in `unread`."""
        value = self.get(name)
        found = None if value is None else read(value)
        if found is None and value not in (None, "", [], {}):
            self.unread.append(Unread(f"{self.path}.{name}", value))
        return found

    def nested(self, name: str) -> Fields | None:
        """Return the fields of an object, or None."""
        return self.optional(name, lambda value: self._within(name, value))

    def nested_list(self, name: str) -> list[Fields]:
        """Return the fields of each object in a list; null entries are omitted, other values recorded in `unread`."""
        values = self.optional(name, lambda value: value if isinstance(value, list) else None) or []
        listed = Fields({f"{name}[{index}]": value for index, value in enumerate(values)}, self.path, self.unread)
        return [fields for key in listed.values if (fields := listed.nested(key))]

    def _within(self, name: str, value: object) -> Fields | None:
        return Fields(value, f"{self.path}.{name}", self.unread) if isinstance(value, Mapping) else None


def text(value: object) -> str | None:
    """Read a string, or a whole number as its digits."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e18 and value == int(value):
        return str(int(value))
    # JSON can express NUL and half a surrogate pair, but databases cannot store them.
    return value if isinstance(value, str) and not re.search("[\0\ud800-\udfff]", value) else None


def number(value: object) -> float | None:
    """Read a finite number of up to 31 bits, or a string that contains one."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= MAX_WHOLE
    return value if known else None  # type: ignore[return-value]


def whole(value: object) -> int | None:
    """Read a whole number of up to 31 bits, or a string that contains one."""
    found = number(value)
    return None if found is None or found != int(found) else int(found)


def flag(value: object) -> bool | None:
    """Read true or false, or a string with either word."""
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())


def moment(value: object) -> datetime | None:
    """Read an ISO 8601 time (UTC if it has no offset), or seconds or milliseconds since 1970; return it in UTC."""
    try:
        if isinstance(value, str) and (match := _MOMENT.fullmatch(value.strip())):
            day, time, fraction, offset = match.groups()
            zone = "+00:00" if offset in (None, "Z") else f"{offset[:3]}:{offset[-2:]}"
            parsed = datetime.fromisoformat(f"{day}T{time}.{(fraction or '')[:6].ljust(6, '0')}{zone}")
            return parsed.astimezone(timezone.utc)
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            since = float(value)
            seconds = since / 1000 if since >= _MILLISECONDS_FROM else since
            return _EPOCH + timedelta(seconds=seconds) if since >= _SECONDS_FROM else None
    except (ValueError, OverflowError):
        pass
    return None
