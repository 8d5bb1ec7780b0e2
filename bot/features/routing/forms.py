"""The forms of a request: asking, and handing over."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import build, text
from bot.blocks.answers import Block, Modal
from bot.domain.request import Request, Urgency
from bot.features.routing.typed import LONGEST, Draft

FORM = "routing.form"
ACCOUNT = "routing.account"
CHOICE = "routing.choice"
TEXT = "routing.text"
URGENCY = "routing.urgency"
DUE = "routing.due"
HANDING = "routing.handing"
TO = "routing.to"
NOTE = "routing.note"
NONE = "none"
"""The choice that says: none of these accounts."""
URGENCIES = (("Normal: in the team's working hours", Urgency.NORMAL), ("Urgent: right now", Urgency.URGENT))


def ask(draft: Draft) -> Modal:
    """The request, filled in as far as something is known of it; nothing is posted before it is submitted."""
    request = build.text_field(
        TEXT,
        "What do you need?",
        multiline=True,
        initial=text.trim(draft.text, LONGEST) if draft.text else "",
    )
    request["max_length"] = LONGEST
    blocks: list[Block] = [
        *_account(draft),
        build.field_input(TEXT, "Request", request),
        build.field_input(
            URGENCY,
            "Urgency",
            build.static_select(
                URGENCY, "Choose", [(said, one.value) for said, one in URGENCIES], draft.urgency
            ),
            "Only urgent requests reach people outside their working hours.",
        ),
        build.field_input(DUE, "Needed by", build.datepicker(DUE, "A day", draft.due_on), optional=True),
    ]
    return Modal(
        callback_id=FORM,
        title="Ask the TA team",
        blocks=tuple(blocks),
        submit="Ask",
        close="Cancel",
        private_metadata=draft.source,
        accounts=tuple(one for _, one in (*draft.choices, *((draft.account,) if draft.account else ()))),
    )


def _account(draft: Draft) -> list[Block]:
    if draft.choices:
        said = f"Which account is “{text.one_line(draft.typed, 60)}”?"
        offered = (*draft.choices[:25], ("None of these: ask without an account", NONE))
        return [build.field_input(CHOICE, said, build.static_select(CHOICE, "Choose an account", offered))]
    look = build.external_select(ACCOUNT, "Type a name", chosen=draft.account)
    hint = "Leave it empty where you do not know it: the request then goes to triage."
    if draft.typed and not draft.account:
        hint = f"I know no account “{text.one_line(draft.typed, 60)}”. {hint}"
    return [build.field_input(ACCOUNT, "Account", look, hint, optional=True)]


def hand_over(request: Request) -> Modal:
    """To whom, with a note."""
    look = build.external_select(TO, "A person, or another team", min_letters=0)
    note = build.text_field(NOTE, "What they should know", multiline=True)
    note["max_length"] = 500
    return Modal(
        callback_id=HANDING,
        title="Hand over",
        blocks=(
            build.section(
                f"Request {request.id}. They are told in its thread, the asker in a direct message."
            ),
            build.field_input(TO, "To", look),
            build.field_input(NOTE, "Note", note, optional=True),
        ),
        submit="Hand over",
        close="Cancel",
        private_metadata=str(request.id),
        accounts=(request.account_id,) if request.account_id else (),
    )


def options(
    people: Sequence[tuple[str, str]], teams: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """To whom it may go: teams first; each (what is read, its value)."""
    return (*teams, *people)[:100]
