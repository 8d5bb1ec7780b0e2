"""The five vendors of the demo, over its own book; and a folder from which `ta-bot sync` reads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from bot.standin.book.accounts import Days, everything
from bot.standin.book.contacts import absences, contacts_of
from bot.standin.book.files import COLUMNS, people
from bot.standin.vendors import town
from bot.standin.vendors.books import Books
from bot.standin.vendors.business import Business
from bot.standin.vendors.serving import VendorBook

FOLDER = "sync"
POLICY = """# The demo's accounts go by the ids of its CSV files, which here are Vitally's.
[sources.vitally]
external_id_of = ""

[sources.salesforce.ids]
vitally = "Vitally_Id__c"

[sources.looker]
key_of = "vitally"
releases = ["2026.20"]  # the newest: every account of the demo is behind it

[sources.zendesk]
external_id_of = "vitally"

[sources.join]
account_id = "vitally"
"""


def books_of(now: datetime) -> Mapping[str, VendorBook]:
    """What each vendor holds of the demo's accounts today."""
    today = now.date()
    rows = [one.row for one in everything(Days(today, today))]
    staff = [{name: getattr(person, name) for name in COLUMNS["people"]} for person in people(today)]
    contacts = [contact for row in rows for contact in contacts_of(row)]
    away = absences(today, today)
    business = Business(accounts=rows, contacts=contacts, people=staff, absences=away)
    return Books(business=business, now=now, by_vitally=True).all()


@asynccontextmanager
async def played(now: datetime, directory: Path, environment: Mapping[str, str]) -> AsyncIterator[Path]:
    """Serve them all; gives a folder whose .env leads `ta-bot sync` to them and to the demo's book."""
    books = await asyncio.to_thread(books_of, now)
    async with town.opened(books) as opened:
        folder = directory / FOLDER
        policy = folder / "policy.toml"
        ours = {name: value for name, value in environment.items() if name.startswith(("SLACK_", "TA_BOT_"))}
        settings = {**ours, **opened.environment, "TA_BOT_POLICY": str(policy)}
        await asyncio.to_thread(_write, folder, policy, settings)
        yield folder


def _write(folder: Path, policy: Path, settings: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    policy.write_text(POLICY, encoding="utf-8")
    lines = "".join(f"{name}={value}\n" for name, value in settings.items())
    (folder / ".env").write_text(lines, encoding="utf-8")
