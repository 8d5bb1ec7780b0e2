"""A quarter of the demo under the clock: everything that is due appears once, to the right person or channel.

What is expected is reckoned here from the demo's own files, in another way than the product does. The calendar and the
busiest week are printed.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.features.sync.usecases import import_file
from bot.integrations.csv_files.source import CsvFile
from bot.standin.book import write_csvs

World = Any
Row = Mapping[str, str]
BASE = date(2026, 11, 23)
DAYS = 91
CHANNEL = "alerts-customer-usage"
POOLS = ("scaled", "digital")
RHYTHMS = {  # signal: months and the column it counts from, by team (facts of the handbook)
    "quarterly_call": {"scaled": (3, ""), "digital": (3, "")},
    "success_plan": {"enterprise": (3, "success_plan_updated_on"), "scaled": (6, "success_plan_updated_on")},
    "business_review": {"enterprise": (3, "last_cbr_on"), "scaled": (12, "last_cbr_on")},
    "roadmap_review": {"scaled": (6, "last_roadmap_review_on")},
}
TO = {  # signal: whom of an account with an owner, and of a pool's
    "seats": (("ae", "channel"), ("ae", "channel")),
    "category": (("ta",), ("channel",)),
    "utilization": (("ta",), ("channel",)),
    "renewal": (("ta", "ae"), ("channel", "ae")),
    "lighthouse": (("ta", "manager"), ("channel", "manager")),
    "save_plan_update": (("ta",), ("ta",)),
    "lighthouse_sync": (("ta",), ("ta",)),
    "handoff": (("ta", "ae", "ce", "ie"), ("channel",)),
    "kickoff": (("ta",), ("channel",)),
    "quarterly_call": (("channel",), ("channel",)),
    "success_plan": (("ta", "ae"), ("channel",)),
    "business_review": (("ta",), ("channel",)),
    "roadmap_review": (("channel",), ("channel",)),
}
Event = tuple[date, str, str]
"""The day, the signal and the account."""


@dataclass
class Quarter:
    """What the files said on each day, what was kept and what was said."""

    rows: list[Mapping[str, Row]] = field(default_factory=list)
    people: Mapping[str, Row] = field(default_factory=dict)
    kept: list[Mapping[str, Any]] = field(default_factory=list)
    messages: list[Mapping[str, Any]] = field(default_factory=list)

    def day(self, number: int) -> date:
        return BASE + timedelta(days=number)

    @property
    def told(self) -> Counter[Event]:
        """How often each thing was told, whomever to."""
        found = {
            (one["kept_at"][:10], one["signal"], one["account_id"], one["key"].rpartition(":")[0])
            for one in self.kept
        }
        return Counter((date.fromisoformat(day), signal, account) for day, signal, account, _ in found)


@pytest.fixture
async def quarter(world: World, tmp_path: Path) -> Quarter:
    """The demo's book, a new one each Monday; looked at each morning, and told as the hours pass."""
    found = Quarter()
    since = BASE - timedelta(weeks=5)  # as far back as a changed category is explained from
    for number in range(DAYS):
        today = found.day(number)
        await world.until(datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=5))
        if number % 7 == 0:
            write_csvs(tmp_path, today, base=BASE, since=since)
            since = today
            for kind in ("people", "accounts", "history", "absences"):
                await import_file(CsvFile(kind, tmp_path / f"{kind}.csv", world.clock), world.store)
            accounts = {row["account_id"]: row for row in _read(tmp_path / "accounts.csv")}
        found.rows.append(accounts)
        world.clock.at += timedelta(hours=3)
        await world.look()
    await world.until(world.clock.at + timedelta(days=14))
    found.people = {row["email"]: row for row in _read(tmp_path / "people.csv")}
    with world.store.work.engine.connect() as connection:
        for name, into in (("alert_notices", found.kept), ("outgoing", found.messages)):
            rows = connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY id").mappings().all()
            into.extend(dict(row) for row in rows)
    return found


def _read(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _on(row: Row, name: str) -> date | None:
    return date.fromisoformat(row[name]) if row[name] else None


def _months_on(first: date, months: int) -> date:
    """Counted month by month, the day cut to the month's length at the end."""
    year, month = first.year, first.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for day in range(first.day, 0, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    raise AssertionError(first)


def _due(row: Row, day: date) -> Iterator[tuple[str, str]]:
    """What is due for an account on a day, as (signal, what makes it another one)."""
    close, churned = _on(row, "expected_close_on"), _on(row, "churned_on")
    if churned and churned <= day:
        return
    if close:
        steps = [close - timedelta(days=45), close - timedelta(days=35), close, close + timedelta(days=7)]
        passed = [step for step in steps if step <= day <= steps[-1] + timedelta(days=30)]
        if passed:
            yield "handoff", f"{close} {len(passed)}"
        if close > day:
            return
    yield from _programmes(row, day)
    yield from _save_plan(row, day)
    renewal = _on(row, "renewal_date")
    left = [days for days in (30, 120) if renewal and day <= renewal and (renewal - day).days <= days]
    if left:
        yield "renewal", f"{renewal} {left[0]}"
    yield from _first_days(row, day)


def _first_days(row: Row, day: date) -> Iterator[tuple[str, str]]:
    signed = _on(row, "customer_since")
    if signed and row["team"] in POOLS and not row["kickoff_on"] and 7 <= (day - signed).days <= 67:
        yield "kickoff", str(signed)
    start = _on(row, "customer_since") or _on(row, "production_since")
    of = row["tam"] if row["seats_unlimited"] == "yes" else row["licensed_seats"]
    if start and row["mau"] and of and int(of):
        age = (day - start).days + 1
        reached = [days for days in (45, 60) if days <= age <= 90]
        if reached and int(row["mau"]) < 0.8 * int(of):
            yield "utilization", f"{start} {max(reached)}"


def _programmes(row: Row, day: date) -> Iterator[tuple[str, str]]:
    start = _on(row, "customer_since") or _on(row, "production_since")
    for signal, teams in RHYTHMS.items():
        if row["team"] in teams:
            months, column = teams[row["team"]]
            first = (_on(row, column) if column else None) or start
            if first:
                times = 0
                while _months_on(first, months * (times + 1)) <= day:
                    times += 1
                if times:
                    yield signal, f"{first} {times}"


def _save_plan(row: Row, day: date) -> Iterator[tuple[str, str]]:
    if row["lighthouse"] == "active":
        updated = _on(row, "save_plan_updated_on")
        if updated and (day - updated).days >= 7:
            yield "save_plan_update", f"{updated} {(day - updated).days // 7}"
        if (day - BASE).days >= 14:
            yield "lighthouse_sync", str((day - BASE).days // 14)


def _expected(quarter: Quarter) -> Counter[Event]:
    """What became due on a day and was not the day before; of what is watched by its state, what changed."""
    found = Counter(_seats(quarter))
    asked: dict[str, date] = {}
    for number in range(1, DAYS):
        day, before = quarter.day(number), quarter.day(number - 1)
        for account, row in quarter.rows[number].items():
            was = quarter.rows[number - 1][account]
            new = set(_due(row, day)) - set(_due(was, before))
            found.update((day, signal, account) for signal, _ in new)
            found.update((day, signal, account) for signal in _changed(was, row, day))
            is_new = _candidate(row, day) and not _candidate(was, before)
            if is_new and (day - asked.get(account, date.min)).days >= 30:
                asked[account] = day
                found[day, "lighthouse", account] += 1
    return found


def _alive(row: Row, day: date) -> bool:
    close, churned = _on(row, "expected_close_on"), _on(row, "churned_on")
    return not (churned and churned <= day) and not (close and close > day)


def _category(row: Row) -> str:
    if row["health_category"] or not row["health_score"]:
        return row["health_category"]
    score = float(row["health_score"])
    return "red" if score < 10 / 3 else "green" if score > 20 / 3 else "yellow"


def _candidate(row: Row, day: date) -> bool:
    renewal = _on(row, "renewal_date")
    if not renewal or not _alive(row, day) or row["lighthouse"] == "active":
        return False
    poor = _category(row) in ("red", "yellow") or row["active_champion"] == "no"
    return poor and day <= renewal <= _months_on(day, 6)


def _changed(was: Row, row: Row, day: date) -> Iterator[str]:
    if not _alive(row, day):
        return
    if _category(was) and _category(row) and _category(was) != _category(row):
        yield "category"


def _seats(quarter: Quarter) -> Iterator[Event]:
    """Levels reached; one is left once three per cent below it."""
    held: dict[str, int] = {}
    for number in range(DAYS):
        day = quarter.day(number)
        for account, row in quarter.rows[number].items():
            used = _used(row)
            if used is None or not _alive(row, day):
                continue
            level, before = sum(used >= bound for bound in (90, 100)), held.get(account)
            if before is not None and level < before and used >= (90, 100)[before - 1] - 3:
                level = before
            if before is not None and level > before:
                yield day, "seats", account
            held[account] = level


def _used(row: Row) -> float | None:
    """Per cent of the licensed seats."""
    used, seats = row["mau_28d"] or row["mau"], int(row["licensed_seats"] or 0)
    if not used or not seats or row["seats_unlimited"] == "yes":
        return None
    return int(used) * 100 / seats


def _receivers(quarter: Quarter, signal: str, row: Row) -> set[str]:
    """Whom the handbook names."""
    people = quarter.people
    found = set()
    for role in TO[signal][row["team"] in POOLS]:
        if role == "channel":
            found.add(CHANNEL)
        elif role != "manager":
            found.add(row[f"{role}_email"])
    managers = {
        email for email, one in people.items() if one["role"] == "manager" and one["team"] == row["team"]
    }
    own = people[row["ta_email"]]["manager_email"] if row["ta_email"] in people else ""
    if "manager" in TO[signal][row["team"] in POOLS]:
        found |= {own} if own else managers
    return found - {""} or ({own} if own else managers)


@pytest.mark.timeout(400)
async def test_a_quarter_of_the_demo(quarter: Quarter, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write("\n".join(("", *_calendar(quarter), *_busiest_week(quarter), "")))
    told, expected = quarter.told, _expected(quarter)
    assert told - expected == Counter(), "was told, and was not due"
    assert expected - told == Counter(), "was due, and was not told"
    assert set(TO) - {one["signal"] for one in quarter.kept} <= {"kickoff"}  # the demo's were all held
    by_crossing = defaultdict(set)
    for one in quarter.kept:
        assert one["source"], one["key"]
        assert one["as_of"], one["key"]
        crossing, _, receiver = one["key"].rpartition(":")
        by_crossing[crossing].add(receiver)
        day = (date.fromisoformat(one["kept_at"][:10]) - BASE).days
        row = quarter.rows[day][one["account_id"]]
        assert receiver in _receivers(quarter, one["signal"], row), one["key"]
    for crossing, receivers in by_crossing.items():
        kept = next(one for one in quarter.kept if one["key"].startswith(f"{crossing}:"))
        day = (date.fromisoformat(kept["kept_at"][:10]) - BASE).days
        row = quarter.rows[day][kept["account_id"]]
        assert receivers == _receivers(quarter, kept["signal"], row), crossing
    _check_messages(quarter)


def _check_messages(quarter: Quarter) -> None:
    """Each notice is in one message that was asked for; nobody has more than five a day, none outside their hours."""
    keys = Counter(one["key"] for one in quarter.messages if one["key"].startswith("alert:"))
    assert {(one["state"], one["rounds"], keys[one["bundle"]]) for one in quarter.kept} == {("told", 1, 1)}
    for (email, day), times in _by_day(quarter).items():
        assert len(times) <= 5, (email, day, times)
        assert all("09:00" <= f"{at:%H:%M}" < "17:30" and at.weekday() < 5 for at in times), (email, times)


def _by_day(quarter: Quarter) -> Mapping[tuple[str, date], list[datetime]]:
    found = defaultdict(list)
    for one in quarter.messages:
        if one["key"].startswith("alert:") and one["email"]:
            zone = ZoneInfo(quarter.people[one["email"]]["timezone"] or "UTC")
            at = datetime.fromisoformat(one["asked_at"]).astimezone(zone)
            found[one["email"], at.date()].append(at)
    return found


def _calendar(quarter: Quarter) -> Iterator[str]:
    """Each week's alerts by signal, and how many of them to people and to the channel."""
    weeks: dict[date, Counter[str]] = defaultdict(Counter)
    places: dict[date, Counter[bool]] = defaultdict(Counter)
    for one in quarter.kept:
        day = date.fromisoformat(one["kept_at"][:10])
        monday = day - timedelta(days=day.weekday())
        weeks[monday][one["signal"]] += 1
        places[monday]["@" in one["receiver"]] += 1
    yield f"The quarter from {BASE}: {len(quarter.kept)} alerts, each told once"
    for monday, signals in sorted(weeks.items()):
        said = " · ".join(f"{signal} {count}" for signal, count in sorted(signals.items()))
        yield f"{monday}  {places[monday][True]:3} to people, {places[monday][False]:3} to the channel: {said}"


def _busiest_week(quarter: Quarter) -> Iterator[str]:
    by_day = _by_day(quarter)
    weeks = Counter(day - timedelta(days=day.weekday()) for _, day in by_day)
    monday = max(weeks, key=lambda one: weeks[one])
    yield f"Messages of alerts to each person in the week from {monday}, Monday to Friday; at most 5 a day"
    for email in sorted({email for email, _ in by_day}):
        days = [len(by_day.get((email, monday + timedelta(days=ahead)), ())) for ahead in range(5)]
        if any(days):
            yield f"{email:42} {' '.join(f'{count:2}' for count in days)}"
