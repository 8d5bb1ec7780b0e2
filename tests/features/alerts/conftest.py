"""Alerts over the real store: people, a runner that does what is due as time passes, and what was said to whom."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot import policy as policy_module
from bot.asks import Action, Asker, Due, Place
from bot.bank_holidays import BankHolidays
from bot.domain.alert import Notice
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Stamp
from bot.features.alerts import evaluating, jobs
from bot.ports.book import AccountRow
from bot.ports.jobs import WorkState
from bot.store import Store

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE = (
    Person(email="mia@ta.example", name="Mia", role=Role.MANAGER, team=Team.ENTERPRISE, timezone="UTC"),
    Person(
        email="dana@ta.example",
        name="Dana",
        role=Role.TA,
        team=Team.ENTERPRISE,
        timezone="UTC",
        manager_email="mia@ta.example",
    ),
    Person(email="ann@ae.example", name="Ann", role=Role.AE, timezone="America/New_York", country="US"),
    Person(email="bea@ta.example", name="Bea", role=Role.TA, team=Team.ENTERPRISE, timezone="UTC"),
    Person(email="odette@ta.example", name="Odette", role=Role.OPERATOR, timezone="UTC"),
)
DANA = "dana@ta.example"
CHANNEL = "alerts-customer-usage"


@dataclass
class World:
    """The store, its clock and the ports that the features are given."""

    store: Store
    clock: Any
    ports: Any

    @staticmethod
    def notice(number: int, receiver: str = DANA, signal: str = "category", **changes: Any) -> Notice:
        """A notice of an account of its own."""
        given = Notice(
            key=f"{signal}:A{number}:{receiver}",
            signal=signal,
            receiver=receiver,
            headline=f"*Account {number}* turned red",
            account_id=f"A{number}",
            account_name=f"Account {number:04}",
            source="Vitally",
            as_of=MONDAY,
        )
        return replace(given, **changes)

    async def tell(self, *notices: Notice) -> None:
        async with self.store.work.transaction() as tx:
            await self.store.alerts.tell_later(tx, notices)

    async def book(self, *accounts: Any, as_of: datetime | None = None, **values: Any) -> None:
        """The book has these accounts (ids) with these values from now on."""
        stamp = Stamp("vitally", as_of or self.clock.at - timedelta(hours=2))
        rows = [
            AccountRow(id=one, name=f"Account {one}", values=values, stamp=stamp, stamps={})
            for one in accounts
        ]
        async with self.store.work.transaction() as tx:
            await self.store.book.save_accounts(tx, rows, complete=False, seen_on=self.clock.today())

    async def look(self) -> str:
        """Look at the book now."""
        return await evaluating.evaluate(self.ports)

    async def keys(self) -> list[str]:
        """The keys of everything that is kept, oldest first."""
        with self.store.work.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT key FROM alert_notices ORDER BY id").all()
        return [row[0] for row in rows]

    async def until(self, at: datetime) -> None:
        """Do what comes due, at its instant."""
        table = {job.name: job for job in jobs.JOBS}
        while True:
            work = [one for one in await self.store.jobs.list_work(limit=1) if one.due_at <= at]
            if not work:
                break
            self.clock.at = max(self.clock.at, work[0].due_at)
            async with self.store.work.transaction() as tx:
                claimed = await self.store.jobs.claim_due(tx, self.clock.at, 50)
            done = [replace(one, state=WorkState.DONE) for one in [claim.work for claim in claimed]]
            for one in done:
                due = Due(job=one.job, key=one.key, subject=one.subject, due_at=one.due_at)
                if one.job in table:
                    await table[one.job].run(due, self.ports)
            async with self.store.work.transaction() as tx:
                for one in done:
                    await self.store.jobs.end_work(tx, one.key, one)
        self.clock.at = at

    async def said(self) -> dict[str, list[str]]:
        """To whom what was said, when: the top line of each message, soonest first."""
        found = defaultdict(list)
        with self.store.work.engine.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT email, channel_id, asked_at, payload FROM outgoing WHERE key LIKE 'alert:%' ORDER BY id"
            ).all()
        for email, channel, asked_at, payload in rows:
            at = datetime.fromisoformat(asked_at)
            found[email or channel].append(f"{at:%a %H:%M} {json.loads(payload)['text']}")
        return dict(found)

    async def press(self, verb: Any, value: str, email: str = DANA) -> Any:
        asker = Asker(user_id="U-none", email=email)
        asked = Action(asker=asker, place=Place("D1"), reference="R", action_id="alerts.menu", value=value)
        return await verb(asked, self.ports)


class Channels:
    """A directory that knows one channel."""

    known: Sequence[str] = (CHANNEL,)

    async def find_channel(self, name: str) -> str | None:
        return f"C-{name}" if name in self.known else None


@pytest.fixture
async def world(sqlite_store: Store, clock: Any) -> World:
    clock.at = MONDAY
    async with sqlite_store.work.transaction() as tx:
        await sqlite_store.people.save_people(tx, PEOPLE, source="people.csv")
    names = (
        *("alerts", "watching", "people", "coverage", "outgoing", "jobs", "work", "book", "figures"),
        *("plan_updates", "feedback"),
    )
    ports = SimpleNamespace(
        **{name: getattr(sqlite_store, name) for name in names},
        clock=clock,
        calendar=BankHolidays(),
        policy=policy_module.load(),
        directory=Channels(),
    )
    return World(sqlite_store, clock, ports)
