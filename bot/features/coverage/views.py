"""How a coverage plan looks to those who make it: its person, who covers, who approves.

What others are told of it is in telling.py. `people` maps an e-mail to who that is: those of the plan, where known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from bot.blocks import build, text
from bot.blocks.answers import Message
from bot.domain.leave import Item, Notice, Plan, Step
from bot.domain.person import Person

People: TypeAlias = Mapping[str, Person]
"""E-mail → who that is."""

ACCEPT = "coverage.accept"  # value `plan id:account id`
DECLINE = "coverage.decline"  # value `plan id:account id`
ACCEPT_ALL = "coverage.accept_all"  # value `plan id`
APPROVE = "coverage.approve"  # value `plan id`
SHARE = "coverage.share"  # value `plan id`
TICK = "coverage.tick"  # value `plan id:step`
OPEN = "coverage.open"  # value `plan id`: the plan as it is now
EDIT = "coverage.edit"  # value `plan id`: its covers in a form
SYNCS = "coverage.syncs"  # value `plan id`: its customer syncs in a form
DRAFTS = "coverage.drafts"  # value `plan id`: what may be said to its customers, to copy
CONFIRM = "coverage.confirm"  # value `plan id`


def checklist(
    plan: Plan,
    steps: Sequence[str],
    people: People,
    notices: Sequence[Notice] = (),
    *,
    consent: build.Json | None = None,
    lead: str = "",
) -> Message:
    """The six steps, for the plan's person: what is done, what is open, and the button for what is next.

    `steps` are policy's words. `consent` is the button by which they let the bot set their status, where that is
    wanted and not given yet. `lead` says why it comes now (a new absence, one that moved); none when they asked.
    """
    said = lead or f"Your time off {days(plan)}."
    lines = [f"{'✓' if plan.done(step) else '○'} {words}" for step, words in zip(Step, steps, strict=True)]
    return Message(text=said, blocks=(build.section("\n".join((said, *lines))),))


def plan_view(
    plan: Plan, people: People, notices: Sequence[Notice] = (), *, may_edit: bool = False
) -> Message:
    """The whole plan: each account with why, what to do, until when and who; what is on request; the notice rules."""
    said = f"Coverage plan {days(plan)}"
    return Message(text=said, blocks=(build.section(said),))


def ask_cover(plan: Plan, items: Sequence[Item], people: People) -> Message:
    """For whoever is asked to cover these accounts of a plan: what it means, with Accept and Decline for each."""
    said = f"{called(plan.away.email, people)} asks you to cover {text.plural(len(items), 'account')}."
    return Message(text=said, blocks=(build.section(said),))


def manager_view(
    plan: Plan, people: People, notices: Sequence[Notice], *, awaits: Sequence[tuple[str, Person]] = ()
) -> Message:
    """For who approves: the plan with its notice rules, and Approve. `awaits` are those (role, person) still asked."""
    return replace(
        plan_view(plan, people, notices), text=f"Approve the plan of {called(plan.away.email, people)}?"
    )


def called(email: str, people: People, *, quiet: bool = False) -> str:
    """Somebody of a plan: mentioned, or with `quiet` named without a notification."""
    person = people.get(email)
    return text.person(person.name, person.slack_user_id, quiet=quiet) if person else text.name(email)


def days(plan: Plan) -> str:
    """`24 Nov 2026 from noon – 4 Dec 2026`."""
    away = plan.away
    return f"{text.day(away.first)} – {text.day(away.last)}"
