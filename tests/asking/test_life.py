"""Claimed, handed over, answered, closed, reopened, withdrawn: one message, everybody told, one winner."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.person import Role
from bot.domain.request import RequestState
from bot.ports.people import Absence
from bot.standin import modals

ASKER, TA, OTHER = "bronwyn.pryce-evans", "marcus.teague", "signe.aldstrom"
NAME = "Quelmarra Holdings"
ENTERPRISE, SCALED = "discuss-technical-advisors", "discuss-scaled-success"


@pytest.fixture
async def asked(office: Any) -> Any:
    """A request that Marcus Teague is mentioned in; gives the office."""
    await office.type(ASKER, f"/ask-ta {NAME}: can they move to single sign-on?")
    await office.settle()
    return office


async def state(office: Any) -> Any:
    await office.settle()
    (request,) = await office.requests()
    assert set(office.keys().values()) == {1}
    return request


def answers(office: Any, user: str) -> str:
    """What a person was answered in the channel."""
    me = office.server.people.who(user)
    return "\n".join(one.text for one in office.server.workspace.messages if one.only_for == me.id)


async def test_twenty_claim_at_once_and_one_has_it_and_nineteen_are_told_who(asked: Any) -> None:
    (head,) = asked.heads(ENTERPRISE)
    serving = [
        *await asked.ports.people.list_people(role=Role.TA),
        *await asked.ports.people.list_people(role=Role.MANAGER),
        *await asked.ports.people.list_people(role=Role.PROGRAM_MANAGER),
    ]
    more = [replace(one, role=Role.TA) for one in (await asked.ports.people.list_people(role=Role.CE))]
    async with asked.ports.work.transaction() as tx:
        await asked.ports.people.save_people(tx, more, source="people.csv")
    people = [asked.server.people.who(one.email).name for one in (*serving, *more)][:20]
    assert len(people) == 20
    await asyncio.gather(
        *(asked.server.people.press(one, "routing.claim", message=head.ts) for one in people)
    )
    request = await state(asked)
    (winner,) = [one for one in people if asked.server.people.who(one).email == request.assignee]
    name = asked.server.people.who(winner).real_name
    assert [one.what for one in request.happened] == ["asked", "claimed"]
    assert "It is yours" in answers(asked, winner)
    losers = [one for one in people if one != winner]
    assert len(losers) == 19
    for one in losers:
        assert f"{name} claimed it" in answers(asked, one)
        assert "It is yours" not in answers(asked, one)
    assert len(asked.heads(ENTERPRISE)) == 1
    assert sum(f"{name} has taken" in said for said in asked.told(ASKER)) == 1


async def test_only_those_who_serve_may_claim_and_only_the_asker_withdraws(asked: Any) -> None:
    (head,) = asked.heads(ENTERPRISE)
    await asked.press("diego.larranaga", "routing.claim", message=head.ts)
    assert "Only TAs and their managers" in answers(asked, "diego.larranaga")
    await asked.press(ASKER, "routing.withdraw")
    request = await state(asked)
    assert request.state is RequestState.WITHDRAWN
    assert "Withdrawn by its asker" in asked.heads(ENTERPRISE)[0].text
    assert "was withdrawn" in asked.thread(ENTERPRISE)[0]
    assert not await asked.ports.jobs.list_work(prefix="ask:")


async def test_handed_over_to_a_person_they_are_mentioned_in_the_thread_and_the_asker_told(
    asked: Any,
) -> None:
    (head,) = asked.heads(ENTERPRISE)
    await asked.press(TA, "routing.hand_over", message=head.ts)
    await asked.server.people.choose(TA, "routing.to", "Signe Aldström · Enterprise team", query="aldstrom")
    await modals.submit(asked.server.people, TA, {"routing.note": "You know *their* login <!here>."})
    request = await state(asked)
    signe = asked.server.people.who(OTHER)
    assert (request.state, request.assignee) == (RequestState.OPEN, signe.email)
    (line,) = asked.thread(ENTERPRISE)
    assert line.startswith(f"<@{signe.id}>: this is yours now, handed over by Marcus Teague")
    assert "<!here>" not in line
    assert f"<@{signe.id}>" in asked.heads(ENTERPRISE)[0].text
    assert any("was handed over to Signe Aldström" in said for said in asked.told(ASKER))


async def test_whoever_is_away_cannot_be_handed_a_request(asked: Any) -> None:
    email = asked.server.people.who(OTHER).email
    day = asked.clock.today()
    async with asked.ports.work.transaction() as tx:
        await asked.ports.people.save_absences(
            tx, [Absence(email=email, starts_on=day, ends_on=day)], source="absences.csv"
        )
    (head,) = asked.heads(ENTERPRISE)
    await asked.press(TA, "routing.hand_over", message=head.ts)
    await asked.server.people.choose(TA, "routing.to", "Signe Aldström · Enterprise team", query="aldstrom")
    answer = await modals.submit(asked.server.people, TA, {})
    assert "is away until" in str(answer)
    assert (await state(asked)).assignee.startswith("marcus.teague")


async def test_outside_their_hours_whom_it_is_handed_to_is_mentioned_when_they_work_again(asked: Any) -> None:
    """15:00 in New York is midnight in Seoul."""
    (head,) = asked.heads(ENTERPRISE)
    ryoo = asked.server.people.who("dae-hyun.ryoo")
    await asked.press(TA, "routing.hand_over", message=head.ts)
    await asked.server.people.choose(TA, "routing.to", "Dae-hyun Ryoo · Enterprise team", query="ryoo")
    await modals.submit(asked.server.people, TA, {})
    await asked.settle()
    assert f"<@{ryoo.id}>" not in asked.thread(ENTERPRISE)[-1]
    await asked.turn(datetime(2026, 11, 24, 0, 1, tzinfo=UTC))  # 09:01 in Seoul
    assert asked.thread(ENTERPRISE)[-1].startswith(f"<@{ryoo.id}>")


async def test_handed_over_to_another_team_it_is_one_message_there_and_a_line_here(asked: Any) -> None:
    (head,) = asked.heads(ENTERPRISE)
    await asked.press(TA, "routing.hand_over", message=head.ts)
    await asked.server.people.choose(TA, "routing.to", "Scaled TAs (the team)", query="scaled")
    await modals.submit(asked.server.people, TA, {"routing.note": "A pool account by now."})
    request = await state(asked)
    (there,) = asked.heads(SCALED)
    (here,) = asked.heads(ENTERPRISE)
    assert "can they move to single sign-on?" in there.text
    assert "was handed over to *#discuss-scaled-success*" in here.text
    assert "A pool account by now." in json.dumps(here.blocks)
    assert request.decision.team == "scaled"
    assert "Marcus Teague handed it over" in request.decision.steps[0]
    await asked.press("tomas.arrieta", "routing.claim", message=there.ts)
    await asked.settle()
    assert "Claimed" in asked.heads(SCALED)[0].text


async def test_answered_and_it_did_not_help_the_team_hears_and_it_is_reopened(asked: Any) -> None:
    (head,) = asked.heads(ENTERPRISE)
    await asked.press(TA, "routing.answered", message=head.ts)
    await asked.settle()
    assert any("Did this help?" in str(one.blocks) for one in asked.server.workspace.messages)
    await asked.press(ASKER, "routing.helped_not")
    request = await state(asked)
    assert (request.state, request.helped) == (RequestState.ANSWERED, False)
    assert "did not help" in asked.thread(ENTERPRISE)[-1]
    await asked.press(ASKER, "routing.reopen")
    request = await state(asked)
    assert (request.state, request.helped) == (RequestState.OPEN, None)
    assert "Open" in asked.heads(ENTERPRISE)[0].text
    await asked.press(TA, "routing.close", message=head.ts)
    request = await state(asked)
    assert request.state is RequestState.CLOSED
    assert len(asked.heads(ENTERPRISE)) == 1


async def test_a_press_that_has_no_meaning_any_more_says_how_things_stand(asked: Any) -> None:
    (head,) = asked.heads(ENTERPRISE)
    await asked.press(TA, "routing.claim", message=head.ts)
    first = asked.transport.delivered[-1]
    await asked.settle()
    again = {**first.payload, "trigger_id": "another", "user": {**first.payload["user"]}}
    again["user"]["id"] = asked.server.people.who(OTHER).id
    await asked.transport.deliver(type(first)("interactive", again))
    await asked.settle()
    assert (await state(asked)).happened[-1].who.startswith("marcus.teague")


async def test_why_is_one_click_away(asked: Any) -> None:
    (head,) = asked.heads(ENTERPRISE)
    await asked.press("diego.larranaga", "routing.why", message=head.ts)
    why = json.dumps(asked.server.people.modal("diego.larranaga"), ensure_ascii=False)
    for said in ("is recorded for the Enterprise team", "is its TA", "09:00 to 17:30", "First response by"):
        assert said in why


async def test_mine_team_and_the_file(asked: Any) -> None:
    await asked.press(TA, "routing.claim", message=asked.heads(ENTERPRISE)[0].ts)
    await asked.settle()
    await asked.type(ASKER, "/ask-ta mine")
    assert "Asked by you" in asked.seen(ASKER)
    await asked.type(TA, "/ask-ta mine")
    assert "To answer by you" in asked.seen(TA)
    await asked.type(TA, "/ask-ta team")
    assert "Enterprise team: 1 request" in asked.seen(TA)
    await asked.press(TA, "routing.csv")
    (file,) = asked.server.workspace.files.values()
    assert b"can they move to single sign-on?" in file.content
    assert b"claimed" in file.content
    await asked.type(ASKER, "/ask-ta team")
    assert "You are in no TA team" in answers(asked, ASKER) or "You are in no TA team" in asked.seen(ASKER)
    await asked.type(ASKER, "/ask-ta team digital")
    assert "no open requests" in asked.seen(ASKER)
