"""What is written in a cell is what is read from it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.integrations.csv_files import values

CENTS = st.integers(0, 10**15)


@given(CENTS)
def test_money_is_read_to_the_cent_however_it_is_written(cents: int) -> None:
    dollars, rest = divmod(cents, 100)
    forms = [f"{dollars}.{rest:02}", f" ${dollars}.{rest:02} ", f"{dollars:}.{rest:02}000"]
    if dollars < 10**13:
        forms.append(f"${dollars:,}.{rest:02}")
    assert {values.money(form) for form in forms} == {cents}


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert values.day(day.isoformat()) == day


@given(st.integers(0, 400))
def test_days_that_do_not_exist_are_refused(beyond: int) -> None:
    last = date(2026, 12, 31) - timedelta(days=beyond)
    with pytest.raises(ValueError, match="no such day"):
        values.day(f"{last.year}-{last.month:02}-{last.day + 31:02}")


@given(st.booleans(), st.sampled_from((str.upper, str.lower, str.title)), st.sampled_from(("", " ", "  ")))
def test_flags_are_read_in_any_case(value: bool, case: object, space: str) -> None:
    words = ("yes", "true", "1") if value else ("no", "false", "0")
    assert {values.flag(space + case(word) + space) for word in words} == {value}  # type: ignore[operator]


@given(st.integers(0, 10**15 - 1), st.floats(0, 10**6, allow_nan=False).map(lambda number: round(number, 6)))
def test_numbers_are_read_as_they_are_written(whole: int, decimal: float) -> None:
    assert values.count(str(whole)) == whole
    assert values.number(f"{decimal:.6f}") == pytest.approx(decimal)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_never_worse(cell: str) -> None:
    for parse in (
        values.money,
        values.count,
        values.number,
        values.day,
        values.flag,
        values.email,
        values.dated,
    ):
        with suppress(ValueError):
            parse(cell)
