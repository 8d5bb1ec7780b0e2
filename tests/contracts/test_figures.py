"""Sums and lists over many accounts, on both engines: what no week-by-week comparison of a digest shows."""

from __future__ import annotations

import asyncio
import random
import statistics
import threading
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain import digest
from bot.domain.account import Week
from bot.domain.provenance import Stamp
from bot.ports.book import AccountRow
from bot.ports.figures import Limits, Scope
from bot.store import Store
from bot.store import week_sums as week_sums_module
from bot.store.sums import median_of

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
FRESH = Stamp("vitally", NOW - timedelta(hours=1))
ALL = Scope(team=None, today=TODAY)
LIMITS = Limits(renewal_days=120, seats_level=0.9, utilization_below=0.8, utilization_day=45, at_most=2)
LAST, BEFORE = (date(2026, 11, 9), date(2026, 11, 15)), (date(2026, 11, 2), date(2026, 11, 8))


def row(id_: str, stamp: Stamp = FRESH, stamps: dict[str, Stamp] | None = None, **values: Any) -> AccountRow:
    return AccountRow(id=id_, name=f"Account {id_}", values=values, stamp=stamp, stamps=stamps or {})


def week(id_: str, ending: date, source: str = "history.csv", **values: Any) -> Week:
    return Week(account_id=id_, week_ending=ending, source=source, **values)


async def fill(store: Store, rows: Iterable[AccountRow], weeks: Iterable[Week] = ()) -> None:
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, rows, complete=False, seen_on=TODAY)
        await store.book.save_weeks(tx, weeks)


async def test_an_empty_book_has_sums_of_nothing(store: Store) -> None:
    figures = store.figures
    sums = await figures.sums(ALL)
    assert (sums.accounts, sums.seats, sums.median_utilization) == (0, 0, None)
    (weeks,) = await figures.week_sums(ALL, [LAST])
    assert (weeks.week_ending, weeks.accounts) == (LAST[1], 0)
    assert await figures.week_sums(ALL, []) == ()
    assert await figures.breakdown(ALL, LIMITS) == ((), ())
    moves = await figures.moves(ALL, BEFORE, LAST, LIMITS)
    assert (moves.changed, moves.changed_count, moves.before, moves.now) == ((), 0, (), ())
    assert {age.accounts for age in await figures.ages(ALL, {})} == {0}


async def test_a_churned_account_stays_in_retention_and_a_prospect_is_nowhere(store: Store) -> None:
    await fill(
        store,
        [
            row("A1", arr=90_00, arr_year_ago=100_00, mau=5, licensed_seats=10),
            row("A2", arr=70_00, arr_year_ago=100_00, churned_on=TODAY, mau=5, licensed_seats=10),
            row("A3", arr=70_00, arr_year_ago=100_00, expected_close_on=TODAY + timedelta(days=1), mau=1),
            row("A4", arr=50_00, churned_on=TODAY + timedelta(days=1)),
        ],
    )
    sums = await store.figures.sums(ALL)
    assert (sums.accounts, sums.arr) == (2, 140_00)
    assert (sums.arr_kept, sums.arr_now, sums.arr_then, sums.with_retention) == (90_00, 90_00, 200_00, 2)
    assert (sums.mau, sums.seats, sums.without_retention) == (5, 10, 1)


async def test_who_was_no_customer_a_year_ago_is_not_missing_from_retention(store: Store) -> None:
    year_ago = date(2025, 11, 21)
    await fill(
        store,
        [
            row("A1", arr=1, customer_since=year_ago + timedelta(days=1)),
            row("A2", arr=1, customer_since=year_ago),
            row("A3", arr=1, arr_year_ago=0),
            row("A4", arr_year_ago=1),  # its ARR of now is unknown
            row("A5", churned_on=year_ago),
        ],
    )
    assert (await store.figures.sums(ALL)).without_retention == 2


async def test_the_last_day_of_a_leap_february_has_a_year_before(store: Store) -> None:
    await fill(store, [row("A1", arr=1, customer_since=date(2027, 2, 28))])
    assert (await store.figures.sums(Scope(team=None, today=date(2028, 2, 29)))).without_retention == 1


async def test_two_weeks_in_one_span_count_once_the_newest(store: Store) -> None:
    """A history may have come from two sources, one that closes weeks on Fridays and one on Sundays."""
    friday, sunday = date(2026, 11, 13), date(2026, 11, 15)
    await fill(
        store,
        [row("A1", health_category="red"), row("A2", health_category="green")],
        [
            week("A1", friday, mau=100, licensed_seats=100, health_category="green", health_score=9.0),
            week("A1", sunday, mau=1, licensed_seats=100, health_category="yellow", health_score=5.0),
            week("A2", friday, "other.csv", mau=2, licensed_seats=100, health_category="green"),
        ],
    )
    (sums,) = await store.figures.week_sums(ALL, [LAST], counts=True)
    assert (sums.accounts, sums.mau, sums.seats, sums.with_utilization) == (2, 3, 200, 2)
    moves = await store.figures.moves(ALL, LAST, None, LIMITS)
    assert [(one.account_id, one.category_before, one.category_now) for one in moves.changed] == [
        ("A1", "yellow", "red")
    ]
    assert {one.category: one.accounts for one in moves.before} == {"yellow": 1, "green": 1}
    found = await store.figures.weeks_of(["A1", "A2", "A9"], LAST)
    assert {id_: one.week_ending for id_, one in found.items()} == {"A1": sunday, "A2": friday}
    assert await store.figures.week_sources(ALL, LAST) == ("history.csv", "other.csv")


async def test_an_account_counts_until_the_span_in_which_it_churned(store: Store) -> None:
    churned = date(2026, 11, 14)
    await fill(
        store,
        [row("A1", arr_year_ago=100, churned_on=churned, tam=None)],
        [week("A1", BEFORE[1], arr=80, mau=3), week("A1", date(2026, 11, 13), arr=80, mau=3)],
    )
    before, last = await store.figures.week_sums(ALL, [BEFORE, LAST], counts=True)
    assert (before.accounts, before.arr_now, before.arr_then, before.with_retention) == (1, 80, 100, 1)
    assert (last.accounts, last.arr_now, last.arr_then, last.with_retention) == (0, 0, 100, 1)


async def test_weeks_between_the_spans_count_in_none(store: Store) -> None:
    await fill(store, [row("A1")], [week("A1", date(2026, 11, 1), mau=1), week("A1", BEFORE[1], mau=2)])
    early = (date(2026, 10, 19), date(2026, 10, 25))
    sums = await store.figures.week_sums(ALL, [early, BEFORE])
    assert [one.accounts for one in sums] == [0, 1]


async def test_unlimited_seats_are_of_tam_and_never_of_what_is_licensed(store: Store) -> None:
    unlimited = {"seats_unlimited": True, "licensed_seats": 10, "mau": 5}
    rows = [row("A1", **unlimited, tam=50), row("A2", **unlimited), row("A3", **unlimited, tam=0)]
    await fill(store, rows, [week(one.id, LAST[1], mau=5, licensed_seats=10) for one in rows])
    sums = await store.figures.sums(ALL)
    assert (sums.mau, sums.seats, sums.with_utilization, sums.with_tam) == (5, 50, 1, 1)
    (weeks,) = await store.figures.week_sums(ALL, [LAST])
    assert (weeks.mau, weeks.seats) == (5, 50)


async def test_a_book_of_many_parts_adds_up(store: Store) -> None:
    """More accounts than one statement reads, none on the edge of a part left out or counted twice."""
    count = 2 * week_sums_module.CHUNK + 1
    await fill(
        store,
        [row(f"A{n:05}") for n in range(count)],
        [week(f"A{n:05}", LAST[1], mau=n, dau_4w_avg=0.5) for n in range(count)],
    )
    (sums,) = await store.figures.week_sums(ALL, [LAST])
    assert (sums.accounts, sums.daily_mau) == (count, count * (count - 1) // 2)


async def test_movers_the_most_arr_first_and_how_many_there_are(store: Store) -> None:
    rows = [row(f"A{n}", health_category="red", health_score=float(n), arr=n) for n in range(4)]
    weeks = [week(f"A{n}", BEFORE[1], health_category="green", health_score=2.0) for n in range(4)]
    await fill(store, [*rows, row("A9", health_category="red")], weeks)
    moves = await store.figures.moves(ALL, BEFORE, None, LIMITS)
    assert [one.account_id for one in moves.changed] == ["A3", "A2"]
    assert moves.changed_count == 4
    assert [one.account_id for one in moves.rises] == ["A3"]
    assert [one.account_id for one in moves.falls] == ["A0", "A1"]
    assert moves.now == ()


async def test_lists_are_cut_and_counted_by_category(store: Store) -> None:
    await fill(
        store,
        [
            row("A1", active_champion=False, arr=1, health_category="red"),
            row("A2", active_champion=False, arr=3, health_category="red"),
            row("A3", active_champion=False, health_category="green"),
            row("A4", active_champion=True),
        ],
    )
    listed = await store.figures.flagged(ALL, digest.CHAMPION, LIMITS)
    assert [one.account_id for one in listed] == ["A2", "A1"]
    place = digest.KINDS.index(digest.CHAMPION)
    counts = (await store.figures.breakdown(ALL, LIMITS)).categories
    assert {one.category: one.flagged[place] for one in counts} == {"red": 2, "green": 1, "": 0}


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        (digest.RENEWAL, ["A1", "A2"]),
        (digest.SEATS, ["A2", "A1"]),
        (digest.LIGHTHOUSE, ["A2", "A1"]),
        (digest.UTILIZATION, ["A3"]),
    ],
)
async def test_the_most_pressing_comes_first(store: Store, kind: str, order: list[str]) -> None:
    await fill(
        store,
        [
            row(
                "A1",
                renewal_date=TODAY,
                licensed_seats=10,
                mau=9,
                lighthouse="active",
                save_plan_updated_on=TODAY,
            ),
            row(
                "A2",
                renewal_date=TODAY + timedelta(days=9),
                licensed_seats=10,
                mau=1,
                mau_28d=11,
                lighthouse="active",
            ),
            row("A3", licensed_seats=10, mau=7, customer_since=TODAY - timedelta(days=44)),
        ],
    )
    found = await store.figures.flagged(ALL, kind, LIMITS)
    assert [one.account_id for one in found] == order
    if kind == digest.SEATS:
        assert [(one.basis, one.amount) for one in found] == [("mau_28d", 1.1), ("mau", 0.9)]


async def test_how_old_values_are_and_how_many_too_old(store: Store) -> None:
    old, older = (Stamp("looker", NOW - timedelta(days=days)) for days in (20, 30))
    await fill(
        store,
        [
            row("A1", mau=1, dau_4w_avg=1.0, health_score=1.0),
            row("A2", stamps={"mau": old, "dau_4w_avg": old}, mau=1, dau_4w_avg=1.0),
            row("A3", stamps={"mau": old, "dau_4w_avg": older}, mau=1, dau_4w_avg=1.0),
            row("A4", stamp=Stamp("import.csv", NOW, assumed=True), mau=1),
            row("A5", stamp=older, churned_on=TODAY, mau=1),
        ],
    )
    limit = NOW - timedelta(days=10)
    usage = next(one for one in await store.figures.ages(ALL, {"usage": limit}) if one.group == "usage")
    assert usage == ("usage", ("import.csv", "looker", "vitally"), NOW, older.as_of, True, 4, 2)
    odd = 'Q4 "final"\\'
    await fill(store, [row("A1", Stamp(odd, older.as_of), {"mau": Stamp(odd, NOW)}, mau=1, health_score=1.0)])
    usage = next(one for one in await store.figures.ages(ALL, {}) if one.group == "usage")
    assert (usage.sources, usage.newest) == (tuple(sorted((odd, "import.csv", "looker"))), NOW)
    health = next(one for one in await store.figures.ages(ALL, {}) if one.group == "health")
    assert health.oldest == older.as_of
    assert (health.accounts, health.stale, health.assumed) == (1, 0, False)


async def test_how_old_one_person_s_accounts_are(store: Store) -> None:
    old = Stamp("looker", NOW - timedelta(days=20))
    await fill(
        store,
        [
            row("A1", ta_email="dana@ta.example", ae_email="ann@ae.example", mau=1),
            row("A2", old, ta_email="dana@ta.example", team="scaled", mau=1),
            row("A3", old, ae_email="ann@ae.example", mau=1),
        ],
    )

    async def usage(scope: Scope, **whose: str) -> tuple[int, tuple[str, ...], datetime | None]:
        ages = await store.figures.ages(scope, {}, **whose)
        return next((one.accounts, one.sources, one.oldest) for one in ages if one.group == "usage")

    assert await usage(ALL, ta_email="DANA@ta.example") == (2, ("looker", "vitally"), old.as_of)
    assert await usage(Scope(team="scaled", today=TODAY), ta_email="dana@ta.example") == (
        *(1, ("looker",), old.as_of),
    )
    assert await usage(ALL, ae_email="ann@ae.example", ta_email="dana@ta.example") == (
        1,
        ("vitally",),
        FRESH.as_of,
    )
    assert (await usage(ALL, ae_email="bob@ae.example"))[0] == 0


async def test_accounts_without_a_team_are_counted_and_in_the_whole(store: Store) -> None:
    await fill(store, [row("A1", team="scaled", arr=1), row("A2", arr=2), row("A3", churned_on=TODAY)])
    assert await store.figures.count_without_team(TODAY) == 1
    assert (await store.figures.sums(ALL)).arr == 3
    assert (await store.figures.sums(Scope(team="scaled", today=TODAY))).arr == 1


async def test_the_rows_underneath_have_a_line_an_account(store: Store) -> None:
    await fill(store, [row("A2", arr=150), row("A1", mau=3, licensed_seats=4)])
    header, rows = await store.figures.rows(ALL)
    told = [dict(zip(header, one, strict=True)) for one in rows]
    assert [(one["account_id"], one["arr"], one["utilization"]) for one in told] == [
        ("A1", None, 0.75),
        ("A2", 1.5, None),
    ]


async def test_a_scan_does_not_wait_behind_sweeps(store: Store) -> None:
    """A digest of a large book keeps its threads for seconds; whoever asks meanwhile is answered."""
    go = threading.Event()
    sweeps = [asyncio.create_task(store.database.sweep(lambda _: go.wait(20))) for _ in range(4)]
    await asyncio.sleep(0.05)
    found = await asyncio.wait_for(store.database.scan(lambda c: c.execute(sa.select(1)).scalar()), 10)
    assert found == 1
    assert not any(one.done() for one in sweeps)
    go.set()
    assert await asyncio.gather(*sweeps) == [True] * 4


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 2001, 5000])
def test_medians_are_exact_however_many_there_are(count: int) -> None:
    draw = random.Random(count)
    for values in (
        [draw.random() for _ in range(count)],
        [draw.choice((0.0, 0.5, 1.0)) for _ in range(count)],
        sorted(draw.random() for _ in range(count)),
        [0.0 if place % max(count // 1000, 1) == 0 else 1.0 for place in range(count)],  # a misleading sample
    ):
        assert median_of(values) == (statistics.median(values) if values else None)


async def test_no_sum_of_weeks_reads_the_whole_history(sqlite_store: Store) -> None:
    """The plan finds each account's weeks by key: five million rows are never scanned."""
    dialect = sqlite_store.database.dialect
    reading = week_sums_module.WeekReading(dialect, ALL, [BEFORE, LAST], counts=False)

    def plan(connection: sa.Connection) -> list[str]:
        compiled = reading._grouped
        ordered = tuple("" for _ in compiled.positiontup or ())
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", ordered)
        return [str(one[3]) for one in rows]

    said = await sqlite_store.database.sweep(plan)
    of_weeks = [one for one in said if "weeks" in one]
    assert of_weeks
    assert all(
        one.startswith("SEARCH weeks USING PRIMARY KEY (account_id=? AND week_ending") for one in of_weeks
    )
