"""What is told of a coverage plan to those around it: account teams, covers, managers, and its person in time.

Each names an account only to those who serve it: `items` are the reader's. `people` as in views.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.blocks import build, text
from bot.blocks.answers import Message
from bot.domain.leave import Item, Moved, Plan
from bot.domain.person import Person
from bot.features.coverage.views import People, called, days


def shared_with(plan: Plan, items: Sequence[Item], reader: Person, people: People) -> Message:
    """For one person of the account teams (AE, CE, IE, manager): their accounts alone, with who covers."""
    return _plain(f"{called(plan.away.email, people)} is away {days(plan)}.")


def team_channel(plan: Plan, people: People, team_name: str) -> Message:
    """For the team's channel: who is away until when, what the channel itself covers, who covers the rest."""
    return _plain(f"{called(plan.away.email, people, quiet=True)} is away {days(plan)}.")


def reminder(
    plan: Plan, steps: Sequence[str], people: People, days_left: int, *, consent: build.Json | None = None
) -> Message:
    """For the plan's person: the steps still open so many days before (0: that morning), with their buttons."""
    return _plain(f"You are away in {days_left} days.")


def uncovered(plan: Plan, people: People, today: date) -> Message:
    """For the manager: what nobody looks after yet, shortly before."""
    return _plain(f"{len(plan.uncovered)} accounts are not covered.")


def declined(plan: Plan, item: Item, by: str, people: People) -> Message:
    """For the plan's person: `by` (an e-mail) said no; who is asked in their stead, or that nobody is left."""
    return _plain(f"{called(by, people)} cannot cover.")


def sync_chosen(plan: Plan, item: Item, people: People) -> Message:
    """For the AE: what became of the account's customer sync in the absence (item.sync)."""
    return _plain(f"The sync is {item.sync}.")


def moved(before: Plan, plan: Plan, items: Sequence[Item], people: People) -> Message:
    """For those who were asked or told: the absence moved, or was made shorter or longer; their accounts now."""
    return _plain(f"{called(plan.away.email, people)} is away {days(plan)} now.")


def cancelled(plan: Plan, items: Sequence[Item], people: People) -> Message:
    """For those who were asked or told: the absence was cancelled, and nothing is to be done."""
    return _plain(f"{called(plan.away.email, people)} is not away after all.")


def released(plan: Plan, items: Sequence[Item], people: People) -> Message:
    """For a cover: these accounts are theirs to look after no longer (someone else was chosen, no need is left)."""
    return _plain("You cover them no longer.")


def approved(plan: Plan, people: People) -> Message:
    """For the plan's person: who approved, and what is next."""
    return _plain("Your plan is approved.")


def changed_owner(plan: Plan, item: Item, people: People, owner: str) -> Message:
    """For the plan's person: the account has another TA now (`owner`, an e-mail or empty) and leaves the plan."""
    return _plain("The account left the plan.")


def handed_back(plan: Plan, items: Sequence[Item], people: People) -> Message:
    """For a cover, at the end: they are handed back, with a word of thanks."""
    return _plain(f"{called(plan.away.email, people)} is back.")


def briefing(plan: Plan, happened: Sequence[Moved], people: People) -> Message:
    """For the plan's person on the first working morning back: what happened, what the covers have, what to take back.

    Where a manager opened the plan for them, it says so.
    """
    return _plain("Welcome back.")


def _plain(said: str) -> Message:
    return Message(text=said, blocks=(build.section(said),))
