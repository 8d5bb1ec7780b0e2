"""What was typed or entered about a subscription, who may make one, and what is told of those there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import cache
from zoneinfo import available_timezones

from bot.domain.names import fold
from bot.domain.person import Person, Role, Team, team_named
from bot.domain.schedule import IsoWeek
from bot.domain.slots import week_of_key
from bot.errors import WrongUsage
from bot.ports.digests import Subscription
from bot.ports.jobs import DueWork, WorkState
from bot.ports.outgoing import MessageState, Outgoing

MAY_SUBSCRIBE = (Role.TA, Role.MANAGER, Role.LEADER, Role.PROGRAM_MANAGER, Role.OPERATOR)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NO_COUNTRY = "none"
WHOLE = ("all", "everyone", "everybody", "organisation", "organization")
SKIPPED = "skipped: "
"""How the note of a slot that was not posted on purpose begins."""
USAGE = "`/kpi-digest subscribe #channel team weekday time zone country`"
EXAMPLE = "for example `/kpi-digest subscribe #team-channel scaled monday 08:00 Europe/Berlin DE`"
SHOWN = 3
"""How many of the last slots a status shows."""
OFFERED = 60
_CHANNEL = re.compile(r"<#([CDG][A-Z0-9]+)(?:\|[^>]*)?>")
_TIME = re.compile(r"(\d{1,3})(?:[:.h](\d{1,3}))?(am|pm)?", re.IGNORECASE)
_COUNTRY = re.compile(r"[a-z]{2}(-[\w ]+)?", re.IGNORECASE)
_FILLERS = ("on", "at", "in", "every", "for", "team", "teams", "and")
_AREAS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A subscription as the form has it. `channel_id` may be empty still; `teams` empty: the whole organisation."""

    channel_id: str
    teams: tuple[Team, ...]
    weekday: int
    at: time
    zone: str
    country: str


def draft_of(subscription: Subscription) -> Draft:
    """The form of a subscription that is there already."""
    names = ("channel_id", "teams", "weekday", "at", "zone", "country")
    return Draft(**{name: getattr(subscription, name) for name in names})


def may_subscribe(person: Person | None) -> bool:
    """TAs, their managers and leaders, program managers and operators decide what a team's channel gets."""
    return person is not None and person.role in MAY_SUBSCRIBE


def read_channel(typed: str) -> tuple[str, str]:
    """The id of the channel that is named first, or empty, and the rest; raises WrongUsage for a name that is none."""
    first, _, rest = typed.strip().partition(" ")
    if found := _CHANNEL.fullmatch(first):
        return found[1], rest.strip()
    if first.startswith("#"):
        raise WrongUsage(
            f"I know no channel {first[:80]}. Choose it from the list that Slack offers while you type its name; "
            "in a private channel invite me first."
        )
    return "", typed.strip()


def read_draft(
    typed: str, draft: Draft, teams: Mapping[Team, Sequence[str]], countries: Mapping[str, str]
) -> Draft:
    """The form as far as it was typed; the rest stays as it is. Raises WrongUsage for a word that is nothing of it."""
    words = typed.replace(",", " ").split()
    chosen: list[Team] = []
    for place, word in enumerate(words):
        if word in _FILLERS and place < len(words) - 1:
            continue
        team = team_named(word, teams)
        if team is not None:
            chosen.append(team)
        else:
            draft = _with(draft, word, countries)
    return replace(draft, teams=tuple(dict.fromkeys(chosen))) if chosen else draft


def _with(draft: Draft, word: str, countries: Mapping[str, str]) -> Draft:
    low = word.casefold()
    if low in WHOLE:
        return replace(draft, teams=())
    if (weekday := _weekday(low)) is not None:
        return replace(draft, weekday=weekday)
    if low[0].isdigit():
        return replace(draft, at=read_time(word))
    if "/" in word or low == "utc":
        return replace(draft, zone=read_zone(word))
    if low == NO_COUNTRY:
        return replace(draft, country="")
    if _COUNTRY.fullmatch(word):
        return replace(draft, country=read_country(word, countries))
    raise WrongUsage(
        f"I cannot read “{word[:40]}”. Type {USAGE}, {EXAMPLE}; the form asks for what you leave out."
    )


def _weekday(word: str) -> int | None:
    found = [
        place
        for place, name in enumerate(WEEKDAYS)
        if len(word) > 2 and f"{name}s".casefold().startswith(word)
    ]
    return found[0] if found else None


def read_time(typed: str) -> time:
    """A local time of the day: `08:00`, `8.30`, `5pm`; raises WrongUsage for one that no clock shows."""
    found = _TIME.fullmatch(typed.strip())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    half = found[3].casefold() if found and found[3] else ""
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif half or (found and found[2] is None):
        hour = 99
    if hour > 23 or minute > 59:
        raise WrongUsage(f"“{typed[:20]}” is no time of the day. Type it from 00:00 to 23:59, like `08:00`.")
    return time(hour, minute)


@cache
def zones() -> tuple[str, ...]:
    """The time zones that can be chosen, by name."""
    places = {name for name in available_timezones() if name.partition("/")[0] in _AREAS and "/" in name}
    return ("UTC", *sorted(places))


def read_zone(typed: str) -> str:
    """A time zone by its name, letter case ignored; raises WrongUsage with how names look."""
    word = typed.strip().casefold()
    for name in zones():
        if name.casefold() == word:
            return name
    raise WrongUsage(f"I know no time zone “{typed[:60]}”. Zones are named like `Europe/Berlin` or `UTC`.")


def read_country(typed: str, countries: Mapping[str, str]) -> str:
    """A country by its code; empty for `none`. Raises WrongUsage where its bank holidays are not known."""
    code = typed.strip().upper()
    if code in ("", NO_COUNTRY.upper()):
        return ""
    if code in countries:
        return code
    raise WrongUsage(
        f"I know no bank holidays of “{typed[:20]}”. Type a country's two letters, like `DE` or `US-CA`, or `none`."
    )


def zones_like(typed: str) -> tuple[tuple[str, str], ...]:
    """The zones that letters may mean: those whose place begins so first."""
    wanted = fold(typed)
    found = [name for name in zones() if wanted in fold(name)]
    found.sort(key=lambda name: not fold(name.rpartition("/")[2]).startswith(wanted))
    return tuple((name.replace("_", " "), name) for name in found[:OFFERED])


def countries_like(typed: str, countries: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The countries that letters may mean, by name or code, and `none` in front."""
    wanted = fold(typed)
    found = [
        (name, code) for code, name in countries.items() if wanted in fold(name) or wanted == code.casefold()
    ]
    found.sort(key=lambda one: (one[1].casefold() != wanted, not fold(one[0]).startswith(wanted)))
    none = ((NO_BANK_HOLIDAYS, NO_COUNTRY),)
    return (*none, *found[: OFFERED - 1])


NO_BANK_HOLIDAYS = "No bank holidays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What became of one week's slot: a message's state, or why there is no message."""

    week: IsoWeek
    at: datetime | None
    state: MessageState | None = None
    permalink: str = ""
    note: str = ""
    corrected_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A subscription with what was posted, what is next and what went wrong."""

    subscription: Subscription
    team_names: tuple[str, ...]
    country: str
    owner: str
    events: tuple[Event, ...]
    planned: DueWork | None = None
    running: bool = False


def events_of(heads: Iterable[Outgoing], works: Iterable[DueWork]) -> tuple[Event, ...]:
    """The last slots, newest first: what their message says, else what was noted of their work."""
    events: dict[IsoWeek, Event] = {}
    for head in heads:
        if ":head" in head.key:
            week = week_of_key(head.key)
            event = Event(
                week=week,
                at=datetime.fromtimestamp(float(head.ts), UTC)
                if head.ts
                else head.settled_at or head.asked_at,
                state=head.state,
                corrected_at=head.settled_at if head.ts and head.sent_revision > 1 else None,
                permalink=head.permalink,
                note=head.note,
            )
            events.setdefault(week, event)
    for work in works:
        told = work.state is WorkState.FAILED or work.note.startswith(SKIPPED)
        if told:
            week = week_of_key(work.key)
            events.setdefault(week, Event(week=week, at=work.changed_at, note=work.note or "failed"))
    return tuple(sorted(events.values(), key=lambda event: event.week, reverse=True)[:SHOWN])
