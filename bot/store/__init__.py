"""The book on SQLite (the embedded default) or PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.ports.clock import Clock
from bot.store import migrations
from bot.store.alerts import ALERTS, StoredAlerts
from bot.store.audit import StoredAudit
from bot.store.book import StoredBook
from bot.store.connectors import CONNECTORS, StoredConnectors
from bot.store.coverage import StoredCoverage
from bot.store.database import Database, SqliteDatabase, open_database
from bot.store.digests import DIGESTS, StoredDigests
from bot.store.due import StoredWork
from bot.store.feedback import FEEDBACK, StoredFeedback
from bot.store.figures import StoredFigures
from bot.store.installations import INSTALLATIONS, StoredInstallations
from bot.store.outgoing import StoredOutgoing
from bot.store.people import StoredPeople
from bot.store.plan_updates import PLAN_UPDATES, StoredPlanUpdates
from bot.store.plans import PLANS, StoredPlans
from bot.store.reading_tables import READINGS
from bot.store.readings import StoredReadings
from bot.store.requests import REQUESTS, StoredRequests
from bot.store.status_records import STATUS_RECORDS, StoredStatusRecords
from bot.store.turns import StoredTurns
from bot.store.user_tokens import USER_TOKENS, StoredUserTokens
from bot.store.watching import WATCHING, StoredWatching

FAMILIES = (
    migrations.BOOK,
    INSTALLATIONS,
    USER_TOKENS,
    STATUS_RECORDS,
    migrations.WORK,
    DIGESTS,
    REQUESTS,
    PLANS,
    READINGS,
    ALERTS,
    WATCHING,
    FEEDBACK,
    PLAN_UPDATES,
    CONNECTORS,
)
"""The tables of the main database; those of the audit may lie in a file of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Everything that is kept. `work` opens transactions; on PostgreSQL both databases are the same one."""

    database: Database
    audit_database: Database
    book: StoredBook
    people: StoredPeople
    audit: StoredAudit
    installations: StoredInstallations
    user_tokens: StoredUserTokens
    status_records: StoredStatusRecords
    turns: StoredTurns
    digests: StoredDigests
    coverage: StoredCoverage
    requests: StoredRequests
    plans: StoredPlans
    plan_updates: StoredPlanUpdates
    feedback: StoredFeedback
    figures: StoredFigures
    readings: StoredReadings
    connectors: StoredConnectors
    jobs: StoredWork
    outgoing: StoredOutgoing
    alerts: StoredAlerts
    watching: StoredWatching
    clock: Clock

    @property
    def work(self) -> Database:
        """Opens transactions (keeps ports.Work)."""
        return self.database

    @property
    def url(self) -> str:
        """The address that opens it again, password and all: never to be logged."""
        return self.database.url.render_as_string(hide_password=False)

    async def start(self) -> tuple[str, ...]:
        """Connect and migrate; names the steps taken. Raises DatabaseUnavailable or DatabaseTooNew."""
        await self.database.connect()
        if self.audit_database is not self.database:
            await self.audit_database.connect()
        steps: list[str] = []
        for family in FAMILIES:
            steps += await migrations.migrate(self.database, family, self.clock)
        return (*steps, *await migrations.migrate(self.audit_database, migrations.AUDIT, self.clock))

    async def close(self) -> None:
        """Finish what runs, close every connection."""
        await self.audit.close()
        if self.audit_database is not self.database:
            await self.audit_database.close()
        await self.database.close()

    async def backup(self, path: Path) -> tuple[Path, ...]:
        """Copy the book and the audit rows into files while the bot runs, and name them."""
        await self.database.backup(path)
        if self.audit_database is self.database:
            return (path,)
        beside = audit_path(path)
        await self.audit_database.backup(beside)
        return (path, beside)


def open_store(url: str, clock: Clock) -> Store:
    """The store behind `sqlite:///FILE` or `postgresql://…`; call `start` before anything else."""
    database = open_database(url)
    audit_database = database
    if isinstance(database, SqliteDatabase):
        beside = database.url.set(database=str(audit_path(database.path)))
        audit_database = SqliteDatabase(beside)
    jobs = StoredWork(database, clock)
    return Store(
        database=database,
        audit_database=audit_database,
        book=StoredBook(database, clock),
        people=StoredPeople(database),
        audit=StoredAudit(audit_database),
        installations=StoredInstallations(database),
        user_tokens=StoredUserTokens(database),
        status_records=StoredStatusRecords(database),
        turns=StoredTurns(database),
        digests=StoredDigests(database),
        coverage=StoredCoverage(database),
        requests=StoredRequests(database),
        plans=StoredPlans(database),
        plan_updates=StoredPlanUpdates(database),
        feedback=StoredFeedback(database),
        figures=StoredFigures(database),
        readings=StoredReadings(database),
        connectors=StoredConnectors(database),
        jobs=jobs,
        outgoing=StoredOutgoing(database, clock),
        alerts=StoredAlerts(database, jobs, clock),
        watching=StoredWatching(database),
        clock=clock,
    )


def audit_path(path: Path) -> Path:
    """Where the audit rows of a database file lie: `ta-bot.db` has `ta-bot.audit.db` beside it."""
    return path.with_name(f"{path.stem}.audit{path.suffix}")
