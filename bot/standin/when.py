"""What somebody who turns the clock means: one hour on, the next morning, the next Monday, a date."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.standin.actors import CannotDo

MORNING = time(9)
FARTHEST = timedelta(days=5 * 366)
HOW_LONG = re.compile(r"(\d{1,6})\s*(minute|hour|day|week)s?")
WAYS = (
    "Turn the clock by {“by”: “1 hour”} (minutes, hours, days, weeks), to {“to”: “2026-12-01”} "
    "(09:00 there) or {“to”: “2026-12-01T14:30”}, or to {“next”: “morning”} or {“next”: “monday”}."
)


def instant_meant(body: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> datetime:
    """The instant asked for; raises CannotDo when it is none, when it is past, or too far ahead."""
    ways = {name: read for name, read in _READ.items() if name in body}
    if len(ways) != 1 or len(body) != 1:
        raise CannotDo(WAYS)
    ((name, read),) = ways.items()
    try:
        meant = read(str(body[name]).strip(), now.astimezone(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CannotDo(WAYS) from None
    if meant < now:
        shown = f"{now.astimezone(zone):%Y-%m-%d %H:%M}"
        raise CannotDo(
            f"The clock goes forward only: it is {shown} ({zone.key}) already. Start the demo anew."
        )
    if meant - now > FARTHEST:
        raise CannotDo("The clock can be turned five years at once, not more.")
    return meant


def _by(text: str, local: datetime) -> datetime:
    found = HOW_LONG.fullmatch(text)
    if found is None:
        raise ValueError(text)
    step = timedelta(**{f"{found[2]}s": int(found[1])})
    if found[2] in ("day", "week"):
        # A day on is the same time of day, also where the clocks change in between.
        return local + step
    return local.astimezone(UTC) + step


def _to(text: str, local: datetime) -> datetime:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return datetime.combine(date.fromisoformat(text), MORNING, local.tzinfo)
    meant = datetime.fromisoformat(text)
    return meant if meant.tzinfo else meant.replace(tzinfo=local.tzinfo)


def _next(text: str, local: datetime) -> datetime:
    if text not in ("morning", "monday"):
        raise ValueError(text)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    if text == "monday":
        day += timedelta(days=-day.weekday() % 7)
    return datetime.combine(day, MORNING, local.tzinfo)


_READ: Mapping[str, Callable[[str, datetime], datetime]] = {"by": _by, "to": _to, "next": _next}
