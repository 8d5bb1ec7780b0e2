"""From sums to headlines: each KPI with its target, what it is against, its course, or why it is not shown.

A figure made of a group of values of which too many are too old is withheld; one without a denominator has no data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.account import Group
from bot.domain.amounts import dollars
from bot.domain.digest import CategoryCount, DigestRules, Headline, Series, SourceAge
from bot.domain.health import Category
from bot.domain.kpi import Kpi, KpiRules, Target
from bot.domain.person import Team
from bot.domain.provenance import Fact, Known, Stamp, Unknown
from bot.domain.schedule import IsoWeek
from bot.domain.sums import CategorySums, GroupAge, Sums, WeekSums

Anything = Sums | WeekSums

GROUPS: Mapping[Kpi, tuple[str, ...]] = {
    Kpi.UTILIZATION: (Group.USAGE, Group.REVENUE),  # seats come with revenue
    Kpi.CONSUMPTION: (Group.USAGE,),
    Kpi.GRR: (Group.REVENUE,),
    Kpi.NRR: (Group.REVENUE,),
    Kpi.VALUE_REALIZATION: (Group.PROGRAMME,),
    Kpi.AVERAGE_HEALTH: (Group.HEALTH,),
}
"""The groups of values that each KPI is made of."""
NO_DATA: Mapping[Kpi, str] = {
    Kpi.UTILIZATION: "no data: no account has both its MAU and its seats",
    Kpi.CONSUMPTION: "no data: no account has both its daily users and its MAU",
    Kpi.GRR: "no data: no account has its ARR of now and of a year ago",
    Kpi.NRR: "no data: no account has its ARR of now and of a year ago",
    Kpi.VALUE_REALIZATION: "no data: no account has goals in its success plan",
    Kpi.AVERAGE_HEALTH: "no data: no account has a health score",
}
COHORT = "week by week: the same accounts' ARR as recorded, 0 after churn"
NO_GOALS = "the weekly history keeps no goals"
NOT_KEPT = (
    "Read from the weekly history, which keeps no goals, tickets' age, medians, attention lists or book by TA, "
    "and sums accounts by the team they have today."
)
MONTH_BEFORE = 6
"""Weeks in which one lies that ended in the month before, whatever day the month has come to."""
CATEGORIES = (*Category, None)
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read for a digest: today's sums (`now`), or the week's own (`then`) where the week is past.

    `weeks` are those before it, oldest first, by the last day of each. `on` is the day that the figures are of.
    """

    week: IsoWeek
    at: datetime
    on: date
    now: Sums | None
    then: WeekSums | None
    weeks: Sequence[WeekSums]
    ages: Sequence[GroupAge]
    sources: tuple[str, ...] = ()

    @property
    def current(self) -> Anything:
        """The sums that the headlines show."""
        found = self.now or self.then
        assert found is not None  # noqa: S101 # one of the two was read
        return found


def targets_of(team: Team | None, rules: KpiRules) -> tuple[Target, ...]:
    """A team's KPIs; for the whole organisation those that every team has.

    Where teams are held to different numbers, the organisation is held to none: their own digests show them.
    """
    if team is not None:
        return rules.targets_of(team)
    first, *others = [{one.kpi: one for one in rules.targets_of(each)} for each in Team]
    shared = []
    for kpi, target in first.items():
        found = [other.get(kpi) for other in others]
        if all(one == target for one in found):
            shared.append(target)
        elif None not in found:
            shared.append(Target(kpi=kpi, at_least=None, text="differs by team", whose=target.whose))
    return tuple(shared)


def ratio(kpi: Kpi, of: Anything) -> float | None:
    """A KPI from its sums; None where there is nothing to divide by."""
    above, below = _parts(kpi, of)
    return above / below if below else None


def _parts(kpi: Kpi, of: Anything) -> tuple[float, float]:
    match kpi:
        case Kpi.UTILIZATION:
            return of.mau, of.seats
        case Kpi.CONSUMPTION:
            return of.daily, of.daily_mau
        case Kpi.GRR:
            return of.arr_kept, of.arr_then
        case Kpi.NRR:
            return of.arr_now, of.arr_then
        case Kpi.AVERAGE_HEALTH:
            return of.score_sum, of.with_score
        case Kpi.VALUE_REALIZATION:
            return (of.goals_met, of.goals_set) if isinstance(of, Sums) else (0, 0)


def headlines(read: Read, targets: Iterable[Target], rules: DigestRules) -> tuple[Headline, ...]:
    """The KPIs in the policy's order."""
    return tuple(_headline(read, target, rules) for target in targets)


def _headline(read: Read, target: Target, rules: DigestRules) -> Headline:
    kpi = target.kpi
    if withheld := withheld_for(kpi, read, rules):
        return Headline(kpi=kpi, target=target, value=Unknown(withheld), met=None, withheld=withheld)
    value = _value(kpi, read)
    if isinstance(value, Unknown):
        return Headline(kpi=kpi, target=target, value=value, met=None, left_out=_left_out(kpi, read))
    before, compared = _before(kpi, read)
    return Headline(
        kpi=kpi,
        target=target,
        value=value,
        met=target.met_by(value),
        median=_median(kpi, read),
        before=before,
        compared=compared if before is not None else "",
        detail=_detail(kpi, read.current),
        counted=_counted(kpi, read.current),
        left_out=_left_out(kpi, read),
        series=_series(kpi, read, rules.chart_weeks),
        next_on=next_month(read.on) if kpi is Kpi.UTILIZATION and read.now else None,
        note=_note(kpi, read, before),
    )


def _value(kpi: Kpi, read: Read) -> Fact[float]:
    if kpi is Kpi.VALUE_REALIZATION and read.now is None:
        return Unknown(f"not kept: {NO_GOALS}")
    found = ratio(kpi, read.current)
    return Unknown(NO_DATA[kpi]) if found is None else Known(found, _stamp(kpi, read))


def _stamp(kpi: Kpi, read: Read) -> Stamp:
    """A sum is as old as its oldest part, and comes from wherever its parts do."""
    if read.now is None:
        return Stamp(" + ".join(read.sources), datetime.combine(read.on, time(), UTC))
    ages = [age for age in read.ages if age.group in GROUPS[kpi] and age.oldest]
    if not ages:  # every account of it has churned: their zeros are the book's own
        return Stamp("the book", read.at, assumed=True)
    sources = dict.fromkeys(source for age in ages for source in age.sources)
    oldest = min(age.oldest for age in ages if age.oldest)
    return Stamp(" + ".join(sources), oldest, any(age.assumed for age in ages))


def _median(kpi: Kpi, read: Read) -> Fact[float] | None:
    if read.now is None:
        return None
    medians = {
        Kpi.UTILIZATION: read.now.median_utilization,
        Kpi.CONSUMPTION: read.now.median_consumption,
    }
    median = medians.get(kpi)
    return None if median is None else Known(median, _stamp(kpi, read))


def _before(kpi: Kpi, read: Read) -> tuple[float | None, str]:
    """What a figure is against. MAU is a whole month's: a week of the same month has the same."""
    if kpi is Kpi.VALUE_REALIZATION:
        return None, ""
    if kpi is not Kpi.UTILIZATION:
        last = _week_before(read)
        return (ratio(kpi, last) if last else None), "the week before"
    first = read.on.replace(day=1)
    earlier = [week for week in read.weeks if week.week_ending < first and week.seats]
    month_before = (first - timedelta(days=1)).replace(day=1)
    if not earlier or earlier[-1].week_ending < month_before:
        return None, ""
    return ratio(kpi, earlier[-1]), "the month before"


def _week_before(read: Read) -> WeekSums | None:
    ending = read.week.plus(-1).sunday
    return next((week for week in read.weeks if week.week_ending == ending), None)


def _series(kpi: Kpi, read: Read, limit: int) -> Series:
    if kpi is Kpi.VALUE_REALIZATION:
        return Series((), ())
    points = [(week.week_ending, ratio(kpi, week)) for week in read.weeks]
    points.append((read.week.sunday, ratio(kpi, read.current)))
    known = [(ending, value) for ending, value in points[-limit:] if value is not None]
    return Series(tuple(ending for ending, _ in known), tuple(value for _, value in known))


def _detail(kpi: Kpi, of: Anything) -> str:
    match kpi:
        case Kpi.UTILIZATION:
            return f"{of.mau:,} MAU of {of.seats:,} seats"
        case Kpi.CONSUMPTION:
            return f"{of.daily:,.0f} daily active users of {of.daily_mau:,} MAU"
        case Kpi.GRR:
            return f"{dollars(of.arr_kept)} kept of {dollars(of.arr_then)} a year ago"
        case Kpi.NRR:
            return f"{dollars(of.arr_now)} now, {dollars(of.arr_then)} a year ago"
        case Kpi.AVERAGE_HEALTH:
            return "mean of the health scores"
        case Kpi.VALUE_REALIZATION:
            met, goals = _parts(kpi, of)
            return f"{met:,} of {goals:,} success-plan goals met"


def _counted(kpi: Kpi, of: Anything) -> int:
    match kpi:
        case Kpi.UTILIZATION:
            return of.with_utilization
        case Kpi.CONSUMPTION:
            return of.with_consumption
        case Kpi.GRR | Kpi.NRR:
            return of.with_retention
        case Kpi.AVERAGE_HEALTH:
            return of.with_score
        case Kpi.VALUE_REALIZATION:
            return of.with_goals if isinstance(of, Sums) else 0


def _left_out(kpi: Kpi, read: Read) -> int:
    """Accounts that lack a part of it. Who was a customer a year ago is counted by its own rule."""
    if kpi in (Kpi.GRR, Kpi.NRR):
        return read.now.without_retention if read.now else 0
    return max(read.current.accounts - _counted(kpi, read.current), 0)


def _note(kpi: Kpi, read: Read, before: float | None) -> str:
    match kpi:
        case Kpi.UTILIZATION if read.now and read.now.with_tam:
            count = read.now.with_tam
            whose = "1 account has" if count == 1 else f"{count:,} accounts have"
            return f"{whose} unlimited seats: their addressable developers (TAM) stand in"
        case Kpi.CONSUMPTION if before is not None:
            was, now = mau_month(read.week.plus(-1).sunday), mau_month(read.on)
            return (
                "" if was == now else f"its denominator changed in this week: MAU of {now} instead of {was}"
            )
        case Kpi.GRR | Kpi.NRR:
            return COHORT
        case Kpi.VALUE_REALIZATION:
            return f"{NO_GOALS}, so there is no change to show"
        case _:
            return ""


def mau_month(day: date) -> str:
    """The month whose MAU is in force on a day: the last full calendar month."""
    return MONTHS[day.month - 2]


def next_month(day: date) -> date:
    """The first of the month to come: when the next month's MAU can be known."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def is_withheld(age: GroupAge, rules: DigestRules) -> bool:
    """Whether too many of a group's accounts have values older than policy's limit."""
    return age.group in rules.freshness and age.stale > rules.stale_share * age.accounts


def withheld_for(kpi: Kpi, read: Read, rules: DigestRules) -> str:
    """Why a KPI is not shown, naming the source, how many accounts and the newest value; empty where it is."""
    old = [age for age in read.ages if age.group in GROUPS[kpi] and is_withheld(age, rules)]
    return "; ".join(_too_old(age, rules.freshness[age.group], read.at) for age in old)


def _too_old(age: GroupAge, limit: timedelta, now: datetime) -> str:
    newest = f", the newest {_span(now - age.newest)} old" if age.newest else ""
    return (
        f"{age.group} from {' + '.join(age.sources)} is older than {_span(limit)} for {age.stale:,} of "
        f"{age.accounts:,} accounts{newest}"
    )


def _span(span: timedelta) -> str:
    days = span.days
    if days:
        return "1 day" if days == 1 else f"{days} days"
    hours = max(span, timedelta()) // timedelta(hours=1)
    return "1 hour" if hours == 1 else f"{hours} hours"


def sources_of(ages: Iterable[GroupAge], rules: DigestRules) -> tuple[SourceAge, ...]:
    """Where the values come from, group by group, for those groups whose age policy limits."""
    return tuple(
        SourceAge(
            group=age.group,
            sources=age.sources,
            newest=age.newest,
            oldest=age.oldest,
            assumed=age.assumed,
            accounts=age.accounts,
            stale=age.stale,
            withheld=is_withheld(age, rules),
        )
        for age in ages
        if age.group in rules.freshness
    )


def categories_of(now: Iterable[CategorySums], before: Iterable[CategorySums]) -> tuple[CategoryCount, ...]:
    """Accounts and ARR by category, with those of a week before where there are any."""
    today = {one.category: one for one in now}
    was = {one.category: one for one in before}
    nothing = CategorySums("", 0, 0)
    counts = []
    for category in CATEGORIES:
        one, old = today.get(category or "", nothing), was.get(category or "", nothing)
        counts.append(
            CategoryCount(
                category=category,
                accounts=one.accounts,
                arr=one.arr,
                accounts_before=old.accounts if was else None,
                arr_before=old.arr if was else None,
            )
        )
    return tuple(one for one in counts if one.category or one.accounts or one.accounts_before)


def without_team(count: int, *, whole: bool) -> tuple[str, ...]:
    """Say that accounts have no team: they are in the organisation's digest, and in no team's."""
    if not count:
        return ()
    who = "1 account has no team and is" if count == 1 else f"{count:,} accounts have no team and are"
    return (f"{who} in no team's digest" + (", only in this one." if whole else "."),)
