"""Drafts over a night of the demo's book: a list for each pool once a month, a TA's own, and nothing to a customer."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import policy as policy_module
from bot.blocks.answers import Done, Message, Modal
from bot.clock import FixedClock
from bot.domain.person import Role, Team
from bot.domain.reading import AccountReading, Event, EventReading
from bot.errors import UserError
from bot.features.drafts import usecases, wording
from bot.ports import Ports
from bot.ports.readings import Claimed, Sweep, SweepState
from bot.standin.demo import POLICY
from bot.standin.server import StandinServer

Do = Callable[..., Any]
FIRST = datetime(2026, 12, 1, 9, tzinfo=UTC)
SCALED, DIGITAL = "drafts:scaled:2026-12", "drafts:digital:2026-12"


def words(answer: Message | Modal) -> str:
    return json.dumps(answer.blocks, ensure_ascii=False)


def at(ports: Ports, now: datetime) -> Ports:
    clock = FixedClock(now, ports.clock.zone)
    return replace(ports, clock=clock, policy=policy_module.load(POLICY))


async def _keys(ports: Ports) -> set[str]:
    return {one.key for one in await ports.outgoing.list_outgoing(prefix="drafts:")}


async def _wrote(ports: Ports, account_id: str, on: date) -> None:
    """Vitally had a conversation by mail with an account."""
    sweep = Sweep(
        system="vitally",
        feed="conversations",
        number=1,
        whole=True,
        state=SweepState.RUNNING,
        started_at=FIRST,
        records=1,
    )
    known = AccountReading(key="v1", name="x", values={}, as_of=FIRST)
    talk = EventReading(kind=Event.CONVERSATION, key="c1", account_key="v1", label="mail", on=on, as_of=FIRST)
    async with ports.work.transaction() as tx:
        await ports.readings.begin_sweep(tx, sweep)
        await ports.readings.save_page(tx, sweep, [known, talk], lambda _: Claimed(account_id))
        await ports.readings.end_sweep(tx, sweep, gone_on=None, refuses=lambda _: False)


async def test_each_pool_has_one_list_a_month_without_whom_vitally_wrote_to(
    ports: Ports, press: Do, person: Do, server: StandinServer
) -> None:
    first = at(ports, FIRST)
    everybody = await usecases._monthly(first, Team.SCALED, await _found(first))
    left_out = everybody.drafts[0].account
    await _wrote(ports, left_out.id, FIRST.date() - timedelta(days=10))
    assert (await usecases.night(first)).endswith("2 lists posted")
    assert await _keys(ports) == {SCALED, DIGITAL}
    report = await usecases._monthly(first, Team.SCALED, await _found(first))
    assert report.total == everybody.total - 1
    assert report.left_out == ((left_out.name, FIRST.date() - timedelta(days=10)),)
    for later in (FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=8)):
        assert (await usecases.night(at(ports, later))).endswith("0 lists posted")
    beatriz = person(Role.TA, Team.SCALED)
    sent = await press("drafts.csv", "scaled", beatriz, ports=first)
    assert f"{report.total} accounts" in sent.text
    (file,) = server.workspace.files.values()
    rows = list(csv.DictReader(io.StringIO(bytes(file.content).decode("utf-8-sig"))))
    assert len({row["account_id"] for row in rows}) == report.total
    assert left_out.id not in {row["account_id"] for row in rows}
    with_contact = next(row for row in rows if row["contact_email"])
    assert with_contact["contact_roles"]
    assert with_contact["material"].count("https://learn.example/") >= 1
    assert with_contact["draft_text"].startswith("Hello ")


async def _found(ports: Ports) -> Any:
    looking = usecases._looking(ports)
    found = [usecases.rules.look(one, looking) for one in await ports.book.list_accounts()]
    return [usecases.rules.wanted_of(one) for one in found if one]


@pytest.mark.parametrize(
    ("day", "posted"),
    [
        (datetime(2026, 10, 31, 9, tzinfo=UTC), 0),  # Saturday
        (datetime(2026, 11, 1, 9, tzinfo=UTC), 0),  # Sunday
        (
            datetime(2026, 11, 2, 9, tzinfo=UTC),
            2,
        ),  # where one pool rests on that Monday, policy's country says so
        (datetime(2026, 11, 10, 9, tzinfo=UTC), 2),
        (datetime(2026, 11, 11, 9, tzinfo=UTC), 0),
    ],
    ids=["before", "a Sunday", "the first working day", "the last day", "too late"],
)
async def test_a_list_is_posted_from_the_first_working_day_to_the_last_of_policy(
    day: datetime, posted: int, ports: Ports
) -> None:
    assert (await usecases.night(at(ports, day))).endswith(f"{posted} lists posted")


async def test_a_ta_hears_once_of_each_draft_for_an_account_of_their_own(ports: Ports, press: Do) -> None:
    day = at(ports, FIRST + timedelta(days=20))
    told = int((await usecases.night(day)).split()[0])
    assert told > 0
    assert (await usecases.night(at(ports, FIRST + timedelta(days=21)))).startswith("0 drafts")
    owners = {one.email for one in await ports.people.list_people(team=Team.ENTERPRISE)}
    readers = await ports.alerts.list_readers()
    assert set(readers) <= owners
    (kept, *_) = await ports.alerts.list_waiting(readers[0], day.clock.now() + timedelta(days=1))
    assert kept.notice.signal == wording.SIGNAL
    assert kept.notice.press is not None
    account = await ports.book.find_account(kept.notice.account_id)
    assert account is not None
    assert account.ta_email.value == readers[0]
    seen = await press(kept.notice.press.action_id, kept.notice.press.value, ports=day)
    assert "A draft to copy" in words(seen)
    assert "I write to no customer" in words(seen)


async def test_the_card_offers_material_where_a_trait_is_poor(
    say: Do, press: Do, ports: Ports, person: Do
) -> None:
    day, ana = at(ports, FIRST), person(Role.TA, Team.ENTERPRISE)
    card = words(await say("/account-health Obrixmoor Energy", ana, ports=day))
    assert '"drafts.see"' in card
    assert "Material to pass on" in card
    assert '"drafts.see"' not in words(await say("/account-health Obrixmoor Energy", ana))
    with pytest.raises(UserError, match="no longer in the book"):
        await press("drafts.see", "A-0")
    with pytest.raises(UserError, match="out of date"):
        await press("drafts.csv", "tampered")
    assert isinstance(await press("drafts.playbook"), Done)
