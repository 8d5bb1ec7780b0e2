"""What was typed, read: a keyword, an account and a request, or words that somebody said to the bot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.names import readable
from bot.domain.request import Urgency

LONGEST = 3_000
"""Characters of a request that are kept."""
LONGEST_NAME = 300
"""What is longer is no name; it is cut before it is looked up."""
FEWEST_WORDS = 3
"""Said to the bot, less than that is no request: a thank-you, a greeting."""
_QUOTED = re.compile(r'\s*(["“„«])(.+?)(["”»])\s*:\s*(.*)', re.DOTALL)
_URGENT = re.compile(r"urgent\s*[:!]\s*", re.IGNORECASE)


class Wanted(StrEnum):
    """What `/ask-ta` is to do."""

    FORM = "form"
    POST = "post"
    MINE = "mine"
    TEAM = "team"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line read. `account` is a name as it was typed, perhaps in quotes; `value` is what follows a keyword."""

    wanted: Wanted
    account: str = ""
    text: str = ""
    urgency: Urgency = Urgency.NORMAL
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the form is filled in with. `choices` are the accounts that a typed name may mean: (name, id)."""

    account: tuple[str, str] | None = None  # its name and id
    typed: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    text: str = ""
    urgency: Urgency = Urgency.NORMAL
    due_on: date | None = None
    source: str = ""  # `channel ts` of the message that it is asked from


def read_line(typed: str) -> Typed:
    """A line of `/ask-ta`: with a colon it posts, without one the form opens, filled in."""
    line = typed.strip()
    word, _, rest = line.partition(" ")
    if line.casefold() in ("mine", "help"):
        return Typed(wanted=Wanted(line.casefold()))
    if word.casefold() == "team" and len(rest.split()) <= 1 and ":" not in rest:
        return Typed(wanted=Wanted.TEAM, value=rest.strip())
    account, text = split(line)
    if text:
        said, urgency = urgency_of(text)
        return Typed(wanted=Wanted.POST, account=account, text=said, urgency=urgency)
    return Typed(wanted=Wanted.FORM, account=account)


def split(said: str) -> tuple[str, str]:
    """The account and the request of `account: request`; where nothing follows a colon, all of it is the account."""
    quoted = _QUOTED.fullmatch(said)
    if quoted:
        name = f"{quoted[1]}{quoted[2]}{quoted[3]}"
        return name[:LONGEST_NAME], spoken(quoted[4])
    line = readable(said)
    account, colon, text = line.partition(":")
    if not colon or not text.strip():
        return line.rstrip(": ")[:LONGEST_NAME], ""
    return account.strip()[:LONGEST_NAME], text.strip()[:LONGEST]


def spoken(said: str) -> str:
    """What a person wrote, as they would read it: nothing in it mentions or links any more."""
    return readable(said)[:LONGEST]


def urgency_of(said: str) -> tuple[str, Urgency]:
    """The request without a leading `urgent:`, and what that says."""
    marked = _URGENT.match(said)
    return (said[marked.end() :], Urgency.URGENT) if marked else (said, Urgency.NORMAL)


def is_request(said: str) -> bool:
    """Whether words said to the bot ask for something."""
    return len(said.split()) >= FEWEST_WORDS


def read_due(entered: str) -> date | None:
    """The day that a form's field holds."""
    try:
        return date.fromisoformat(entered) if entered else None
    except ValueError:
        return None
