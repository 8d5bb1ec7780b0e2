"""Looks at the book for what fires, and keeps what is remembered of it together with what is told."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple, TypeVar

from bot.domain import health
from bot.domain.account import Account
from bot.domain.alert import Notice, Press
from bot.domain.person import Role
from bot.domain.segment import team_of
from bot.domain.watching import Fired, Found, Pass, WatchRules
from bot.features.alerts import addressing, commitments, crowds, signals, wording
from bot.features.alerts.written import written_of
from bot.ports import Ports
from bot.ports.watching import Decide

T = TypeVar("T")
FIND = "health.find"  # heard by the account's own feature: it answers with the card
_PRESSED = {signals.SAVE_PLAN: ("Write the update", "plan_updates.write")}
"""What a signal is answered with, where that is not the card; heard by another feature."""
LOOK_BACK = timedelta(days=28)
"""So far back a week of the old category is looked for, to tell which trait did the change."""
AT_ONCE = 1_000
"""Accounts with news whose notices are kept in one transaction."""
REMEMBERED_AT_ONCE = 5_000


async def evaluate(ports: Ports) -> str:
    """Look at what changed since the last time, on a new day at everything; tell what fired."""
    now, today, rules = ports.clock.now(), ports.clock.today(), ports.policy.watch
    last = await ports.watching.find_pass()
    if last and last.day == today and last.version == await ports.watching.version():
        return "nothing changed"
    decide = partial(commitments.watch, signals.Moment(today, last.day if last else None, rules))
    if last is None:
        return await _first(ports, decide)
    looked = await ports.watching.look(decide, rules, today)
    settling = now - last.began_at < rules.settles
    # In a thread: where policy changed, every account has something new.
    already = await crowds.already_of(ports, last)
    apart = await asyncio.to_thread(_apart, looked.found, rules, settling=settling, already=already)
    if not settling:
        await crowds.tell(ports, apart.crowds, already, last)
    count = await _keep(ports, apart)
    async with ports.work.transaction() as tx:
        await ports.watching.finish(tx, Pass(looked.version, today, last.began_at))
    return f"{len(looked.found):,} accounts had something new, {count} alerts"


async def _first(ports: Ports, decide: Decide) -> str:
    """Remember every account of a book that was never looked at: in parts, since a whole book at once is a heap that
    holds the loop up when it is dropped. Killed in between, it goes on with those that are not remembered yet.
    """
    now, today, rules = ports.clock.now(), ports.clock.today(), ports.policy.watch
    version, after, seen, count = await ports.watching.version(), "", 0, 0
    while True:
        looked = await ports.watching.look(decide, rules, today, after=after, limit=REMEMBERED_AT_ONCE)
        if not looked.found:
            break
        apart = await asyncio.to_thread(_apart, looked.found, rules, settling=True)
        count += await _keep(ports, apart)
        after, seen = looked.found[-1].account_id, seen + len(looked.found)
    if not seen:
        return "there is no account yet"
    async with ports.work.transaction() as tx:
        await ports.watching.finish(tx, Pass(version, today, now))
    return f"{seen:,} accounts had something new, {count} alerts"


def worth_telling(found: Sequence[Found], silent: Collection[str]) -> tuple[Found, ...]:
    """What was found, without what is first known of a silent signal: that is only remembered."""
    return tuple(_without(one, silent) for one in found) if silent else tuple(found)


def _without(one: Found, silent: Collection[str]) -> Found:
    fired = tuple(each for each in one.seen.fired if not (each.is_first and each.signal in silent))
    return one if len(fired) == len(one.seen.fired) else one._replace(seen=one.seen._replace(fired=fired))


class Apart(NamedTuple):
    """What is only remembered, in lots; what is told as well; and what so many had at once that nobody hears of it."""

    quiet: Sequence[Sequence[Found]]
    news: Sequence[Found]
    crowds: Sequence[crowds.Crowd]


def _apart(
    found: Sequence[Found], rules: WatchRules, *, settling: bool, already: Collection[str] = ()
) -> Apart:
    silent = crowds.silent_of(found, rules, settling=settling, already=already)
    told = worth_telling(found, silent)
    quiet = [one for one in told if not one.seen.fired]
    news = [one for one in told if one.seen.fired]
    return Apart(list(_parts(quiet, REMEMBERED_AT_ONCE)), news, crowds.crowds_of(found, silent))


async def _keep(ports: Ports, apart: Apart) -> int:
    """What is remembered and what is told of an account, in one transaction: after a crash both are there or neither."""
    for lot in apart.quiet:
        async with ports.work.transaction() as tx:
            await ports.watching.remember(tx, lot)
    staff = await staff_of(ports) if apart.news else None
    count = 0
    for some in _parts(apart.news, AT_ONCE):
        assert staff is not None  # noqa: S101 # for the type checker: there is news
        notices = [notice for one in some for notice in await _notices(ports, one, staff)]
        async with ports.work.transaction() as tx:
            await ports.watching.remember(tx, some)
            count += await ports.alerts.tell_later(tx, notices)
    return count


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))


async def staff_of(ports: Ports) -> addressing.Staff:
    """The organisation's people."""
    people = await ports.people.list_people()
    operators = [one for one in people if one.role is Role.OPERATOR]
    return addressing.Staff(people=people, operators=operators or await ports.people.list_operators())


async def _notices(ports: Ports, found: Found, staff: addressing.Staff) -> Sequence[Notice]:
    account = await ports.book.find_account(found.account_id)
    if account is None:
        return ()
    await asyncio.sleep(0)  # a look-up by key does not leave the loop: others come in between accounts
    about = await _about(ports, account, found.seen.fired)
    team = team_of(account, ports.policy.model_on(about.today))
    made: list[Notice] = []
    for one in found.seen.fired:
        if one.signal == signals.SAVE_PLAN and about.written.is_settled(about.today):
            continue  # nobody is asked twice
        receivers = addressing.receivers(one.signal, account, team, staff, ports.policy.alerts)
        made += _addressed(one, about, receivers)
    return made


def _addressed(fired: Fired, about: wording.About, receivers: Sequence[str]) -> Iterator[Notice]:
    words, account = wording.words_of(fired, about), about.account
    stamp = words.stamp
    for receiver in receivers:
        yield Notice(
            key=f"{fired.signal}:{account.id}:{fired.crossing}:{receiver}",
            signal=fired.signal,
            receiver=receiver,
            headline=words.headline,
            account_id=account.id,
            account_name=account.name,
            lines=words.lines,
            source=stamp.source if stamp else "",
            as_of=stamp.as_of if stamp else None,
            assumed=stamp is not None and stamp.assumed,
            press=Press(*_PRESSED.get(fired.signal, ("Show the account", FIND)), account.id),
        )


async def _about(ports: Ports, account: Account, fired: Sequence[Fired]) -> wording.About:
    today, of = ports.clock.today(), ports.policy.health
    names_traits = any(one.signal in (signals.CATEGORY, signals.SYNC) for one in fired)
    reading = health.read_account(account, of, today) if names_traits else None
    change = next((one for one in fired if one.signal == signals.CATEGORY), None)
    return wording.About(
        account=account,
        reading=reading,
        category=health.recorded_category(account, of),
        today=today,
        rules=ports.policy.watch,
        cause=await _cause(ports, account, reading, change, today) if change and reading else "",
        written=await written_of(ports, account, fired),
    )


async def _cause(
    ports: Ports, account: Account, reading: health.HealthReading, change: Fired, today: date
) -> str:
    """Against the newest week that had the category from before; empty where the history has none."""
    weeks = await ports.book.list_weeks(account.id, since=today - LOOK_BACK)
    then = next((week for week in reversed(weeks) if week.health_category == change.before), None)
    if then is None:
        return ""
    order = list(health.Category)
    way = 1 if order.index(health.Category(change.what)) < order.index(health.Category(change.before)) else -1
    return health.cause_of(health.read_week(then, ports.policy.health), reading, way)
