"""Requests as both engines keep them: one winner of many, one request a token, and what is asked of many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.person import Team
from bot.domain.request import Decision, Happening, Request, RequestState, Urgency
from bot.errors import StaleRow
from bot.ports.clock import Clock
from bot.ports.requests import Wanted
from bot.store import Store, open_store

NOW = datetime(2026, 11, 23, 14, 5, 6, 789, tzinfo=UTC)
SCALED = Decision(
    team=Team.SCALED,
    channel="discuss-scaled-success",
    user_group="scaled-success",
    assignee="bea@ta.example",
    for_whom="dana@ta.example",
    steps=("The Scaled team serves it.", "Dana is away; Bea covers. “Ж” 🐸"),
)
TRIAGE = Decision(
    team=None,
    channel="discuss-technical-advisors",
    user_group="",
    mention_group=False,
    triage=True,
    missing=("developers", "arr"),
)
NEW = Request(
    id=0,
    version=0,
    account_id="A-1",
    account_name="Northwind",
    text="Can we see their usage?\nBy “Friday” 🐸",
    urgency=Urgency.URGENT,
    due_on=date(2026, 11, 27),
    asker_user_id="U1",
    asker_email="ann@ae.example",
    asker_name="Ann Lee",
    link="https://lumenforge.slack.example/archives/C1/p1",
    decision=SCALED,
    channel_id="C2",
    state=RequestState.OPEN,
    assignee="bea@ta.example",
    created_at=NOW,
    happened=(Happening(at=NOW, what="asked", who="ann@ae.example"),),
)


async def _add(store: Store, request: Request = NEW, token: str = "", **changes: Any) -> Request:
    async with store.work.transaction() as tx:
        return await store.requests.add_request(tx, replace(request, **changes), token=token)


async def _change(store: Store, request: Request, **changes: Any) -> Request:
    async with store.work.transaction() as tx:
        return await store.requests.change_request(tx, replace(request, **changes))


@pytest.fixture
async def replicas(store: Store, database_url: str, clock: Clock) -> AsyncIterator[tuple[Store, Store]]:
    """Two processes' stores over the same database."""
    other = open_store(database_url, clock)
    await other.start()
    yield store, other
    await other.close()


async def test_a_request_is_kept_as_it_was_given(store: Store) -> None:
    kept = await _add(store)
    assert kept.id > 0
    assert kept == replace(NEW, id=kept.id, version=1)
    assert await store.requests.find_request(kept.id) == kept
    assert await store.requests.find_request(kept.id + 1) is None


async def test_a_request_of_a_team_that_is_not_known_is_kept_as_well(store: Store) -> None:
    kept = await _add(store, account_id="", due_on=None, decision=TRIAGE, assignee="", happened=())
    assert await store.requests.find_request(kept.id) == kept
    assert kept.decision == TRIAGE
    assert kept.due_on is None


async def test_a_change_is_kept_whole_and_gives_the_next_version(store: Store) -> None:
    kept = await _add(store)
    later = NOW + timedelta(hours=1)
    changed = await _change(
        store,
        kept,
        state=RequestState.CLOSED,
        assignee="carl@ta.example",
        decision=TRIAGE,
        first_response_at=NOW,
        answered_at=later,
        over_at=later,
        helped=False,
        happened=(*kept.happened, Happening(at=later, what="closed", note="half \ud83d\n“a”")),
    )
    assert changed.version == 2
    assert changed.happened[-1] == Happening(at=later, what="closed", note="half ?\n“a”")
    assert changed.helped is False
    assert await store.requests.find_request(kept.id) == changed


async def test_a_stale_copy_is_refused_and_changes_nothing(store: Store) -> None:
    kept = await _add(store)
    claimed = await _change(store, kept, state=RequestState.CLAIMED)
    with pytest.raises(StaleRow, match=f"request {kept.id} was changed meanwhile"):
        await _change(store, kept, state=RequestState.WITHDRAWN)
    assert await store.requests.find_request(kept.id) == claimed
    with pytest.raises(StaleRow):
        await _change(store, replace(claimed, id=kept.id + 1))


async def test_of_twenty_who_claim_at_once_one_wins(replicas: tuple[Store, Store]) -> None:
    """From two processes at the same time: nineteen are told, and the row is the winner's."""
    kept = await _add(replicas[0])
    told = await asyncio.gather(
        *(
            _change(replicas[at % 2], kept, state=RequestState.CLAIMED, assignee=f"ta{at}@ta.example")
            for at in range(20)
        ),
        return_exceptions=True,
    )
    winners = [one for one in told if isinstance(one, Request)]
    assert len(winners) == 1
    assert sum(isinstance(one, StaleRow) for one in told) == 19
    assert await replicas[1].requests.find_request(kept.id) == winners[0]
    assert winners[0].version == 2


async def test_the_same_token_gives_the_request_that_is_kept(store: Store) -> None:
    first = await _add(store, token="T1")
    claimed = await _change(store, first, state=RequestState.CLAIMED)
    assert await _add(store, token="T1", text="again") == claimed
    second = await _add(store, token="T2")
    assert second.id != first.id
    assert len(await store.requests.list_requests(Wanted())) == 2


async def test_a_token_that_comes_many_times_at_once_is_one_request(replicas: tuple[Store, Store]) -> None:
    told = await asyncio.gather(*(_add(replicas[at % 2], token="T1") for at in range(20)))
    assert len({one.id for one in told}) == 1
    assert await replicas[0].requests.list_requests(Wanted()) == (told[0],)


async def test_what_comes_without_a_token_is_always_a_new_request(store: Store) -> None:
    assert (await _add(store)).id != (await _add(store)).id


async def test_what_fails_beside_it_leaves_no_request(store: Store) -> None:
    async def fail() -> None:
        async with store.work.transaction() as tx:
            await store.requests.add_request(tx, NEW, token="T1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await store.requests.list_requests(Wanted()) == ()


async def test_requests_are_found_by_what_matters_newest_first(store: Store) -> None:
    day = timedelta(days=1)
    other = replace(SCALED, team=Team.ENTERPRISE)
    one = await _add(store, assignee="Bea@TA.example ", created_at=NOW - 3 * day)
    two = await _add(store, assignee="", asker_email="Tom@AE.example", state=RequestState.CLAIMED)
    three = await _add(store, decision=other, account_id="A-2", state=RequestState.CLOSED)
    four = await _add(store, decision=TRIAGE, account_id="", assignee="carl@ta.example")

    async def found(**wanted: Any) -> list[Request]:
        return list(await store.requests.list_requests(Wanted(**wanted)))

    assert await found() == [four, three, two, one]
    assert await found(limit=2) == [four, three]
    assert await found(team=Team.SCALED) == [two, one]
    assert await found(assignee="BEA@ta.example") == [three, one]
    assert await found(asker="tom@ae.example") == [two]
    assert await found(account_id="A-1") == [two, one]
    assert await found(states=(RequestState.OPEN, RequestState.CLAIMED)) == [four, two, one]
    assert await found(since=NOW) == [four, three, two]
    assert await found(team=Team.SCALED, states=(RequestState.CLAIMED,), asker="ann@ae.example") == []
    assert one.assignee == "bea@ta.example"
    assert two.asker_email == "tom@ae.example"


async def test_what_each_has_open_is_counted(store: Store) -> None:
    for state in RequestState:
        await _add(store, state=state)
    await _add(store, assignee="carl@ta.example")
    await _add(store, assignee="")
    assert await store.requests.count_open() == {"bea@ta.example": 2, "carl@ta.example": 1}


async def test_who_answered_about_an_account_last_is_known(store: Store) -> None:
    hour = timedelta(hours=1)
    await _add(store, assignee="bea@ta.example", answered_at=NOW)
    await _add(store, assignee="carl@ta.example", answered_at=NOW + hour, state=RequestState.CLOSED)
    await _add(store, assignee="dana@ta.example", answered_at=NOW - hour)
    await _add(store, assignee="", answered_at=NOW + 2 * hour)
    await _add(store, assignee="eve@ta.example")
    await _add(store, assignee="eve@ta.example", account_id="A-2", answered_at=NOW + 2 * hour)
    assert await store.requests.last_served("A-1") == "carl@ta.example"
    assert await store.requests.last_served("A-3") is None
