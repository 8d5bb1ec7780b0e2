"""Every situation that a card can show occurs in the book, by name."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

TODAY = date(2026, 3, 4)
Row = dict[str, str]


def _days(row: Row, column: str) -> int | None:
    return (date.fromisoformat(row[column]) - TODAY).days if row[column] else None


def _ratio(row: Row, over: str, under: str) -> float | None:
    return float(row[over]) / float(row[under]) if row[over] and float(row[under] or 0) else None


def _between(value: float | None, least: float, most: float) -> bool:
    return value is not None and least <= value <= most


def _age(row: Row, column: str) -> int:
    if not row[column]:
        return 0
    return (datetime.combine(TODAY, time(), UTC) - datetime.fromisoformat(row[column])).days


def _only(row: Row, *columns: str) -> bool:
    return {name for name, value in row.items() if value} == set(columns)


def _has(text: str) -> Callable[[Row], bool]:
    return lambda row: text in row["name"]


SITUATIONS: dict[str, Callable[[Row], bool]] = {
    "green": lambda r: r["health_category"] == "green",
    "yellow": lambda r: r["health_category"] == "yellow",
    "red": lambda r: r["health_category"] == "red",
    "sentiment healthy": lambda r: r["ta_sentiment"] == "healthy",
    "sentiment concerning": lambda r: r["ta_sentiment"] == "concerning",
    "sentiment poor": lambda r: r["ta_sentiment"] == "poor",
    "versions healthy": lambda r: r["versions_behind"] in ("0", "1"),
    "versions concerning": lambda r: r["versions_behind"] in ("2", "3"),
    "versions poor": lambda r: _between(float(r["versions_behind"] or 0), 4, 99),
    "navigation active": lambda r: r["precise_code_nav"] == "yes",
    "navigation inactive": lambda r: r["precise_code_nav"] == "no",
    "defects healthy": lambda r: r["defect_tickets_90d"] in ("0", "1"),
    "defects concerning": lambda r: r["defect_tickets_90d"] in ("2", "3", "4"),
    "defects poor": lambda r: _between(float(r["defect_tickets_90d"] or 0), 5, 999),
    "help healthy": lambda r: _between(float(r["help_tickets_90d"] or 99), 0, 9),
    "help concerning": lambda r: _between(float(r["help_tickets_90d"] or 0), 10, 14),
    "help poor": lambda r: _between(float(r["help_tickets_90d"] or 0), 15, 999),
    "champion": lambda r: r["active_champion"] == "yes",
    "no champion": lambda r: r["active_champion"] == "no",
    "buyer": lambda r: r["access_to_buyer"] == "yes",
    "no buyer": lambda r: r["access_to_buyer"] == "no",
    "activity healthy": lambda r: _between(_days(r, "last_activity_on"), -14, 0),
    "activity concerning": lambda r: _between(_days(r, "last_activity_on"), -29, -15),
    "activity poor": lambda r: _between(_days(r, "last_activity_on"), -999, -30),
    "usage healthy": lambda r: _between(_ratio(r, "dau_4w_avg", "mau"), 0.3, 1),
    "usage concerning": lambda r: _between(_ratio(r, "dau_4w_avg", "mau"), 0.201, 0.299),
    "usage poor": lambda r: _between(_ratio(r, "dau_4w_avg", "mau"), 0.01, 0.2),
    "utilization healthy": lambda r: _between(_ratio(r, "mau", "licensed_seats"), 0.8, 2),
    "utilization concerning": lambda r: _between(_ratio(r, "mau", "licensed_seats"), 0.5, 0.799),
    "utilization poor": lambda r: _between(_ratio(r, "mau", "licensed_seats"), 0.01, 0.499),
    "unlimited seats, of the addressable developers": lambda r: (
        r["seats_unlimited"] == "yes" and r["tam"] != ""
    ),
    "seats missing": lambda r: r["mau"] != "" and not r["licensed_seats"] and not r["seats_unlimited"],
    "no users": lambda r: r["mau"] == "0",
    "nothing but id and name": lambda r: _only(r, "account_id", "name"),
    "prospect": lambda r: _between(_days(r, "expected_close_on"), 1, 45),
    "under 80 % at day 51": lambda r: (
        _days(r, "customer_since") == -51 and _between(_ratio(r, "mau", "licensed_seats"), 0, 0.799)
    ),
    "an old save plan": lambda r: (
        r["lighthouse"] == "active" and _between(_days(r, "save_plan_updated_on"), -30, -8)
    ),
    "day 21 of 60": lambda r: _days(r, "production_since") == -21,
    "renews in 5 days": lambda r: _days(r, "renewal_date") == 5,
    "renews in 30 days": lambda r: _days(r, "renewal_date") == 30,
    "renews in 100 days": lambda r: _days(r, "renewal_date") == 100,
    "renewal overdue": lambda r: _between(_days(r, "renewal_date"), -60, -1),
    "red with Lighthouse": lambda r: r["health_category"] == "red" and r["lighthouse"] == "active",
    "red without Lighthouse": lambda r: r["health_category"] == "red" and r["lighthouse"] == "none",
    "churned": lambda r: _between(_days(r, "churned_on"), -365, -1) and r["arr"] == "0",
    "ARR on the line": lambda r: r["arr"] == "100000" and _between(float(r["developers"] or 0), 501, 2500),
    "developers on the line": lambda r: r["developers"] == "2500",
    "unclassified": lambda r: not r["developers"] and r["arr"] != "",
    "recorded team differs": lambda r: (
        r["team"] == "scaled" and _between(float(r["developers"] or 0), 2501, 9e9)
    ),
    "open expansion": lambda r: r["expansion_arr_open"] != "",
    "seats at 92 %": lambda r: _ratio(r, "mau_28d", "licensed_seats") == 0.92,
    "seats at 104 %": lambda r: _ratio(r, "mau_28d", "licensed_seats") == 1.04,
    "goals": lambda r: r["team"] == "enterprise" and r["goals_set"] not in ("", "0"),
    "no goals set": lambda r: r["goals_set"] == "0",
    "pool, served last": lambda r: r["team"] == "scaled" and r["ta_email"] != "",
    "pool, served by nobody": lambda r: r["team"] == "digital" and not r["ta_email"] and r["mau"] != "",
    "stale usage": lambda r: _age(r, "usage_as_of") > 7,
    "stale health": lambda r: _age(r, "health_as_of") > 1,
    "stale revenue": lambda r: _age(r, "as_of") > 7,
    "no score, traits known": lambda r: r["mau"] != "" and not r["health_score"],
    "open tickets": lambda r: float(r["open_tickets"] or 0) > 5,
    "customer channel": lambda r: r["slack_channel"] != "",
    "arr a year ago larger": lambda r: float(r["arr_year_ago"] or 0) > float(r["arr"] or 9e9),
    "no year ago": lambda r: r["arr"] not in ("", "0") and not r["arr_year_ago"],
    "child of a parent": lambda r: r["parent_id"] == "A-1001",
    "aliases": lambda r: ";" in r["aliases"],
    "ampersand": _has("&"),
    "quotes": _has('"'),
    "emoji": _has("🐸"),
    "angle brackets": _has("<"),
    "right to left": lambda r: any("\u0600" <= c <= "\u06ff" for c in r["name"]),
    "not ASCII": _has("Ł"),
    "a very long name": lambda r: 140 <= len(r["name"]) <= 150,
    "a name that is a keyword": lambda r: r["name"].lower() == "changes",
}


@pytest.fixture(scope="session")
def accounts(written: Callable[..., Path]) -> list[Row]:
    with (written(TODAY) / "accounts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_book_shows_it(accounts: list[Row], situation: str) -> None:
    assert [row["account_id"] for row in accounts if SITUATIONS[situation](row)]


def test_near_twins_share_all_but_a_letter_or_the_legal_form(accounts: list[Row]) -> None:
    names = {row["name"] for row in accounts}
    assert {"Ostervane Robotics Inc", "Ostervane Robotics GmbH"} <= names
    assert {"Brindlecote Foods", "Brindlecoat Foods"} <= names
