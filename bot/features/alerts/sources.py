"""Watches the systems that the book is filled from: whoever runs the bot hears of one that has gone silent."""

from __future__ import annotations

from collections.abc import Iterator

from bot.blocks import text
from bot.domain.alert import Notice
from bot.domain.digest import DigestRules
from bot.domain.sums import GroupAge
from bot.features.alerts import addressing
from bot.ports import Ports
from bot.ports.figures import Scope

SIGNAL = "source"
KEY = "~sources"
"""Under which the state of each group is remembered; no account's id begins so."""
SILENT, HEARD = "silent", "heard"


async def evaluate(ports: Ports) -> int:
    """Tell once of each group of values that has nothing new within policy's limit; again after it had."""
    now, rules = ports.clock.now(), ports.policy.digest
    oldest = {group: now - span for group, span in rules.freshness.items()}
    ages = await ports.figures.ages(Scope(team=None, today=ports.clock.today()), oldest)
    before = await ports.watching.recall(KEY)
    states = {one.group: SILENT if is_silent(one, rules) else HEARD for one in ages if one.newest}
    silent = [one for one in ages if states.get(one.group) == SILENT and before.get(one.group) == HEARD]
    people = await ports.people.list_operators()
    staff = addressing.Staff(people=people, operators=people)
    receivers = addressing.receivers(SIGNAL, None, None, staff, ports.policy.alerts)
    async with ports.work.transaction() as tx:
        await ports.watching.note(tx, KEY, {**before, **states})
        return await ports.alerts.tell_later(
            tx, [_notice(one, rules, to) for one in silent for to in receivers]
        )


def is_silent(one: GroupAge, rules: DigestRules) -> bool:
    """Whether more of a group's values are older than policy allows than a digest would sum up."""
    return one.accounts > 0 and one.stale > rules.stale_share * one.accounts


def _notice(one: GroupAge, rules: DigestRules, receiver: str) -> Notice:
    assert one.newest is not None  # noqa: S101 # for the type checker: only groups with values are silent
    named = ", ".join(one.sources) or "no system"
    limit = rules.freshness[one.group].days
    return Notice(
        key=f"{SIGNAL}:{one.group}:{one.newest:%Y%m%dT%H%M%S}:{receiver}",
        signal=SIGNAL,
        receiver=receiver,
        headline=f"*{text.escape(one.group.capitalize())}* of the book has gone stale ({text.escape(named)})",
        lines=tuple(_lines(one, limit)),
        source=named,
        as_of=one.newest,
        assumed=one.assumed,
        urgent=True,
    )


def _lines(one: GroupAge, limit: int) -> Iterator[str]:
    yield (
        f"{one.stale:,} of {text.plural(one.accounts, 'account')} have values older than "
        f"{text.plural(limit, 'day')}: digests do not sum them up."
    )
    yield "`ta-bot sync report` and `ta-bot doctor` say what each system last gave."
