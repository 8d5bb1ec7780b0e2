"""Every figure of a digest equals plain SQL over the same rows, written from the definitions.

The SQL calls no rule of the bot. Days are ISO text and money is whole cents on both engines, so that one text serves
both. The books: the demo's, and odd ones that Hypothesis draws.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot import policy
from bot.domain.account import Week
from bot.domain.digest import TeamDigest
from bot.domain.kpi import Kpi
from bot.domain.person import Team
from bot.domain.provenance import Known, Stamp
from bot.domain.schedule import IsoWeek
from bot.features.kpis.usecases import make_digest
from bot.features.sync.usecases import import_file
from bot.integrations.csv_files.source import CsvFile
from bot.ports.book import AccountRow
from bot.standin.book import write_csvs
from bot.store import Store

TODAY = date(2026, 11, 21)  # a Saturday: the newest complete week is 2026-W46
NEWEST, OLDER = IsoWeek(2026, 46), IsoWeek(2026, 42)
FRESH = Stamp("vitally", datetime(2026, 11, 21, 7, tzinfo=UTC))
TEAMS = (None, *Team)

Ask = Callable[[str], list[tuple[Any, ...]]]


def asking(url: str) -> tuple[Ask, Callable[[], None]]:
    """A raw connection of the engine's own driver: what asks it, and what closes it."""
    if url.startswith("sqlite"):
        raw: Any = sqlite3.connect(sa.make_url(url).database or "")
    else:
        raw = psycopg.connect(url, autocommit=True)

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in raw.execute(sql).fetchall()]

    return ask, raw.close


def scope(team: str | None, today: date) -> str:
    """No prospects; a team's by what is recorded."""
    of = f" AND team = '{team}'" if team else ""
    return f"(expected_close_on IS NULL OR expected_close_on <= '{today}'){of}"


def here(today: date) -> str:
    return f"(churned_on IS NULL OR churned_on > '{today}')"


SEATS = "CASE WHEN seats_unlimited = 1 THEN tam ELSE licensed_seats END"


def one(ask: Ask, sql: str) -> Any:
    ((value,),) = ask(sql)
    return None if value is None else float(value)


def utilization(ask: Ask, team: str | None, today: date) -> float | None:
    return one(
        ask,
        f"""WITH a AS (SELECT mau, {SEATS} AS seats FROM accounts WHERE {scope(team, today)} AND {here(today)})
        SELECT SUM(mau) * 1.0 / NULLIF(SUM(seats), 0) FROM a WHERE mau IS NOT NULL AND seats > 0""",
    )


def consumption(ask: Ask, team: str | None, today: date) -> float | None:
    return one(
        ask,
        f"""SELECT SUM(dau_4w_avg) / NULLIF(SUM(mau), 0) FROM accounts
        WHERE {scope(team, today)} AND {here(today)} AND dau_4w_avg IS NOT NULL AND mau > 0""",
    )


def median_of(ask: Ask, ratio: str, where: str, team: str | None, today: date) -> float | None:
    rows = ask(f"SELECT {ratio} FROM accounts WHERE {scope(team, today)} AND {here(today)} AND {where}")
    values = sorted(float(value) for (value,) in rows)
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def retention(ask: Ask, team: str | None, today: date, *, capped: bool) -> float | None:
    kept = "CASE WHEN now < arr_year_ago THEN now ELSE arr_year_ago END" if capped else "now"
    return one(
        ask,
        f"""WITH a AS (SELECT arr_year_ago, CASE WHEN churned_on <= '{today}' THEN 0 ELSE arr END AS now
          FROM accounts WHERE {scope(team, today)} AND arr_year_ago > 0)
        SELECT SUM({kept}) * 1.0 / SUM(arr_year_ago) FROM a WHERE now IS NOT NULL""",
    )


def value_realization(ask: Ask, team: str | None, today: date) -> float | None:
    return one(
        ask,
        f"""SELECT SUM(goals_met) * 1.0 / SUM(goals_set) FROM accounts
        WHERE {scope(team, today)} AND {here(today)} AND goals_set > 0 AND goals_met IS NOT NULL""",
    )


def average_health(ask: Ask, team: str | None, today: date) -> float | None:
    return one(ask, f"SELECT AVG(health_score) FROM accounts WHERE {scope(team, today)} AND {here(today)}")


def categories(ask: Ask, team: str | None, today: date) -> dict[str | None, tuple[int, int]]:
    rows = ask(
        f"""SELECT health_category, COUNT(*), COALESCE(SUM(arr), 0) FROM accounts
        WHERE {scope(team, today)} AND {here(today)} GROUP BY health_category"""
    )
    return {category: (int(count), int(arr)) for category, count, arr in rows}


def newest_weeks(team: str | None, today: date, first: date, last: date) -> str:
    """Each account's newest week in a span, of those that had not churned by its end."""
    return f"""SELECT w.*, a.arr_year_ago, a.name, a.seats_unlimited, a.tam,
          ROW_NUMBER() OVER (PARTITION BY w.account_id ORDER BY w.week_ending DESC) AS place
        FROM weeks w JOIN accounts a ON a.id = w.account_id
        WHERE {scope(team, today)} AND w.week_ending BETWEEN '{first}' AND '{last}'
          AND (a.churned_on IS NULL OR a.churned_on > '{last}')"""


def week_figure(ask: Ask, kpi: str, team: str | None, today: date, span: tuple[date, date]) -> float | None:
    """A KPI of one week of the history."""
    weeks = f"SELECT * FROM ({newest_weeks(team, today, *span)}) n WHERE place = 1"
    gone = f"""COALESCE((SELECT SUM(arr_year_ago) FROM accounts
        WHERE {scope(team, today)} AND arr_year_ago > 0 AND churned_on <= '{span[1]}'), 0)"""
    base = f"FROM ({weeks}) w WHERE arr_year_ago > 0 AND arr IS NOT NULL"
    then = f"(COALESCE((SELECT SUM(arr_year_ago) {base}), 0) + {gone})"
    least = "CASE WHEN arr < arr_year_ago THEN arr ELSE arr_year_ago END"
    sql = {
        "utilization": f"""SELECT SUM(mau) * 1.0 / NULLIF(SUM({SEATS}), 0) FROM ({weeks}) w
            WHERE mau IS NOT NULL AND ({SEATS}) > 0""",
        "consumption": f"""SELECT SUM(dau_4w_avg) / NULLIF(SUM(mau), 0) FROM ({weeks}) w
            WHERE mau > 0 AND dau_4w_avg IS NOT NULL""",
        "grr": f"SELECT COALESCE((SELECT SUM({least}) {base}), 0) * 1.0 / NULLIF({then}, 0)",
        "nrr": f"SELECT COALESCE((SELECT SUM(arr) {base}), 0) * 1.0 / NULLIF({then}, 0)",
        "average_health": f"SELECT AVG(health_score) FROM ({weeks}) w",
    }[kpi]
    return one(ask, sql)


def week_categories(
    ask: Ask, team: str | None, today: date, span: tuple[date, date]
) -> dict[str | None, tuple[int, int]]:
    rows = ask(
        f"""SELECT health_category, COUNT(*), COALESCE(SUM(arr), 0)
        FROM ({newest_weeks(team, today, *span)}) n WHERE place = 1 GROUP BY health_category"""
    )
    return {category: (int(count), int(arr)) for category, count, arr in rows}


def changed(ask: Ask, team: str | None, today: date, span: tuple[date, date]) -> set[tuple[str, str, str]]:
    """Accounts whose category is another today than in a span."""
    rows = ask(
        f"""SELECT a.id, n.health_category, a.health_category FROM accounts a
        JOIN ({newest_weeks(team, today, *span)}) n ON n.account_id = a.id AND n.place = 1
        WHERE a.health_category <> n.health_category AND {here(today).replace("churned_on", "a.churned_on")}"""
    )
    return {(str(id_), str(was), str(now)) for id_, was, now in rows}


def flagged(ask: Ask, kind: str, team: str | None, today: date, bounds: dict[str, Any]) -> set[str]:
    """Who is on a list of attention; `bounds` as policy.toml has them, days as dates."""
    where = {
        "renewal": f"renewal_date >= '{today}' AND renewal_date <= '{bounds['renewal']}'",
        "seats": f"""COALESCE(seats_unlimited, 0) = 0 AND licensed_seats > 0
            AND COALESCE(mau_28d, mau) >= {bounds["seats"]} * licensed_seats - 0.000001""",
        "utilization": f"""({SEATS}) > 0 AND mau < {bounds["utilization"]} * ({SEATS}) - 0.000001
            AND COALESCE(customer_since, production_since) <= '{bounds["started"]}'""",
        "lighthouse": "lighthouse = 'active'",
        "champion": "active_champion = 0",
    }[kind]
    rows = ask(f"SELECT id FROM accounts WHERE {scope(team, today)} AND {here(today)} AND {where}")
    return {str(id_) for (id_,) in rows}


def by_ta(ask: Ask, team: str | None, today: date) -> dict[str | None, tuple[int, int, float | None]]:
    rows = ask(
        f"""SELECT ta_email, COUNT(*), COALESCE(SUM(arr), 0), AVG(health_score) FROM accounts
        WHERE {scope(team, today)} AND {here(today)} GROUP BY ta_email"""
    )
    return {ta: (int(n), int(arr), None if mean is None else float(mean)) for ta, n, arr, mean in rows}


class Nobody:
    """A workspace in which nobody has an address."""

    async def find_user_ids(self, _emails: Any) -> dict[str, str]:
        return {}


def ports_of(store: Store) -> Any:
    """What a digest asks."""
    return SimpleNamespace(
        book=store.book,
        people=store.people,
        coverage=store.coverage,
        directory=Nobody(),
        figures=store.figures,
        clock=store.clock,
        policy=policy.load(),
    )


async def digest_of(store: Store, team: Team | None, week: IsoWeek) -> TeamDigest:
    made = await make_digest(ports_of(store), (team,) if team else (), week)
    return made.teams[0]


def span_of(week: IsoWeek) -> tuple[date, date]:
    return week.monday, week.sunday


def near(expected: float | None) -> Any:
    return None if expected is None else pytest.approx(expected, rel=1e-9)


def figures_of(made: TeamDigest) -> dict[Kpi, float | None]:
    return {one.kpi: one.value.value if isinstance(one.value, Known) else None for one in made.headlines}


def check_today(ask: Ask, made: TeamDigest) -> None:
    """Headlines, medians, categories, lists and the book by TA, as of today."""
    team = made.team.value if made.team else None
    plain = {
        Kpi.UTILIZATION: utilization(ask, team, TODAY),
        Kpi.CONSUMPTION: consumption(ask, team, TODAY),
        Kpi.GRR: retention(ask, team, TODAY, capped=True),
        Kpi.NRR: retention(ask, team, TODAY, capped=False),
        Kpi.VALUE_REALIZATION: value_realization(ask, team, TODAY),
        Kpi.AVERAGE_HEALTH: average_health(ask, team, TODAY),
    }
    found = figures_of(made)
    assert found == {kpi: near(plain[kpi]) for kpi in found}
    ratios = {
        Kpi.UTILIZATION: (f"mau * 1.0 / ({SEATS})", f"mau IS NOT NULL AND ({SEATS}) > 0"),
        Kpi.CONSUMPTION: ("dau_4w_avg / mau", "dau_4w_avg IS NOT NULL AND mau > 0"),
    }
    for one in made.headlines:
        if isinstance(one.median, Known):
            assert one.median.value == near(median_of(ask, *ratios[one.kpi], team, TODAY))
    counted = {one.category and one.category.value: (one.accounts, one.arr) for one in made.categories}
    assert {key: value for key, value in counted.items() if value[0]} == categories(ask, team, TODAY)
    lines = {line.owner and line.owner.email: line for line in made.book}
    assert {ta: (line.accounts, line.arr, near(line.mean_health)) for ta, line in lines.items()} == by_ta(
        ask, team, TODAY
    )


def check_lists(ask: Ask, made: TeamDigest) -> None:
    """Who is on each list of attention, and who changed category, against policy.toml's own numbers."""
    team = made.team.value if made.team else None
    bounds = {
        "renewal": TODAY + timedelta(days=120),
        "seats": 0.9,
        "utilization": 0.8,
        "started": TODAY - timedelta(days=44),
    }
    for kind in ("renewal", "seats", "utilization", "lighthouse", "champion"):
        listed = {one.account_id for one in made.attention if one.kind == kind}
        assert listed == flagged(ask, kind, team, TODAY, bounds)
        assert made.counts[kind] == len(listed)
    moved = {(one.account_id, str(one.before), str(one.now)) for one in made.changed}
    assert moved == changed(ask, team, TODAY, span_of(made_for(made).plus(-1)))


def made_for(made: TeamDigest) -> IsoWeek:
    return OLDER if made.history else NEWEST


def check_weeks(ask: Ask, made: TeamDigest) -> None:
    """The course of each KPI week by week, what its change is against, and the categories of the week before."""
    team, week = made.team.value if made.team else None, made_for(made)
    for one in made.headlines:
        points = dict(zip(one.series.endings, one.series.values, strict=True))
        for back in range(11, -1 if made.history else 0, -1):
            if one.kpi is Kpi.VALUE_REALIZATION or not isinstance(one.value, Known):
                continue
            span = span_of(week.plus(-back))
            assert points.get(span[1]) == near(week_figure(ask, one.kpi.value, team, TODAY, span))
        if one.before is not None and one.kpi is not Kpi.UTILIZATION:
            last = span_of(week.plus(-1))
            assert one.before == near(week_figure(ask, one.kpi.value, team, TODAY, last))
    if made.categories and any(one.accounts_before for one in made.categories):
        before = {
            one.category and one.category.value: (one.accounts_before, one.arr_before)
            for one in made.categories
        }
        was = week_categories(ask, team, TODAY, span_of(week.plus(-1)))
        assert {key: value for key, value in before.items() if value[0]} == was


@pytest.fixture
async def demo(store: Store, tmp_path: Path) -> Store:
    """The demo's book, imported."""
    write_csvs(tmp_path / "csv", TODAY)
    for kind in ("people", "accounts", "history", "absences"):
        await import_file(CsvFile(kind, tmp_path / "csv" / f"{kind}.csv", store.clock), store)
    return store


async def test_the_newest_and_an_older_week_of_the_demo(demo: Store, database_url: str) -> None:
    ask, close = asking(database_url)
    for team in TEAMS:
        made = await digest_of(demo, team, NEWEST)
        check_today(ask, made)
        check_lists(ask, made)
        check_weeks(ask, made)
        assert all(isinstance(one.value, Known) for one in made.headlines)
    whole = await digest_of(demo, None, NEWEST)
    october = (date(2026, 10, 26), date(2026, 11, 1))  # ends in November: its MAU is October's
    september = (date(2026, 10, 19), date(2026, 10, 25))
    (used,) = [each for each in whole.headlines if each.kpi is Kpi.UTILIZATION]
    assert used.before == near(week_figure(ask, "utilization", None, TODAY, september))
    assert used.before != near(week_figure(ask, "utilization", None, TODAY, october))
    assert (used.compared, used.next_on) == ("the month before", date(2026, 12, 1))
    for team in TEAMS:
        made = await digest_of(demo, team, OLDER)
        check_weeks(ask, made)
        key = made.team.value if made.team else None
        counted = {
            each.category and each.category.value: (each.accounts, each.arr) for each in made.categories
        }
        now = week_categories(ask, key, TODAY, span_of(OLDER))
        assert {name: value for name, value in counted.items() if value[0]} == now
        for kpi, value in figures_of(made).items():
            if kpi is not Kpi.VALUE_REALIZATION:
                assert value == near(week_figure(ask, kpi.value, key, TODAY, span_of(OLDER)))
    close()


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from((None, *values))


def days(*offsets: int) -> st.SearchStrategy[Any]:
    return maybe(*(TODAY + timedelta(days=offset) for offset in offsets))


ACCOUNTS = st.fixed_dictionaries(
    {
        "team": maybe("enterprise", "scaled"),
        "ta_email": maybe("a@x.example", "b@x.example"),
        "arr": maybe(0, 10_000, 2_500_001),
        "arr_year_ago": maybe(0, 5_000, 1_000_000),
        "licensed_seats": maybe(0, 7, 300),
        "seats_unlimited": maybe(True, False),
        "tam": maybe(0, 50),
        "mau": maybe(0, 5, 290),
        "mau_28d": maybe(6, 280),
        "dau_4w_avg": maybe(0.0, 1.5, 88.25),
        "customer_since": days(-2000, -44, -43, 10),
        "production_since": days(-44, -10),
        "renewal_date": days(-1, 0, 120, 121),
        "health_score": maybe(0.0, 3.5, 9.25),
        "health_category": maybe("green", "yellow", "red"),
        "active_champion": maybe(True, False),
        "lighthouse": maybe("none", "active"),
        "goals_set": maybe(0, 4),
        "goals_met": maybe(0, 3),
        "churned_on": days(-400, -13, -6, 0, 1),  # -13 is a Sunday
        "expected_close_on": days(-1, 0, 5),
    }
)
WEEKS = st.fixed_dictionaries(
    {
        "mau": maybe(0, 4, 280),
        "dau_4w_avg": maybe(0.0, 2.5, 90.0),
        "licensed_seats": maybe(0, 7, 300),
        "arr": maybe(0, 4_999, 1_000_000),
        "health_score": maybe(1.0, 9.5),
        "health_category": maybe("green", "yellow", "red"),
    }
)
ENDINGS = st.sampled_from([TODAY - timedelta(days=offset) for offset in (6, 7, 13, 14, 15, 20, 34, 41)])
BOOKS = st.lists(st.tuples(ACCOUNTS, st.dictionaries(ENDINGS, WEEKS, max_size=5)), min_size=1, max_size=6)
Drawn = list[tuple[dict[str, Any], dict[date, dict[str, Any]]]]


async def refill(store: Store, book: Drawn) -> None:
    """Only this book."""

    def clear(connection: sa.Connection) -> None:
        for table in ("weeks", "week_bases", "week_totals", "accounts"):
            connection.exec_driver_sql(f"DELETE FROM {table}")

    await store.database.write(clear)
    rows = [
        AccountRow(id=f"A{n}", name=f"Account {n}", values=values, stamp=FRESH, stamps={})
        for n, (values, _) in enumerate(book)
    ]
    weeks: Iterable[Week] = (
        Week(account_id=f"A{n}", week_ending=ending, source="history.csv", **values)
        for n, (_, told) in enumerate(book)
        for ending, values in told.items()
    )
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, rows, complete=True, seen_on=TODAY)
        await store.book.save_weeks(tx, weeks)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # shrinking takes minutes: the books are small already
)
@given(book=BOOKS)
async def test_any_odd_book(store: Store, database_url: str, book: Drawn) -> None:
    """Unknown values, no seats, seats without limit, churned accounts, prospects, no team, two weeks in one span."""
    await refill(store, book)
    for team in (None, Team.ENTERPRISE):
        made = await digest_of(store, team, NEWEST)
        ask, close = asking(database_url)
        if made.no_data:
            key = team.value if team else None
            assert one(ask, f"SELECT COUNT(*) FROM accounts WHERE {scope(key, TODAY)} AND {here(TODAY)}") == 0
        else:
            check_today(ask, made)
            check_lists(ask, made)
            check_weeks(ask, made)
        older = await digest_of(store, team, OLDER)
        if not older.no_data:
            check_weeks(ask, older)
        close()
