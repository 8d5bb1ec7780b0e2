"""The kinds of value that policy.toml has: spans, times of day, shares, handles, each with its own complaint."""

from __future__ import annotations

import re
from datetime import time, timedelta
from fractions import Fraction
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
)

TeamName = Literal["enterprise", "scaled", "digital"]
_SPAN = re.compile(r"(\d+) (second|minute|hour|day|week|month)s?")
_UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


class Table(BaseModel):
    """A table of the file: what it does not name is refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


def _span(value: Any) -> timedelta:
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if not match or not int(match[1]) or match[2] == "month":
        msg = 'must be a number of minutes, hours, days or weeks, like "7 days" or "48 hours"'
        raise ValueError(msg)
    return int(match[1]) * _UNITS[match[2]]


def _cadence(value: str) -> str:
    match = _SPAN.fullmatch(value)
    if not match or not int(match[1]):
        msg = 'must be a span like "1 week" or "3 months"'
        raise ValueError(msg)
    return value


def _time_of_day(value: Any) -> time:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        msg = 'must be a time of day like "09:00"'
        raise ValueError(msg)
    return time.fromisoformat(value)


def _fraction(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"\d+/[1-9]\d*", value):
        msg = 'must be a number or a fraction like "10/3"'
        raise ValueError(msg)
    return float(Fraction(value))


def _work_span(value: str) -> str:
    working = re.fullmatch(r"[1-9]\d* working days?", value)
    if not working and (not (match := _SPAN.fullmatch(value)) or match[2] not in ("minute", "hour")):
        msg = 'must be working time, like "1 working day", "2 hours" or "30 minutes"'
        raise ValueError(msg)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, KeyError, OSError) as error:
        msg = 'must be a time zone like "Europe/London"'
        raise ValueError(msg) from error
    return value


def _handle(value: str) -> str:
    if value.startswith(("#", "@")):
        msg = f"must be written without {value[0]}"
        raise ValueError(msg)
    return value


Text = Annotated[str, StringConstraints(min_length=1)]
Handle = Annotated[Text, AfterValidator(_handle)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=8)]
Whole = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, le=1)]
Points = Annotated[float, Field(ge=0, le=10)]
Mark = Annotated[float, BeforeValidator(_fraction), Field(gt=0, lt=10)]
Span = Annotated[timedelta, PlainValidator(_span)]
Cadence = Annotated[str, AfterValidator(_cadence)]
WorkSpan = Annotated[str, AfterValidator(_work_span)]
Zone = Annotated[str, AfterValidator(_zone)]
TimeOfDay = Annotated[time, PlainValidator(_time_of_day)]
Teams = Annotated[list[TeamName], Field(min_length=1)]
Texts = Annotated[list[Text], Field(min_length=1)]
