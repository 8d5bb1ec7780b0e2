"""/account-health: one account explained, a book of business, or the category changes in it."""

from __future__ import annotations

from bot.asks import Command
from bot.blocks import helping
from bot.blocks.answers import Answer
from bot.features.books import usecases as books
from bot.features.books.rules import Request, Wanted, is_keyword, read_request
from bot.features.health import usecases as health
from bot.ports import Ports

COMMAND = "/account-health"
SUMMARY = "How healthy an account is, and why"
USAGE = "[account | @person | team NAME | changes [since DATE]]"
EXAMPLES = (
    ("/account-health", "your book of business, or your team's pool, worst first"),
    ("/account-health acme", "one account: score, why, KPIs, what moved; typos are forgiven"),
    ('/account-health "Changes Inc"', "quotes always mean an account's name; its id or domain works too"),
    ("/account-health @dana", "the book of a TA"),
    ("/account-health team scaled", "the book of a team: enterprise, scaled or digital"),
    ("/account-health changes", "which accounts changed their health category in the last weeks"),
    ("/account-health changes since 2026-10-01", "the same since a day"),
)
AUDIENCE = "members"


async def answer(asked: Command, ports: Ports) -> Answer:
    """Read what was typed and answer it."""
    request = read_request(asked.text)
    if request.wanted is Wanted.MINE:
        return await books.my_book(asked, ports)
    if request.wanted is Wanted.PERSON:
        return await books.book_of_person(asked, ports, request.value)
    if request.wanted is Wanted.ACCOUNT:
        return await health.answer_by_name(asked, ports, request.value, _why_an_account(request))
    return await _keyword(asked, ports, request)


async def _keyword(asked: Command, ports: Ports, request: Request) -> Answer:
    note = await books.keyword_note(ports, asked.text)
    if request.wanted is Wanted.CHANGES:
        return await books.list_changes(asked, ports, request.value, note)
    if request.wanted is Wanted.TEAM:
        return await books.book_of_team(ports, request.value, note)
    return helping.explain(((COMMAND, USAGE, SUMMARY, EXAMPLES),), note)


def _why_an_account(request: Request) -> str:
    inside = request.value[1:-1]
    return (
        "Read as an account's name, because of the quotes." if request.quoted and is_keyword(inside) else ""
    )
