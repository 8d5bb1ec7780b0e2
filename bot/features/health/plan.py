"""The newest status update of an account's save plan or get-well plan, on its card."""

from __future__ import annotations

from bot.blocks import build, listing, text
from bot.blocks.answers import Block
from bot.domain.plan_update import CONFIDENCES, PLANS
from bot.features.health.rules import Card

SAID = 200
"""Characters of each part."""


def status(card: Card) -> list[Block]:
    """What was written last of the plan that runs; nothing where none does."""
    if card.plan is None:
        return []
    title = f"*Status update of the {PLANS[card.plan]}*"
    update = card.update
    if update is None:
        return [build.section(f"{title}\nNone is kept yet.")]
    who, old = text.name(update.by_name, 60), text.age(card.now - update.given_at)
    said = [
        f"{title} · {text.CIRCLES[update.confidence.colour]} {CONFIDENCES[update.confidence]} · {who}, {old}",
        listing.within(update.progress, SAID),
    ]
    named = (("Blockers", update.blockers), ("Asks", update.asks))
    said += [f"*{name}* {listing.within(words, SAID)}" for name, words in named if words]
    return [build.section("\n".join(said))]
