"""Seeing to somebody's status: set while they are away, put back afterwards, and what is told where we may not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.asks import Action, Happening
from bot.blocks.answers import Done, Message
from bot.domain.leave import Plan, Ticked
from bot.domain.status import SlackStatus, StatusRecord
from bot.errors import SourceRefused, StaleRow, UserError
from bot.features.leave_status import rules, views
from bot.features.leave_status.rules import Consent, Decision, Tell, Wanted
from bot.ports import Ports
from bot.ports.jobs import DueWork
from bot.ports.outgoing import Intent
from bot.ports.statuses import NO_CONSENT, NOBODY

APPLY, TELL = "status.apply", "status.tell"
ATTEMPTS = 3
"""How often a tick is tried where others write the plan at the same time."""


async def consent_of(ports: Ports, email: str, user_id: str = "") -> Consent:
    """Whether the bot may set somebody's status, and where they let it; for whoever shows the sixth step."""
    set_by = ports.policy.ooo.status_set_by
    if set_by != rules.BY_BOT:
        return Consent(given=False, url="", set_by=set_by)
    if await ports.statuses.has_consent(email):
        return Consent(given=True, url="", set_by=set_by)
    found = user_id or await ports.directory.find_user_id(email) or ""
    return Consent(given=False, url=ports.statuses.consent_url(found) if found else "", set_by=set_by)


async def evidence_of(ports: Ports, plan: Plan) -> Ticked | None:
    """The tick of the sixth step, where the bot can know that it is done."""
    consent = await ports.statuses.has_consent(plan.away.email)
    return rules.evidence(plan, ports.policy.ooo, consent=consent, now=ports.clock.now())


async def keep_tick(ports: Ports, plan_id: int) -> bool:
    """Tick the sixth step by evidence, or take back a tick whose evidence is gone; whether that changed anything."""
    for _ in range(ATTEMPTS):
        version = await ports.plans.version_of(plan_id)
        plan = await ports.plans.find_plan(plan_id)
        if plan is None:
            return False
        changed = rules.ticked(plan, await evidence_of(ports, plan), ports.clock.now())
        if changed is plan:
            return False
        try:
            async with ports.work.transaction() as tx:
                await ports.plans.save_plan(tx, changed, expected=version)
        except StaleRow:
            continue
        return True
    return False


async def apply(ports: Ports, plan_id: int) -> str:
    """Make the status of a plan's person what it must be now."""
    plan = await ports.plans.find_plan(plan_id)
    if plan is None:
        return "there is no such plan"
    note = await settle(ports, plan.away.email)
    await keep_tick(ports, plan_id)
    return note


async def settle(ports: Ports, email: str) -> str:
    """Make a person's status what it must be now, over all their plans; says what was done."""
    async with ports.turns.turn(f"status:{email.lower()}"):
        return await _settle(ports, email, await _wanted(ports, email))


async def list_away_with_consent(ports: Ports) -> set[str]:
    """Who is away now and lets us set their status."""
    now = ports.clock.now()
    days = (now.date() - timedelta(days=1), now.date() + timedelta(days=1))
    plans = [plan for plan in await ports.plans.list_plans(touching=days) if rules.is_away(plan, now)]
    return {plan.away.email for plan in plans if await ports.statuses.has_consent(plan.away.email)}


async def noticed(happening: Happening, ports: Ports) -> None:
    """Somebody's status changed: if they are away with ours, see whose it is now."""
    seen = SlackStatus(text=happening.status_text, emoji=happening.status_emoji)
    record = await ports.status_records.find_record(happening.email)
    if record is None or record.yielded:
        return
    if rules.is_seen_happening(record, seen):
        await _confirm(ports, happening.email, seen)
    elif not rules.is_ours(record, seen):
        await _look_later(ports, record.plan_id, happening.key)


async def consent_changed(happening: Happening, ports: Ports) -> None:
    """Somebody let us set their status, or no longer does: their plans and their status are looked at anew."""
    plans = await _plans_ahead(ports, happening.email)
    for plan in plans:
        await keep_tick(ports, plan.id)
    record = await ports.status_records.find_record(happening.email)
    plan_id = record.plan_id if record else next((plan.id for plan in plans), 0)
    if plan_id:
        await _look_later(ports, plan_id, happening.key)


async def opened(asked: Action, ports: Ports) -> Done:  # noqa: ARG001 - every listener is given the ports
    """Somebody pressed the button that leads to Slack's own page: there is nothing to answer."""
    return Done(note="the page for consent was opened")


async def forget(asked: Action, ports: Ports) -> Message:
    """Somebody takes their consent back: what we set is undone first, while we still may."""
    email = asked.asker.email
    if not email:
        raise UserError("I do not know your e-mail address, so I keep no consent of yours.")
    async with ports.turns.turn(f"status:{email.lower()}"):
        await _settle(ports, email, None)
        await ports.statuses.forget(email)
    for plan in await _plans_ahead(ports, email):
        await keep_tick(ports, plan.id)
    return views.forgotten()


async def tell_later(ports: Ports, plan: Plan, what: Tell) -> None:
    """Have a person told in their hours, once for each change of the dates."""
    prefix = f"ooo:{plan.id}:{plan.generation}:"
    if what is Tell.ASK and await ports.jobs.find_work(f"{prefix}remind:0") is not None:
        return  # the ladder of reminders asks on that morning, with the same button
    at = rules.writable_at(ports.clock.now(), plan.away.zone, ports.policy.ooo)
    work = DueWork(key=f"{prefix}status:{what}", job=TELL, due_at=at, subject=f"{plan.id}:{what}")
    async with ports.work.transaction() as tx:
        await ports.jobs.plan_later(tx, work)


async def tell(ports: Ports, plan_id: int, what: Tell, key: str) -> str:
    """Tell a person what we cannot do for them, if that is still so."""
    plan = await ports.plans.find_plan(plan_id)
    if plan is None:
        return "there is no such plan"
    email, policy = plan.away.email, ports.policy.ooo
    record, wanted = await ports.status_records.find_record(email), await _wanted(ports, email)
    if not rules.is_still_so(what, plan, record, wanted, ports.clock.now()):
        return "it is no longer so"
    before = record.before if record else None
    consent = await consent_of(ports, email)
    message = views.told(what, rules.status_of(plan.away, policy), consent, before)
    async with ports.work.transaction() as tx:
        await ports.outgoing.post_later(tx, Intent(key=key, message=message, email=email))
        if what is Tell.BACK:
            await ports.status_records.delete_record(tx, email)
    return "told"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a decision rests on."""

    email: str
    record: StatusRecord | None
    status: SlackStatus
    wanted: Wanted | None


async def _settle(ports: Ports, email: str, wanted: Wanted | None) -> str:
    record = await ports.status_records.find_record(email)
    if record is None and wanted is None:
        return "nothing to do"
    try:
        status = await ports.statuses.read_status(email)
    except SourceRefused as error:
        if error.code != NOBODY:
            raise
        return "they are not in Slack"
    seen = _Seen(email, record, status, wanted)
    counts_as_set = ports.policy.ooo.status_counts_as_set
    decision = rules.decide(record, seen.status, wanted, counts_as_set, ports.clock.now())
    if decision.write is not None and not await ports.statuses.has_consent(email):
        return await _tell_instead(ports, seen, decision)
    try:
        await _do(ports, seen, decision)
    except SourceRefused as error:
        if error.code != NO_CONSENT:
            raise
        return await _tell_instead(ports, seen, decision)
    return decision.note


async def _do(ports: Ports, seen: _Seen, decision: Decision) -> None:
    """Keep what we are about to do before we do it, and what came of it afterwards."""
    kept = decision.kept
    first = kept if decision.write is None else decision.until_then
    if first is not None and first != seen.record:
        await _keep(ports, seen.email, first)
    if decision.write is not None:
        shown = await ports.statuses.write_status(seen.email, decision.write)
        kept = kept and rules.confirmed(kept, shown)
        if kept is not None:
            await _keep(ports, seen.email, kept)
    held, until = kept or seen.record, rules.snooze_until(seen.wanted)
    if held is not None and held.snoozed_until != until:
        await _pause(ports, held, until)
    final = kept and replace(kept, snoozed_until=until)
    if final is None or final != kept:
        await _keep(ports, seen.email, final)


async def _pause(ports: Ports, record: StatusRecord, until: datetime | None) -> None:
    if until is not None:
        await ports.statuses.set_snooze(record.email, until)
    elif record.snoozed_until is not None and record.snoozed_until > ports.clock.now():
        await ports.statuses.end_snooze(record.email)


async def _tell_instead(ports: Ports, seen: _Seen, decision: Decision) -> str:
    what = rules.tell_instead(seen.record, seen.status, decision, seen.wanted)
    plan_id = seen.wanted.plan_id if seen.wanted else seen.record.plan_id if seen.record else 0
    plan = await ports.plans.find_plan(plan_id)
    if plan is None or what is None:
        return "no consent"
    await tell_later(ports, plan, what)
    return f"no consent: {what}"


async def _confirm(ports: Ports, email: str, seen: SlackStatus) -> None:
    """Slack tells of the very change whose answer we lack."""
    async with ports.turns.turn(f"status:{email.lower()}"):
        record = await ports.status_records.find_record(email)
        if record is not None and rules.is_seen_happening(record, seen):
            await _keep(ports, email, rules.confirmed(record, seen))


async def _keep(ports: Ports, email: str, record: StatusRecord | None) -> None:
    async with ports.work.transaction() as tx:
        if record is None:
            await ports.status_records.delete_record(tx, email)
        else:
            await ports.status_records.save_record(tx, record)


async def _look_later(ports: Ports, plan_id: int, key: str) -> None:
    now = ports.clock.now()
    work = DueWork(key=f"status:{plan_id}:{key}", job=APPLY, due_at=now, subject=str(plan_id))
    async with ports.work.transaction() as tx:
        await ports.jobs.plan_later(tx, work)


async def _wanted(ports: Ports, email: str) -> Wanted | None:
    plans = await ports.plans.list_plans(email=email)
    return rules.wanted_of(plans, ports.policy.ooo, ports.clock.now())


async def _plans_ahead(ports: Ports, email: str) -> list[Plan]:
    now = ports.clock.now()
    found = await ports.plans.list_plans(email=email)
    return [plan for plan in found if plan.away.ends_at > now]
