"""What the systems record of an account besides its numbers: owners, dates, plans, links."""

from __future__ import annotations

import random
from datetime import date, timedelta

from bot.domain.person import Role, Team
from bot.standin.book.cast import addresses
from bot.standin.book.names import web_domain
from bot.standin.book.series import Plan, Row, customer_since, mau_on, renewal_on

_FEATURES = ("Code search", "Batch changes", "Code insights", "Notebooks", "Assistant")
_ACTIONS = (
    *("Review the upgrade plan", "Agree on success criteria", "Introduce the new champion"),
    *("Set up single sign-on", "Send the usage recap", "Book the executive sponsor"),
)


def describe(plan: Plan, base: date, today: date) -> Row:
    """Every column of an account that is not a week's, on a day at or after the plan's base day."""
    draw = random.Random(f"profile of {plan.id}")
    row: Row = {"account_id": plan.id, "name": plan.name, "team": str(plan.team), "ta_email": plan.ta}
    row |= _record(plan, draw) | _dates(plan, base, today, draw) | _programme(plan, base, draw)
    return row | _origin(plan, base, today, draw) | _talk(plan, base, today, draw)


def _record(plan: Plan, draw: random.Random) -> Row:
    return {
        "domain": web_domain(plan.name, plan.id),
        "ae_email": draw.choice(addresses(Role.AE)),
        "ce_email": draw.choice(addresses(Role.CE)) if draw.random() < 0.7 else None,
        "ie_email": draw.choice(addresses(Role.IE)) if draw.random() < 0.4 else None,
        "segment": _segment(plan.developers),
        "developers": plan.developers,
        "vitally_url": f"https://vitally.example/accounts/{plan.id}",
        "salesforce_url": f"https://salesforce.example/Account/{plan.id}",
        "looker_url": f"https://looker.example/dashboards/7?account={plan.id}",
    }


def _segment(developers: int) -> str:
    bounds = ((2500, "Strategic"), (500, "Enterprise"), (99, "Mid-Market"), (-1, "SMB"))
    return next(name for above, name in bounds if developers > above)


def _dates(plan: Plan, base: date, today: date, draw: random.Random) -> Row:
    since = customer_since(plan, base)
    return {
        "renewal_date": renewal_on(plan, base, today),
        "customer_since": since,
        "production_since": min(since + timedelta(days=draw.randint(10, 30)), base),
        "kickoff_on": min(since + timedelta(days=draw.randint(2, 9)), base),
    }


def _programme(plan: Plan, base: date, draw: random.Random) -> Row:
    row: Row = {
        "lighthouse": "none",
        "success_plan_updated_on": _past(plan, base, draw, (5, 170)),
        "last_cbr_on": _past(plan, base, draw, (20, 330)) if plan.years else None,
        "last_roadmap_review_on": _past(plan, base, draw, (20, 220)) if draw.random() < 0.6 else None,
        "pending_actions": tuple(draw.sample(_ACTIONS, draw.choice((0, 0, 1, 2)))),
        "expansion_arr_open": draw.randrange(5, 60) * 1000 if draw.random() < 0.12 else None,
        "open_tickets": draw.choice((0, 0, 0, 1, 1, 2, 3)),
        "features_first_used": _features(plan, base, draw),
    }
    if plan.team is Team.ENTERPRISE:
        goals = draw.randint(3, 6)
        row |= {"goals_set": goals, "goals_met": draw.randint(1, goals)}
    return row


def _features(plan: Plan, base: date, draw: random.Random) -> tuple[tuple[str, date], ...]:
    used = draw.sample(_FEATURES, draw.randint(1, 4))
    return tuple((feature, _past(plan, base, draw, (10, 360))) for feature in used)


def _talk(plan: Plan, base: date, today: date, draw: random.Random) -> Row:
    channel = plan.team is Team.ENTERPRISE and draw.random() < 0.5
    meets = plan.team is not Team.DIGITAL and draw.random() < 0.6
    first = web_domain(plan.name, plan.id).removesuffix(".example")
    return {
        "slack_channel": f"ext-{first}" if channel else None,
        "slack_channel_active_on": _past(plan, base, draw, (0, 30)) if channel else None,
        "next_customer_sync_on": _next(base + timedelta(days=draw.randint(1, 40)), today) if meets else None,
        "next_customer_sync_with": draw.choice(("Champion", "Instance admin", "Sponsor")) if meets else None,
    }


def _origin(plan: Plan, base: date, today: date, draw: random.Random) -> Row:
    """When the values were true: most last midnight, a few so long ago that they count as stale."""
    old = draw.random()
    return {
        "mau_28d": round(mau_on(plan, today, base) * draw.uniform(0.97, 1.04)),
        "as_of": today - timedelta(days=9) if old < 0.03 else today,
        "usage_as_of": today - timedelta(days=11 if 0.03 <= old < 0.07 else 1),
        "health_as_of": today - timedelta(days=3) if 0.07 <= old < 0.1 else today,
    }


def _past(plan: Plan, base: date, draw: random.Random, days: tuple[int, int]) -> date:
    """A day so long ago, but not before the account was a customer."""
    return max(base - timedelta(days=draw.randint(*days)), customer_since(plan, base))


def _next(first: date, today: date) -> date:
    """The first day that is not past, of those that come every four weeks."""
    return first + timedelta(days=28 * max(-(-(today - first).days // 28), 0))
