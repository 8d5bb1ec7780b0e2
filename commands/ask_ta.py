"""/ask-ta: a request about an account, brought to the team that serves it; mine, and a team's."""

from __future__ import annotations

from bot.asks import Command
from bot.blocks import helping
from bot.blocks.answers import Answer
from bot.features.routing import knowing, usecases
from bot.features.routing.typed import Wanted, read_line
from bot.ports import Ports

COMMAND = "/ask-ta"
SUMMARY = "Asks the TA team about an account; the right person who is there today answers"
USAGE = "[account: request | account | mine | team [NAME]]"
EXAMPLES = (
    ("/ask-ta", "a form: account, request, urgency, needed by"),
    ("/ask-ta acme: can they move to single sign-on?", "posts it to the team that serves the account"),
    ("/ask-ta acme: urgent: their upgrade failed", "reaches people outside their working hours too"),
    ("/ask-ta acme", "the form about that account; nothing is posted before you press Ask"),
    ("/ask-ta mine", "what you asked, and what is yours to answer"),
    ("/ask-ta team scaled", "what a team has open, the most pressing first, and all of it as a CSV"),
    ('/ask-ta "mine": how do they …', "quotes always mean an account's name; its id or domain works too"),
)
AUDIENCE = "members"


async def answer(asked: Command, ports: Ports) -> Answer:
    """Read what was typed and answer it."""
    line = read_line(asked.text)
    if line.wanted is Wanted.HELP:
        return helping.explain(((COMMAND, USAGE, SUMMARY, EXAMPLES),))
    if line.wanted is Wanted.MINE:
        return await knowing.list_mine(asked, ports)
    if line.wanted is Wanted.TEAM:
        return await knowing.list_team(asked, ports, line.value)
    if line.wanted is Wanted.POST:
        return await usecases.ask_typed(asked, ports, line)
    return await usecases.open_form(asked, ports, line)
