"""From what the book's keeper lists to what a digest lists: movers with their cause, attention, the book by TA."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import floor

from bot.domain import digest, health
from bot.domain.digest import Attention, BookLine, Mover, Outing, Owner
from bot.domain.health import Category, HealthReading
from bot.domain.person import Person
from bot.domain.sums import CategorySums, Flagged, Moved, TaSums

_HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who is who today, who is away until when, and who covers (by e-mail and account id, "" for all)."""

    people: Mapping[str, Person]
    away: Mapping[str, date]
    covers: Mapping[tuple[str, str], str]

    def owner(self, email: str | None, account_id: str = "") -> Owner | None:
        """Whoever looks after an account: its TA, with the cover while the TA is away."""
        if not email:
            return None
        until = self.away.get(email)
        cover = self.covers.get((email, account_id)) or self.covers.get((email, "")) if until else None
        return Owner(
            email=email,
            name=self.name(email),
            user_id=self._slack(email),
            away_until=until,
            covered_by=Owner(email=cover, name=self.name(cover), user_id=self._slack(cover))
            if cover
            else None,
        )

    def name(self, email: str) -> str:
        """What a person is called; the address where the book does not know them."""
        person = self.people.get(email)
        return person.name if person else email

    def _slack(self, email: str) -> str | None:
        person = self.people.get(email)
        return person.slack_user_id if person else None


def mover_of(moved: Moved, staff: Staff, since: date, cause: str) -> Mover:
    """An account that moved, with whoever looks after it."""
    return Mover(
        account_id=moved.account_id,
        account_name=moved.account_name,
        owner=staff.owner(moved.ta_email, moved.account_id),
        before=_category(moved.category_before),
        now=_category(moved.category_now),
        since=since,
        score_before=moved.score_before,
        score_now=moved.score_now,
        cause=cause,
    )


def cause_of(moved: Moved, then: HealthReading, now: HealthReading) -> str:
    """The trait that did most of a move, in words; empty where none of those known at both ends went that way."""
    return health.cause_of(then, now, _way(moved))


def _way(moved: Moved) -> int:
    """Up or down: by the score, else by the category."""
    if moved.score_before is not None and moved.score_now is not None:
        return 1 if moved.score_now > moved.score_before else -1
    order = list(Category)  # green first
    before, now = _category(moved.category_before), _category(moved.category_now)
    return 1 if before and now and order.index(now) < order.index(before) else -1


def attention_of(one: Flagged, kind: str, staff: Staff, today: date) -> Attention:
    """An account on a list of attention, and why."""
    return Attention(
        kind=kind,
        account_id=one.account_id,
        account_name=one.account_name,
        owner=staff.owner(one.ta_email, one.account_id),
        why=_why(one, kind, today),
        category=_category(one.category),
        when=one.when,
        amount=one.amount,
        arr=one.arr,
    )


def _why(one: Flagged, kind: str, today: date) -> str:
    days = abs((one.when - today).days) if one.when else None
    percent = floor((one.amount or 0.0) * 100 + _HAIR)  # 79.6 % must not read as 80 %, below 80 %
    match kind:
        case digest.RENEWAL:
            return f"renews in {_days(days or 0)}" if days else "renews today"
        case digest.SEATS:
            return f"{percent} % of seats" + ("" if one.basis == "mau_28d" else " (last month's MAU)")
        case digest.UTILIZATION:
            return f"{percent} % of seats on day {(days or 0) + 1}"
        case digest.LIGHTHOUSE if days is None:
            return "no update of its save plan is recorded"
        case digest.LIGHTHOUSE:
            return f"save plan updated {_days(days or 0)} ago" if days else "save plan updated today"
        case _:
            return "no active champion"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def counts_of(categories: Iterable[CategorySums]) -> Mapping[str, int]:
    """How many accounts each list of attention has, by kind, and by kind and category."""
    counts = dict.fromkeys(digest.KINDS, 0)
    for sums in categories:
        for kind, count in zip(digest.KINDS, sums.flagged, strict=True):
            counts[kind] += count
            if sums.category:
                counts[f"{kind}.{sums.category}"] = count
    return counts


def book_line(one: TaSums, staff: Staff) -> BookLine:
    """A TA's line of the breakdown."""
    return BookLine(
        owner=staff.owner(one.ta_email),
        accounts=one.accounts,
        arr=one.arr,
        mean_health=one.score_sum / one.with_score if one.with_score else None,
        utilization=one.mau / one.seats if one.seats else None,
        green=one.green,
        yellow=one.yellow,
        red=one.red,
        renewals=one.renewals,
    )


def outing_of(email: str, first: date, last: date, staff: Staff) -> Outing:
    """Somebody who is out, and the names of those who cover."""
    owner = staff.owner(email)
    assert owner is not None  # noqa: S101 # an absence has an address
    covers = dict.fromkeys(cover for (away, _), cover in staff.covers.items() if away == email)
    names = tuple(staff.name(one) if one else "the team’s channel" for one in covers)
    return Outing(owner=owner, first=first, last=last, covers=names)


def _category(word: str | None) -> Category | None:
    return Category(word) if word else None
