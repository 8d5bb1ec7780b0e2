"""What is typed behind /ooo."""

from __future__ import annotations

from datetime import date

import pytest

from bot.errors import WrongUsage
from bot.features.coverage.reading import Request, Wanted, read_day, read_request

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", Request(Wanted.MINE)),
        ("  ", Request(Wanted.MINE)),
        ("help", Request(Wanted.HELP)),
        ("plan", Request(Wanted.PLAN)),
        ("PLAN", Request(Wanted.PLAN)),
        ("plan <@U0DANA|dana>", Request(Wanted.PLAN, "U0DANA")),
        ("plan dana@ta.example", Request(Wanted.PLAN, "dana@ta.example")),
        ("<@U0DANA>", Request(Wanted.PERSON, "U0DANA")),
        ("<mailto:dana@ta.example|dana@ta.example>", Request(Wanted.PERSON, "dana@ta.example")),
        ("who", Request(Wanted.WHO)),
        ("who 2026-12-01", Request(Wanted.WHO, "2026-12-01")),
        ("cover Acme & Co", Request(Wanted.COVER, "Acme & Co")),
        ('cover "Plan B"', Request(Wanted.COVER, '"Plan B"')),
        ("cover", Request(Wanted.COVER)),
        ("return", Request(Wanted.RETURN)),
        ("return <@U0DANA>", Request(Wanted.RETURN, "U0DANA")),
    ],
)
def test_what_is_typed_is_read(typed: str, read: Request) -> None:
    assert read_request(typed) == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("acme", "I cannot read “acme”"),
        ("plan dana", "`/ooo plan @person`"),
        ("return tomorrow", "`/ooo return @person`"),
        ("x" * 4000, "`/ooo help`"),
    ],
)
def test_what_is_nothing_says_what_to_type(typed: str, said: str) -> None:
    with pytest.raises(WrongUsage, match="I cannot read") as refused:
        read_request(typed)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("", TODAY),
        ("today", TODAY),
        ("tomorrow", date(2026, 11, 26)),
        ("wednesday", date(2026, 12, 2)),
        ("thu", date(2026, 11, 26)),
        ("next tuesday", date(2026, 12, 1)),
        ("on 2026-12-24", date(2026, 12, 24)),
    ],
)
def test_a_day_is_read(typed: str, day: date) -> None:
    assert read_day(typed, TODAY) == day


@pytest.mark.parametrize("typed", ["soon", "24.12.2026", "2026-02-30", "th", "x" * 4000])
def test_a_day_that_is_none_says_how_days_look(typed: str) -> None:
    with pytest.raises(WrongUsage, match="`/ooo who 2026-12-02`"):
        read_day(typed, TODAY)
