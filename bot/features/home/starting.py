"""Where somebody begins, by everything that they are: above `/ta-help`, and in the word of welcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.asks import Ask
from bot.blocks import build, running
from bot.blocks.answers import Message
from bot.domain.person import Role, Team
from bot.features.home.rules import Standing
from bot.features.home.usecases import standing_of
from bot.policy import TeamPolicy
from bot.ports import Ports

MOST = 5
"""Buttons of one row."""
SAY = "Or write to me here, in plain words: “how is Acme”, “who covers Acme”, “who is out on Friday”."
HELLO = "Hello! I know the book of accounts: how healthy each is and why, and who looks after it today."
STRANGER = (
    "You are not in the book of people yet, so I know no accounts, team or time off of yours: whoever keeps me running "
    "adds you. Until then: open a team’s accounts, or see who is out."
)

OPERATOR = "To keep me running: the age of each source and what failed stand on my App Home tab; `ta-bot doctor` names each cure."


async def first_steps(asked: Ask, ports: Ports) -> Message:
    """The next useful step of the asker."""
    return shown(await standing_of(asked, ports), ports.policy.teams)


async def welcome(asked: Ask, ports: Ports) -> Message:
    """The same for somebody who meets the bot."""
    return shown(await standing_of(asked, ports), ports.policy.teams, HELLO, ("What I can do", "/ta-help"))


def shown(
    standing: Standing,
    teams: Mapping[Team, TeamPolicy],
    greeting: str = "",
    last: tuple[str, str] | None = None,
) -> Message:
    """What to begin with, in a sentence a role, and the commands for it as buttons."""
    if standing.person is None:
        steps = [(team.short, f"/account-health team {key}") for key, team in teams.items()]
        said, steps = STRANGER, [*steps, ("Who is out", "/ooo who")]
    else:
        told = list(_told(standing))
        said = " ".join(sentence for sentence, _ in told)
        steps = list(dict.fromkeys(step for _, some in told for step in some))
    steps = [*steps[: MOST - 1], last] if last else steps[:MOST]
    buttons = [running.button(label, line, place) for place, (label, line) in enumerate(steps)]
    said = f"{greeting} {said} {SAY}".strip()
    return Message(text=said, blocks=(build.section(said), build.actions(*buttons)))


def _told(standing: Standing) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    if standing.serves:
        whose = "your pool" if standing.person and standing.person.serves_pool else "your book"
        yield (
            f"Begin with {whose}, worst first; before time off, six steps lead to a cover for each account.",
            (("My accounts", "/account-health"), ("Plan time off", "/ooo plan")),
        )
    if standing.is_lead:
        yield (
            "As a lead: your team’s week in numbers, what it was asked and has open, and where records drift.",
            (
                ("The week’s KPIs", "/kpi-digest preview"),
                *((("Open requests", "/ask-ta team"),) if standing.team else ()),
                ("Segment drift", "/segment drift"),
            ),
        )
    if standing.sells or (standing.person and standing.person.role is Role.AE):
        yield (
            "For the accounts you sell to: how healthy one is, who looks after it today, or a question to its TA team.",
            (("Ask the TA team", "/ask-ta"), ("Who is out", "/ooo who")),
        )
    if standing.is_operator:
        yield OPERATOR, (("Digests", "/kpi-digest"),)
    if not (standing.serves or standing.is_lead or standing.sells or standing.is_operator):
        yield (
            "Ask how an account is, who looks after it today, or who is out.",
            (("Ask the TA team", "/ask-ta"), ("Who is out", "/ooo who")),
        )
