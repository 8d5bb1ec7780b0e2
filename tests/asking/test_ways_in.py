"""One path behind every way of asking: the same request, the same place, the same reason."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.person import Team
from bot.domain.request import RequestState, Urgency
from bot.slack import payloads
from bot.standin import modals, shortcuts
from bot.standin.state import Message
from bot.standin.workspace import GUEST, SHARED_CHANNEL

ASKER = "bronwyn.pryce-evans"
TA = "marcus.teague"
NAME = "Quelmarra Holdings"
ENTERPRISE, SCALED = "discuss-technical-advisors", "discuss-scaled-success"


async def only(office: Any) -> Any:
    await office.settle()
    (request,) = await office.requests()
    assert set(office.keys().values()) == {1}
    return request


def words(view: Any) -> str:
    return json.dumps(view, ensure_ascii=False)


async def test_typed_with_a_colon_it_is_posted_with_whom_and_why(office: Any) -> None:
    await office.type(ASKER, f"/ask-ta {NAME}: can they move to single sign-on?")
    request = await only(office)
    (head,) = office.heads(ENTERPRISE)
    marcus = office.server.people.who(TA)
    assert f"<@{marcus.id}>" in head.text
    assert "<!subteam^" in head.text
    assert "Marcus Teague is its TA" in words(head.blocks)
    assert (request.decision.team, request.urgency) == (Team.ENTERPRISE, Urgency.NORMAL)
    assert [one.what for one in request.happened] == ["asked"]
    (told,) = office.told(ASKER)
    assert "is in *#discuss-technical-advisors*, for Marcus Teague" in told
    assert "Open it" in told
    assert "Marcus Teague is its TA" in office.seen(ASKER), "the asker reads the reason at once"


async def test_without_a_colon_the_form_opens_filled_in_and_nothing_is_posted(office: Any) -> None:
    await office.type(ASKER, f"/ask-ta {NAME}")
    form = office.server.people.modal(ASKER)
    assert NAME in words(form)
    assert not await office.requests()
    await modals.submit(
        office.server.people,
        ASKER,
        {"routing.text": "Which limits apply?", "routing.urgency": "urgent", "routing.due": "2026-11-27"},
    )
    request = await only(office)
    assert (request.text, request.urgency, str(request.due_on)) == (
        "Which limits apply?",
        Urgency.URGENT,
        "2026-11-27",
    )
    assert len(office.heads(ENTERPRISE)) == 1
    assert "Asked" in words(office.server.people.modal(ASKER))


async def test_a_name_that_may_mean_several_accounts_asks_which_and_keeps_the_words(office: Any) -> None:
    await office.type(ASKER, "/ask-ta ostervane: how many seats are free?")
    form = office.server.people.modal(ASKER)
    assert "how many seats are free?" in words(form)
    assert "Ostervane Robotics" in words(form)
    assert not await office.requests()
    await office.server.people.choose(ASKER, "routing.choice", "Ostervane Robotics GmbH")
    await modals.submit(office.server.people, ASKER, {})
    request = await only(office)
    assert request.account_name == "Ostervane Robotics GmbH"


async def test_an_account_that_nobody_knows_goes_to_triage_with_what_is_missing(office: Any) -> None:
    await office.type(ASKER, "/ask-ta Zzyzx Qqq 77: who looks after them?")
    request = await only(office)
    assert request.decision.triage
    (head,) = office.heads(ENTERPRISE)
    assert "Missing: account" in words(head.blocks)
    assert "Zzyzx Qqq 77" in head.text


async def test_a_messages_shortcut_keeps_its_words_and_a_link_to_it(office: Any) -> None:
    await office.server.people.type(ASKER, "general", f"{NAME} asks for a sandbox")
    said = office.server.workspace.messages[-1]
    await shortcuts.use(office.server.people, ASKER, "routing.ask_from_message", message=said.ts)
    await office.edge.working.drained(10)
    form = words(office.server.people.modal(ASKER))
    assert "asks for a sandbox" in form
    assert NAME in form
    await modals.submit(office.server.people, ASKER, {})
    request = await only(office)
    assert said.ts.replace(".", "") in request.link
    (head,) = office.heads(ENTERPRISE)
    assert request.link in words(head.blocks)


async def test_the_composers_shortcut_opens_the_empty_form(office: Any) -> None:
    await shortcuts.use(office.server.people, ASKER, "routing.ask_anything")
    await office.edge.working.drained(10)
    assert "Ask the TA team" in words(office.server.people.modal(ASKER))
    await modals.submit(office.server.people, ASKER, {"routing.text": "Who knows about audit logs?"})
    assert (await only(office)).decision.triage


async def test_the_cards_button_opens_the_form_about_its_account(office: Any) -> None:
    await office.type(ASKER, f"/account-health {NAME}")
    await office.press(ASKER, "routing.ask")
    assert NAME in words(office.server.people.modal(ASKER))
    await modals.submit(office.server.people, ASKER, {"routing.text": "What changed last week?"})
    assert (await only(office)).account_name.startswith(NAME)


def join(office: Any, channel: str = "general") -> str:
    workspace = office.server.workspace
    place = workspace.find_channel(channel)
    if workspace.bot.id not in place.members:
        place.members.append(workspace.bot.id)
    return f"@{workspace.bot.name}"


async def test_mentioning_the_bot_asks_the_same(office: Any) -> None:
    bot = join(office)
    await office.server.people.type(ASKER, "general", f"{bot} {NAME}: can we see their last upgrade?")
    request = await only(office)
    assert request.text == "can we see their last upgrade?"
    assert request.link
    assert len(office.heads(ENTERPRISE)) == 1
    assert not office.heads("general"), "nothing is said where it was asked"
    assert len(office.told(ASKER)) == 1


@pytest.mark.parametrize(
    ("said", "account", "missing"),
    [
        (f"hi, could somebody look at {NAME} with me?", "Quelmarra Holdings Inc", ()),
        ("does anybody know about audit logs?", "", ("account",)),
    ],
)
async def test_a_mention_without_a_colon_is_about_the_account_that_it_names(
    office: Any, said: str, account: str, missing: tuple[str, ...]
) -> None:
    bot = join(office)
    await office.server.people.type(ASKER, "general", f"{bot} {said}")
    request = await only(office)
    assert (request.account_name, request.decision.missing) == (account, missing)


async def test_a_thank_you_to_the_bot_is_no_request(office: Any) -> None:
    bot = join(office)
    await office.server.people.type(ASKER, "general", f"{bot} thanks!")
    await office.settle()
    assert not await office.requests()
    assert "/ask-ta" in office.told(ASKER)[0]


async def test_an_urgent_line_says_so(office: Any) -> None:
    await office.type(ASKER, f"/ask-ta {NAME}: urgent: their upgrade failed")
    request = await only(office)
    assert (request.urgency, request.text) == (Urgency.URGENT, "their upgrade failed")


async def test_slacks_own_retries_are_one_request(office: Any) -> None:
    """The same request id, to the same process and to another one that has not seen it."""
    await office.type(ASKER, f"/ask-ta {NAME}: asked once")
    first = office.transport.delivered[-1]
    await office.transport.deliver(first)
    office.edge.working  # noqa: B018 # the second delivery is told from the first before any work begins
    await office.settle()
    ask = payloads.command(first.payload, "another")
    person = office.server.people.who(ASKER)
    ask = replace(ask, asker=replace(ask.asker, email=person.email, name=person.real_name))
    from commands import ask_ta

    await ask_ta.answer(ask, office.ports)
    await office.settle()
    assert len(await office.requests()) == 1
    assert len(office.heads(ENTERPRISE)) == 1
    assert set(office.keys().values()) == {1}


async def test_asked_in_a_shared_channel_it_is_answered_privately_and_routed_inside(office: Any) -> None:
    await office.type(ASKER, f"/ask-ta {NAME}: are they at risk?", channel=SHARED_CHANNEL)
    await only(office)
    assert len(office.heads(ENTERPRISE)) == 1
    assert not office.said(SHARED_CHANNEL)
    assert NAME not in office.seen("outsider@customer.example")
    assert NAME in office.seen(ASKER)


async def test_where_an_outsider_could_read_the_channel_it_goes_to_its_ta_directly(office: Any) -> None:
    """What a channel is, is asked as it is sent."""
    workspace = office.server.workspace
    workspace.find_channel(ENTERPRISE).members.append(office.server.people.who(GUEST).id)
    await office.type(ASKER, f"/ask-ta {NAME}: are they at risk?")
    await office.settle()
    (request,) = await office.requests()
    assert not office.said(ENTERPRISE)
    assert any("could not be posted" in said for said in office.told(TA))
    assert any("it went to Marcus Teague directly" in said for said in office.told(ASKER))
    assert any("guest" in said for said in office.told("odette.marchand"))
    assert NAME not in office.seen(GUEST)
    await office.press(TA, "routing.claim")
    await office.settle()
    (request,) = await office.requests()
    assert request.state is RequestState.CLAIMED


async def test_a_group_that_is_gone_is_told_to_the_operators_once_a_day(office: Any) -> None:
    group = next(one for one in office.server.workspace.groups.values() if one.handle == "technical-advisors")
    group.date_delete = 1
    office.house  # noqa: B018
    office.ports.directory.forget_groups()
    for number in range(3):
        await office.type(ASKER, f"/ask-ta {NAME}: question {number}")
    await office.settle()
    notes = [one for one in office.told("odette.marchand") if "technical-advisors" in one]
    assert len(notes) == 1
    assert "disabled" in notes[0]
    assert len(office.heads(ENTERPRISE)) == 3
    assert "Marcus Teague" in str(await office.requests())


async def test_a_channel_that_is_not_there_does_not_lose_a_request(office: Any) -> None:
    del office.server.workspace.channels[office.server.workspace.find_channel(ENTERPRISE).id]
    await office.type(ASKER, f"/ask-ta {NAME}: anybody?")
    await office.settle()
    assert any("could not be posted" in said for said in office.told(TA))
    assert any("no such channel" in said for said in office.told("odette.marchand"))


async def test_what_was_typed_mentions_nobody(office: Any) -> None:
    await office.type(ASKER, f"/ask-ta {NAME}: <!channel> @{TA} https://evil.example *x*")
    await only(office)
    (head,) = office.heads(ENTERPRISE)
    quoted = head.blocks[1]["text"]["text"]
    assert "<" not in quoted
    assert isinstance(head, Message)
    assert SCALED not in head.text
