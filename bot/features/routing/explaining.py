"""Why a request went where it went, in a window of its own."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import build, limits, listing, text
from bot.blocks.answers import Block, Modal
from bot.domain.request import Happening
from bot.features.routing.standing import Standing
from bot.features.routing.wording import accounts_of, noted, quietly, quoted, title

DONE = "routing.done"
STEPS = 12
LIFE = 20
_HAPPENED = {
    "asked": "asked",
    "claimed": "claimed it",
    "handed_over": "handed it over",
    "moved": "handed it over to another team",
    "passed_over": "passed over",
    "mentioned": "mentioned the assignee",
    "reminded_assignee": "reminded the assignee",
    "reminded_group": "asked the group",
    "reminded_manager": "told the manager",
    "answered": "answered it",
    "closed": "closed it",
    "reopened": "reopened it",
    "withdrawn": "withdrew it",
    "helped": "said that it helped",
    "not_helped": "said that it did not help",
}


def explained(shown: Standing, hours: str) -> Modal:
    """Why it went where it went, by when it is to be answered, and what has happened so far."""
    request = shown.request
    numbered = enumerate(request.decision.steps[:STEPS], 1)
    steps = listing.fitting(
        [f"{at}. {listing.within(step, 300)}" for at, step in numbered], limits.TEXT - 100
    )
    blocks: list[Block] = [
        build.section(title(shown)),
        build.section(quoted(request.text)),
        build.section("*Why it went there*\n" + ("\n".join(steps) or "No reason was kept.")),
    ]
    if shown.first_response_by and shown.resolve_by:
        times = f"First response by {text.moment(shown.first_response_by)}, answered by {text.moment(shown.resolve_by)}."
        blocks.append(build.section(f"*By when*\n{times}\n{text.escape(hours)}"))
    blocks.append(build.section("*So far*\n" + "\n".join(_life(shown))))
    blocks.append(build.context("The rules and the times are the organisation's policy (`requests`)."))
    return Modal(
        callback_id=DONE,
        title="Why did this go here?",
        blocks=tuple(blocks),
        accounts=accounts_of(request),
    )


def _life(shown: Standing) -> Sequence[str]:
    lines = [_event(shown, one) for one in shown.request.happened]
    kept = listing.fitting(lines[-LIFE:], limits.TEXT - 200)
    return kept or ["Nothing yet."]


def _event(shown: Standing, one: Happening) -> str:
    who = quietly(shown.who(one.who)) if one.who else "TA bot"
    return f"• {text.moment(one.at)} {who}: {_HAPPENED.get(one.what, text.escape(one.what))}{noted(one)}"
