"""Tells those who run the bot that a system's answer was not believed: once a refusal, with how to confirm it."""

from __future__ import annotations

from bot.blocks import build, text
from bot.blocks.answers import Message
from bot.domain.reading import System
from bot.ports.outgoing import Intent, OutgoingMessages
from bot.ports.people import People
from bot.ports.readings import Sweep
from bot.ports.work import Transaction


async def tell_refusal(people: People, outgoing: OutgoingMessages, tx: Transaction, sweep: Sweep) -> None:
    """Ask for a direct message to each of them; the same sweep again changes nothing."""
    message = refused(sweep)
    for person in await people.list_operators():
        key = f"sync.refused:{sweep.system}:{sweep.feed}:{sweep.number}:{person.email}"
        await outgoing.post_later(tx, Intent(key=key, message=message, email=person.email))


def refused(sweep: Sweep) -> Message:
    """What was given, what it was before, what happens meanwhile, and what to do in either case."""
    called = System(sweep.system).called
    what = f"{called} gave {sweep.records:,} {sweep.feed} where it had {sweep.before:,}"
    words = (
        f"*{text.escape(what)}.* Nothing is taken as gone: the book keeps what it had, and says how old it is. "
        f"If they are gone indeed, say so where the bot runs: `ta-bot sync {sweep.system} --full --confirm`. "
        f"If not, look into {called}: the next whole reading finds it as it is then."
    )
    return Message(
        text=f"{what}: nothing is taken as gone until somebody confirms it.", blocks=(build.section(words),)
    )
