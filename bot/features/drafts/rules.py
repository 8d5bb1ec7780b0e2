"""Which accounts are to be written to, why, with which material and to whom. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from bot.domain.account import Account
from bot.domain.health import HealthRules, TraitReading, Verdict, read_account
from bot.domain.material import Announcement, DraftRules, Material
from bot.domain.person import Contact, Team
from bot.domain.provenance import Fact, Known, value_of
from bot.domain.segment import SegmentModel, team_of


class Why(StrEnum):
    """Why an account is to be written to."""

    UPGRADE = "upgrade"  # it fell behind in upgrading: a recap of its month
    USAGE = "usage"
    FEATURE = "feature"  # it has begun to use one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: the traits that call for it, or features and their first day. `crossing` says when it is the same again.

    `fact` is where it is known from.
    """

    why: Why
    crossing: str
    fact: Fact[Any]
    traits: tuple[TraitReading, ...] = ()
    features: tuple[str, ...] = ()
    first_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An account that is to be written to."""

    account: Account
    team: Team
    reasons: tuple[Reason, ...]


class Wanted(NamedTuple):
    """An account of a list, in short: thousands of them are held until the list is made."""

    account_id: str
    account_name: str
    team: Team
    whys: tuple[Why, ...]  # one a reason


class Listed(NamedTuple):
    """A pool's accounts to write to, as they are listed, how many for each reason, and who has been written to."""

    wanted: tuple[Wanted, ...]
    counts: Mapping[Why, int]
    left_out: tuple[tuple[str, date], ...]  # (account name, when it was written to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A piece of material, and the contacts of the account whom it is for."""

    material: Material
    readers: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything about one account that is to be written to: `text` is what its people would read.

    `written_on` is the newest conversation that Vitally had with it; `poor` are its poor traits, where it is shown alone.
    """

    account: Account
    team: Team | None
    reasons: tuple[Reason, ...]
    offers: tuple[Offer, ...]
    text: str
    now: datetime
    poor: tuple[TraitReading, ...] = ()
    written_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Monthly:
    """A pool's list of a month. `drafts` are those that are shown, of `total`; `left_out` have been written to.

    `reads_conversations` is false where no system tells of conversations, so that nobody could be left out.
    """

    team: Team
    name: str
    month: date  # its first day
    drafts: tuple[Draft, ...]
    total: int
    counts: Mapping[Why, int]
    left_out: tuple[tuple[str, date], ...]  # (account name, when it was written to)
    reads_conversations: bool
    announcements: tuple[Announcement, ...]
    playbook_url: str
    written_days: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What a book is looked at with. `asked` rules on the traits that call for a letter: all take three times as long."""

    rules: DraftRules
    health: HealthRules
    model: SegmentModel
    today: date
    asked: HealthRules


def looking_at(rules: DraftRules, health: HealthRules, model: SegmentModel, today: date) -> Looking:
    """What a book is looked at with on a day."""
    wanted = {rules.upgrade, *rules.low_usage}
    asked = replace(health, traits=tuple(one for one in health.traits if one.key in wanted))
    return Looking(rules=rules, health=health, model=model, today=today, asked=asked)


def look(account: Account, looking: Looking) -> Found | None:
    """An account that is to be written to, with everything that calls for it; None where nothing does."""
    team = team_of(account, looking.model)
    if team is None or _is_elsewhere(account, looking.today):
        return None
    reasons = reasons_of(account, team, looking)
    return Found(account=account, team=team, reasons=reasons) if reasons else None


def wanted_of(found: Found) -> Wanted:
    """The same in short."""
    whys = tuple(reason.why for reason in found.reasons)
    return Wanted(found.account.id, found.account.name, found.team, whys)


def listed(found: Iterable[Wanted], team: Team, written: Mapping[str, date]) -> Listed:
    """A pool's list: those with most reasons first, then by name; without whom Vitally has `written` to."""
    by_name = sorted((one for one in found if one.team is team), key=lambda one: one.account_name.casefold())
    ordered = sorted(by_name, key=lambda one: -len(one.whys))
    wanted = tuple(one for one in ordered if one.account_id not in written)
    counts = Counter(why for one in wanted for why in set(one.whys))
    return Listed(
        wanted=wanted,
        counts={why: counts[why] for why in Why},
        left_out=tuple(
            (one.account_name, written[one.account_id]) for one in ordered if one.account_id in written
        ),
    )


def _is_elsewhere(account: Account, today: date) -> bool:
    """Whether it is no customer now, or the book's files have lost it."""
    close, churned = value_of(account.expected_close_on), value_of(account.churned_on)
    ahead = close is not None and close > today
    return ahead or account.missing_since is not None or (churned is not None and churned <= today)


def reasons_of(account: Account, team: Team, looking: Looking) -> tuple[Reason, ...]:
    """Why an account is to be written to; recaps for upgrading are made in policy's teams and months alone."""
    traits = {one.rule.key: one for one in read_account(account, looking.asked, looking.today).traits}
    reasons = [*_low_usage(traits, looking), *_first_used(account, looking)]
    if team in looking.rules.recap_teams and looking.rules.recaps_on(looking.today):
        reasons = [*_behind(traits, looking), *reasons]
    return tuple(reasons)


def _behind(traits: Mapping[str, TraitReading], looking: Looking) -> Iterator[Reason]:
    one = traits.get(looking.rules.upgrade)
    if one is None or one.verdict in (None, Verdict.HEALTHY):
        return
    yield Reason(why=Why.UPGRADE, crossing=f"{looking.today:%Y-%m}", fact=one.value, traits=(one,))


def _low_usage(traits: Mapping[str, TraitReading], looking: Looking) -> Iterator[Reason]:
    """Told again each quarter while it lasts."""
    found = [traits.get(key) for key in looking.rules.low_usage]
    poor = [one for one in found if one is not None and one.verdict is Verdict.POOR]
    if poor:
        quarter = f"{looking.today.year}-Q{(looking.today.month + 2) // 3}"
        yield Reason(why=Why.USAGE, crossing=quarter, fact=poor[0].value, traits=tuple(poor))


def _first_used(account: Account, looking: Looking) -> Iterator[Reason]:
    """One for each day on which the account began to use something."""
    fact = account.features_first_used
    days: dict[date, list[str]] = {}
    for feature, on in fact.value if isinstance(fact, Known) else ():
        if looking.today - looking.rules.first_use_within <= on <= looking.today:
            days.setdefault(on, []).append(feature)
    for on, features in sorted(days.items(), reverse=True):
        named = tuple(sorted(features))
        crossing = f"{on}:{';'.join(named)}"
        yield Reason(why=Why.FEATURE, crossing=crossing, fact=fact, features=named, first_on=on)


def poor_traits(account: Account, looking: Looking) -> tuple[TraitReading, ...]:
    """The account's poor traits, in policy's order."""
    read = read_account(account, looking.health, looking.today)
    return tuple(one for one in read.traits if one.verdict is Verdict.POOR)


def offers_of(
    poor: Sequence[TraitReading], reasons: Iterable[Reason], contacts: Sequence[Contact], rules: DraftRules
) -> tuple[Offer, ...]:
    """What may be passed on to the account's people, and to whom of them."""
    reasons = tuple(reasons)
    traits = {one.rule.key for one in poor} | {each.rule.key for one in reasons for each in one.traits}
    features = {each for one in reasons for each in one.features}
    found = rules.offered(traits, features)
    return tuple(Offer(material=one, readers=one.readers(contacts)) for one in found)


def addressed(offers: Iterable[Offer]) -> tuple[Contact, ...]:
    """Everybody whom some of the material is for, each once."""
    readers = (contact for one in offers for contact in one.readers)
    return tuple({(one.email or one.name): one for one in readers}.values())
