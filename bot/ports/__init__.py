"""Promises by capability, never by vendor; and `Ports`, the one bundle that commands and features are given."""

from __future__ import annotations

from dataclasses import dataclass

from bot.policy import Policy
from bot.ports.alerts import Alerts
from bot.ports.audit import Audit
from bot.ports.book import Book
from bot.ports.calendar import Calendar
from bot.ports.clock import Clock
from bot.ports.connectors import Connectors
from bot.ports.coverage import Coverage
from bot.ports.digests import Digests
from bot.ports.directory import Directory
from bot.ports.feedback import FeedbackRecords
from bot.ports.figures import Figures
from bot.ports.jobs import Jobs
from bot.ports.messenger import Messenger
from bot.ports.outgoing import OutgoingMessages
from bot.ports.people import People
from bot.ports.plan_updates import PlanUpdates
from bot.ports.plans import Plans
from bot.ports.readings import Readings
from bot.ports.requests import Requests
from bot.ports.statuses import Statuses, StatusRecords
from bot.ports.turns import Turns
from bot.ports.watching import Watching
from bot.ports.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a use case may ask for; wired once, in bootstrap."""

    book: Book
    people: People
    directory: Directory
    messenger: Messenger
    jobs: Jobs
    outgoing: OutgoingMessages
    alerts: Alerts
    watching: Watching
    audit: Audit
    work: Work
    digests: Digests
    coverage: Coverage
    requests: Requests
    plans: Plans
    plan_updates: PlanUpdates
    feedback: FeedbackRecords
    figures: Figures
    readings: Readings
    connectors: Connectors
    statuses: Statuses
    status_records: StatusRecords
    turns: Turns
    calendar: Calendar
    clock: Clock
    policy: Policy
