"""Five vendors in a process of their own. Usage: python -m benchmarks.vendors ACCOUNTS.

Says the settings that lead to it as a line of JSON; asked for `asked` it says which calls each vendor got, in order.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from benchmarks.book import CLOCK, values
from benchmarks.names import invented
from bot.standin.vendors import town
from bot.standin.vendors.books import Books
from bot.standin.vendors.business import Business
from bot.standin.vendors.serving import VendorStandin

Asked = dict[str, list[tuple[str, str]]]


def business_of(accounts: int) -> Business:
    """Accounts as the other benchmarks have them, somebody on each one's side, and thirty people of ours."""
    names = invented(accounts)
    contacts = [
        {"account_id": f"A{n}", "name": f"Contact {n}", "email": f"c{n}@a{n}.example", "roles": ("Champion",)}
        for n in range(accounts)
    ]
    people = [{"email": f"ta{n}@lumenforge.example", "name": f"TA {n}"} for n in range(30)]
    return Business(
        accounts=[_row(n, name) for n, name in enumerate(names)], contacts=contacts, people=people
    )


def _row(number: int, name: str) -> dict[str, Any]:
    told = values(number, CLOCK.today())
    # Nothing was said lately: conversations would cost a call an account, here as there.
    told |= {"arr": told["arr"] // 100, "last_activity_on": None, "help_tickets_90d": number % 3}
    told |= {"defect_tickets_90d": number % 2, "open_tickets": number % 2}
    todo = ("Send the usage recap",) if number % 3 == 0 else ()
    return {"account_id": f"A{number}", "name": name, "pending_actions": todo, **told}


async def serve(accounts: int) -> None:
    """Serve until the input ends."""
    books = Books(business=business_of(accounts), now=datetime.now(UTC)).all()
    async with town.opened(books) as opened:
        asked: Asked = {}
        for system, standin in opened.standins.items():
            _record(standin, asked.setdefault(system, []))
        _say(opened.environment)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "asked":
                _say(asked)
                for some in asked.values():
                    some.clear()


def _record(standin: VendorStandin, asked: list[tuple[str, str]]) -> None:
    answer: Callable[..., Awaitable[web.StreamResponse]] = standin._answer  # noqa: SLF001

    async def recorded(request: web.Request, handler: Any) -> web.StreamResponse:
        if request.method == "GET":
            asked.append((str(request.url), request.headers.get("Authorization", "")))
        return await answer(request, handler)

    standin._answer = recorded  # type: ignore[method-assign] # noqa: SLF001


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
