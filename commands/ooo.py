"""/ooo: time off with its coverage plan: the six steps, who is out, who covers what, the briefing on return."""

from __future__ import annotations

from bot.asks import Command
from bot.blocks import helping
from bot.blocks.answers import Answer, Message
from bot.features.coverage import asking, filling
from bot.features.coverage.reading import Request, Wanted, read_request
from bot.ports import Ports

COMMAND = "/ooo"
SUMMARY = "Time off: your coverage plan, who is out and who covers"
USAGE = "[plan [@person] | @person | who [DATE] | cover <account> | return [@person]]"
EXAMPLES = (
    ("/ooo", "your six steps before time off, what you cover for others, and who is out"),
    ("/ooo plan", "a form: your days away, then a plan made from your book, with a cover for each account"),
    ("/ooo plan @dana", "the same for somebody of yours who cannot, for their managers"),
    (
        "/ooo who",
        "who is out today, until when, and who covers; `who friday` or `who 2026-12-01` for another day",
    ),
    ("/ooo @dana", "whether she is out, who has her accounts, and when she is back"),
    ("/ooo cover acme", "who is responsible for an account today, and why"),
    ("/ooo return", "what happened to your accounts while you were away, and what to take back"),
)
AUDIENCE = "members"


async def answer(asked: Command, ports: Ports) -> Answer:
    """Read what was typed and answer it."""
    request = read_request(asked.text)
    if request.wanted is Wanted.HELP:
        return helping.explain(((COMMAND, USAGE, SUMMARY, EXAMPLES),))
    if request.wanted is Wanted.PLAN:
        return await filling.open_dates(asked, ports, request.value)
    return await _asked(request, asked, ports)


async def _asked(request: Request, asked: Command, ports: Ports) -> Message:
    match request.wanted:
        case Wanted.PERSON:
            return await asking.about(ports, request.value)
        case Wanted.WHO:
            return await asking.who(asked, ports, request.value)
        case Wanted.COVER:
            return await asking.cover(ports, request.value)
        case Wanted.RETURN:
            return await asking.briefing(asked, ports, request.value)
        case _:
            return await asking.mine(asked, ports)
