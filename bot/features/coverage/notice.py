"""Which rules of notice apply to an absence, whether they are kept, and who approves (handbook: OOO protocol)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import Holidays, business_days_between, is_working_day
from bot.domain.leave import Away, Notice, OooRules, Plan
from bot.domain.person import Person, Role

_DAY = timedelta(days=1)


def business_days_away(away: Away, country: str, calendar: Holidays) -> float:
    """How many working days somebody is away, half days as halves."""
    return sum(_working_shares((away,), country, calendar).values())


def busiest_days(
    away: Away, others: Sequence[Away], rules: OooRules, country: str, calendar: Holidays
) -> float:
    """The most working days away in any of policy's windows (30 days) that touches this absence."""
    shares = _working_shares((away, *others), country, calendar)
    span = rules.approval_window_days
    starts = (away.first + ahead * _DAY for ahead in range(1 - span, (away.last - away.first).days + 1))
    return max(sum(shares.get(start + at * _DAY, 0.0) for at in range(span)) for start in starts)


def _working_shares(absences: Iterable[Away], country: str, calendar: Holidays) -> Mapping[date, float]:
    shares: dict[date, float] = {}
    for one in absences:
        for ahead in range((one.last - one.first).days + 1):
            day = one.first + ahead * _DAY
            if is_working_day(day, country, calendar):
                shares[day] = min(1.0, shares.get(day, 0.0) + one.share_of(day))
    return shares


def needs_approvals(
    away: Away, others: Sequence[Away], rules: OooRules, country: str, calendar: Holidays
) -> bool:
    """Whether more than the manager must approve: more than 10 business days within 30 days, by policy."""
    return busiest_days(away, others, rules, country, calendar) > rules.approval_over_business_days


def notices(
    plan: Plan, today: date, rules: OooRules, others: Sequence[Away], country: str, calendar: Holidays
) -> tuple[Notice, ...]:
    """The rules of notice that apply to a plan, and whether each is kept.

    `today` is in the person's zone, `others` are their other absences. The manager is told when the plan is
    confirmed. Whoever approves in two roles has an approval for each.
    """
    days = business_days_away(plan.away, country, calendar)
    busiest = busiest_days(plan.away, others, rules, country, calendar)
    kept = [_told_ahead(plan, today, rules, country, calendar)]
    if days > rules.acceptance_over_business_days:
        kept.append(_accepted(plan, days, rules))
    if busiest > rules.approval_over_business_days:
        kept.append(_approved(plan, busiest, rules))
    return tuple(kept)


def _told_ahead(plan: Plan, today: date, rules: OooRules, country: str, calendar: Holidays) -> Notice:
    told = plan.confirmed_at.astimezone(ZoneInfo(plan.away.zone)).date() if plan.confirmed_at else today
    ahead = business_days_between(told, plan.away.first - _DAY, country, calendar)
    asked = rules.notice_business_days
    telling = "the manager was told" if plan.confirmed_at else "told today, the manager knows"
    words = f"{telling} {_days(ahead)} ahead, policy asks for {asked}"
    return Notice(rule="notice", kept=ahead >= asked, words=words + _excused(plan, kept=ahead >= asked))


def _accepted(plan: Plan, days: float, rules: OooRules) -> Notice:
    left = len(plan.uncovered)
    words = f"{_days(days)} away, more than {rules.acceptance_over_business_days}: each cover accepts"
    state = f"{left} of {len(plan.items)} accounts are not accepted" if left else "all are accepted"
    return Notice(rule="acceptance", kept=not left, words=f"{words}; {state}{_excused(plan, kept=not left)}")


def _approved(plan: Plan, busiest: float, rules: OooRules) -> Notice:
    given = {one.role for one in plan.approvals}
    left = [role.replace("_", " ") for role in rules.approvers if role not in given]
    words = (
        f"{_days(busiest)} away within {rules.approval_window_days} days, more than "
        f"{rules.approval_over_business_days}: {len(rules.approvers)} approvals"
    )
    state = f"{', '.join(left)} still to approve" if left else "all are given"
    return Notice(rule="approval", kept=not left, words=f"{words}; {state}{_excused(plan, kept=not left)}")


def _excused(plan: Plan, *, kept: bool) -> str:
    return " (an emergency waits for nothing)" if plan.emergency and not kept else ""


def _days(count: float) -> str:
    return "1 business day" if count == 1 else f"{count:g} business days"


def approvers_of(
    person: Person, people: Sequence[Person], rules: OooRules, *, needed: bool
) -> tuple[tuple[str, Person], ...]:
    """Who approves in which role: the manager; where `needed`, all of policy's roles that the book has somebody for.

    The department head is the first leader up the manager line; the people partner is one of the person's region,
    else the first by e-mail.
    """
    line = _managers(person, people)
    partners = [one for one in people if one.role is Role.PEOPLE_PARTNER and one.email != person.email]
    found = {
        "manager": line[0] if line else None,
        "department_head": next((one for one in line if one.role is Role.LEADER), None),
        "people_partner": min(
            partners, key=lambda one: (one.region != person.region, one.email), default=None
        ),
    }
    roles = rules.approvers if needed else ("manager",)
    return tuple((role, one) for role in roles if (one := found[role]))


def _managers(person: Person, people: Sequence[Person]) -> tuple[Person, ...]:
    """The manager, their manager and so on; a circle in the book ends it."""
    known = {one.email.casefold(): one for one in people}
    line: dict[str, Person] = {}
    above = known.get((person.manager_email or "").casefold())
    while above is not None and above.email != person.email and above.email not in line:
        line[above.email] = above
        above = known.get((above.manager_email or "").casefold())
    return tuple(line.values())
