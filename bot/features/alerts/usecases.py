"""Tells readers what waits for them, and does what they press."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.asks import Action, Ask
from bot.blocks.answers import Message
from bot.domain.alert import Kept, NoticeState, is_channel
from bot.domain.leave import Away
from bot.domain.person import Person, Role
from bot.errors import UserError
from bot.features.alerts import rules, views
from bot.ports import Ports
from bot.ports.outgoing import Intent
from bot.ports.work import Transaction

SETTLED = "alerts.settled"
"""The job that looks at what became of a message of alerts."""
BUNDLE = "alert:"
"""What the keys of these messages begin with."""
_SPANS = {views.DAY: timedelta(days=1), views.WEEK: timedelta(weeks=1)}
_NEAR = timedelta(days=2)
_ROUND = timedelta(hours=1)
GONE = "That alert is not kept any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What becomes of what waits for a reader: told now, for others to hear, or for nobody."""

    told: Sequence[Kept]
    silenced: Sequence[Kept] = ()
    redirected: Mapping[str, Sequence[Kept]]


async def deliver_to_person(ports: Ports, email: str) -> str:
    """Tell a person what waits for them; in their hours, within the cap; whoever covers where they are away."""
    now, policy = ports.clock.now(), ports.policy.alerts
    waiting = await ports.alerts.list_waiting(email, now)
    if not waiting:
        return "nothing waits"
    found = await ports.people.find_person(email)
    # Somebody whom a system names and the book of people does not: in the organisation's hours.
    person = found or Person(email=email, name=email, role=Role.AE)
    reader = await _reader(ports, person, now)
    sorted_ = await _sorted(ports, reader, waiting, now)
    at = await asyncio.to_thread(rules.tells_at, reader, now, policy, ports.calendar)
    if at <= now:
        return await _tell(ports, email, sorted_)
    async with ports.work.transaction() as tx:
        await _pass_on(tx, ports, sorted_)
        if sorted_.told:
            await ports.alerts.deliver_later(tx, email, at)
    return f"{len(sorted_.told)} wait until {at:%Y-%m-%d %H:%M} UTC"


async def deliver_to_channel(ports: Ports, name: str, due_at: datetime) -> str:
    """Tell a channel what waits for it, at its time of the day."""
    now, policy = ports.clock.now(), ports.policy.alerts
    waiting = await ports.alerts.list_waiting(name, now)
    if not waiting:
        return "nothing waits"
    at = rules.channel_tells_at(due_at, now, policy, ports.clock.zone)
    if at > now:
        async with ports.work.transaction() as tx:
            await ports.alerts.deliver_later(tx, name, at)
        return f"{len(waiting)} wait until {at:%Y-%m-%d %H:%M} UTC"
    channel_id = await ports.directory.find_channel(name)
    if channel_id is None:
        return await _tell_others(ports, name, waiting, "there is no such channel, or I cannot see it")
    return await _tell(ports, name, Sorted(told=waiting, redirected={}), channel_id)


async def _reader(ports: Ports, person: Person, now: datetime) -> rules.Reader:
    hours = rules.hours_of(person, ports.policy.alerts, str(ports.clock.zone))
    today = now.astimezone(ZoneInfo(hours.zone)).date()
    absences = await ports.coverage.list_away(today - _NEAR, today + timedelta(days=400))
    away = tuple(
        Away(
            email=person.email,
            first=one.starts_on,
            last=one.ends_on,
            zone=hours.zone,
            half_start=one.half_day_start,
            half_end=one.half_day_end,
        )
        for one in absences
        if one.email.lower() == person.email.lower()
    )
    told = await ports.alerts.count_bundles(person.email, rules.day_began(now, hours.zone))
    return rules.Reader(person=person, hours=hours, away=away, told=told)


async def _sorted(ports: Ports, reader: rules.Reader, waiting: Sequence[Kept], now: datetime) -> Sorted:
    off = await ports.alerts.list_off(reader.person.email)
    silenced = [one for one in waiting if one.notice.signal in off and one.reader == one.notice.receiver]
    rest = [one for one in waiting if one not in silenced]
    if rules.absence_of(reader, now) is None:
        return Sorted(told=rest, silenced=silenced, redirected={})
    today = now.astimezone(ZoneInfo(reader.hours.zone)).date()
    covers = await ports.coverage.covers_on(today)
    told: list[Kept] = []
    others: dict[str, list[Kept]] = {}
    for one in rest:
        other = rules.stands_in(one, reader, covers, ports.policy.alerts, now)
        (others.setdefault(other, []) if other else told).append(one)
    return Sorted(told=told, silenced=silenced, redirected=others)


async def _pass_on(tx: Transaction, ports: Ports, sorted_: Sorted) -> None:
    now = ports.clock.now()
    if sorted_.silenced:
        await ports.alerts.silence(tx, [one.id for one in sorted_.silenced])
    for other, some in sorted_.redirected.items():
        await ports.alerts.redirect(tx, [one.id for one in some], other)
        await ports.alerts.deliver_later(tx, other, now)


async def _tell(ports: Ports, reader: str, sorted_: Sorted, channel_id: str = "") -> str:
    """One message to a person, and the rest with the next; to a channel as many in one thread as it takes."""
    now, policy = ports.clock.now(), ports.policy.alerts
    reading = await reading_of(ports, reader, sorted_.told)
    left, said, head = list(rules.in_order(sorted_.told, policy)), 0, ""
    async with ports.work.transaction() as tx:
        await _pass_on(tx, ports, sorted_)
        while left and (channel_id or not said):
            some = left[: reading.fits(left)]
            left = left[len(some) :]
            key = f"{BUNDLE}{min(one.id for one in some)}:{max(one.rounds for one in some) + 1}"
            await ports.alerts.mark_told(tx, [one.id for one in some], bundle=key, at=now)
            intent = Intent(
                key=key,
                message=views.bundle(some, reading, key),
                channel_id=channel_id,
                email="" if channel_id else reader,
                reply_to=head,
                then=SETTLED,
                subject=reader,
            )
            await ports.outgoing.post_later(tx, intent)
            head, said = head or key, said + len(some)
        if left:
            await ports.alerts.deliver_later(tx, reader, now + _ROUND)
    return f"{said} told, {len(left)} wait, {len(sorted_.silenced)} turned off"


async def reading_of(ports: Ports, reader: str, kept: Sequence[Kept]) -> views.Reading:
    """What a bundle is shown with."""
    emails = {email for one in kept for email in (one.notice.receiver, one.acknowledged_by) if "@" in email}
    found = [await ports.people.find_person(email) for email in sorted(emails)]
    names = {one.email.lower(): one.name for one in found if one is not None}
    return views.Reading(rules=ports.policy.alerts, now=ports.clock.now(), reader=reader, names=names)


async def unreached(ports: Ports, reader: str, bundle: str, why: str) -> str:
    """What a message did not bring to its reader: somebody else hears of it."""
    return await _tell_others(ports, reader, await ports.alerts.list_bundle(bundle), why)


async def _tell_others(ports: Ports, reader: str, kept: Sequence[Kept], why: str) -> str:
    """Their manager where they have one, else whoever runs the bot; those know of it in any case."""
    operators = await ports.people.list_operators()
    person = None if is_channel(reader) else await ports.people.find_person(reader)
    above = (person.manager_email or "").lower() if person else ""
    first = kept[0].reader == kept[0].notice.receiver if kept else False
    other = next((one for one in (above, *(who.email for who in operators)) if one and one != reader), "")
    async with ports.work.transaction() as tx:
        if first and other:
            await ports.alerts.redirect(tx, [one.id for one in kept], other)
            await ports.alerts.deliver_later(tx, other, ports.clock.now())
        for who in operators:
            key = f"{BUNDLE}unreached:{reader}:{kept[0].id if kept else 0}:{who.email}"
            message = views.unreached(kept, reader, why)
            await ports.outgoing.post_later(tx, Intent(key=key, message=message, email=who.email))
    return f"{len(kept)} could not be told to {reader}, {other if first else 'nobody'} hears of them: {why}"


async def choose(asked: Action, ports: Ports) -> Message:
    """Do what was chosen from an alert's menu; the message shows what came of it."""
    verb, _, rest = asked.value.partition(":")
    number, _, page = rest.partition(":")
    kept = await ports.alerts.find_notice(int(number)) if number.isdecimal() else None
    if kept is None:
        raise UserError(GONE)
    me = await _email_of(asked, ports)
    now = ports.clock.now()
    async with ports.work.transaction() as tx:
        if verb in _SPANS and kept.state is NoticeState.TOLD:
            until = rules.comes_again(now + _SPANS[verb], ports.policy.alerts, ports.clock.zone)
            await ports.alerts.snooze(tx, kept.id, until)
            await ports.alerts.deliver_later(tx, kept.reader, until)
        else:
            await ports.alerts.acknowledge(tx, [kept.id], me, now)
        if verb == views.OFF and kept.notice.receiver == me:
            await ports.alerts.turn(tx, me, kept.notice.signal, on=False, at=now)
    return await _shown(asked, ports, kept.bundle, int(page or 0))


async def acknowledge_all(asked: Action, ports: Ports) -> Message:
    """Take note of everything that a message told."""
    bundle, _, page = asked.value.partition("\n")
    kept = await _get_bundle(ports, bundle)
    me = await _email_of(asked, ports)
    told = [one.id for one in kept if one.state is NoticeState.TOLD]
    async with ports.work.transaction() as tx:
        await ports.alerts.acknowledge(tx, told, me, ports.clock.now())
    return await _shown(asked, ports, bundle, int(page or 0))


async def see_more(asked: Action, ports: Ports) -> Message:
    """Show the alerts of a message that it told in a line each."""
    bundle, _, page = asked.value.partition("\n")
    kept = await _get_bundle(ports, bundle)
    return await _bundle(ports, bundle, kept, int(page or 0))


async def list_open(ports: Ports, person: Person) -> Message:
    """What the person was told and has not acknowledged yet."""
    told = await ports.alerts.list_told(person.email.lower())
    waiting = [one for one in told if one.state is NoticeState.TOLD and not one.acknowledged_at]
    return views.open_alerts(waiting, ports.clock.now())


async def show_settings(asked: Action, ports: Ports) -> Message:
    """The signals that concern whoever presses, each to be turned off or on."""
    me, policy = await _email_of(asked, ports), ports.policy.alerts
    person = await ports.people.find_person(me)

    def concerns(signal: str) -> bool:
        rule = policy.signals[signal]
        return person is not None and rules.told_as(person) & {*rule.tells, *rule.pool_tells} != set()

    blocks = views.settings_section(policy, await ports.alerts.list_off(me), concerns)
    return Message(text="My alerts", blocks=tuple(blocks))


async def turn(asked: Action, ports: Ports) -> Message:
    """Turn a signal off or on for whoever presses."""
    verb, _, signal = asked.value.partition(":")
    me = await _email_of(asked, ports)
    async with ports.work.transaction() as tx:
        await ports.alerts.turn(tx, me, signal, on=verb == views.ON, at=ports.clock.now())
    return views.turned(ports.policy.alerts, await ports.alerts.list_off(me))


async def _get_bundle(ports: Ports, bundle: str) -> Sequence[Kept]:
    kept = await ports.alerts.list_bundle(bundle)
    if not kept:
        raise UserError(GONE)
    return kept


async def _shown(asked: Action, ports: Ports, bundle: str, page: int) -> Message:
    """What came of a press: a person's message is replaced by its answer, a channel's is edited where all see it."""
    kept = await _get_bundle(ports, bundle)
    answer = replace(await _bundle(ports, bundle, kept, page), replaces=True)
    if not is_channel(kept[0].reader):
        return answer
    whole = await _bundle(ports, bundle, kept, 0)
    async with ports.work.transaction() as tx:
        await ports.outgoing.edit_later(tx, bundle, whole)
    return answer if asked.ephemeral else views.noted()


async def _bundle(ports: Ports, bundle: str, kept: Sequence[Kept], page: int) -> Message:
    reading = await reading_of(ports, kept[0].reader, kept)
    return views.bundle(kept, reading, bundle, page)


async def _email_of(asked: Ask, ports: Ports) -> str:
    person = await ports.people.find_asker(asked.asker)
    email = person.email if person else asked.asker.email
    if not email:
        raise UserError("Slack does not tell me your e-mail address, by which the book would know you.")
    return email.lower()
