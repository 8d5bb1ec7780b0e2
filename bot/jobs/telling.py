"""Tells those who run the bot, in Slack, what it could not do."""

from __future__ import annotations

from dataclasses import dataclass

from bot.blocks import build, text
from bot.blocks.answers import Message
from bot.ports.outgoing import Intent, OutgoingMessages
from bot.ports.people import People
from bot.ports.work import Transaction

TOLD = "told:"
"""What these messages' keys begin with: nobody is told that they could not be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Writes to the operators; where the book has none, to the managers."""

    people: People
    outgoing: OutgoingMessages

    async def tell_operators(self, tx: Transaction, about: str, said: str) -> None:
        """Ask for one direct message to each operator about that key; the same again changes nothing."""
        if about.startswith(TOLD):
            return
        words = text.escape(said)[:2_900]
        message = Message(
            text=words, blocks=(build.section(words), build.context(f"About `{text.escape(about)}`."))
        )
        for person in await self.people.list_operators():
            key = f"{TOLD}{about}:{person.email}"
            await self.outgoing.post_later(tx, Intent(key=key, message=message, email=person.email))
