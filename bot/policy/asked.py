"""What is asked of people and drafted for them: the domain's values of the tables in asked_tables.py."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.feedback import FeedbackRules
from bot.domain.health import TRAIT_KEYS
from bot.domain.material import Announcement, DraftRules, Material, MaterialKind
from bot.domain.person import Team
from bot.domain.plan_update import PlanUpdateRules
from bot.policy.asked_tables import AnnouncementTable, FeedbackTable, MaterialTable
from bot.policy.duties import Problem
from bot.policy.lines import Path
from bot.policy.schema import PolicyTable

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_WEEKS = {"day": 1 / 7, "week": 1, "month": 4}


def feedback_of(table: FeedbackTable) -> FeedbackRules:
    """Everything about product feedback."""
    return FeedbackRules(areas=tuple(table.areas), gathered=table.gathered)


def plan_updates_of(file: PolicyTable) -> PlanUpdateRules:
    """Everything about status updates, with the programme's rhythm and the alerts' number that they share."""
    programme, low = file.programmes["save_plan_update"], file.alerts.low_utilization
    return PlanUpdateRules(
        weekday=_WEEKDAYS.index(file.plan_updates.weekday),
        every_weeks=max(round(_weeks(programme.every)), 1),
        teams=frozenset(map(Team, programme.teams)),
        get_well_below=low.below,
        get_well_from=low.at_day,
        get_well_until=file.plan_updates.get_well_until_day,
    )


def _weeks(cadence: str) -> float:
    """How many weeks a span like `2 weeks` or `3 months` has; a month has four."""
    count, unit = cadence.split()
    return int(count) * _WEEKS.get(unit.removesuffix("s"), 0)


def _months(cadence: str) -> int:
    """The same in whole months, one at the least."""
    return max(round(_weeks(cadence) / _WEEKS["month"]), 1)


def drafts_of(file: PolicyTable) -> DraftRules:
    """Everything about drafts, with the catalogue and the rhythms' teams."""
    table, programmes = file.drafts, file.programmes
    return DraftRules(
        materials=tuple(_material(one) for one in file.materials),
        announcements=tuple(_announcement(one) for one in file.announcements),
        list_teams=frozenset(map(Team, programmes["customer_list"].teams)),
        recap_teams=frozenset(map(Team, programmes["usage_recap"].teams)),
        recap_months=_months(programmes["usage_recap"].every),
        list_months=_months(programmes["customer_list"].every),
        list_from=table.list_from_day,
        list_until=table.list_until_day,
        written_within=table.written_within,
        first_use_within=table.first_use_within,
        low_usage=tuple(table.low_usage),
        upgrade=table.upgrade,
        playbook_url=table.playbook_url,
    )


def _material(table: MaterialTable) -> Material:
    return Material(
        title=table.title,
        url=table.url,
        kind=MaterialKind(table.kind),
        roles=tuple(table.roles),
        trait=table.trait,
        feature=table.feature,
    )


def _announcement(table: AnnouncementTable) -> Announcement:
    return Announcement(
        title=table.title,
        url=table.url,
        is_beta=table.kind == "beta",
        teams=frozenset(map(Team, table.teams)),
        first=table.starts_on,
        last=table.ends_on,
    )


def asked_problems(file: PolicyTable) -> Iterator[Problem]:
    """Material that nobody would ever be offered, and days that are the wrong way round."""
    for position, one in enumerate(file.materials):
        path: Path = ("materials", position)
        if not one.trait and not one.feature:
            yield (path,), f"materials {position + 1}: needs a trait or a feature that it is for"
        if one.trait and one.trait not in TRAIT_KEYS:
            known = ", ".join(TRAIT_KEYS)
            yield ((*path, "trait"),), f"materials {position + 1}: {one.trait} is no trait; known: {known}"
        if unknown := set(one.roles) - set(file.contacts.roles):
            names = ", ".join(sorted(unknown))
            yield ((*path, "roles"),), f"materials {position + 1}: contacts.roles has no {names}"
    table = file.drafts
    if unknown := {*table.low_usage, table.upgrade} - set(TRAIT_KEYS):
        names = ", ".join(sorted(unknown))
        yield (("drafts",),), f"drafts: {names} is no trait; known: {', '.join(TRAIT_KEYS)}"
    if table.list_from_day > table.list_until_day:
        yield (("drafts", "list_until_day"),), "drafts.list_until_day: must not be before list_from_day"
