"""A request from one end to the other: asked, claimed, answered, and whether it helped."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.request import RequestState

ASKER = "bronwyn.pryce-evans"


async def test_it_is_asked_claimed_answered_and_it_helped(office) -> None:
    await office.type(ASKER, "/ask-ta Quelmarra Holdings: can they move to single sign-on?")
    await office.settle()
    (head,) = office.heads("discuss-technical-advisors")
    assert "Open" in head.text
    assert "Quelmarra Holdings" in head.text
    (request,) = await office.requests()
    ta = office.server.people.who(request.assignee)
    await office.press(ta.name, "routing.claim", message=head.ts)
    await office.settle()
    assert "Claimed" in office.heads("discuss-technical-advisors")[0].text
    await office.press(ta.name, "routing.answered", message=head.ts)
    await office.settle()
    await office.press(ASKER, "routing.helped")
    await office.settle()
    (request,) = await office.requests()
    assert request.state is RequestState.CLOSED
    assert request.helped is True
    assert len(office.heads("discuss-technical-advisors")) == 1
    assert set(office.keys().values()) == {1}
    await office.turn(office.clock.now() + timedelta(days=7))
