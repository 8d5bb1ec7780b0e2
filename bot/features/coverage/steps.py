"""The handbook's six steps as blocks: where each stands, and the button for what it takes; and the ids of a plan's buttons."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import build, listing, text
from bot.blocks.answers import Block
from bot.domain.leave import Plan, PlanState, Step, SyncChoice, Ticked
from bot.features.coverage import wording
from bot.features.coverage.rules import TYPED

ACCEPT = "coverage.accept"  # value `plan id:account id`, then the accounts of the question, a line each
DECLINE = "coverage.decline"  # the same
ACCEPT_ALL = "coverage.accept_all"  # value `plan id`, or `plan id:` and the accounts of the question
APPROVE = "coverage.approve"  # value `plan id`
SHARE = "coverage.share"  # value `plan id`
TICK = "coverage.tick"  # value `plan id:step`
OPEN = "coverage.open"  # value `plan id:offset`: the plan as it is now, in a window
CHANGE = "coverage.change"  # value `plan id:days` or `plan id:cancel`
EDIT = "coverage.edit"  # value `plan id`: its covers in a form
SYNCS = "coverage.syncs"  # value `plan id`: its customer syncs in a form
DRAFTS = "coverage.drafts"  # value `plan id:offset`: what may be said to its customers, to copy


def blocks_of(
    plan: Plan, steps: Sequence[str], consent: build.Json | None, *, only_open: bool = False
) -> list[Block]:
    """Each step in policy's words, the first open one with the button that stands out; `only_open` leaves out the rest."""
    left = open_steps(plan)
    return [
        _step(plan, step, f"*{number}.* {text.escape(words)}", consent, first=step in left[:1])
        for number, (step, words) in enumerate(zip(Step, steps, strict=False), 1)
        if step in left or not only_open
    ]


def open_steps(plan: Plan) -> list[Step]:
    """What is not ticked yet."""
    return [step for step in Step if not plan.done(step)]


def by_hand(plan: Plan, steps: Sequence[str]) -> build.Json | None:
    """A menu to tick any open step by hand; None where all are done."""
    left = open_steps(plan)
    options = [
        (f"{number}. {words}", f"{plan.id}:{step}")
        for number, (step, words) in enumerate(zip(Step, steps, strict=False), 1)
        if step in left
    ]
    return build.static_select(f"{TICK}:{plan.id}", "Tick a step by hand", options) if options else None


def more(plan: Plan) -> build.Json | None:
    """Other days, or calling it off: for what was typed here; what the leave system has is changed there."""
    if plan.source != TYPED or plan.state in (PlanState.ENDED, PlanState.CANCELLED):
        return None
    options = (("Change the days", f"{plan.id}:days"), ("Call it off", f"{plan.id}:cancel"))
    return build.overflow(f"{CHANGE}:{plan.id}", options)


def _step(plan: Plan, step: Step, words: str, consent: build.Json | None, *, first: bool) -> Block:
    ticked = next((one for one in plan.ticked if one.step is step), None)
    if ticked is not None:
        return build.section(f":white_check_mark: {words}\n_{_how(ticked)}_")
    said = f":white_large_square: {words}\n{_next(plan, step, consent)}"
    button = _button(plan, step, consent)
    if first and "url" not in button:
        button = {**button, "style": "primary"}
    return build.section(said, button)


def _how(ticked: Ticked) -> str:
    how = "ticked by hand" if ticked.by_hand else listing.within(ticked.how or "done", 120)
    return f"{how}, {text.day(ticked.at.date())}"


def _next(plan: Plan, step: Step, consent: build.Json | None) -> str:
    """Where an open step stands, and what it takes."""
    syncs = [item for item in plan.items if item.sync_on]
    left = sum(item.sync is SyncChoice.OPEN for item in syncs)
    counted = wording.counted(plan)
    ask = "Let me set it for those days and take it away afterwards; or set it yourself."
    return {
        Step.LOGGED: "I tick this when I see it there.",
        Step.PLANNED: f"{counted[:1].upper()}{counted[1:]}.",
        Step.SHARED: "One message for each person of the account teams, with their accounts alone.",
        Step.SYNCS: f"{left:,} of {text.plural(len(syncs), 'sync')} to settle; the AE hears of each choice.",
        Step.CUSTOMERS: "I draft a text for each account. You send it: I write to no customer.",
        Step.STATUS: ask if consent else "Both dates and no reason.",
    }[step]


def _button(plan: Plan, step: Step, consent: build.Json | None) -> build.Json:
    number = str(plan.id)
    tick = f"{number}:{step}"
    match step:
        case Step.LOGGED:
            return build.button("I have logged it", f"{TICK}:{tick}", tick)
        case Step.PLANNED:
            return build.button("Open the plan", f"{EDIT}:{tick}", number)
        case Step.SHARED:
            return build.button("Share it", f"{SHARE}:{tick}", number)
        case Step.SYNCS:
            return build.button("Settle the syncs", f"{SYNCS}:{tick}", number)
        case Step.CUSTOMERS:
            return build.button("Show the texts", f"{DRAFTS}:{tick}", f"{number}:0")
        case _:
            return consent or build.button("I have set it", f"{TICK}:{tick}", tick)
