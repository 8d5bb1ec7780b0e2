"""What is asked of people and drafted for them: its tables of the file, and the domain's values of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.domain.feedback import FeedbackRules
from bot.domain.person import Team
from bot.domain.plan_update import PlanUpdateRules
from bot.policy.kinds import Span, Table, Texts, Whole

if TYPE_CHECKING:
    from bot.policy.schema import PolicyTable

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_WEEKS = {"day": 1 / 7, "week": 1, "month": 4}


class FeedbackTable(Table):
    """Product feedback."""

    areas: Texts
    gathered: Span


class PlanUpdatesTable(Table):
    """Weekly status updates of save plans and get-well plans."""

    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
    get_well_until_day: Whole


class AskedTables(Table):
    """The tables of the file that are about this."""

    feedback: FeedbackTable
    plan_updates: PlanUpdatesTable


def feedback_of(table: FeedbackTable) -> FeedbackRules:
    """Everything about product feedback."""
    return FeedbackRules(areas=tuple(table.areas), gathered=table.gathered)


def plan_updates_of(file: PolicyTable) -> PlanUpdateRules:
    """Everything about status updates, with the programme's rhythm and the alerts' number that they share."""
    programme, low = file.programmes["save_plan_update"], file.alerts.low_utilization
    count, unit = programme.every.split()
    return PlanUpdateRules(
        weekday=_WEEKDAYS.index(file.plan_updates.weekday),
        every_weeks=max(round(int(count) * _WEEKS[unit.removesuffix("s")]), 1),
        teams=frozenset(map(Team, programme.teams)),
        get_well_below=low.below,
        get_well_from=low.at_day,
        get_well_until=file.plan_updates.get_well_until_day,
    )
