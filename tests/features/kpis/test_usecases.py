"""Making a digest from the real store: weeks that cannot be told, small and odd books, a book that is written meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot import policy
from bot.domain.account import Week
from bot.domain.digest import TeamDigest
from bot.domain.health import Category
from bot.domain.kpi import Kpi
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Known, Stamp, Unknown
from bot.domain.schedule import IsoWeek
from bot.features.kpis.usecases import make_digest
from bot.ports.book import AccountRow
from bot.ports.people import Absence
from bot.store import Store

TODAY = date(2026, 11, 21)
NEWEST = IsoWeek(2026, 46)
FRESH = Stamp("vitally", datetime(2026, 11, 21, 7, tzinfo=UTC))
USUAL: dict[str, Any] = {
    "team": "enterprise",
    "mau": 40,
    "licensed_seats": 50,
    "health_category": "red",
    "health_score": 2.0,
}


class Covers:
    """The store's absences, with covers as given."""

    def __init__(self, store: Store, covers: dict[tuple[str, str], str]) -> None:
        self._store = store
        self._covers = covers

    async def list_away(self, first: date, last: date) -> tuple[Absence, ...]:
        return await self._store.coverage.list_away(first, last)

    async def covers_on(self, day: date) -> dict[tuple[str, str], str]:
        del day
        return self._covers


class Nobody:
    """A workspace in which nobody has an address."""

    async def find_user_ids(self, _emails: Any) -> dict[str, str]:
        return {}


@pytest.fixture
def ports(sqlite_store: Store) -> Any:
    store = sqlite_store
    return SimpleNamespace(
        book=store.book,
        people=store.people,
        coverage=store.coverage,
        directory=Nobody(),
        figures=store.figures,
        clock=store.clock,
        policy=policy.load(),
    )


def row(id_: str, stamp: Stamp = FRESH, **values: Any) -> AccountRow:
    return AccountRow(id=id_, name=f"Account {id_}", values=values, stamp=stamp, stamps={})


def week(id_: str, ending: date, **values: Any) -> Week:
    return Week(account_id=id_, week_ending=ending, source="history.csv", **values)


async def fill(store: Store, rows: Iterable[AccountRow], weeks: Iterable[Week] = ()) -> None:
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, rows, complete=False, seen_on=TODAY)
        await store.book.save_weeks(tx, weeks)


async def made(ports: Any, team: Team | None = None, week: IsoWeek = NEWEST) -> TeamDigest:
    return (await make_digest(ports, (team,) if team else (), week)).teams[0]


def value_of(found: TeamDigest, kpi: Kpi) -> Any:
    (one,) = [one for one in found.headlines if one.kpi is kpi]
    return one.value.value if isinstance(one.value, Known) else one.value


async def test_a_week_that_lies_ahead_has_no_data(ports: Any) -> None:
    found = await made(ports, week=IsoWeek(2026, 48))
    assert found.no_data == "2026-W48 lies ahead; the newest complete week is 2026-W46."
    assert found.headlines == ()


async def test_a_week_of_which_nothing_is_kept_has_no_data(sqlite_store: Store, ports: Any) -> None:
    await fill(sqlite_store, [row("A1", **USUAL)], [week("A1", date(2026, 11, 15), mau=1)])
    found = await made(ports, Team.ENTERPRISE, IsoWeek(2020, 53))
    assert found.no_data == (
        "The history holds no week of Enterprise & Strategic TAs that ended from 2020-12-28 to 2021-01-03."
    )
    assert found.history


async def test_a_team_without_accounts_has_no_data(sqlite_store: Store, ports: Any) -> None:
    await fill(sqlite_store, [row("A1", **USUAL)])
    assert (await made(ports, Team.DIGITAL)).no_data == "The book holds no account of Digital TAs."
    assert (await made(ports, Team.ENTERPRISE)).no_data == ""


async def test_teams_that_share_a_channel_have_a_section_each(sqlite_store: Store, ports: Any) -> None:
    await fill(sqlite_store, [row("A1", team="scaled"), row("A2", team="digital")])
    found = await make_digest(ports, (Team.SCALED, Team.DIGITAL), NEWEST)
    assert [(one.team, one.accounts) for one in found.teams] == [(Team.SCALED, 1), (Team.DIGITAL, 1)]
    assert (found.week, found.as_of) == (NEWEST, datetime(2026, 11, 21, 8, tzinfo=UTC))


async def test_one_account_of_which_nothing_is_known(sqlite_store: Store, ports: Any) -> None:
    await fill(sqlite_store, [row("A1", team="enterprise")])
    found = await made(ports, Team.ENTERPRISE)
    assert found.accounts == 1
    assert all(isinstance(one.value, Unknown) for one in found.headlines)
    assert [(one.category, one.accounts) for one in found.categories if one.accounts] == [(None, 1)]


async def test_a_team_whose_every_account_churned_keeps_its_retention(
    sqlite_store: Store, ports: Any
) -> None:
    await fill(sqlite_store, [row("A1", team="scaled", arr=5, arr_year_ago=100, churned_on=TODAY)])
    found = await made(ports, Team.SCALED)
    assert (found.accounts, value_of(found, Kpi.GRR), value_of(found, Kpi.NRR)) == (0, 0.0, 0.0)


async def test_accounts_without_a_team_are_named_in_every_digest(sqlite_store: Store, ports: Any) -> None:
    await fill(sqlite_store, [row("A1", **USUAL), row("A2", mau=1), row("A3")])
    whole, team = await made(ports), await made(ports, Team.ENTERPRISE)
    assert whole.accounts == 3
    assert whole.notes == ("2 accounts have no team and are in no team's digest, only in this one.",)
    assert team.notes == ("2 accounts have no team and are in no team's digest.",)


async def test_a_mover_has_its_cause_and_whoever_covers(sqlite_store: Store, ports: Any) -> None:
    ann, bea = (
        Person(
            email=f"{name}@x.example",
            name=name.title(),
            role=Role.TA,
            team=Team.ENTERPRISE,
            slack_user_id=id_,
        )
        for name, id_ in (("ann", "U1"), ("bea", "U2"))
    )
    async with sqlite_store.work.transaction() as tx:
        away = Absence(email=ann.email, starts_on=TODAY, ends_on=TODAY + timedelta(days=2))
        await sqlite_store.people.save_people(tx, [ann, bea], source="people.csv")
        await sqlite_store.people.save_absences(tx, [away], source="absences.csv")
    before = week(
        "A1", date(2026, 11, 8), mau=45, licensed_seats=50, health_category="green", health_score=9.0
    )
    now = {**USUAL, "mau": 30, "ta_email": ann.email}
    await fill(sqlite_store, [row("A1", **now)], [before])
    ports.coverage = Covers(sqlite_store, {(ann.email, ""): bea.email})
    found = await made(ports, Team.ENTERPRISE)
    (mover,) = found.changed
    assert found.falls == (mover,)
    assert (mover.before, mover.now, mover.since) == (Category.GREEN, Category.RED, TODAY)
    assert mover.cause == "Utilization: MAU of seats 90 % → 60 %, healthy → concerning"
    assert mover.owner is not None
    assert mover.owner.covered_by is not None
    assert (mover.owner.user_id, mover.owner.covered_by.user_id) == ("U1", "U2")
    assert [(one.owner.name, one.covers) for one in found.out] == [("Ann", ("Bea",))]
    assert (await made(ports, Team.SCALED)).out == ()


async def test_an_older_week_is_told_by_the_history(sqlite_store: Store, ports: Any) -> None:
    weeks = [
        week("A1", ending, mau=mau, licensed_seats=50, health_category=category, health_score=score)
        for ending, mau, category, score in (
            (date(2026, 9, 27), 45, "green", 9.0),
            (date(2026, 10, 4), 10, "yellow", 4.0),
        )
    ]
    await fill(sqlite_store, [row("A1", **USUAL)], weeks)
    found = await made(ports, Team.ENTERPRISE, IsoWeek(2026, 40))
    assert found.history
    assert value_of(found, Kpi.UTILIZATION) == 0.2
    (mover,) = found.changed
    assert (mover.before, mover.now, mover.since) == (Category.GREEN, Category.YELLOW, date(2026, 10, 4))
    assert mover.cause.startswith("Utilization: MAU of seats 90 % → 20 %")
    assert "keeps no goals" in found.notes[0]
    assert (found.attention, found.book, found.sources) == ((), (), ())


async def test_health_that_is_too_old_moves_nobody(sqlite_store: Store, ports: Any) -> None:
    old = Stamp("vitally", FRESH.as_of - timedelta(days=30))
    before = week("A1", date(2026, 11, 8), health_category="green", health_score=9.0)
    await fill(sqlite_store, [row("A1", stamp=old, **USUAL)], [before])
    found = await made(ports, Team.ENTERPRISE)
    assert (found.categories, found.changed, found.falls) == ((), (), ())
    assert {one.group for one in found.sources if one.withheld} >= {"health", "usage"}
    assert all(
        one.withheld
        for one in found.headlines
        if one.kpi is not Kpi.VALUE_REALIZATION
        if one.kpi not in (Kpi.GRR, Kpi.NRR)
    )


async def test_a_book_that_is_written_meanwhile_is_read_again(sqlite_store: Store, ports: Any) -> None:
    """No two figures of a digest are of different books."""

    class Meddled:
        def __init__(self) -> None:
            self.asked = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(sqlite_store.figures, name)

        async def sums(self, scope: Any) -> Any:
            self.asked += 1
            found = await sqlite_store.figures.sums(scope)
            if self.asked == 1:
                await fill(sqlite_store, [row("A2", **USUAL)])
            return found

    await fill(sqlite_store, [row("A1", **USUAL)])
    ports.figures = Meddled()
    found = await made(ports, Team.ENTERPRISE)
    assert ports.figures.asked == 2
    assert found.accounts == 2
    assert sum(one.accounts for one in found.categories) == 2
