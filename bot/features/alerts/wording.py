"""What fired, in words: a headline, what to do about it, and where it is known from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from bot.blocks import text
from bot.domain.account import Account
from bot.domain.health import Category, HealthReading
from bot.domain.kpi import stamp_of, utilization_parts
from bot.domain.provenance import Fact, Known, Stamp, value_of
from bot.domain.watching import Fired, Rhythm, WatchRules
from bot.features.alerts import commitments, signals
from bot.features.alerts.written import SESSION, Written

TRAITS = 3
"""Traits that an agenda names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """An account of which something fired, with what it is worded from.

    `reading` is there where traits are named; `category` is the one recorded, `cause` the trait that moved it, where
    that is known.
    """

    account: Account
    reading: HealthReading | None
    category: Category | None
    today: date
    rules: WatchRules
    cause: str = ""
    written: Written = field(default_factory=Written)

    @property
    def name(self) -> str:
        """The account's name for mrkdwn."""
        return f"*{text.name(self.account.name)}*"

    @property
    def health(self) -> str:
        """Its category in words."""
        return text.category(self.category.value) if self.category else "health unknown"

    def far(self, day: date) -> str:
        """A day and how far it is: `20 Mar 2027, in 118 days`."""
        return f"{text.day(day)}, {text.in_days((day - self.today).days)}"


class Words(NamedTuple):
    """What is said of something that fired; `facts` are the values it rests on."""

    headline: str
    lines: tuple[str, ...]
    facts: tuple[Fact[Any], ...]

    @property
    def stamp(self) -> Stamp | None:
        """The origin of what is said: every source, and the oldest instant; None where no value is behind it."""
        return stamp_of(self.facts)


def words_of(fired: Fired, about: About) -> Words:
    """What fired, in words."""
    return (_SAID.get(fired.signal) or _programme)(fired, about)


def _seats(fired: Fired, about: About) -> Words:
    account = about.account
    recent = isinstance(account.mau_28d, Known)
    users = account.mau_28d if recent else account.mau
    used, of = value_of(users) or 0, value_of(account.licensed_seats) or 0
    said = f"{used:,} of {of:,} licensed seats, by "
    said += f"users of the last {about.rules.window_days} days." if recent else "last month's MAU:"
    if not recent:
        said += f" who was active in the last {about.rules.window_days} days is not known."
    full = text.percent(used / of) if of else "?"
    reached = f" (it reached {fired.what} %)" if full != f"{fired.what} %" else ""
    return Words(f"{about.name} uses {full} of its seats{reached}", (said,), (users, account.licensed_seats))


def _category(fired: Fired, about: About) -> Words:
    account = about.account
    now, before = text.category(fired.what), text.category(fired.before)
    lines = [about.cause and f"What did it: {text.escape(about.cause)}."]
    if not about.cause:
        lines = ["No earlier week tells which trait did it; the account's card shows what costs it most."]
    facts = (account.health_category, account.health_score)
    if isinstance(account.health_score, Known):
        lines.append(f"Score {text.score(account.health_score.value)} of 10.")
    on = text.day(fired.on or about.today)
    return Words(f"{about.name}: {before} → {now} on {on}", tuple(lines), facts)


def _utilization(fired: Fired, about: About) -> Words:
    ratio = utilization_parts(about.account)
    used = text.percent(ratio.value.value) if isinstance(ratio.value, Known) else "too few"
    below = text.percent(about.rules.utilization_below)
    last = max(about.rules.utilization_days)
    lines = (f"{ratio.detail}. A get-well plan answers:", *_bullets(about.rules.questions))
    headline = (
        f"{about.name}, day {fired.what} as a customer: {used} of seats used, {below} due by day {last}"
    )
    return Words(headline, lines, (ratio.value,))


_ASSESSED: Mapping[Category | None, str] = {
    Category.RED: "Put it into the Lighthouse Program.",
    Category.YELLOW: "Make a save plan.",
    Category.GREEN: "Monitor it.",
    None: "Assess it by hand.",
}


def _renewal(fired: Fired, about: About) -> Words:  # noqa: ARG001 - every wording is given what fired
    account = about.account
    day = value_of(account.renewal_date) or about.today
    arr = f" · ARR {text.money(account.arr.value)}" if isinstance(account.arr, Known) else ""
    running = value_of(account.lighthouse) == signals.ACTIVE
    then = "Its save plan runs." if running else _ASSESSED[about.category]
    lines = (f"{about.health}. {then}",)
    facts = (account.renewal_date, account.health_category, account.arr)
    return Words(f"{about.name} renews on {about.far(day)}{arr}", lines, facts)


def _lighthouse(fired: Fired, about: About) -> Words:  # noqa: ARG001 - every wording is given what fired
    account = about.account
    day = value_of(account.renewal_date) or about.today
    why = [about.health] if about.category in (Category.RED, Category.YELLOW) else []
    facts: tuple[Fact[Any], ...] = (account.renewal_date, account.health_category)
    if value_of(account.active_champion) is False:
        why.append("no active champion")
        facts = (*facts, account.active_champion)
    lines = (f"It renews on {about.far(day)}: {', '.join(why)}.",)
    return Words(f"{about.name} is a candidate for the Lighthouse Program", lines, facts)


def _save_plan(fired: Fired, about: About) -> Words:
    updated = about.account.save_plan_updated_on
    said = "No update of it is recorded."
    if isinstance(updated, Known):
        said = f"Last updated {text.day(updated.value)}, {text.plural(int(fired.what), 'week')} ago or more."
    return Words(
        f"{about.name}: its save plan's weekly update is due", (said,), (updated, about.account.lighthouse)
    )


def _sync(fired: Fired, about: About) -> Words:  # noqa: ARG001 - every wording is given what fired
    account = about.account
    lines = ("Agenda:", *_bullets(_agenda(about)))
    return Words(
        f"{about.name}: its program sync is due", lines, (account.lighthouse, account.health_category)
    )


def _agenda(about: About) -> Iterator[str]:
    account = about.account
    traits = about.reading.traits if about.reading else ()
    costly = sorted((one for one in traits if one.cost), key=lambda one: -(one.cost or 0))
    worst = ", ".join(one.rule.label for one in costly[:TRAITS])
    yield f"Health: {about.health}{f'; what costs it most: {worst}' if worst else ''}"
    if isinstance(account.renewal_date, Known):
        yield f"Renewal on {about.far(account.renewal_date.value)}"
    if tickets := value_of(account.open_tickets):
        yield f"{text.plural(tickets, 'open ticket')}"
    if actions := value_of(account.pending_actions):
        yield f"Pending: {text.and_more([text.name(one) for one in actions], TRAITS, '; ')}"
    yield from about.written.agenda()
    updated = value_of(account.save_plan_updated_on)
    yield f"The save plan, last updated {text.day(updated) if updated else 'nobody knows when'}: progress, blockers, asks"


def _handoff(fired: Fired, about: About) -> Words:
    rules, close = about.rules, value_of(about.account.expected_close_on) or about.today
    on = about.far(close)
    said = {
        commitments.KNOWN: (
            f"{about.name} is expected to close on {on}",
            "Get to know it before the hand-off.",
        ),
        commitments.HAND_OVER: (
            f"{about.name}: the hand-off from CE to TA is due",
            f"Expected to close on {on}.",
        ),
        commitments.CLOSED: (
            f"{about.name}: hold the kick-off",
            f"It was expected to close on {text.day(close)}.",
        ),
        commitments.TAGGED: (
            f"{about.name}: have its contacts tagged",
            f"The CE does so within {text.plural(rules.handoff_tagged, 'day')} of signature.",
        ),
    }[fired.what]
    handed = ("It hands over:", *_bullets(rules.hands_over)) if fired.what == commitments.HAND_OVER else ()
    return Words(said[0], (said[1], *handed), (about.account.expected_close_on,))


def _kickoff(fired: Fired, about: About) -> Words:  # noqa: ARG001 - every wording is given what fired
    since = about.account.customer_since
    signed = value_of(since) or about.today
    said = f"A customer since {text.day(signed)}, and no kick-off is recorded."
    return Words(f"{about.name}: a lightweight kick-off is due", (said,), (since,))


_DUE: Mapping[str, tuple[str, str]] = {
    "quarterly_call": ("its quarterly 30-minute call", "call"),
    "success_plan": ("its success plan", "update"),
    "business_review": ("its customer business review", "review"),
    "roadmap_review": ("its roadmap review and product-feedback session", "session"),
}


def _programme(fired: Fired, about: About) -> Words:
    what, noun = _DUE.get(fired.signal, (fired.signal.replace("_", " "), "time"))
    rule = next((one for one in _rhythms(about.rules) if one.programme == fired.what), None)
    facts = _counted(rule, about.account)
    since = next((fact.value for fact in facts if isinstance(fact, Known)), about.today)
    if fired.before:
        said = f"The last {noun} recorded was on {text.day(since)}."
    elif rule and rule.counts_from:
        said = f"None is recorded; counted from its start, {text.day(since)}."
    else:
        said = f"No system tells of the last {noun}; counted from its start, {text.day(since)}."
    if rule and rule.at_least and rule.at_least.passed(since, about.today):
        said += f" At the very least it is due every {text.plural(rule.at_least.months, 'month')}."
    more = about.written.of_session() if fired.signal == SESSION else ()
    return Words(f"{about.name}: {what} is due", (said, *more), tuple(facts[:1]))


def _rhythms(rules: WatchRules) -> Iterator[Rhythm]:
    for some in rules.rhythms.values():
        yield from some


def _counted(rule: Rhythm | None, account: Account) -> Sequence[Fact[Any]]:
    """What a rhythm counts from, the first that is known."""
    own = [getattr(account, rule.counts_from)] if rule and rule.counts_from else []
    facts = [*own, account.customer_since, account.production_since]
    return [fact for fact in facts if isinstance(fact, Known)]


def _bullets(lines: Sequence[str] | Iterator[str]) -> Iterator[str]:
    return (f"• {line}" for line in lines)


_SAID: Mapping[str, Callable[[Fired, About], Words]] = {
    signals.SEATS: _seats,
    signals.CATEGORY: _category,
    signals.UTILIZATION: _utilization,
    signals.RENEWAL: _renewal,
    signals.LIGHTHOUSE: _lighthouse,
    signals.SAVE_PLAN: _save_plan,
    signals.SYNC: _sync,
    signals.HANDOFF: _handoff,
    signals.KICKOFF: _kickoff,
}
