"""A look at the real book: who hears of what fired, in which words, from which source; each once over everything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.account import Week
from bot.domain.person import Person, Role, Team
from bot.domain.watching import Seen
from bot.features.alerts import commitments, evaluating, signals, sources

World = Any
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
DANA, ANN, MIA, ODETTE = "dana@ta.example", "ann@ae.example", "mia@ta.example", "odette@ta.example"
CHANNEL = "alerts-customer-usage"
USUAL = {
    "team": "enterprise",
    "ta_email": DANA,
    "ae_email": ANN,
    "ce_email": "cy@ce.example",
    "licensed_seats": 480,
    "mau": 300,
    "mau_28d": 310,
    "dau_4w_avg": 100.0,
    "arr": 8_400_000,
    "health_score": 7.4,
    "health_category": "green",
    "active_champion": True,
    "versions_behind": 1,
}


async def settled(world: World, *accounts: str, **values: Any) -> None:
    """A book that was looked at two days ago, and yesterday."""
    for back in (2, 1):
        world.clock.at = MONDAY - back * DAY
        await world.book(*accounts, **{**USUAL, **values})
        await world.look()
    world.clock.at = MONDAY
    assert await world.keys() == []


async def weeks(world: World, *some: Week) -> None:
    async with world.store.work.transaction() as tx:
        await world.store.book.save_weeks(tx, some)


def week(ending: date, account: str = "A1", **values: Any) -> Week:
    return Week(account_id=account, week_ending=ending, source="vitally", **values)


async def test_the_first_look_only_remembers_and_what_follows_is_told_once(world: World) -> None:
    await settled(world, "A1", "A2")
    assert await world.look() == "0 accounts had something new, 0 alerts"
    await world.book("A1", **{**USUAL, "mau_28d": 440})
    assert await world.look() == "1 accounts had something new, 2 alerts"
    assert await world.look() == "nothing changed"
    assert await world.keys() == [f"seats:A1:90:2026-11-23:{who}" for who in (ANN, CHANNEL)]
    for ahead in range(1, 40):  # the same values, day by day
        world.clock.at = MONDAY + ahead * DAY
        await world.look()
    assert len(await world.keys()) == 2


async def test_an_empty_book_is_no_first_look(world: World) -> None:
    assert await world.look() == "there is no account yet"
    assert await world.store.watching.find_pass() is None


async def test_what_was_kept_when_a_look_broke_off_is_not_told_again(world: World) -> None:
    """The look is begun anew: it finds what it had not kept yet, and tells of that alone."""
    accounts = [f"A{number:04}" for number in range(evaluating.AT_ONCE + 100)]
    await settled(world, *accounts)
    await world.book(*accounts, **{**USUAL, "health_category": "red", "health_score": 2.0})
    broken = evaluating.AT_ONCE

    class Breaks:
        """Takes one lot of notices, and no more."""

        def __init__(self, alerts: Any) -> None:
            self.alerts, self.lots = alerts, 0

        async def tell_later(self, tx: Any, notices: Any) -> int:
            if self.lots:
                raise ConnectionError
            self.lots += 1
            return int(await self.alerts.tell_later(tx, notices))

    world.ports.alerts = Breaks(world.store.alerts)
    with pytest.raises(ConnectionError):
        await world.look()
    assert len(await world.keys()) == broken
    world.ports.alerts = world.store.alerts
    assert await world.look() == "100 accounts had something new, 100 alerts"
    assert len(set(await world.keys())) == len(accounts)


async def test_what_so_many_have_at_once_is_told_to_who_runs_the_bot_alone_and_once(world: World) -> None:
    """A source that is connected later: its renewals are only remembered, whenever the look at them breaks off."""
    accounts = [f"A{number:02}" for number in range(world.ports.policy.watch.few + 5)]
    await settled(world, *accounts)
    renews = {**USUAL, "renewal_date": date(2027, 1, 20)}
    await world.book(*accounts, **renews)

    class Breaks:
        """Remembers all but three, and is not there any more to finish."""

        def __init__(self, watching: Any) -> None:
            self.watching = watching

        def __getattr__(self, name: str) -> Any:
            return getattr(self.watching, name)

        async def remember(self, tx: Any, found: Any) -> None:
            await self.watching.remember(tx, found[:-3])

        async def finish(self, *_: Any) -> None:
            raise ConnectionError

    world.ports.watching = Breaks(world.store.watching)
    with pytest.raises(ConnectionError):
        await world.look()
    world.ports.watching = world.store.watching
    assert await world.look() == "3 accounts had something new, 0 alerts"
    (said,) = await world.store.outgoing.list_outgoing(prefix="alerts.crowd:")
    assert (said.email, await world.keys()) == (ODETTE, [])
    await world.book("A00", **{**renews, "mau_28d": 480})
    await world.book("new", **renews)
    await world.look()
    assert {key.rsplit(":", 1)[0] for key in await world.keys()} == {
        *("seats:A00:100:2026-11-23", "renewal:new:2027-01-20:120"),
    }
    assert len(await world.store.outgoing.list_outgoing(prefix="alerts.crowd:")) == 1


async def test_weeks_that_are_missing_or_come_late_tell_nothing(world: World) -> None:
    await settled(world, "A1")
    late = [week(date(2026, 11, 22) - timedelta(weeks=back), health_category="red") for back in range(9)]
    await weeks(world, *late)
    assert await world.look() == "0 accounts had something new, 0 alerts"
    await world.book("A1", **{**USUAL, "health_category": "yellow", "health_score": 5.0})
    await world.look()
    (kept,) = await world.store.alerts.list_of_account("A1")
    assert "No earlier week tells" in kept.notice.lines[0]


async def test_a_change_of_category_names_the_trait_that_did_it(world: World) -> None:
    await settled(world, "A1")
    then = {"mau": 400, "licensed_seats": 480, "dau_4w_avg": 140.0, "active_champion": True}
    await weeks(world, week(date(2026, 11, 15), health_category="green", versions_behind=1, **then))
    await weeks(world, week(date(2026, 11, 22), health_category="yellow", mau=1, licensed_seats=480))
    values = {"health_category": "yellow", "health_score": 5.0, "mau": 200, "dau_4w_avg": 70.0}
    await world.book("A1", **{**USUAL, **values})
    await world.look()
    (kept,) = await world.store.alerts.list_of_account("A1")
    assert kept.notice.lines[0] == "What did it: Utilization: MAU of seats 83 % → 41 %, healthy → poor."
    assert (kept.notice.source, kept.notice.as_of) == ("vitally", MONDAY - timedelta(hours=2))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, [ANN, CHANNEL]),
        ({"team": "scaled"}, [ANN, CHANNEL]),
        ({"ae_email": None}, [CHANNEL]),
    ],
)
async def test_who_hears_of_seats(world: World, values: dict[str, Any], expected: list[str]) -> None:
    assert await _heard(world, values, mau_28d=480) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, [DANA]),
        ({"team": "digital"}, [CHANNEL]),
        ({"team": None, "developers": 3_000}, [DANA]),  # by the rules of segmentation
        ({"team": None, "developers": 50}, [CHANNEL]),
        ({"ta_email": None}, [MIA]),  # who answers for the team
    ],
)
async def test_who_hears_of_a_category(world: World, values: dict[str, Any], expected: list[str]) -> None:
    assert await _heard(world, values, health_category="yellow") == expected


async def test_who_hears_of_a_pool_s_save_plan(world: World) -> None:
    """Whoever updated it last, by the handbook; the pool's manager where nobody is known."""
    pia = Person(email="pia@ta.example", name="Pia", role=Role.MANAGER, team=Team.SCALED)
    async with world.store.work.transaction() as tx:
        await world.store.people.save_people(tx, [pia], source="people.csv")
    plan = {"team": "scaled", "lighthouse": "active", "save_plan_updated_on": date(2026, 11, 16)}
    await settled(world, "A1", **plan)
    await world.book("A2", **{**USUAL, **plan, "ta_email": None})
    await world.look()
    heard = [key.split(":")[-1] for key in await world.keys() if key.startswith("save_plan_update:")]
    assert heard == [DANA, "pia@ta.example"]


async def _heard(world: World, values: dict[str, Any], **changed: Any) -> list[str]:
    await settled(world, "A1", **values)
    await world.book("A1", **{**USUAL, **values, **changed})
    await world.look()
    return [key.split(":")[-1] for key in await world.keys()]


async def test_two_signals_at_once_are_two_notices(world: World) -> None:
    await settled(world, "A1", renewal_date=date(2027, 3, 23))
    changed = {"health_category": "red", "health_score": 2.0, "mau_28d": 490}
    await world.book("A1", renewal_date=date(2027, 3, 23), **{**USUAL, **changed})
    await world.look()
    assert [key.split(":")[0] for key in await world.keys()] == [
        *("seats", "seats", "category", "renewal", "renewal", "lighthouse", "lighthouse"),
    ]


async def test_a_system_that_goes_silent_is_told_to_who_runs_the_bot_once(world: World) -> None:
    await settled(world, "A1")
    for ahead in range(-1, 15):
        world.clock.at = MONDAY + ahead * DAY
        await sources.evaluate(world.ports)
    kept = await world.store.alerts.list_waiting(ODETTE, world.clock.at)
    found = [(one.notice.key.split(":")[1], f"{one.kept_at:%d %b}") for one in kept]
    assert found == [("health", "29 Nov"), ("usage", "02 Dec"), ("revenue", "02 Dec")]
    assert {one.notice.signal for one in kept} == {sources.SIGNAL}
    await world.book("A1", **{**USUAL, "mau": 301, "health_score": 7.5, "arr": 1})
    for _ in range(16):
        world.clock.at += DAY
        await sources.evaluate(world.ports)
    assert len(await world.store.alerts.list_waiting(ODETTE, world.clock.at)) == 6


async def test_words(world: World, snapshot: SnapshotAssertion) -> None:
    """What each signal says, with its source and age, of accounts with and without what it could say."""
    accounts: dict[str, dict[str, Any]] = {
        "seats": {"mau_28d": 440},
        "seats of last month": {"mau_28d": None, "mau": 480},
        "red": {"health_category": "red", "health_score": 2.04},
        "day 45": {"customer_since": date(2026, 10, 10), "mau": 100},
        "renews": {"renewal_date": date(2027, 3, 23), "health_category": "red", "mau_28d": None},
        "renews, plan": {"renewal_date": date(2026, 12, 23), "health_category": None, "lighthouse": "active"},
        "candidate": {"renewal_date": date(2027, 2, 1), "active_champion": False},
        "plan": {
            "lighthouse": "active",
            "save_plan_updated_on": date(2026, 11, 16),
            "open_tickets": 3,
            "pending_actions": ("Call <them>", "Write"),
            "renewal_date": date(2027, 9, 1),
        },
        "plan of nobody": {"lighthouse": "active"},
        "known": {"expected_close_on": date(2027, 1, 7)},
        "hand over": {"expected_close_on": date(2026, 12, 28)},
        "closes": {"expected_close_on": date(2026, 11, 23)},
        "tag": {"expected_close_on": date(2026, 11, 16)},
        "kick-off": {"team": "digital", "customer_since": date(2026, 11, 16)},
        "call": {"team": "digital", "customer_since": date(2025, 11, 23), "kickoff_on": date(2025, 12, 1)},
        "plans": {"success_plan_updated_on": date(2026, 8, 23), "last_cbr_on": date(2026, 5, 23)},
        "pool": {"team": "scaled", "customer_since": date(2025, 11, 23)},
    }
    before = {"seats", "seats of last month", "red", "candidate"}
    quiet = {"mau_28d": 100, "mau": 100, "health_category": "green", "active_champion": True}
    await settled(world, "none")
    for name, values in accounts.items():
        since = {**USUAL, **values, **(quiet if name in before else {})}
        stamp = MONDAY - 3 * DAY
        await world.book(name, as_of=stamp, **since)
    rules = world.ports.policy.watch
    said: dict[str, dict[str, str]] = {}
    for name, values in accounts.items():
        earlier = await _look_of(world, name)
        yesterday = signals.Moment((MONDAY - DAY).date(), None, rules)
        memory = commitments.watch(yesterday, earlier, {})
        await world.book(name, as_of=MONDAY - 3 * DAY, **{**USUAL, **values})
        if name == "plan of nobody":
            yesterday = signals.Moment((MONDAY - 14 * DAY).date(), None, rules)
            memory = commitments.watch(yesterday, earlier, {})
        today = signals.Moment(MONDAY.date(), (MONDAY - DAY).date(), rules)
        seen = commitments.watch(today, await _look_of(world, name), memory.memory)
        found = evaluating.Found(name, seen)
        notices = await evaluating._notices(world.ports, found, await evaluating.staff_of(world.ports))
        said[name] = {}
        for one in notices:
            source = f"({one.source}, {one.as_of:%d %b})" if one.as_of else "(no source)"
            lines = " / ".join((one.headline, *one.lines, source))
            said[name][lines] = ", ".join(filter(None, (said[name].get(lines), one.receiver)))
    assert said == snapshot


async def _look_of(world: World, account: str) -> Any:
    looks = []

    def note(look: Any, memory: Any) -> Any:
        looks.append(look)
        return Seen(memory)

    await world.store.watching.look(note, world.ports.policy.watch, MONDAY.date())
    return next(one for one in looks if one.id == account)
