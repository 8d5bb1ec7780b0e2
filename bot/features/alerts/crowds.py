"""A signal that was first known of so many accounts at once that a source must be the cause: nobody is told of it but
whoever runs the bot, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.domain import health
from bot.domain.kpi import stamp_of
from bot.domain.watching import Fired, Found, Pass, WatchRules
from bot.features.alerts import views, wording
from bot.ports import Ports
from bot.ports.outgoing import Intent

KEY = "~crowds"
"""Under which those of a look that is not finished are remembered; no account's id begins so."""
_LOOK = "look"
PREFIX = "alerts.crowd:"
"""What the keys of these messages begin with."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A signal, of how many accounts at once, and the first of them."""

    signal: str
    count: int
    some: tuple[tuple[str, Fired], ...]


def silent_of(
    found: Sequence[Found], rules: WatchRules, *, settling: bool, already: Collection[str] = ()
) -> Mapping[str, int]:
    """The signals of which first-known things are only remembered, each with its count: all of them while the book is
    new to us, else where so many come at once; and `already` those of this look, which a crash broke off.
    """
    firsts = Counter(one.signal for each in found for one in each.seen.fired if one.is_first)
    return {
        signal: count
        for signal, count in firsts.items()
        if settling or count > rules.few or signal in already
    }


def crowds_of(found: Sequence[Found], silent: Mapping[str, int]) -> tuple[Crowd, ...]:
    """Each silent signal with the first accounts of which it fired."""
    some: dict[str, list[tuple[str, Fired]]] = {signal: [] for signal in silent}
    wanting = set(silent)
    for one in found:
        for fired in one.seen.fired:
            if fired.is_first and fired.signal in wanting:
                some[fired.signal].append((one.account_id, fired))
                if len(some[fired.signal]) == views.NAMED:
                    wanting.discard(fired.signal)
        if not wanting:
            break
    return tuple(Crowd(signal, count, tuple(some[signal])) for signal, count in silent.items())


async def already_of(ports: Ports, last: Pass) -> Collection[str]:
    """The signals that were silenced in the look after `last`, where that was begun before and broke off."""
    held = await ports.watching.recall(KEY)
    return {signal for signal in held if signal != _LOOK} if held.get(_LOOK) == _look_after(last) else ()


async def tell(ports: Ports, crowds: Sequence[Crowd], already: Collection[str], last: Pass) -> None:
    """Ask for a direct message to each of those who run the bot, before anything of the look is remembered."""
    new = [one for one in crowds if one.signal not in already]
    if not new:
        return
    look, signals = _look_after(last), sorted({one.signal for one in new} | set(already))
    message = views.crowded(
        [await _shown(ports, one) for one in new], last.day, ports.policy.alerts, ports.policy.watch.few
    )
    async with ports.work.transaction() as tx:
        await ports.watching.note(tx, KEY, {_LOOK: look, **dict.fromkeys(signals, "silent")})
        for person in await ports.people.list_operators():
            key = f"{PREFIX}{look}:{'+'.join(signals)}:{person.email}"
            await ports.outgoing.post_later(tx, Intent(key=key, message=message, email=person.email))


def _look_after(last: Pass) -> str:
    """The same for a look and for the one that goes on with it after a crash."""
    return f"{last.day}:{last.version}"


async def _shown(ports: Ports, crowd: Crowd) -> views.Crowded:
    today, rules = ports.clock.today(), ports.policy.watch
    words = []
    for account_id, fired in crowd.some:
        account = await ports.book.find_account(account_id)
        if account is not None:
            category = health.recorded_category(account, ports.policy.health)
            about = wording.About(account=account, reading=None, category=category, today=today, rules=rules)
            words.append((account_id, wording.words_of(fired, about)))
    return views.Crowded(
        signal=crowd.signal,
        count=crowd.count,
        accounts=tuple(account_id for account_id, _ in words),
        lines=tuple(said.headline for _, said in words),
        stamp=stamp_of(fact for _, said in words for fact in said.facts),
        now=ports.clock.now(),
    )
