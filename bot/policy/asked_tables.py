"""The shape of what is asked of people and drafted for them: feedback, updates of plans, material and announcements."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.policy.kinds import Span, Table, Teams, Text, Texts, Whole

Link = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
DayOfMonth = Annotated[int, Field(ge=1, le=28)]


class FeedbackTable(Table):
    """Product feedback."""

    areas: Texts
    gathered: Span


class PlanUpdatesTable(Table):
    """Weekly status updates of save plans and get-well plans."""

    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
    get_well_until_day: Whole


class MaterialTable(Table):
    """One piece of the catalogue, for a trait or for a feature."""

    title: Text
    url: Link
    kind: Literal["blog", "content", "video"]
    trait: str = ""
    feature: str = ""
    roles: Texts


class AnnouncementTable(Table):
    """A feature announcement or a beta programme to pass on."""

    title: Text
    url: Link
    kind: Literal["feature", "beta"]
    teams: Teams
    starts_on: date | None = None
    ends_on: date | None = None


class DraftsTable(Table):
    """What is drafted for customers: for a TA, or as a pool's list of the month."""

    list_from_day: DayOfMonth
    list_until_day: DayOfMonth
    written_within: Span
    first_use_within: Span
    low_usage: Texts
    upgrade: Text
    playbook_url: str


class AskedTables(Table):
    """The tables of the file that are about this."""

    feedback: FeedbackTable
    plan_updates: PlanUpdatesTable
    drafts: DraftsTable
    materials: list[MaterialTable] = Field(default_factory=list)
    announcements: list[AnnouncementTable] = Field(default_factory=list)
