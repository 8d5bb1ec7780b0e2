"""A request in every place that shows one: its channel, its thread, its asker's direct message, windows and lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.blocks import limits, listing
from bot.blocks.answers import Message, Modal
from bot.domain.person import Team
from bot.domain.request import Decision, Happening, Request, RequestState, Urgency
from bot.features.routing import explaining, forms, lists, telling, views
from bot.features.routing.lists import Line
from bot.features.routing.standing import Group, Named, Standing
from bot.features.routing.typed import Draft
from bot.standin.validate import problems

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
DANA, BEA, ANN = "dana@ta.example", "bea@ta.example", "ann@ae.example"
HOSTILE = (
    "<!channel> <@U0EVERYONE> & <https://evil.example|ok> *bold* :tada: \u202eevil\u202c\n\nnext "
    + "&" * 4000
)
PEOPLE = {
    DANA: Named(name="Dana Okafor", user_id="U0DANA0001"),
    BEA: Named(name="Bea Ito", user_id="U0BEA00001"),
    ANN: Named(name="Ann Lee", user_id="U0ANN00001"),
}
NAMED = Decision(
    team=Team.ENTERPRISE,
    channel="discuss-technical-advisors",
    user_group="technical-advisors",
    assignee=BEA,
    for_whom=DANA,
    steps=(
        "Northwind is recorded for the Enterprise team.",
        "It goes to #discuss-technical-advisors.",
        "Dana Okafor, its TA, is away until 27 Nov 2026; Bea Ito covers.",
        "@technical-advisors is mentioned as well.",
    ),
)
TRIAGE = Decision(
    team=None,
    channel="discuss-technical-advisors",
    user_group="",
    mention_group=False,
    triage=True,
    missing=("account",),
    steps=("“Nrothwind” is no account of the book.", "It goes to #discuss-technical-advisors."),
)
USUAL = Request(
    id=12,
    version=1,
    account_id="A-1",
    account_name="Northwind",
    text="Can they move to single sign-on?\nThey ask for Friday.",
    urgency=Urgency.NORMAL,
    due_on=date(2026, 11, 27),
    asker_user_id="U0ANN00001",
    asker_email=ANN,
    asker_name="Ann Lee",
    link="https://lumenforge.slack.example/archives/C1/p1",
    decision=NAMED,
    channel_id="C2",
    state=RequestState.OPEN,
    assignee=BEA,
    created_at=NOW,
    happened=(Happening(at=NOW, what="asked", who=ANN),),
)
MUCH = replace(
    USUAL,
    text="word " * 700,
    urgency=Urgency.URGENT,
    happened=tuple(
        Happening(at=NOW + timedelta(minutes=at), what="handed_over", who=DANA, note="reason " * 80)
        for at in range(60)
    ),
    decision=replace(NAMED, steps=tuple(f"Step {at}: {'because ' * 60}" for at in range(30))),
)
EVIL = replace(
    USUAL,
    account_name=HOSTILE,
    text=HOSTILE,
    link="javascript:alert(1)",
    decision=replace(
        NAMED, steps=(HOSTILE,) * 6, missing=(HOSTILE,) * 9, channel="<!here>", user_group="<!channel>"
    ),
    happened=(Happening(at=NOW, what="handed_over", who="x@y.example", note=HOSTILE),),
)


def standing(request: Request, *, quiet: bool = False, group_id: str = "S0GROUP001", **more: Any) -> Standing:
    people = {
        email: replace(one, quiet=quiet, name=HOSTILE[:60] if request is EVIL else one.name)
        for email, one in PEOPLE.items()
    }
    return Standing(
        request=request,
        group=Group(handle=request.decision.user_group, id=group_id, quiet=quiet),
        people=people,
        first_response_by=NOW + timedelta(days=1),
        resolve_by=NOW + timedelta(days=3),
        as_of=NOW,
        **more,
    )


def _life(state: RequestState, what: str, **more: Any) -> Request:
    happened = (*USUAL.happened, Happening(at=NOW + timedelta(hours=1), what=what, who=BEA))
    return replace(USUAL, state=state, happened=happened, first_response_at=NOW + timedelta(hours=1), **more)


LIVES = {
    "empty": standing(
        replace(
            USUAL,
            decision=TRIAGE,
            account_id="",
            account_name="",
            assignee="",
            text="?",
            link="",
            due_on=None,
        )
    ),
    "usual": standing(USUAL),
    "quiet": standing(USUAL, quiet=True),
    "nobody": standing(
        replace(USUAL, assignee="", decision=replace(NAMED, assignee="", for_whom="")), group_id=""
    ),
    "claimed": standing(_life(RequestState.CLAIMED, "claimed")),
    "answered": standing(_life(RequestState.ANSWERED, "answered")),
    "closed": standing(_life(RequestState.CLOSED, "closed", helped=True)),
    "withdrawn": standing(_life(RequestState.WITHDRAWN, "withdrawn")),
    "handed_over": standing(
        replace(
            USUAL,
            happened=(*USUAL.happened, Happening(at=NOW, what="handed_over", who=DANA, note="Your field.")),
        )
    ),
    "much": standing(MUCH, permalink="https://lumenforge.slack.example/archives/C2/p2"),
    "hostile": standing(EVIL),
}


def held(snapshot: SnapshotAssertion, made: Message | Modal) -> None:
    """Valid by Slack's checks and ours, harmless, and as it was drawn."""
    surface = "modal" if isinstance(made, Modal) else "message"
    blocks = [dict(block) for block in made.blocks]
    assert problems(blocks, surface) == []
    assert listing.size(blocks) <= limits.MESSAGE_CHARS
    assert all(Block.parse(block).to_dict() == block for block in blocks)  # type: ignore[union-attr]
    words = str(blocks) + getattr(made, "text", "")
    for bad in ("<!channel>", "<@U0EVERYONE>", "<https://evil", "javascript:", "<!here>"):
        assert bad not in words
    title = {"title": made.title} if isinstance(made, Modal) else {"text": made.text}
    if isinstance(made, Modal):
        assert len(made.title) <= limits.MODAL_TITLE
    assert {**title, "blocks": blocks} == snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("case", LIVES)
def test_head(case: str, snapshot: SnapshotAssertion) -> None:
    held(snapshot, views.head(LIVES[case]))


@pytest.mark.parametrize("case", ["usual", "much", "hostile"])
def test_in_person(case: str, snapshot: SnapshotAssertion) -> None:
    held(snapshot, views.in_person(LIVES[case], "a guest can read it <!channel>"))


@pytest.mark.parametrize("case", ["usual", "much", "hostile"])
def test_escalated(case: str, snapshot: SnapshotAssertion) -> None:
    held(snapshot, views.escalated(LIVES[case], "nobody has responded yet."))


@pytest.mark.parametrize("case", ["usual", "hostile"])
def test_moved(case: str, snapshot: SnapshotAssertion) -> None:
    shown = LIVES[case]
    event = replace(shown.request.happened[-1], what="moved", who=DANA, note="Theirs.")
    request = replace(shown.request, happened=(*shown.request.happened, event))
    held(snapshot, views.moved(replace(shown, request=request), "discuss-scaled-success"))


@pytest.mark.parametrize("case", ["usual", "quiet", "hostile"])
def test_thread(case: str, snapshot: SnapshotAssertion) -> None:
    held(snapshot, views.thread(LIVES[case], "this is open again.", person=True, group=True))


@pytest.mark.parametrize("case", ["usual", "handed_over", "much"])
def test_handed_over_line(case: str, snapshot: SnapshotAssertion) -> None:
    line = views.handed_over_line(LIVES[case])
    held(snapshot, views.thread(LIVES[case], line, person=True))


@pytest.mark.parametrize("case", ["empty", "usual", "much", "hostile"])
def test_receipt(case: str, snapshot: SnapshotAssertion) -> None:
    held(snapshot, telling.receipt(LIVES[case], shared=case == "usual"))


def test_the_receipt_in_the_place_of_the_form(snapshot: SnapshotAssertion) -> None:
    held(snapshot, telling.asked(LIVES["usual"]))


TOLD = (
    ("open", "usual"),
    ("open", "empty"),
    ("direct", "usual"),
    ("claimed", "claimed"),
    ("handed_over", "handed_over"),
    ("answered", "answered"),
    ("closed", "closed"),
    ("reopened", "usual"),
    ("open", "hostile"),
    ("handed_over", "hostile"),
)


@pytest.mark.parametrize(("step", "case"), TOLD)
def test_told(step: str, case: str, snapshot: SnapshotAssertion) -> None:
    shown = replace(LIVES[case], permalink="https://lumenforge.slack.example/archives/C2/p2")
    held(snapshot, telling.told(shown, step))


@pytest.mark.parametrize("helped", [True, False])
def test_thanked(helped: bool, snapshot: SnapshotAssertion) -> None:  # a parameter of the test
    message = telling.thanked(USUAL, helped=helped)
    assert message.replaces
    held(snapshot, message)


def test_handed(snapshot: SnapshotAssertion) -> None:
    held(snapshot, telling.handed(LIVES["usual"], "Bea <!channel>"))


@pytest.mark.parametrize("case", ["empty", "usual", "much", "hostile"])
def test_explained(case: str, snapshot: SnapshotAssertion) -> None:
    held(snapshot, explaining.explained(LIVES[case], "Counted from 09:00 to 17:30, Europe/London."))


FORMS: dict[str, Callable[[], Modal]] = {
    "empty": lambda: forms.ask(Draft()),
    "usual": lambda: forms.ask(
        Draft(account=("Northwind", "A-1"), text="Help?", urgency=Urgency.URGENT, due_on=date(2026, 12, 1))
    ),
    "choices": lambda: forms.ask(
        Draft(typed="north", choices=(("Northwind", "A-1"), ("Norvane", "A-2")), text="Help?")
    ),
    "unknown": lambda: forms.ask(Draft(typed="<!channel> " * 30, text="Help?")),
    "much": lambda: forms.ask(
        Draft(
            choices=tuple((f"Account {at}", f"A-{at}") for at in range(300)),
            typed="x" * 4000,
            text="y" * 9000,
        )
    ),
    "hand_over": lambda: forms.hand_over(USUAL),
}


@pytest.mark.parametrize("case", FORMS)
def test_forms(case: str, snapshot: SnapshotAssertion) -> None:
    modal = FORMS[case]()
    blocks = [dict(block) for block in modal.blocks]
    assert problems(blocks, "modal") == []
    assert "Help?" not in modal.private_metadata
    assert {"title": modal.title, "blocks": blocks} == snapshot.use_extension(JSONSnapshotExtension)


def _line(request: Request, **more: Any) -> Line:
    return Line(request=request, assignee="Bea Ito", due_at=NOW + timedelta(days=1), **more)


MANY = [
    _line(replace(MUCH, id=at), late=at % 3 == 0, permalink="https://lumenforge.slack.example/archives/C2/p2")
    for at in range(1, 400)
]
LISTS: dict[str, Callable[[], Message]] = {
    "mine_empty": lambda: lists.mine((), ()),
    "mine_usual": lambda: lists.mine((_line(USUAL),), (_line(replace(USUAL, id=13), late=True),)),
    "mine_much": lambda: lists.mine(MANY, MANY),
    "mine_hostile": lambda: lists.mine((_line(EVIL),) * 3, (_line(EVIL),) * 3),
    "team_empty": lambda: lists.team("Scaled team", (), "scaled"),
    "team_usual": lambda: lists.team("Scaled team", (_line(USUAL), _line(USUAL, late=True)), "scaled"),
    "team_much": lambda: lists.team("Scaled team", MANY, "scaled"),
    "team_hostile": lambda: lists.team("<!channel>", (_line(EVIL),) * 20, "scaled"),
}


@pytest.mark.parametrize("case", LISTS)
def test_lists(case: str, snapshot: SnapshotAssertion) -> None:
    held(snapshot, LISTS[case]())


def test_the_rows_have_a_value_for_each_column_and_all_of_the_text() -> None:
    (row,) = lists.rows((_line(MUCH, first_response_by=NOW),), {"enterprise": "Enterprise team"})
    named = dict(zip(lists.HEADER, row, strict=True))
    assert named["team"] == "Enterprise team"
    assert named["request_text"] == MUCH.text
    assert named["helped"] == ""
