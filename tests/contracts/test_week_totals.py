"""Sums kept beside the weekly history equal the history itself, whatever is written in whatever order."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.account import Week
from bot.domain.provenance import Stamp
from bot.domain.reading import AccountReading
from bot.domain.sums import WeekSums
from bot.ports.book import AccountRow
from bot.ports.figures import Scope, Span
from bot.ports.readings import Claimed, Merged, MergedCount, Sweep, SweepState, Told
from bot.store import Store, week_sums, week_totals
from bot.store.tables import versions

TODAY = date(2026, 11, 21)
STAMP = Stamp("vitally", datetime(2026, 11, 21, 7, tzinfo=UTC))
SUNDAYS = [date(2026, 11, 15) - timedelta(weeks=back) for back in range(5, -1, -1)]
SPANS: list[Span] = [(day - timedelta(days=6), day) for day in SUNDAYS]
THURSDAY = SUNDAYS[-1] - timedelta(days=3)
DAYS = [TODAY + timedelta(days=offset) for offset in (-40, -20, -6, 0, 1, 9)]


async def write(
    store: Store, told: Mapping[str, Mapping[str, Any]], weeks: Iterable[Week] = (), *, fails: bool = False
) -> None:
    rows = [
        AccountRow(id=id_, name=id_, values=values, stamp=STAMP, stamps={}) for id_, values in told.items()
    ]
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, rows, complete=False, seen_on=TODAY)
        await store.book.save_weeks(tx, weeks)
        if fails:
            raise ZeroDivisionError


def of_history(connection: sa.Connection, scope: Scope) -> list[WeekSums]:
    """The sums as the history alone has them."""
    reading = week_sums.WeekReading(connection.dialect, scope, SPANS, counts=True)
    parts = [reading.part(connection, cut) for cut in week_sums.bounds(connection)]
    return list(reading.add_up(parts, reading.churned(connection)))


async def assert_kept(store: Store, scope: Scope) -> None:
    """Sums are kept, and with the accounts apart they are those of the history."""

    def kept(connection: sa.Connection) -> bool:
        day = week_totals.kept_on(connection, scope.today)
        return day is not None and week_totals.read(connection, scope, SPANS, counts=True) is not None

    assert await store.database.scan(kept)
    await assert_equal(store, scope)


async def assert_equal(store: Store, scope: Scope) -> None:
    found = await store.figures.week_sums(scope, SPANS, counts=True)
    expected = await store.database.scan(lambda connection: of_history(connection, scope))
    assert [pytest.approx(tuple(one)[1:], rel=1e-9) for one in expected] == [tuple(one)[1:] for one in found]


def drawn(draw: random.Random) -> dict[str, Any]:
    """An account as an odd source may tell it."""
    told = {
        "team": draw.choice((None, "enterprise", "scaled")),
        "arr_year_ago": draw.choice((None, 0, 5_000, 1_000_000)),
        "seats_unlimited": draw.choice((None, False, True)),
        "tam": draw.choice((None, 0, 50)),
        "churned_on": draw.choice((None, None, *DAYS)),
        "expected_close_on": draw.choice((None, None, *DAYS)),
    }
    return {name: value for name, value in told.items() if value is not None}


def drawn_week(draw: random.Random, id_: str, endings: Sequence[date] = SUNDAYS) -> Week:
    """A week whose values may be unknown; the same one may be drawn again, with other values."""
    return Week(
        account_id=id_,
        week_ending=draw.choice(endings),
        source="history.csv",
        mau=draw.choice((None, 0, 4, 280)),
        dau_4w_avg=draw.choice((None, 0.0, 2.5, 90.0)),
        licensed_seats=draw.choice((None, 0, 7, 300)),
        arr=draw.choice((None, 0, 4_999, 1_000_000)),
        health_score=draw.choice((None, 1.0, 9.4)),
    )


def newest(id_: str) -> Week:
    return Week(account_id=id_, week_ending=SUNDAYS[-1], source="history.csv", arr=80)


@pytest.mark.parametrize("seed", range(3))
async def test_accounts_that_change_and_weeks_that_are_backfilled(store: Store, seed: int) -> None:
    """Teams, seats, ARR of a year ago, churn, prospects: each write moves some of each; one fails half-way."""
    draw = random.Random(seed)
    ids = [f"A{n}" for n in range(12)]
    for turn in range(7):
        told = {id_: drawn(draw) for id_ in (ids if turn == 0 else draw.sample(ids, 4))}
        if turn == 3:
            with pytest.raises(ZeroDivisionError):
                await write(store, told, [drawn_week(draw, id_) for id_ in ids], fails=True)
        else:
            endings = SUNDAYS[-2:] if turn in (2, 5) else SUNDAYS  # a new week of many, or a backfill of few
            await write(store, told, [drawn_week(draw, id_, endings) for id_ in ids for _ in range(turn % 3)])
        for team in (None, "enterprise"):
            await assert_kept(store, Scope(team=team, today=TODAY))
    await assert_kept(store, Scope(team=None, today=TODAY + timedelta(days=5)))  # who has become a customer


async def merge(store: Store, draw: random.Random, ids: Sequence[str], day: date) -> None:
    """As a sync does: accounts and this week's row, some at a time; an earlier day's row of the week moves on."""

    def decide(told: Iterable[Told], _known: Any) -> Iterator[Merged]:
        for one in told:
            row = AccountRow(id=one.account_id, name="A", values=drawn(draw), stamp=STAMP, stamps={})
            yield Merged(row=row, week=draw.choice((None, drawn_week(draw, one.account_id, [day]))))

    sweep = Sweep(
        system="vitally",
        feed="accounts",
        number=day.toordinal(),
        whole=True,
        state=SweepState.RUNNING,
        started_at=STAMP.as_of,
    )
    read = [AccountReading(key=id_, values={"arr": draw.randrange(99)}, as_of=STAMP.as_of) for id_ in ids]
    async with store.work.transaction() as tx:
        await store.readings.begin_sweep(tx, sweep)
        await store.readings.save_page(tx, sweep, read, lambda reading: Claimed(reading.key))
        await store.readings.touch_all(tx, week=True)
        await store.readings.gather(tx)
    merged: MergedCount | None = MergedCount()
    while merged is not None:
        async with store.work.transaction() as tx:
            merged = await store.readings.merge(tx, decide, limit=5, now=STAMP.as_of, today=TODAY)
        if merged is not None and draw.random() < 0.5:
            return  # the rest is merged by the next sync


@pytest.mark.parametrize("seed", range(1, 5))
async def test_accounts_and_weeks_that_a_sync_merges_some_at_a_time(store: Store, seed: int) -> None:
    """Cut short or not, before and after sums are kept: they are those of the history at every moment."""
    draw = random.Random(seed)
    ids = [f"A{n}" for n in range(12)]
    if seed > 1:
        history = [drawn_week(draw, id_, SUNDAYS[:-1]) for id_ in ids[:6]]
        await write(store, {id_: drawn(draw) for id_ in ids[:6]}, history)
    for day, some in ((SUNDAYS[-2], 9), (SUNDAYS[-2], 9), (THURSDAY, 12), (THURSDAY, 9), (SUNDAYS[-1], 12)):
        await merge(store, draw, draw.sample(ids, some), day)
        for team in (None, "enterprise"):
            await assert_equal(store, Scope(team=team, today=TODAY))


async def test_a_book_of_before_the_sums_is_read_from_its_history_until_the_next_write(store: Store) -> None:
    await write(store, {"A1": {"arr_year_ago": 100}}, [newest("A1")])

    def forget(connection: sa.Connection) -> None:
        connection.exec_driver_sql("DELETE FROM week_totals")
        connection.exec_driver_sql("DELETE FROM week_bases")
        connection.execute(versions.delete().where(versions.c.key == "totals"))

    await store.database.write(forget)
    scope = Scope(team=None, today=TODAY)
    assert (await store.figures.week_sums(scope, SPANS))[-1].arr_now == 80
    await write(store, {})
    await assert_kept(store, scope)


async def test_sums_of_a_later_day_do_not_serve_an_earlier_one(store: Store) -> None:
    """Who is a prospect on a day is not one a week later: where the clock was turned back, the history tells."""
    told = {"A1": {"expected_close_on": TODAY - timedelta(days=1)}}
    await write(store, told, [newest("A1")])
    await assert_kept(store, Scope(team=None, today=TODAY))
    early = Scope(team=None, today=TODAY - timedelta(days=2))
    assert (await store.figures.week_sums(early, SPANS))[-1].accounts == 0
