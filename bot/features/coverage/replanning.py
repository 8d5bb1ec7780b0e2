"""A plan made anew from the book: what was agreed stays where it still can, and who must hear of the rest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.domain.leave import Away, CoverState, Item, Need, OooRules, Plan, PlanState, SyncChoice
from bot.features.coverage import rules
from bot.features.coverage.gathering import Around

BY_HAND = "chosen by hand"
"""Why a cover was chosen that nobody suggested."""
_COVERED = (CoverState.ASKED, CoverState.ACCEPTED)
_HELD = (*_COVERED, CoverState.CHANNEL)


def made_anew(
    before: Sequence[Item], drafted: Sequence[Item], around: Around, policy: OooRules, *, agreed: bool
) -> tuple[Item, ...]:
    """The drafted items, with the covers and choices of those before where they still hold, the rest suggested.

    With `agreed` what people have agreed on stays although its need is gone, as long as the account is still the
    person's: tickets come and go, and nobody takes a promise back for it.
    """
    held = {item.account_id: item for item in before}
    items = [_kept(held[one.account_id], one, around) if one.account_id in held else one for one in drafted]
    if agreed:
        theirs, there = {one.id for one in around.accounts}, {one.account_id for one in drafted}
        rest = [item for item in before if item.account_id in theirs - there and item.state in _HELD]
        items.extend(_kept(item, item, around) for item in rest)
    candidates = around.candidates()
    return rules.suggest_all(items, around.away, candidates, policy, around.segments, around.person.team)


def _kept(old: Item, new: Item, around: Around) -> Item:
    sync = old.sync if old.sync_on == new.sync_on else SyncChoice.OPEN
    kept = replace(new, declined=old.declined, sync=sync)
    covers = old.cover_email and old.state in (*_COVERED, CoverState.SUGGESTED)
    if covers and not rules.why_not(around.candidate(old.cover_email), around.away):
        return _covered_as(kept, old)
    if old.state is CoverState.CHANNEL and old.why_cover == BY_HAND:
        return _covered_as(kept, old)
    return replace(kept, cover_email="", state=CoverState.SUGGESTED, why_cover="", warning="")


def _covered_as(item: Item, old: Item) -> Item:
    return replace(
        item, cover_email=old.cover_email, state=old.state, why_cover=old.why_cover, warning=old.warning
    )


def asked(plan: Plan) -> Plan:
    """The plan with everybody asked who was only suggested: what a confirmed plan does at once."""
    items = tuple(
        replace(item, state=CoverState.ASKED)
        if item.state is CoverState.SUGGESTED and item.cover_email
        else item
        for item in plan.items
    )
    return replace(plan, items=items)


def with_item(plan: Plan, changed: Item) -> Plan:
    """The plan with one item changed."""
    return replace(
        plan, items=tuple(changed if one.account_id == changed.account_id else one for one in plan.items)
    )


def asked_anew(before: Plan | None, plan: Plan) -> Mapping[str, tuple[Item, ...]]:
    """Whom to ask about what: everything that is asked now and was not asked of that person before."""
    were = _covers(before, (CoverState.ASKED,))
    return _by_cover(
        item for item in plan.items if item.state is CoverState.ASKED and _pair(item) not in were
    )


def released(before: Plan | None, plan: Plan) -> Mapping[str, tuple[Item, ...]]:
    """Who covers what no longer, though they were asked or had accepted, and did not decline themselves."""
    now = _covers(plan, _COVERED)
    said_no = {(email, item.account_id) for item in plan.items for email in item.declined}
    gone = (item for item in (before.items if before else ()) if item.state in _COVERED)
    return _by_cover(item for item in gone if _pair(item) not in now | said_no)


def left(before: Plan, plan: Plan, around: Around) -> tuple[Item, ...]:
    """Items that went because the account is not the person's any more; where only a request was, it never was."""
    there, theirs = {one.account_id for one in plan.items}, {one.id for one in around.accounts}
    gone = (one for one in before.items if one.account_id not in there | theirs)
    return tuple(one for one in gone if any(reason.need is not Need.REQUEST for reason in one.reasons))


def is_within(away: Away, other: Away) -> bool:
    """Whether an absence lies wholly in another: what was approved for that one is approved for it."""
    return other.starts_at <= away.starts_at and away.ends_at <= other.ends_at


def redated(plan: Plan, away: Away, source: str) -> Plan:
    """The plan for other dates, of the next generation: nothing done by hand for the earlier dates counts.

    Approvals stay where the absence only became shorter. What is in force stays in force, and is approved anew
    where it must be.
    """
    shorter = is_within(away, plan.away)
    state = PlanState.PROPOSED if plan.state is PlanState.APPROVED and not shorter else plan.state
    return replace(
        plan,
        away=away,
        source=source,
        generation=plan.generation + 1,
        state=state,
        approvals=plan.approvals if shorter else (),
        ticked=tuple(one for one in plan.ticked if not one.by_hand),
    )


def _covers(plan: Plan | None, states: Sequence[CoverState]) -> set[tuple[str, str]]:
    return {_pair(item) for item in (plan.items if plan else ()) if item.state in states}


def _pair(item: Item) -> tuple[str, str]:
    return item.cover_email, item.account_id


def _by_cover(items: Iterable[Item]) -> Mapping[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    for item in items:
        found[item.cover_email] = (*found.get(item.cover_email, ()), item)
    return found
