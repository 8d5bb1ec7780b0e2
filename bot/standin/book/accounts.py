"""The two hundred accounts with their year of history, every value by its column name."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.person import Role, Team
from bot.standin.book import names, profile
from bot.standin.book.cast import addresses
from bot.standin.book.judge import Judge
from bot.standin.book.series import Plan, Row, snapshot, weeks_of
from bot.standin.book.situations import Situation, situations

COUNT = 200
_TEAMS = (Team.ENTERPRISE,) * 5 + (Team.SCALED,) * 8 + (Team.DIGITAL,) * 7
_USUAL = {
    "thriving": 24, "growing": 16, "steady": 22, "lukewarm": 12, "quiet": 8, "drifting": 8,
    "struggling": 5, "dropped": 5, "collapsed": 3, "recovered": 4, "rescued": 3, "silent": 1,
}  # fmt: skip
# What becomes of most of them later, so that no week to come is like another.
_TO_COME = {"steady": "slipping", "lukewarm": "lifting", "quiet": "lifting"}
_WEEKS_TO_COME = 9
# developers from and to, seats as a part of them, dollars a seat a year: each keeps its team by the rules
_SIZES = {
    Team.ENTERPRISE: ((700, 2500), (0.55, 0.85), (260, 420)),
    Team.SCALED: ((510, 900), (0.20, 0.40), (180, 270)),
    Team.DIGITAL: ((24, 240), (0.35, 0.80), (150, 280)),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An account's row of today and its weeks."""

    row: Row
    weeks: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """The day the plans are made for, the day the book is of, and the day after which its weeks are wanted."""

    base: date
    today: date
    since: date = date.min


def everything(days: Days) -> list[Told]:
    """Every account of the book with its history, by id."""
    judge = Judge(days.today)
    special = situations(days.base, days.today)
    plain = names.invented(COUNT - len(special), [one.name.split()[0] for one in special])
    told = [_special(number, one, judge, days) for number, one in enumerate(special, 1)]
    told += [_told(_plan(number, name), judge, days) for number, name in enumerate(plain, len(special) + 1)]
    return told


def account_id(number: int) -> str:
    """The id of the account with that number: `A-1001` is the first."""
    return f"A-{1000 + number}"


def _plan(number: int, name: str) -> Plan:
    draw = random.Random(f"plan of {name}")
    shape = draw.choices(list(_USUAL), list(_USUAL.values()))[0]
    later = random.Random(f"later of {name}")
    to_come = _TO_COME.get(shape) if later.random() < 0.8 else None
    plan = _sized(number, name, _TEAMS[number % len(_TEAMS)], to_come or shape)
    plan.turn = -later.uniform(0, _WEEKS_TO_COME) if to_come else None
    return plan


def _sized(number: int, name: str, team: Team, shape: str) -> Plan:
    draw = random.Random(f"size of {name}")
    people, part, price = _SIZES[team]
    developers = draw.randint(*people) + (draw.randint(1500, 6000) if _is_strategic(team, draw) else 0)
    seats = max(round(developers * draw.uniform(*part) / 5) * 5, 10)
    return Plan(
        id=account_id(number),
        name=name,
        team=team,
        shape=shape,
        developers=developers,
        seats=(max(round(seats * draw.choice((0.8, 0.9, 1.0, 1.0, 1.1)) / 5) * 5, 10), seats),
        price=draw.uniform(*price),
        renewal_in=draw.randint(8, 360),
        years=0 if draw.random() < 0.06 else draw.randint(1, 4),
        ta=_served_by(number, team, draw),
    )


def _is_strategic(team: Team, draw: random.Random) -> bool:
    return team is Team.ENTERPRISE and draw.random() < 0.3


def _served_by(number: int, team: Team, draw: random.Random) -> str | None:
    """The owner of an enterprise account; for a pool whoever served it last, where anybody did."""
    tas: Sequence[str] = addresses(Role.TA, team)
    if team is Team.ENTERPRISE:
        return tas[number % len(tas)]
    return draw.choice(tas) if draw.random() < 0.7 else None


def _special(number: int, one: Situation, judge: Judge, days: Days) -> Told:
    if one.bare:
        return Told({"account_id": account_id(number), "name": one.name, **one.fixed}, ())
    plan = _sized(number, one.name, Team(one.team), one.shape)
    plan.years = max(plan.years, 1)
    for key, value in one.plan.items():
        setattr(plan, key, value)
    plan.fixed, plan.everywhere = dict(one.fixed), dict(one.everywhere)
    return _told(plan, judge, days)


def _told(plan: Plan, judge: Judge, days: Days) -> Told:
    row = profile.describe(plan, days.base, days.today) | snapshot(plan, days.today, days.base)
    row |= _a_year_ago(plan, days) | plan.everywhere
    row |= judge.today(row | plan.fixed, off=plan.off) | plan.fixed
    weeks = weeks_of(plan, days.base, days.today, days.since)
    return Told(row, tuple(week | judge.week(week, off=plan.off) for week in weeks))


def _a_year_ago(plan: Plan, days: Days) -> Row:
    if plan.years == 0 or plan.weeks < 53:
        return {"arr_year_ago": None}
    return {"arr_year_ago": snapshot(plan, days.today - timedelta(days=365), days.base)["arr"]}
