"""The book on later days is the same book: dates stay, values are the day's, weeks are appended, something happens."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.standin.book import write_csvs
from bot.standin.book.files import COLUMNS

BASE = date(2026, 11, 22)  # a Sunday
MONDAYS = [BASE + timedelta(days=1 + 7 * week) for week in range(5)]
Row = dict[str, str]
KEPT = (
    *(
        "account_id",
        "name",
        "team",
        "ta_email",
        "segment",
        "developers",
        "customer_since",
        "production_since",
    ),
    *("renewal_date", "lighthouse", "save_plan_updated_on", "expected_close_on", "churned_on", "kickoff_on"),
    *("last_cbr_on", "goals_set", "goals_met", "success_plan_updated_on"),
)
INSTANTS = ("as_of", "usage_as_of", "health_as_of")


def rows(folder: Path, kind: str) -> list[Row]:
    with (folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def books(written: Callable[..., Path]) -> dict[date, Path]:
    """The book of the base day, whole, and of the Mondays after it with the weeks since the one before."""
    later = {day: written(day, base=BASE, since=day - timedelta(days=15)) for day in MONDAYS}
    return {BASE: written(BASE), **later}


def test_the_base_day_is_the_book_without_a_base(books: dict[date, Path], tmp_path: Path) -> None:
    write_csvs(tmp_path, BASE, base=BASE)
    assert [(tmp_path / f"{kind}.csv").read_bytes() for kind in COLUMNS] == [
        (books[BASE] / f"{kind}.csv").read_bytes() for kind in COLUMNS
    ]


def test_accounts_keep_their_plans_and_dates(books: dict[date, Path]) -> None:
    first = [{name: one[name] for name in KEPT} for one in rows(books[BASE], "accounts")]
    for day in MONDAYS:
        assert [{name: one[name] for name in KEPT} for one in rows(books[day], "accounts")] == first
        assert rows(books[day], "contacts") == rows(books[BASE], "contacts")


def test_a_renewal_long_overdue_was_signed_for_a_year(tmp_path: Path) -> None:
    write_csvs(tmp_path, BASE + timedelta(days=400), base=BASE, since=date.max)
    due = [one["renewal_date"] for one in rows(tmp_path, "accounts") if one["renewal_date"]]
    assert min(due) >= str(BASE + timedelta(days=400 - 60))


def test_values_are_of_the_day_and_none_of_the_future(books: dict[date, Path]) -> None:
    """What was current on the base day is current on each later one; what was old stays as old."""

    def ages(day: date) -> list[int | None]:
        midnight = datetime.combine(day, datetime.min.time(), UTC)
        told = [one[name] for one in rows(books[day], "accounts") for name in INSTANTS]
        return [(midnight - datetime.fromisoformat(at)).days if at else None for at in told]

    first = ages(BASE)
    assert min(age for age in first if age is not None) == 0
    assert all(ages(day) == first for day in MONDAYS)
    past = ("last_activity_on", "slack_channel_active_on", "last_roadmap_review_on")
    for day in MONDAYS:
        assert max(one[name] for one in rows(books[day], "accounts") for name in past) <= str(day)
        assert max(one["week_ending"] for one in rows(books[day], "history")) <= str(day)


def test_people_go_on_talking_to_accounts(books: dict[date, Path]) -> None:
    def silent(day: date) -> int:
        told = [one["last_activity_on"] for one in rows(books[day], "accounts") if one["last_activity_on"]]
        return sum(at < str(day - timedelta(days=30)) for at in told)

    assert all(silent(day) <= silent(BASE) + 10 for day in MONDAYS)


def test_weeks_are_appended_and_the_old_ones_stay(books: dict[date, Path], tmp_path: Path) -> None:
    write_csvs(tmp_path, MONDAYS[-1], base=BASE)
    whole, before = rows(tmp_path, "history"), rows(books[BASE], "history")
    assert [one for one in whole if one["week_ending"] <= str(BASE)] == before
    ends = sorted({one["week_ending"] for one in whole if one["week_ending"] > str(BASE)})
    assert ends == [str(BASE + timedelta(weeks=week)) for week in range(1, 5)]
    newest = [one for one in whole if one["week_ending"] > str(MONDAYS[-1] - timedelta(days=15))]
    assert newest == rows(books[MONDAYS[-1]], "history"), "a refresh writes the newest weeks alone"


def test_the_mau_of_a_new_month_is_another(books: dict[date, Path]) -> None:
    def mau(day: date) -> dict[str, str]:
        return {one["account_id"]: one["mau"] for one in rows(books[day], "accounts") if one["mau"]}

    november, december = mau(MONDAYS[0]), mau(MONDAYS[2])
    assert mau(BASE) == november
    assert sum(november[key] != december[key] for key in november) > 150


def _changed(folder: Path, day: date) -> dict[str, set[str]]:
    """Teams' accounts whose category today is another than a week ago."""
    before = {
        one["account_id"]: one["health_category"]
        for one in rows(folder, "history")
        if one["week_ending"] <= str(day - timedelta(days=7))
    }
    changed: dict[str, set[str]] = {"enterprise": set(), "scaled": set(), "digital": set()}
    for one in rows(folder, "accounts"):
        then = before.get(one["account_id"])
        if then and one["health_category"] and then != one["health_category"]:
            changed[one["team"]].add(f"{then} {one['health_category']}")
    return changed


@pytest.mark.parametrize("days", range(7))
def test_each_team_has_a_rise_or_a_fall_in_the_last_week(tmp_path: Path, days: int) -> None:
    """On whatever weekday the demo begins."""
    day = BASE + timedelta(days=days)
    write_csvs(tmp_path, day, since=day - timedelta(days=15))
    changed = _changed(tmp_path, day)
    assert all(changed.values()), changed
    assert "yellow green" in changed["scaled"] | changed["enterprise"]
    assert "green yellow" in changed["digital"]


def test_every_week_to_come_has_its_changes(books: dict[date, Path]) -> None:
    assert all(any(_changed(books[day], day).values()) for day in MONDAYS)


@pytest.mark.parametrize("week", range(9))
def test_somebody_of_each_team_is_out_in_the_week_after_the_demo_began(tmp_path: Path, week: int) -> None:
    """And again every four weeks."""
    base = BASE + timedelta(days=week % 7)
    folder = tmp_path / "book"
    write_csvs(folder, base, base=base, since=date.max)
    monday = base + timedelta(days=7 - base.weekday())
    teams = {one["email"]: one["team"] for one in rows(folder, "people")}
    if week >= 7:
        write_csvs(folder, base + timedelta(days=28), base=base, since=date.max)
        monday += timedelta(days=28)
    out = {
        teams[one["email"]]
        for one in rows(folder, "absences")
        if one["status"] == "approved"
        and one["starts_on"] <= str(monday + timedelta(days=6))
        and one["ends_on"] >= str(monday)
    }
    assert {"enterprise", "scaled", "digital"} <= out
