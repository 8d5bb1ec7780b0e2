"""The form in which feedback is written down, and what it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks import build, text
from bot.blocks.answers import Block, Modal
from bot.domain.feedback import Weight

FORM = "feedback.form"
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


def form(draft: Draft, areas: Sequence[str]) -> Modal:
    """Write feedback down."""
    words = build.text_field(
        TEXT, "In their words, as far as you remember them", multiline=True, initial=draft.text
    )
    words["max_length"] = LONGEST
    session = build.checkboxes(
        SESSION, [("Bring it up in their next product-feedback session", FOR_SESSION)], ()
    )
    weight = build.static_select(WEIGHT, "Choose", WEIGHTS, Weight.MATTERS)
    blocks: list[Block] = [
        build.field_input(
            ACCOUNT, "Account", build.external_select(ACCOUNT, "Type a name", chosen=draft.account)
        ),
        build.field_input(TEXT, "What do they need of the product?", words),
        build.field_input(
            AREA,
            "Area of the product",
            build.static_select(AREA, "Choose an area", [(one, one) for one in areas]),
        ),
        build.field_input(WEIGHT, "How much does it matter?", weight),
        build.field_input(SESSION, "Session", session, optional=True),
        build.context("Kept with the account, with your name and the day, and shown to the product teams."),
    ]
    if draft.account:
        blocks.append(build.actions(build.button("What is kept of it", OF_ACCOUNT, draft.account[1])))
    return Modal(
        callback_id=FORM,
        title="Product feedback",
        blocks=tuple(blocks),
        submit="Keep",
        close="Cancel",
        private_metadata=draft.source,
        accounts=(draft.account[1],) if draft.account else (),
    )


def draft_text(said: str) -> str:
    """A message's words, cut to what is kept."""
    return text.trim(said, LONGEST) if said else ""
