"""Status updates from the question to the digest's thread, on the demo's book."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.blocks.answers import FieldErrors, Message, Modal
from bot.clock import FixedClock
from bot.domain.alert import Notice
from bot.domain.person import Role, Team
from bot.domain.plan_update import SIGNAL, Confidence
from bot.domain.schedule import IsoWeek
from bot.errors import UserError
from bot.features.digest import making
from bot.features.plan_updates import forms, usecases
from bot.ports import Ports

Do = Callable[..., Any]
THURSDAY = datetime(2026, 11, 19, 0, 30, tzinfo=UTC)
WEEK = IsoWeek(2026, 47)
SAVED, POOL = "Obrixmoor Energy Ltd", "Zanthorvik Insurance AB"


def words(answer: Message | Modal) -> str:
    return json.dumps(answer.blocks, ensure_ascii=False)


def at(ports: Ports, now: datetime) -> Ports:
    return replace(ports, clock=FixedClock(now, ports.clock.zone))


async def id_of(ports: Ports, name: str) -> str:
    found = (await ports.book.find_by_name(name)).chosen
    assert found is not None
    return found.id


async def test_from_the_question_to_the_digests_thread(
    say: Do, press: Do, submit: Do, ports: Ports, person: Do
) -> None:
    thursday = at(ports, THURSDAY)
    asked = await usecases.ask(thursday)
    asks = {one.account_name: one for one in await ports.plan_updates.list_asks(WEEK.monday)}
    assert asked == f"{len(asks)} asked, 0 with nobody to ask"
    account = await ports.book.find_account(asks[SAVED].account_id)
    assert account is not None
    assert asks[SAVED].email == account.ta_email.value
    assert asks[POOL].email == person(Role.MANAGER, Team.SCALED).email, "nobody has updated it yet"
    kept = await ports.alerts.list_of_account(account.id)
    assert [one.notice.receiver for one in kept] == [asks[SAVED].email]
    assert kept[0].notice.press is not None

    form = await press(kept[0].notice.press.action_id, kept[0].notice.press.value)
    ta = next(one for one in await ports.people.list_people() if one.email == asks[SAVED].email)
    values = {forms.PROGRESS: "Two teams are back.", forms.ASKS: "An hour of an engineer"}
    values[forms.CONFIDENCE] = Confidence.AT_RISK.value
    empty = await submit(form.callback_id, form.private_metadata, ta, ports=thursday)
    assert isinstance(empty, FieldErrors)
    done = await submit(form.callback_id, form.private_metadata, ta, ports=thursday, **values)
    assert "Two teams are back." in words(done)
    assert "at risk" in words(await say(f"/account-health {SAVED}", ta))
    (told,) = await ports.alerts.list_of_account(account.id)
    assert told.acknowledged_by == ta.email

    week = await usecases.week_of(ports, Team.ENTERPRISE, WEEK)
    assert week is not None
    assert [one.account_name for one in week.updates] == [SAVED]
    assert SAVED not in [one.account_name for one in week.unanswered]
    scaled = await usecases.week_of(ports, Team.SCALED, WEEK)
    assert scaled is not None
    assert POOL in [one.account_name for one in scaled.unanswered]
    digest = await making.make(ports, (Team.ENTERPRISE,), WEEK)
    said = making.say(ports, digest, making.Token(teams=(Team.ENTERPRISE,), week=WEEK))
    thread = dict(said.replies)
    assert "Two teams are back." in words(thread["enterprise.plans"])
    assert f"{SAVED}: An hour of an engineer" in words(said.agenda)


async def test_nobody_is_asked_twice_in_a_week_nor_where_an_update_is_written(
    press: Do, submit: Do, ports: Ports, person: Do
) -> None:
    wednesday, thursday = at(ports, THURSDAY - timedelta(days=1)), at(ports, THURSDAY)
    account_id = await id_of(ports, POOL)
    beatriz = person(Role.TA, Team.SCALED)
    form = await press("plan_updates.write", account_id, beatriz)
    await submit(form.callback_id, account_id, beatriz, ports=wednesday, **{forms.PROGRESS: "Moved."})
    assert "not asked for today" in await usecases.ask(wednesday)
    first = await usecases.ask(thursday)
    asks = await ports.plan_updates.list_asks(WEEK.monday)
    assert len(asks) == int(first.split()[0]) > 0
    assert account_id not in [one.account_id for one in asks]
    for again in (thursday, at(ports, THURSDAY + timedelta(days=1))):
        assert (await usecases.ask(again)).startswith("0 asked")
    later = at(ports, THURSDAY + timedelta(weeks=1))
    await usecases.ask(later)
    next_week = {one.account_id: one.email for one in await ports.plan_updates.list_asks(WEEK.plus(1).monday)}
    assert next_week[account_id] == beatriz.email, "who updated it last is asked"


async def test_where_an_alert_said_that_it_is_due_nobody_hears_of_it_again(ports: Ports) -> None:
    """The week's question counts as asked all the same: who does not answer is listed."""
    account_id = await id_of(ports, SAVED)
    told = Notice(
        key="save_plan_update:an alert of Monday", signal=SIGNAL, receiver="x@ta.example", headline="due"
    )
    async with ports.work.transaction() as tx:
        await ports.alerts.tell_later(tx, [replace(told, account_id=account_id)])
    (kept,) = await ports.alerts.list_of_account(account_id)
    await usecases.ask(at(ports, THURSDAY + (IsoWeek.of(kept.kept_at.date()).monday - WEEK.monday)))
    assert [one.id for one in await ports.alerts.list_of_account(account_id)] == [kept.id]
    week = IsoWeek.of(kept.kept_at.date())
    assert account_id in [one.account_id for one in await ports.plan_updates.list_asks(week.monday)]


async def test_no_update_is_due_where_no_plan_runs(press: Do) -> None:
    with pytest.raises(UserError, match="no update of one is due"):
        await press("plan_updates.write", "A-1001")
    with pytest.raises(UserError, match="no longer in the book"):
        await press("plan_updates.write", "A-0")
    assert "no status update yet" in words(await press("plan_updates.history", "A-1001"))
