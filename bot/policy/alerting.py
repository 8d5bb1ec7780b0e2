"""The shape of policy.toml's alerts and programmes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.policy.kinds import Cadence, Handle, Share, Span, Table, Teams, Text, Texts, TimeOfDay, Whole

Receivers = Annotated[
    list[Literal["ta", "ae", "ce", "ie", "manager", "channel", "operators"]], Field(min_length=1)
]


class SeatsAlertTable(Table):
    """Licensed seats running out."""

    levels: Annotated[list[Share], Field(min_length=1)]
    window_days: Whole
    falls_by: Share


class LowUtilizationTable(Table):
    """Few seats used early in a customer's life."""

    questions: Texts
    below: Share
    at_day: Whole


class RenewalAlertTable(Table):
    """A renewal that comes near."""

    assess_days: Whole
    remind_days: Whole
    lighthouse_months: Whole


class HandoffTable(Table):
    """The hand-off from pre-sales to post-sales."""

    known_days_before_close: Whole
    handoff_days_before_close: Whole
    tag_contacts_days_after_signature: Whole
    hands_over: Texts


class KickoffTable(Table):
    """When a kick-off is due."""

    teams: Teams
    days_after_signature: Whole


class SignalTable(Table):
    """One signal: whom it is for, and how soon it may come again for the same account."""

    title: Text
    tells: Receivers
    pool_tells: Receivers | None = None
    quiet: Span


class AlertsTable(Table):
    """Signals worth an alert."""

    channel: Handle
    bundle_at: TimeOfDay
    cap: Whole
    waits_for: Span
    works_from: TimeOfDay
    works_to: TimeOfDay
    evaluate_every: Span
    settles: Span
    few: Whole
    signals: Annotated[dict[str, SignalTable], Field(min_length=1)]
    seats: SeatsAlertTable
    low_utilization: LowUtilizationTable
    renewal: RenewalAlertTable
    handoff: HandoffTable
    kickoff: KickoffTable


CountsFrom = Literal["success_plan_updated_on", "last_cbr_on", "last_roadmap_review_on", "kickoff_on"]


class ProgrammeTable(Table):
    """Something that is due again and again."""

    every: Cadence
    at_least_every: Cadence | None = None
    teams: Teams
    minutes: Whole | None = None
    signal: Text | None = None
    counts_from: CountsFrom | None = None
