"""What fires an alert, from the file's tables of alerts, programmes and health; and what of it cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.alert import AlertRules, SignalRule
from bot.domain.person import Team
from bot.domain.watching import Period, Rhythm, WatchRules
from bot.policy.alerting import AlertsTable, ProgrammeTable
from bot.policy.duties import Problem
from bot.policy.schema import PolicyTable


def alerts_of(table: AlertsTable) -> AlertRules:
    """How alerts are told, and to whom; a pool's go where an owner's do unless said otherwise."""
    return AlertRules(
        channel=table.channel,
        bundle_at=table.bundle_at,
        cap=table.cap,
        waits_for=table.waits_for,
        works_from=table.works_from,
        works_to=table.works_to,
        evaluate_every=table.evaluate_every,
        signals={
            key: SignalRule(
                key=key,
                title=one.title,
                tells=tuple(one.tells),
                pool_tells=tuple(one.pool_tells or one.tells),
                quiet=one.quiet,
            )
            for key, one in table.signals.items()
        },
    )


def watch_of(file: PolicyTable) -> WatchRules:
    """What fires."""
    alerts, renewal = file.alerts, file.alerts.renewal
    return WatchRules(
        levels=tuple(alerts.seats.levels),
        falls_by=alerts.seats.falls_by,
        window_days=alerts.seats.window_days,
        utilization_below=alerts.low_utilization.below,
        utilization_days=tuple(sorted(file.digest.utilization_days)),
        questions=tuple(alerts.low_utilization.questions),
        hands_over=tuple(alerts.handoff.hands_over),
        renewal_days=(renewal.assess_days, renewal.remind_days),
        lighthouse_months=renewal.lighthouse_months,
        handoff_known=alerts.handoff.known_days_before_close,
        handoff_due=alerts.handoff.handoff_days_before_close,
        handoff_tagged=alerts.handoff.tag_contacts_days_after_signature,
        kickoff_days=alerts.kickoff.days_after_signature,
        kickoff_teams=tuple(alerts.kickoff.teams),
        rhythms={team.value: tuple(_rhythms(file.programmes, team)) for team in Team},
        save_plan=_period(file.programmes["save_plan_update"].every),
        sync=_period(file.programmes["lighthouse_sync"].every),
        quiet={key: one.quiet for key, one in alerts.signals.items()},
        few=alerts.few,
        settles=alerts.settles,
        red_below=file.health.red_below,
        green_above=file.health.green_above,
    )


def _rhythms(programmes: Mapping[str, ProgrammeTable], team: Team) -> Iterator[Rhythm]:
    for name, one in programmes.items():
        if one.signal and team.value in one.teams:
            yield Rhythm(
                programme=name,
                signal=one.signal,
                every=_period(one.every),
                counts_from=one.counts_from or "",
                at_least=_period(one.at_least_every) if one.at_least_every else None,
            )


def _period(every: str) -> Period:
    count, unit = int(every.split(maxsplit=1)[0]), every.split()[1].rstrip("s")
    return Period(months=count) if unit == "month" else Period(days=count * {"week": 7}.get(unit, 1))


def alert_problems(file: PolicyTable) -> Iterator[Problem]:
    """Hours that end before they start, and signals that are watched for and tell nobody."""
    table = file.alerts
    if table.works_from >= table.works_to:
        yield (
            (("alerts", "works_from"), ("alerts", "works_to")),
            "alerts.works_from: must be before works_to",
        )
    if table.renewal.remind_days >= table.renewal.assess_days:
        yield (("alerts", "renewal", "remind_days"),), "alerts.renewal.remind_days: must be below assess_days"
    for name, one in file.programmes.items():
        if one.signal and one.signal not in table.signals:
            where = ("programmes", name, "signal")
            yield (where,), f"programmes.{name}.signal: there is no alerts.signals.{one.signal}"
        if one.every.split()[1].startswith(("second", "minute", "hour")):
            yield (
                (("programmes", name, "every"),),
                f"programmes.{name}.every: must be of days, weeks or months",
            )
