"""The one path behind every way of asking: decide, keep the request, have it posted, plan what reminds of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.asks import Ask
from bot.domain.account import Account
from bot.domain.request import Decision, Happening, Request, RequestState, Urgency
from bot.features.routing import deciding, posting, reading, reminding
from bot.features.routing.standing import Standing
from bot.ports import Ports
from bot.ports.directory import UserGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked. `typed` is the account's name as it was typed, where the book has none by it."""

    text: str
    account: Account | None = None
    typed: str = ""
    urgency: Urgency = Urgency.NORMAL
    due_on: date | None = None
    link: str = ""
    between: Sequence[str] = ()  # the accounts that it may be about, where it names several


async def ask(asked: Ask, ports: Ports, wish: Wish) -> Standing:
    """Keep a request and have it posted, once for each of Slack's deliveries; gives how it stands."""
    decision = await deciding.decide(ports, wish.account, wish.typed, urgency=wish.urgency)
    if wish.between:
        which = f"which account: {', '.join(wish.between[:5])}"
        decision = replace(decision, missing=(which, *decision.missing))
    new = await _new(asked, ports, wish, decision)
    group = await _group(ports, decision.user_group)
    shown = await reading.stand(ports, new, group)
    planned = await reminding.prepare(ports, new)
    receivers = () if new.channel_id else await posting.receivers_of(ports, new)
    told = await ports.people.list_operators() if group.problem or not new.channel_id else ()
    async with ports.work.transaction() as tx:
        kept = await ports.requests.add_request(tx, new, token=asked.request_id or asked.reference)
        shown = replace(shown, request=kept)
        if kept.channel_id:
            await posting.post_head(tx, ports, shown)
        else:
            await posting.fall_back(tx, ports, shown, posting.NO_CHANNEL, receivers, told)
        if kept.version == 1:  # a retry of Slack's finds it as it is by now
            await reminding.plan(tx, ports, kept, planned)
        if group.problem and not group.passing:
            said = (
                f"The user group @{group.handle} cannot be mentioned for requests: {group.why}. They still reach a "
                "person; mend the group, or name another one in policy."
            )
            key = f"{posting.NOTES}group:{group.handle}:{ports.clock.today()}"
            await posting.tell(tx, ports, key, told, posting.note(said))
    return shown


async def _group(ports: Ports, handle: str) -> UserGroup:
    return await ports.directory.get_user_group(handle) if handle else UserGroup(handle="")


async def _new(asked: Ask, ports: Ports, wish: Wish, decision: Decision) -> Request:
    now, account = ports.clock.now(), wish.account
    person = await ports.people.find_asker(asked.asker)
    email = asked.asker.email or (person.email if person else "")
    return Request(
        id=0,
        version=0,
        account_id=account.id if account else "",
        account_name=account.name if account else wish.typed,
        text=wish.text,
        urgency=wish.urgency,
        due_on=wish.due_on,
        asker_user_id=asked.asker.user_id,
        asker_email=email,
        asker_name=asked.asker.name or (person.name if person else ""),
        link=wish.link,
        decision=decision,
        channel_id=await ports.directory.find_channel(decision.channel) or "",
        state=RequestState.OPEN,
        assignee=decision.assignee,
        created_at=now,
        happened=(Happening(at=now, what="asked", who=email),),
    )
