"""Answering plain words as the command would that they ask for; offering what is likely where that is unclear."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from bot.asks import Ask, Command, Plain
from bot.blocks.answers import Answer, Done, Message
from bot.domain.matching import Match
from bot.features.plain import rules, views
from bot.features.plain.rules import OFFERED, Intent, Line, Read
from bot.ports import Ports
from bot.ports.outgoing import Intent as Said

Run: TypeAlias = Callable[[Command, Ports], Awaitable[Answer]]
"""Answers a command as if it had been typed."""
Welcome: TypeAlias = Callable[[Ask, Ports], Awaitable[Message]]
SURE = 0.99
"""From this score on a name stands as it was typed, but for its legal form or the words that nobody else begins with."""
_ABOUT = (Intent.HEALTH, Intent.COVER, Intent.SEGMENT)
_USUAL = (Intent.BOOK, Intent.OUT, Intent.HELP)


async def answer(asked: Plain, ports: Ports, run: Run, welcome: Welcome) -> Answer:
    """What the words ask for, or the likely commands as buttons; and a word of welcome the first time."""
    read = rules.read(asked.text)
    is_new = await _welcome(asked, ports, welcome)
    if not asked.text or (is_new and read.intent is Intent.HELP):
        return Done()
    if read.intent is Intent.THANKS:
        return Message(text=views.WELCOME)
    if read.names:
        return await _of_account(asked, ports, run, read)
    called = await _sure(ports, [asked.text])
    if read.intents and not (called and called[0].exact):
        return await _others(asked, ports, run, read)
    return await _unclear(asked, ports, called, read.intents)


async def _welcome(asked: Plain, ports: Ports, welcome: Welcome) -> bool:
    """Once in a lifetime, in the direct message itself: what the bot can do for somebody of their role."""
    key = f"welcome:{asked.asker.user_id}"
    if await ports.outgoing.find_outgoing(key) is not None:
        return False
    said = Said(key=key, message=await welcome(asked, ports), channel_id=asked.place.channel_id)
    async with ports.work.transaction() as tx:
        return await ports.outgoing.post_later(tx, said)


async def _others(asked: Plain, ports: Ports, run: Run, read: Read) -> Answer:
    lines = [rules.line(intent, value=read.value) for intent in read.intents]
    if len(lines) == 1 and read.intent not in rules.PRESSED:
        return await run(_command(asked, lines[0]), ports)
    return views.offer(views.UNCLEAR, lines)


async def _of_account(asked: Plain, ports: Ports, run: Run, read: Read) -> Answer:
    """Answer where every reading of the name means one and the same account; else offer."""
    barest = read.names[-1]
    if not rules.is_name(barest):
        return await _unclear(asked, ports, (), ())
    found = await _sure(ports, read.names)
    lines = [_line(intent, one) for one in found for intent in read.intents]
    if len(lines) == 1 and read.intent not in rules.PRESSED:
        return await run(_command(asked, lines[0]), ports)
    if len(found) > OFFERED and read.intent and read.intent not in rules.PRESSED:
        return await run(_command(asked, rules.named(read.intent, barest)), ports)  # its menu holds them all
    found = found or await _likely(ports, barest, asked.text)
    if not found:
        return views.unknown(barest, _usual(read.intents))
    lines = [_line(intent, one) for one in found for intent in read.intents]
    return views.may_mean(barest, lines[:OFFERED], _ids(found[:OFFERED]))


async def _likely(ports: Ports, name: str, said: str) -> tuple[Match, ...]:
    """The accounts that stand in a message, else those of which a name is nearly one."""
    named = await ports.book.find_named_in(said)
    if named:
        return named
    found = await ports.book.find_by_name(name)
    return (found.chosen,) if found.chosen else found.candidates


async def _sure(ports: Ports, names: Sequence[str]) -> tuple[Match, ...]:
    """The accounts that go by one of the names, or by several."""
    found: dict[str, Match] = {}
    for name in names:
        outcome = await ports.book.find_by_name(name[: rules.LONGEST])
        for one in (outcome.chosen, *outcome.candidates):
            if one is not None and one.score >= SURE:
                found.setdefault(one.id, one)
    return tuple(found.values())


async def _unclear(asked: Plain, ports: Ports, called: Sequence[Match], intents: Sequence[Intent]) -> Message:
    """What is likely: about the accounts that are named, by what single words point to; else what is usual."""
    if len(asked.text) > rules.LONGEST:
        return views.too_long([rules.line(Intent.ASK), rules.line(Intent.HELP)])
    named = called or await ports.book.find_named_in(asked.text)
    hints = (*intents, *rules.hinted(asked.text))
    about = [intent for intent in hints if intent in rules.OF_ACCOUNTS]
    if len(named) == 1:
        wanted = list(dict.fromkeys((*about, *_ABOUT)))[:OFFERED]
        return views.offer(views.UNCLEAR, [_line(intent, named[0]) for intent in wanted], _ids(named))
    if named:
        lines = [_line((about or [Intent.HEALTH])[0], one) for one in named[:OFFERED]]
        return views.offer(views.UNCLEAR, lines, _ids(named[:OFFERED]))
    return views.offer(views.UNCLEAR, _usual(hints))


def _usual(likely: Sequence[Intent]) -> list[Line]:
    return [rules.line(intent) for intent in dict.fromkeys((*likely, *_USUAL))][:OFFERED]


def _line(intent: Intent, one: Match) -> Line:
    return rules.line(intent, account=(one.id, one.name))


def _ids(matches: Sequence[Match]) -> list[str]:
    return [one.id for one in matches]


def _command(asked: Ask, line: Line) -> Command:
    return Command(
        asker=asked.asker,
        place=asked.place,
        reference=asked.reference,
        trigger_id=asked.trigger_id,
        response_url=asked.response_url,
        request_id=asked.request_id,
        surface=asked.surface,
        name=line.command,
        text=line.text,
    )
