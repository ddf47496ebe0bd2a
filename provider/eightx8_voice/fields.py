"""The fields of one JSON object: read by name without regard to case, refused by path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

MAX_ID = 128
MAX_WHOLE = 2**31 - 1

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


class EventError(ValueError):
    """A delivery is malformed; `path` is the JSON path of the field, `message` what is wrong with it.

    The field's value is in neither: deliveries hold phone numbers.
    """

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message
        super().__init__(f"The delivery is malformed: {path} {message}")


@dataclass(frozen=True)
class Fields:
    """One object of a delivery and its path; null counts as absent."""

    values: Mapping[str, object]
    path: str

    def get(self, name: str) -> object:
        """Return a value or None; a key in other letters (`CallA`, `SourceRefId`) counts if there is no exact one."""
        if name in self.values:
            return self.values[name]
        return next((value for key, value in self.values.items() if str(key).lower() == name.lower()), None)

    def error(self, name: str, message: str) -> EventError:
        """Return the error that names one field."""
        return EventError(f"{self.path}.{name}", message)

    def present(self, name: str) -> object:
        """Return a value, or raise EventError."""
        if (value := self.get(name)) is None:
            raise self.error(name, "is missing")
        return value

    def identifier(self, name: str) -> str:
        """Return a text of 1 to 128 characters; the vendor's ids are UUIDs or names."""
        self.present(name)
        value = self.text(name)
        if not value or len(value) > MAX_ID:
            raise self.error(name, f"must have from 1 to {MAX_ID} characters")
        return value

    def text(self, name: str) -> str | None:
        """Return a text, or None."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.error(name, "must be a string")
        # Neither NUL nor half a surrogate pair, both of which JSON can spell, survives a database.
        if re.search("[\0\ud800-\udfff]", value):
            raise self.error(name, "holds a character that cannot be stored")
        return value

    def keys(self, name: str) -> str | None:
        """Return the pressed keys, or None; a single number counts as well."""
        value = self.get(name)
        if isinstance(value, (int, float)):
            number = self.whole(name)
            return None if number is None else str(number)
        return self.text(name) or None

    def whole(self, name: str) -> int | None:
        """Return a whole number of up to 31 bits, or None; its digits in a string count as well."""
        value = self.get(name)
        if isinstance(value, str) and re.fullmatch("-?[0-9]{1,10}", value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_WHOLE:
            raise self.error(name, "must be a whole number")
        return value

    def number(self, name: str) -> float | None:
        """Return a finite number, or None."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) <= MAX_WHOLE:
            raise self.error(name, "must be a number")
        return float(value)

    def flag(self, name: str) -> bool | None:
        """Return true, false or None."""
        value = self.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.error(name, "must be true or false")
        return value

    def moment(self, name: str) -> datetime | None:
        """Return an ISO 8601 time in UTC, or None; without an offset it is taken as UTC."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return _moment(value)
        except (ValueError, OverflowError):
            raise self.error(name, "must be an ISO 8601 time, e.g. 2026-01-13T08:26:58Z") from None

    def object(self, name: str) -> Fields | None:
        """Return the fields of an object, or None."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.error(name, "must be an object")
        return Fields(value, f"{self.path}.{name}")

    def objects(self, name: str) -> list[Fields]:
        """Return the fields of each object of a list; null entries are left out."""
        values = self.get(name) or []
        if not isinstance(values, (list, tuple)):
            raise self.error(name, "must be a list")
        listed = Fields({f"{name}[{index}]": value for index, value in enumerate(values)}, self.path)
        return [fields for key in listed.values if (fields := listed.object(key))]


def _moment(text: str) -> datetime:
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError
    seconds, fraction, offset = match.groups()
    zone = "+00:00" if offset in (None, "Z") else f"{offset[:3]}:{offset[-2:]}"
    micros = (fraction or "")[:6].ljust(6, "0")
    return datetime.fromisoformat(f"{seconds}.{micros}{zone}").astimezone(timezone.utc)
