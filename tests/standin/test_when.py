"""What somebody who turns the clock means, in the organisation's zone and across its changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.standin.actors import CannotDo
from bot.standin.when import instant_meant

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)  # 08:30 in Berlin


def meant(body: dict[str, str], now: datetime = SUNDAY) -> str:
    return instant_meant(body, now, BERLIN).astimezone(BERLIN).isoformat()


@pytest.mark.parametrize(
    ("body", "instant"),
    [
        ({"by": "1 hour"}, "2026-11-22T09:30:00+01:00"),
        ({"by": "90 minutes"}, "2026-11-22T10:00:00+01:00"),
        ({"by": "2 weeks"}, "2026-12-06T08:30:00+01:00"),
        ({"next": "morning"}, "2026-11-22T09:00:00+01:00"),
        ({"next": "monday"}, "2026-11-23T09:00:00+01:00"),
        ({"to": "2026-12-24"}, "2026-12-24T09:00:00+01:00"),
        ({"to": "2026-12-24T18:00"}, "2026-12-24T18:00:00+01:00"),
        ({"to": "2026-12-24T18:00:00Z"}, "2026-12-24T19:00:00+01:00"),
    ],
)
def test_the_instant_meant(body: dict[str, str], instant: str) -> None:
    assert meant(body) == instant


def test_at_nine_sharp_the_next_morning_is_tomorrow() -> None:
    nine = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert meant({"next": "morning"}, nine) == "2026-11-24T09:00:00+01:00"
    assert meant({"next": "monday"}, nine) == "2026-11-30T09:00:00+01:00"
    assert meant({"next": "monday"}, nine - timedelta(minutes=1)) == "2026-11-23T09:00:00+01:00"


def test_a_day_on_is_the_same_time_of_day_an_hour_on_is_an_hour() -> None:
    """The clocks in Berlin go forward at 02:00 on 28 March 2027."""
    before = datetime(2027, 3, 27, 20, 0, tzinfo=UTC)  # 21:00
    assert meant({"by": "1 day"}, before) == "2027-03-28T21:00:00+02:00"
    assert meant({"by": "24 hours"}, before) == "2027-03-28T22:00:00+02:00"
    assert meant({"by": "6 hours"}, before) == "2027-03-28T04:00:00+02:00"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "Turn the clock by"),
        ({"by": "1 hour", "to": "2026-12-24"}, "Turn the clock by"),
        ({"by": "-1 hour"}, "Turn the clock by"),
        ({"by": "soon"}, "Turn the clock by"),
        ({"next": "tuesday"}, "Turn the clock by"),
        ({"to": "tomorrow"}, "Turn the clock by"),
        ({"to": "0001-01-01"}, "forward only"),
        ({"to": "2026-11-22T08:29"}, "forward only: it is 2026-11-22 08:30 [(]Europe/Berlin"),
        ({"to": "2099-01-01"}, "five years"),
        ({"by": "999999 weeks"}, "Turn the clock by"),
    ],
)
def test_what_is_no_instant_ahead_is_refused_with_a_reason(body: dict[str, str], said: str) -> None:
    with pytest.raises(CannotDo, match=said):
        meant(body)
