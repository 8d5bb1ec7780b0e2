"""How an update reads in a line or two, and how one is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.blocks import listing, text
from bot.domain.account import Account
from bot.domain.alert import Notice, Press
from bot.domain.kpi import utilization_of
from bot.domain.plan_update import (
    CONFIDENCES,
    PLANS,
    SIGNAL,
    Confidence,
    PlanAsk,
    PlanKind,
    PlanUpdate,
)
from bot.domain.provenance import Known

WRITE = "plan_updates.write"
SAID = 240
"""Characters of each of its parts in a list."""


def notice(ask: PlanAsk, account: Account, last: PlanUpdate | None) -> Notice:
    """The question for a week's update, with what was answered last and where it is known from that a plan runs."""
    held = account.lighthouse if ask.kind is PlanKind.LIGHTHOUSE else utilization_of(account)
    known = held if isinstance(held, Known) else None
    before = f"Last update {when(last)}: {confidence(last.confidence)}" if last else "No update is kept yet."
    return Notice(
        key=f"{SIGNAL}:{ask.account_id}:{ask.week}:{ask.email}",
        signal=SIGNAL,
        receiver=ask.email,
        headline=f"*{text.name(ask.account_name)}* · {PLANS[ask.kind]}: how did this week go?",
        account_id=ask.account_id,
        account_name=ask.account_name,
        lines=(before,),
        source=known.source if known else "",
        as_of=known.as_of if known else None,
        assumed=bool(known and known.stamp.assumed),
        press=Press("Write the update", WRITE, ask.account_id),
    )


def confidence(held: Confidence) -> str:
    """Its mark and, always, its words."""
    return f"{text.CIRCLES[held.colour]} {CONFIDENCES[held]}"


def when(update: PlanUpdate) -> str:
    """When it was written and by whom."""
    return f"{text.day(update.given_at.date())} by {text.name(update.by_name, 60)}"


def parts(update: PlanUpdate) -> Iterator[str]:
    """What it says, a line a part."""
    yield listing.within(update.progress, SAID)
    if update.blockers:
        yield f"*Blockers* {listing.within(update.blockers, SAID)}"
    if update.asks:
        yield f"*Asks* {listing.within(update.asks, SAID)}"
