"""The form in which feedback is written down, and what it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks import build, text
from bot.blocks.answers import Block, Modal
from bot.domain.feedback import Feedback, Weight

FORM = "feedback.form"
EDIT = "feedback.edit"
OF_ACCOUNT = "feedback.of_account"
ACCOUNT = "feedback.account"
AREA = "feedback.area"
WEIGHT = "feedback.weight"
TEXT = "feedback.text"
SESSION = "feedback.session"
FOR_SESSION = "for_session"
LONGEST = 2_000
"""Characters of one that are kept."""
WEIGHTS = (
    ("It blocks them", Weight.BLOCKS),
    ("It matters to them", Weight.MATTERS),
    ("It would be nice to have", Weight.WISH),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the form begins with: an account (its name and id) where it is certain, words, and where they stand."""

    account: tuple[str, str] | None = None
    text: str = ""
    source: str = ""  # `channel ts` of the message that it is written from
    area: str = ""
    weight: Weight = Weight.MATTERS
    for_session: bool = False


def form(draft: Draft, areas: Sequence[str]) -> Modal:
    """Write feedback down."""
    choose = build.external_select(ACCOUNT, "Type a name", chosen=draft.account)
    buttons = [build.button("What is kept of it", OF_ACCOUNT, draft.account[1])] if draft.account else []
    return Modal(
        callback_id=FORM,
        title="Product feedback",
        blocks=(
            build.field_input(ACCOUNT, "Account", choose),
            *_fields(draft, areas),
            build.context(
                "Kept with the account, with your name and the day, and shown to the product teams. "
                "You can change it until their next session."
            ),
            *([build.actions(*buttons)] if buttons else []),
        ),
        submit="Keep",
        close="Cancel",
        private_metadata=draft.source,
        accounts=(draft.account[1],) if draft.account else (),
    )


def edit(feedback: Feedback, areas: Sequence[str]) -> Modal:
    """Change what was written down; of which account it is stays."""
    draft = Draft(
        text=feedback.text, area=feedback.area, weight=feedback.weight, for_session=feedback.for_session
    )
    offered = areas if feedback.area in areas else (*areas, feedback.area)
    return Modal(
        callback_id=EDIT,
        title="Product feedback",
        blocks=(build.section(f"*{text.name(feedback.account_name)}*"), *_fields(draft, offered)),
        submit="Keep",
        close="Cancel",
        private_metadata=str(feedback.id),
        accounts=(feedback.account_id,),
    )


def _fields(draft: Draft, areas: Sequence[str]) -> list[Block]:
    words = build.text_field(
        TEXT, "In their words, as far as you remember them", multiline=True, initial=draft.text
    )
    words["max_length"] = LONGEST
    sessions = [("Bring it up in their next product-feedback session", FOR_SESSION)]
    session = build.checkboxes(SESSION, sessions, (FOR_SESSION,) if draft.for_session else ())
    area = build.static_select(AREA, "Choose an area", [(one, one) for one in areas], draft.area)
    weight = build.static_select(WEIGHT, "Choose", WEIGHTS, draft.weight)
    return [
        build.field_input(TEXT, "What do they need of the product?", words),
        build.field_input(AREA, "Area of the product", area),
        build.field_input(WEIGHT, "How much does it matter?", weight),
        build.field_input(SESSION, "Session", session, optional=True),
    ]


def draft_text(said: str) -> str:
    """A message's words, cut to what is kept."""
    return text.trim(said, LONGEST) if said else ""
