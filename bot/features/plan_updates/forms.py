"""The form of a status update."""

from __future__ import annotations

from bot.blocks import build, text
from bot.blocks.answers import Block, Modal
from bot.domain.plan_update import CONFIDENCES, PLANS, PlanKind, PlanUpdate
from bot.features.plan_updates import wording

FORM = "plan_updates.form"
PROGRESS = "plan_updates.progress"
BLOCKERS = "plan_updates.blockers"
ASKS = "plan_updates.asks"
CONFIDENCE = "plan_updates.confidence"
HISTORY = "plan_updates.history"
LONGEST = 1_500
"""Characters of each part that are kept."""
_ASKED = (
    (PROGRESS, "Progress", "What moved since the last update?", False),
    (BLOCKERS, "Blockers", "What stands in the way?", True),
    (ASKS, "Asks", "What do you need, and of whom?", True),
)


def form(account: tuple[str, str], kind: PlanKind, last: PlanUpdate | None) -> Modal:
    """Write the week's update of an account (its name and id)."""
    name, account_id = account
    blocks: list[Block] = [build.section(f"*{text.name(name)}* · {PLANS[kind]}\n{_before(last)}")]
    for block_id, label, placeholder, optional in _ASKED:
        field = build.text_field(block_id, placeholder, multiline=True)
        field["max_length"] = LONGEST
        blocks.append(build.field_input(block_id, label, field, optional=optional))
    choices = [(said.capitalize(), one) for one, said in CONFIDENCES.items()]
    chosen = last.confidence if last else None
    select = build.static_select(CONFIDENCE, "Choose", choices, chosen)
    blocks.append(
        build.field_input(
            CONFIDENCE,
            "Confidence",
            select,
            "Shown on the account's card, in the team's digest and the program sync's agenda.",
        )
    )
    if last:
        blocks.append(build.actions(build.button("Earlier updates", HISTORY, account_id)))
    return Modal(
        callback_id=FORM,
        title="Status update",
        blocks=tuple(blocks),
        submit="Keep",
        close="Cancel",
        private_metadata=account_id,
        accounts=(account_id,),
    )


def _before(last: PlanUpdate | None) -> str:
    if last is None:
        return "No update is kept yet."
    said = "\n".join(wording.parts(last))
    return f"Last update {wording.when(last)}: {wording.confidence(last.confidence)}\n{said}"
