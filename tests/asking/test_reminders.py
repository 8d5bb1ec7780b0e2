"""Nobody is forgotten: who does not answer is reminded, then the group, then the manager, in working time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.asks import Due
from bot.features.routing import jobs
from bot.ports.people import Absence

ASKER, TA, MANAGER = "bronwyn.pryce-evans", "marcus.teague", "henrike.vollmer"
NAME, SIGNES = "Quelmarra Holdings", "Grelimora Networks"
ENTERPRISE = "discuss-technical-advisors"


async def ask(office: Any, said: str = "can they move to single sign-on?") -> None:
    await office.type(ASKER, f"/ask-ta {NAME}: {said}")
    await office.settle()


async def test_the_assignee_then_the_group_then_the_manager(office: Any) -> None:
    """Asked at half past nine in London: half, four fifths and all of a working day later, each once."""
    office.clock.stand_at(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    signe = office.server.people.who("signe.aldstrom")
    await office.type(ASKER, f"/ask-ta {SIGNES}: can they move to single sign-on?")
    await office.settle()
    await office.turn(datetime(2026, 11, 24, 16, tzinfo=UTC))
    lines = office.thread(ENTERPRISE)
    assert len(lines) == 3
    assert lines[0].startswith(f"<@{signe.id}>: nobody has responded yet.")
    assert "<!subteam^" in lines[1]
    assert "Signe Aldström was reminded and has not answered" in lines[1]
    assert "Who takes it?" in lines[1]
    assert "Henrike Vollmer, who answers for the team, is told" in lines[2]
    (told,) = office.told(MANAGER)
    assert "nobody has responded yet" in told
    (request,) = await office.requests()
    assert [one.what for one in request.happened if one.what != "passed_over"] == [
        "asked",
        "reminded_assignee",
        "reminded_group",
        "reminded_manager",
    ]
    assert set(office.keys().values()) == {1}
    assert len(office.heads(ENTERPRISE)) == 1


async def test_a_claim_ends_the_reminders_of_the_first_response(office: Any) -> None:
    await ask(office)
    await office.press(TA, "routing.claim", message=office.heads(ENTERPRISE)[0].ts)
    await office.settle()
    await office.turn(datetime(2026, 11, 24, 16, tzinfo=UTC))
    assert not [line for line in office.thread(ENTERPRISE) if "responded" in line]
    assert not office.told(MANAGER)
    await office.turn(datetime(2026, 11, 27, 16, tzinfo=UTC))
    assert any("nobody has answered yet" in line for line in office.thread(ENTERPRISE))
    assert any("nobody has answered yet" in said for said in office.told(MANAGER))


async def test_who_goes_away_is_passed_over_with_a_line(office: Any) -> None:
    await ask(office)
    email = office.server.people.who(TA).email
    async with office.ports.work.transaction() as tx:
        away = Absence(email=email, starts_on=date(2026, 11, 23), ends_on=date(2026, 11, 27))
        await office.ports.people.save_absences(tx, [away], source="absences.csv")
    await office.turn(datetime(2026, 11, 24, 16, tzinfo=UTC))
    assert any(
        "Marcus Teague is away until 27 Nov 2026 and is passed over" in line
        for line in office.thread(ENTERPRISE)
    )
    marcus = office.server.people.who(TA)
    assert not [line for line in office.thread(ENTERPRISE) if f"<@{marcus.id}>" in line]


async def test_nobody_is_mentioned_outside_their_hours_unless_it_is_urgent(office: Any) -> None:
    """Saturday noon: Marcus and the group are named, and mentioned on Monday."""
    office.clock.stand_at(datetime(2026, 11, 28, 12, tzinfo=UTC))
    marcus = office.server.people.who(TA)
    await ask(office)
    (head,) = office.heads(ENTERPRISE)
    assert f"<@{marcus.id}>" not in head.text
    assert "<!subteam^" not in head.text
    assert "Marcus Teague" in head.text
    await office.turn(datetime(2026, 11, 30, 13, 59, tzinfo=UTC))  # 08:59 in New York
    assert not [line for line in office.thread(ENTERPRISE) if f"<@{marcus.id}>" in line]
    await office.turn(datetime(2026, 11, 30, 14, 5, tzinfo=UTC))
    assert [line for line in office.thread(ENTERPRISE) if line.startswith(f"<@{marcus.id}>")]
    await ask(office, "urgent: it is down")
    assert f"<@{marcus.id}>" in office.heads(ENTERPRISE)[1].text


async def test_what_was_lost_is_planned_anew(office: Any) -> None:
    await ask(office)
    for work in await office.ports.jobs.list_work(prefix="ask:"):
        async with office.ports.work.transaction() as tx:
            await office.ports.jobs.cancel_later(tx, work.key)
    due = Due(job=jobs.TEND, key="tend", subject="", due_at=office.clock.now())
    assert await jobs.tend(due, office.ports) == "1 planned that were not"
    assert await jobs.tend(due, office.ports) == "0 planned that were not"


async def test_the_week_stands_in_the_digest(office: Any) -> None:
    await ask(office)
    office.clock.stand_at(office.clock.now() + timedelta(hours=2))
    await office.press(TA, "routing.claim", message=office.heads(ENTERPRISE)[0].ts)
    await ask(office, "another one")
    office.clock.stand_at(datetime(2026, 11, 30, 14, tzinfo=UTC))
    await office.type(MANAGER, "/kpi-digest preview enterprise 2026-W48")
    assert "2 asked · first response after 2 h of working time (median) · :warning: 2 late" in office.seen(
        MANAGER
    )
    assert "most about Quelmarra Holdings Inc (2)" in office.seen(MANAGER)
