"""What the bot and its people owe, from the file's tables: digests, time off, requests, and the work itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TypeAlias

from bot.domain.digest import DigestRules
from bot.domain.keeping import WorkRules
from bot.domain.leave import OooRules
from bot.domain.person import Team
from bot.domain.request import Hours, RequestRules, Targets, Urgency
from bot.policy.lines import Path
from bot.policy.schema import PolicyTable, RequestsTable, WorkTable

Problem: TypeAlias = tuple[tuple[Path, ...], str]
"""The keys that it may be about, the likeliest first, and the sentence."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def digest_of(file: PolicyTable) -> DigestRules:
    """Everything about digests, with the alerts' numbers that they share."""
    table = file.digest
    return DigestRules(
        weekday=_WEEKDAYS.index(table.weekday),
        at=table.at,
        chart_weeks=table.chart_weeks,
        movers=table.movers,
        shown=table.shown,
        moves_for_holidays=table.on_holiday == "next working day",
        posts_late=table.missed == "post late",
        late_after=table.late_after,
        skip_after=table.skip_after,
        stale_share=table.stale_share,
        utilization_days=tuple(table.utilization_days),
        freshness=dict(table.freshness),
        links=dict(table.links),
        renewal_days=file.alerts.renewal.assess_days,
        seats_level=min(file.alerts.seats.levels),
        utilization_below=file.alerts.low_utilization.below,
    )


def ooo_of(file: PolicyTable) -> OooRules:
    """Everything about time off; a get-well plan is due on the days at which utilization is looked at."""
    table = file.ooo
    return OooRules(
        steps=tuple(table.steps),
        notice_business_days=table.notice_business_days,
        acceptance_over_business_days=table.acceptance_over_business_days,
        approval_over_business_days=table.approval_over_business_days,
        approval_window_days=table.approval_window_days,
        approvers=tuple(table.approvers),
        active_channel_days=table.active_channel_days,
        renewal_margin_days=table.renewal_margin_days,
        get_well_days=tuple(file.digest.utilization_days),
        get_well_below=file.alerts.low_utilization.below,
        capacity={(one.region or "", one.level or ""): one.accounts for one in table.capacity},
        ladder_days=tuple(sorted(table.ladder_days, reverse=True)),
        remind_at=table.remind_at,
        works_from=table.works_from,
        works_to=table.works_to,
        uncovered_business_days=table.uncovered_business_days,
        return_at=table.return_at,
        status_set_by=table.status_set_by,
        status_emoji=table.status.emoji,
        status_text=table.status.text,
        status_counts_as_set=tuple(table.status.counts_as_set),
        dnd=table.status.dnd,
    )


def requests_of(table: RequestsTable) -> RequestRules:
    """Everything about requests; a working day is as long as its team's."""
    hours = {
        team: Hours(zone=one.zone, country=one.country, starts=one.starts, ends=one.ends)
        for team in Team
        for one in (getattr(table.hours, team.value),)
    }
    targets = {
        (Team(team), Urgency(row.urgency)): Targets(
            first_response=_working(row.first_response, hours[Team(team)]),
            resolution=_working(row.resolution, hours[Team(team)]),
            outer=getattr(table.outer, team),
        )
        for row in table.targets
        for team in row.teams
    }
    first, second, third = table.reminders
    return RequestRules(
        targets=targets,
        hours=hours,
        triage_channel=table.triage_channel,
        load_limit=table.load_limit,
        group_too=table.group_too,
        reminders=(first, second, third),
        works_from=table.works_from,
        works_to=table.works_to,
    )


def _working(span: str, hours: Hours) -> timedelta:
    count, unit = int(span.split(maxsplit=1)[0]), span.split()[1]
    if unit == "working":
        return count * timedelta(
            hours=hours.ends.hour - hours.starts.hour, minutes=hours.ends.minute - hours.starts.minute
        )
    return timedelta(minutes=count) if unit.startswith("minute") else timedelta(hours=count)


def request_problems(table: RequestsTable) -> Iterator[Problem]:
    """A target that is missing or given twice, and hours that end before they start."""
    given = Counter((team, row.urgency) for row in table.targets for team in row.teams)
    for team in Team:
        for urgency in Urgency:
            if given[team.value, urgency.value] != 1:
                yield (
                    (("requests", "targets"),),
                    f"requests.targets: {team.value}, {urgency.value} must be given exactly once",
                )
        hours = getattr(table.hours, team.value)
        if hours.starts >= hours.ends:
            yield (("requests", "hours"),), f"requests.hours.{team.value}: must start before it ends"
    if table.works_from >= table.works_to:
        path = (("requests", "works_from"), ("requests", "works_to"))
        yield path, "requests.works_from: must be before works_to"
    if table.reminders != sorted(set(table.reminders)):
        yield (("requests", "reminders"),), "requests.reminders: each must be later than the one before it"


def work_of(table: WorkTable) -> WorkRules:
    """How long work and messages are tried, and kept."""
    return WorkRules(
        message_retries=tuple(table.message_retries),
        keep_work=table.keep_work,
        keep_messages=table.keep_messages,
        keep_texts=table.keep_texts,
    )
