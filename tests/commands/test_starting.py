"""`/ta-help` begins with what the asker's role can do next; each step is a command that answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.asks import Asker, Place, PlaceKind, Plain
from bot.domain.person import Person, Role
from bot.features.home.starting import welcome
from bot.slack.attending import Handlers
from bot.standin.validate import problems

Do = Callable[..., Any]
EXPECTED = {
    Role.TA: ("Begin with your", ["/account-health", "/ooo plan"]),
    Role.AE: ("accounts you sell to", ["/ask-ta", "/ooo who"]),
    Role.MANAGER: ("your team’s week in numbers", ["/kpi-digest preview", "/ask-ta team"]),
    Role.LEADER: ("your team’s week in numbers", ["/kpi-digest preview", "/segment drift"]),
    Role.OPERATOR: ("`ta-bot doctor` names each cure", ["/kpi-digest"]),
    Role.IE: ("Ask how an account is", ["/ask-ta", "/ooo who"]),
    None: ("not in the book of people", ["/account-health team enterprise", "/account-health team scaled"]),
}


async def test_each_role_begins_with_its_own_next_step(
    say: Do, people: tuple[Person, ...], heard: Handlers
) -> None:
    opened = {"/ask-ta", "/ooo plan"}  # forms, which need a press
    for role, (words, steps) in EXPECTED.items():
        who = next((one for one in people if one.role is role), None) if role else None
        assert who is not None or role is None, role
        answer = await say("/ta-help", who)
        head, row = answer.blocks[0]["text"]["text"], answer.blocks[1]["elements"]
        assert words in head, role
        assert "who is out on Friday" in head
        assert [button["value"] for button in row][: len(steps)] == steps
        assert problems([dict(block) for block in answer.blocks], "message") == []
        for button in row:
            assert button["value"].split()[0] in heard.commands
            if button["value"] not in opened and who is not None:
                assert (await say(button["value"], who)).text, button["value"]


async def test_whoever_meets_the_bot_is_told_what_it_is_and_where_to_begin(
    heard: Handlers, ports: Any
) -> None:
    asked = Plain(
        asker=Asker("U9"),
        place=Place("D1", kind=PlaceKind.DIRECT),
        reference="r",
        text="how is Quelmarra Holdings",
    )
    card = await heard.plain(asked, ports)
    assert "Quelmarra Holdings Inc" in card.text
    (kept,) = await ports.outgoing.list_outgoing(prefix="welcome:")
    assert kept.channel_id == "D1"
    told = await welcome(asked, ports)
    assert told.text.startswith("Hello! ")
    assert told.blocks[1]["elements"][-1]["value"] == "/ta-help"
    assert problems([dict(block) for block in told.blocks], "message") == []
