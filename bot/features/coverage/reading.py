"""What was typed behind `/ooo`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.errors import WrongUsage

PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
ADDRESS = re.compile(r"(?:<mailto:)?([^\s@<>|]+@[^\s@<>|]+\.[^\s@<>|]+)(?:\|[^>]*>)?")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
USAGE = "`/ooo plan`, `/ooo who`, `/ooo @person`, `/ooo cover NAME` or `/ooo return`"


class Wanted(StrEnum):
    """What `/ooo` may be asked for."""

    MINE = "mine"
    PLAN = "plan"
    PERSON = "person"
    WHO = "who"
    COVER = "cover"
    RETURN = "return"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed, read. `value` is a Slack id or address, a date as typed, or an account's name."""

    wanted: Wanted
    value: str = ""


def read_request(typed: str) -> Request:
    """Read the text behind the command; raises WrongUsage for what is no keyword and no person."""
    typed = typed.strip()
    word, _, rest = typed.partition(" ")
    low, rest = word.casefold(), rest.strip()
    if not typed:
        return Request(Wanted.MINE)
    if whom := read_person(typed):
        return Request(Wanted.PERSON, whom)
    if low == Wanted.HELP:
        return Request(Wanted.HELP)
    if low in (Wanted.WHO, Wanted.COVER):
        return Request(Wanted(low), rest)
    if low in (Wanted.PLAN, Wanted.RETURN):
        return Request(Wanted(low), _whom(low, rest))
    raise WrongUsage(f"I cannot read “{typed[:60]}”. Type {USAGE}; `/ooo help` explains them.")


def read_person(typed: str) -> str:
    """The Slack id or the address of whoever is mentioned; empty where nobody is."""
    found = PERSON.fullmatch(typed) or ADDRESS.fullmatch(typed)
    return found[1] if found else ""


def _whom(word: str, rest: str) -> str:
    whom = read_person(rest)
    if rest and not whom:
        raise WrongUsage(
            f"I cannot read “{rest[:60]}”. Type `/ooo {word}`, or mention whom you mean: `/ooo {word} @person`."
        )
    return whom


def read_day(typed: str, today: date) -> date:
    """A day as people name it: nothing or `today`, `tomorrow`, a weekday (the next one), or `2026-12-01`."""
    word = typed.strip().casefold().removeprefix("on ").removeprefix("next ")
    if word in ("", "today", "now"):
        return today
    if word == "tomorrow":
        return today + timedelta(days=1)
    named = [place for place, name in enumerate(WEEKDAYS) if len(word) > 2 and name.startswith(word)]
    if named:
        return today + timedelta(days=(named[0] - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        example = f"`/ooo who {today + timedelta(days=7)}`"
        raise WrongUsage(
            f"I cannot read “{typed[:40]}” as a day. Type {example}, `tomorrow` or a weekday."
        ) from error
