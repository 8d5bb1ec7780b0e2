"""/segment: which segment and team, by which rule, what if, and where the record drifts."""

from __future__ import annotations

from bot.asks import Command
from bot.blocks import helping
from bot.blocks.answers import Answer
from bot.features.segment_lists import usecases as lists
from bot.features.segments import usecases as segments
from bot.features.segments.rules import Request, Wanted, read_request
from bot.ports import Ports

COMMAND = "/segment"
SUMMARY = "Which segment and team an account belongs to, and by which rule"
USAGE = "[account | devs=N arr=M | account devs=… arr=… | tier NAME | team NAME | drift] [model=NAME] [as-of DATE]"
EXAMPLES = (
    ("/segment", "your accounts, or your team's pool, by segment"),
    ("/segment acme", "segment, team, the rule that fired, and how near its boundaries are"),
    (
        "/segment devs=480 arr=$120k",
        "what if, without touching data: 1.5k, 2,500, $99,999.50 and 0.1m are read",
    ),
    ("/segment acme at arr=90k", "before and after, side by side"),
    ("/segment acme as-of 2023-11-01", "under the model in force that day; `model=NAME` names one"),
    (
        "/segment tier enterprise",
        "the accounts of a segment, worst first; `tier unclassified` for the others",
    ),
    ("/segment team scaled", "the accounts that the rules give to a team"),
    ("/segment drift", "records that disagree with the rules, or may after the next renewal"),
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
    chosen = segments.choose(ports, request)
    if request.wanted is Wanted.MINE:
        return await lists.my_accounts(asked, ports, chosen)
    return await _keyword(request, ports, await segments.keyword_note(ports, asked.text))


async def _keyword(request: Request, ports: Ports, note: str) -> Answer:
    chosen = segments.choose(ports, request)
    if request.wanted is Wanted.TEAM:
        return await lists.team(ports, request.value, chosen, note)
    if request.wanted is Wanted.TIER:
        return await lists.tier(ports, request.value, chosen, note)
    if request.wanted is Wanted.DRIFT:
        return await lists.drift(ports, chosen, note)
    return helping.explain(((COMMAND, USAGE, SUMMARY, EXAMPLES),), note)
