"""The five files are what `ta-bot import` reads: headers, ids, days, and the same for the same day."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.standin.book import people, write_csvs

TODAY = date(2026, 3, 4)
HEADERS = {
    "accounts": """account_id, name, aliases, parent_id, domain, ta_email, ae_email, ce_email, ie_email, segment,
        team, developers, arr, arr_year_ago, licensed_seats, seats_unlimited, tam, mau, dau_4w_avg, usage_as_of,
        customer_since, production_since, renewal_date, health_score, health_category, health_as_of,
        ta_sentiment, versions_behind, precise_code_nav, defect_tickets_90d, help_tickets_90d, active_champion,
        access_to_buyer, last_activity_on, lighthouse, save_plan_updated_on, open_tickets, slack_channel,
        slack_channel_active_on, mau_28d, goals_set, goals_met, pending_actions, next_customer_sync_on,
        next_customer_sync_with, success_plan_updated_on, last_cbr_on, last_roadmap_review_on, kickoff_on,
        expected_close_on, churned_on, expansion_arr_open, features_first_used, vitally_url, salesforce_url,
        looker_url, as_of""",
    "people": """email, name, role, team, level, region, manager_email, timezone, country, slack_user_id""",
    "history": """account_id, week_ending, mau, dau_4w_avg, licensed_seats, arr, health_score, health_category,
        ta_sentiment, versions_behind, precise_code_nav, defect_tickets_90d, help_tickets_90d, active_champion,
        access_to_buyer, last_activity_on""",
    "contacts": "account_id, name, email, title, roles",
    "absences": "email, starts_on, ends_on, half_day_start, half_day_end, status",
}
# Well-known companies: none of these words may stand in an invented name.
FAMOUS = (
    *(
        "amazon",
        "google",
        "microsoft",
        "apple",
        "oracle",
        "salesforce",
        "netflix",
        "siemens",
        "bosch",
        "nokia",
    ),
    *(
        "ericsson",
        "samsung",
        "toyota",
        "shell",
        "nestle",
        "contoso",
        "northwind",
        "acme",
        "initech",
        "globex",
    ),
    *(
        "adventure works",
        "fabrikam",
        "uber",
        "stripe",
        "spotify",
        "adyen",
        "klarna",
        "volvo",
        "maersk",
        "ikea",
    ),
)


@pytest.fixture(scope="session")
def book(written: Callable[..., Path]) -> Path:
    return written(TODAY)


def rows(book: Path, kind: str) -> list[dict[str, str]]:
    with (book / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("kind", HEADERS)
def test_the_header_is_the_one_that_import_reads(book: Path, kind: str) -> None:
    header = (book / f"{kind}.csv").read_text("utf-8").splitlines()[0]
    assert header.split(",") == [column.strip() for column in HEADERS[kind].split(",")]


def test_two_hundred_accounts_with_an_id_and_a_name_each_once(book: Path) -> None:
    accounts = rows(book, "accounts")
    assert len(accounts) == 200
    assert len({a["account_id"] for a in accounts}) == 200
    assert len({a["name"] for a in accounts}) == 200


def test_the_same_day_gives_the_same_bytes(book: Path, tmp_path: Path) -> None:
    write_csvs(tmp_path, TODAY)
    assert {kind: (tmp_path / f"{kind}.csv").read_bytes() for kind in HEADERS} == {
        kind: (book / f"{kind}.csv").read_bytes() for kind in HEADERS
    }


def test_another_day_keeps_the_accounts_and_moves_their_dates(book: Path, tmp_path: Path) -> None:
    write_csvs(tmp_path, date(2028, 2, 29))
    before, after = rows(book, "accounts"), rows(tmp_path, "accounts")
    assert [(a["account_id"], a["name"]) for a in before] == [(a["account_id"], a["name"]) for a in after]
    assert min(a["renewal_date"] for a in after if a["renewal_date"]) > "2028-01"


def test_nothing_is_known_from_the_future(book: Path) -> None:
    midnight = datetime.combine(TODAY, time(), UTC)
    seen = [a[c] for a in rows(book, "accounts") for c in ("as_of", "usage_as_of", "health_as_of") if a[c]]
    assert seen
    assert all(datetime.fromisoformat(instant) <= midnight for instant in seen)
    past = (
        "last_activity_on",
        "churned_on",
        "customer_since",
        "production_since",
        "kickoff_on",
        "last_cbr_on",
    )
    assert all(date.fromisoformat(a[c]) <= TODAY for a in rows(book, "accounts") for c in past if a[c])
    assert all(date.fromisoformat(w["week_ending"]) <= TODAY for w in rows(book, "history"))


def test_no_famous_name(book: Path) -> None:
    names = " | ".join(a["name"] + a["aliases"] for a in rows(book, "accounts")).lower()
    assert [word for word in FAMOUS if word in names] == []


def test_every_address_belongs_to_somebody(book: Path) -> None:
    known = {person.email for person in people(TODAY)}
    columns = ("ta_email", "ae_email", "ce_email", "ie_email")
    used = {a[column] for a in rows(book, "accounts") for column in columns if a[column]}
    bosses = {person.manager_email for person in people(TODAY) if person.manager_email}
    assert used <= known
    assert bosses <= known
    assert {a["email"] for a in rows(book, "absences")} <= known
    assert all(address.isascii() for address in known)


def test_every_row_of_history_and_contacts_has_its_account(book: Path) -> None:
    ids = {a["account_id"] for a in rows(book, "accounts")}
    weeks, contacts = rows(book, "history"), rows(book, "contacts")
    assert {w["account_id"] for w in weeks} | {c["account_id"] for c in contacts} <= ids
    assert len({(w["account_id"], w["week_ending"]) for w in weeks}) == len(weeks)
    assert len(weeks) > 9_500


def test_the_history_ends_where_the_account_is_now(book: Path) -> None:
    last = {w["account_id"]: w for w in rows(book, "history")}
    accounts = [a for a in rows(book, "accounts") if a["account_id"] in last and a["mau"]]
    same = ("licensed_seats", "precise_code_nav", "active_champion", "access_to_buyer")
    agreeing = [a for a in accounts if all(a[c] == last[a["account_id"]][c] for c in same)]
    assert len(agreeing) > 0.95 * len(accounts)
    steady = [
        a for a in accounts if abs(float(a["dau_4w_avg"]) - float(last[a["account_id"]]["dau_4w_avg"])) < 20
    ]
    assert len(steady) > 0.9 * len(accounts)


def test_a_year_is_fifty_two_whole_weeks(book: Path) -> None:
    ends: dict[str, list[date]] = {}
    for week in rows(book, "history"):
        ends.setdefault(week["account_id"], []).append(date.fromisoformat(week["week_ending"]))
    assert all((b - a).days == 7 for days in ends.values() for a, b in pairwise(days))
    assert sum(len(days) >= 52 for days in ends.values()) > 175


def test_a_dozen_accounts_changed_category_lately(book: Path) -> None:
    weeks = rows(book, "history")
    changed = {
        b["account_id"]
        for a, b in pairwise(weeks)
        if a["account_id"] == b["account_id"] and a["health_category"] != b["health_category"]
        if date.fromisoformat(b["week_ending"]) > TODAY - timedelta(weeks=4)
    }
    assert len(changed) >= 12
