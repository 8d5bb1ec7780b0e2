"""/segment: which segment and team, by which rule, what if, and where the record drifts."""

from __future__ import annotations

from bot.asks import Command
from bot.blocks import helping
from bot.blocks.answers import Answer
from bot.features.segments import usecases as segments
from bot.features.segments.rules import Wanted, read_request
from bot.ports import Ports

COMMAND = "/segment"
SUMMARY = "Which segment and team an account belongs to, and by which rule"
USAGE = "[account | devs=N arr=M | account devs=… arr=… | tier NAME | team NAME | drift] [model=NAME] [as-of DATE]"
EXAMPLES = (
    ("/segment acme", "segment, team, the rule that fired, and how near its boundaries are"),
    (
        "/segment devs=480 arr=$120k",
        "what if, without touching data: 1.5k, 2,500, $99,999.50 and 0.1m are read",
    ),
    ("/segment acme at arr=90k", "before and after, side by side"),
    ("/segment acme as-of 2023-11-01", "under the model in force that day; `model=NAME` names one"),
    ('/segment "Drift Works"', "quotes always mean an account's name; its id or domain works too"),
)
AUDIENCE = "members"


async def answer(asked: Command, ports: Ports) -> Answer:
    """Read what was typed and answer it."""
    request = read_request(asked.text)
    if request.wanted is Wanted.ACCOUNT:
        return await segments.answer_by_name(ports, request)
    if request.wanted is Wanted.POINT:
        return await segments.answer_point(ports, request)
    note = await segments.keyword_note(ports, asked.text)
    return helping.explain(((COMMAND, USAGE, SUMMARY, EXAMPLES),), note)
