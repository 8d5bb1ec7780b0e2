"""What `/kpi-digest` was asked, which week that is, and what its buttons carry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.digest import Digest
from bot.domain.person import Team, team_named
from bot.domain.schedule import IsoWeek
from bot.domain.slots import key_of, reported_on
from bot.errors import WrongUsage

HEAD = "head"
AGENDA = "agenda"
ONCE = "digest.once"
"""The job of a digest that an operator asks for beside all subscriptions."""
PREVIEW = "for example `/kpi-digest preview scaled 2026-W47`"
WHOLE = ("all", "everyone", "everybody", "organisation", "organization")
_WEEK = re.compile(r"(?:(\d{4})-?)?W(\d{1,2})", re.IGNORECASE)
_TOKEN = re.compile(rf"((?:(?:{'|'.join(Team)}),?)*)\|(\d{{4}}-W\d\d)\|([\w:.+-]*)")


class Wanted(StrEnum):
    """What `/kpi-digest` may be asked for."""

    STATUS = "status"
    PREVIEW = "preview"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    NOW = "now"
    HELP = "help"


def read_request(typed: str) -> tuple[Wanted, str]:
    """What is wanted, and the rest of the text; raises WrongUsage for a word that is none of them."""
    word, _, rest = typed.strip().partition(" ")
    if not word:
        return Wanted.STATUS, ""
    if word.casefold() in set(Wanted):
        return Wanted(word.casefold()), rest.strip()
    raise WrongUsage(
        f"I cannot read “{word[:40]}”. Type {', '.join(f'`/kpi-digest {one}`' for one in Wanted)}."
    )


def read_preview(
    typed: str, own: tuple[Team, ...], teams: Mapping[Team, Sequence[str]], today: date
) -> tuple[tuple[Team, ...], IsoWeek]:
    """The teams (none: the whole organisation) and the week; `own` and the last whole week where none is named."""
    chosen: list[Team] = []
    week, whole = reported_on(today), False
    for word in typed.replace(",", " ").split():
        if word.casefold() in WHOLE:
            whole = True
        elif _WEEK.fullmatch(word) or word.casefold() == "last":
            week = read_week(word, today)
        elif team := team_named(word, teams):
            chosen.append(team)
        else:
            known = ", ".join(f"`{team}`" for team in teams)
            raise WrongUsage(
                f"I cannot read “{word[:40]}”. Name a team ({known} or `all`) and a week, {PREVIEW}; without them it "
                "is your team's last whole week."
            )
    return () if whole else tuple(dict.fromkeys(chosen)) or own, week


def read_week(typed: str, today: date) -> IsoWeek:
    """A week that has begun: `2026-W47`, `W47` (the latest of that number), `last` (the last whole one)."""
    found = _WEEK.fullmatch(typed)
    if found is None:
        return reported_on(today)
    this, number = IsoWeek.of(today), int(found[2])
    years = [int(found[1])] if found[1] else [this.year, this.year - 1]
    for year in years:
        try:
            week = IsoWeek.of(IsoWeek(year, number).monday)
        except ValueError:
            continue
        if week <= this:
            return week
    weeks = 53 if IsoWeek.of(date(years[0], 12, 28)).number == 53 else 52
    why = f"{years[0]} has weeks W01 to W{weeks}" if not 1 <= number <= weeks else "that week has not begun"
    raise WrongUsage(f"There is no digest of {typed}: {why}. The last whole week is `{reported_on(today)}`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a digest's buttons carry: whose digest of which week, and the key of its message; empty in a preview."""

    teams: tuple[Team, ...]
    week: IsoWeek
    key: str = ""

    def __str__(self) -> str:
        """`scaled,digital|2026-W47|digest:3:2026-W47:head`."""
        return f"{','.join(self.teams)}|{self.week}|{self.key}"


def read_token(value: str) -> Token:
    """Raises WrongUsage for one that no button of today carries."""
    found = _TOKEN.fullmatch(value)
    if found is None:
        raise WrongUsage("That button is out of date. `/kpi-digest preview` shows the digest anew.")
    year, _, number = found[2].partition("-W")
    return Token(
        teams=tuple(Team(team) for team in found[1].split(",") if team),
        week=IsoWeek(int(year), int(number)),
        key=found[3],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A digest that an operator asks for: where, whose, which week; once each."""

    channel_id: str
    teams: tuple[Team, ...]
    week: IsoWeek

    @property
    def key(self) -> str:
        """The same wish is the same work."""
        return f"digest-once:{self.channel_id}:{self.week}:{'+'.join(self.teams) or 'all'}"

    @property
    def head(self) -> str:
        """The key of its first message."""
        return f"{self.key}:{HEAD}"

    @property
    def subject(self) -> str:
        """What the work is about, to be read again."""
        return f"{self.channel_id} {Token(teams=self.teams, week=self.week)}"


def read_once(subject: str) -> Once:
    """What a subject says."""
    channel_id, _, token = subject.partition(" ")
    read = read_token(token)
    return Once(channel_id=channel_id, teams=read.teams, week=read.week)


def head_key(subscription_id: int, week: IsoWeek, turn: int = 1) -> str:
    """The key of a slot's first message; a later turn is one that a person asked for after the first went wrong."""
    slot = key_of(subscription_id, week)
    return f"{slot}:{HEAD}" if turn == 1 else f"{slot}:{turn}:{HEAD}"


def part_key(head: str, part: str) -> str:
    """The key of a message in the thread of another."""
    return f"{head.removesuffix(HEAD)}{part}"


def turn_of(head: str) -> int:
    """Which turn a head's key is of."""
    turn = head.split(":")[3]
    return int(turn) if turn.isdecimal() else 1


def is_head(key: str) -> bool:
    """Whether a message is the first of its slot, and no reply."""
    return key.endswith(f":{HEAD}")


def why_skipped(due_at: datetime, now: datetime, *, posts_late: bool) -> str:
    """Why a slot that passed is not posted any more."""
    hours = (now - due_at).total_seconds() / 3_600
    late = f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
    rule = "that is too late by policy" if posts_late else "policy posts none late"
    return f"it was due {late} before the bot ran again, and {rule}"


def asks_of(digest: Digest) -> tuple[str, ...]:
    """What the week's status updates ask for, each with its account; as it was typed."""
    updates = [one for team in digest.teams if team.plans for one in team.plans.updates]
    return tuple(f"{one.account_name}: {' '.join(one.asks.split())}" for one in updates if one.asks)
