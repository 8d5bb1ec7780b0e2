"""App Home over the demo's book: whose tab holds what, and that Slack takes every one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.asks import Action, Asker, HomeOpened, Place, Surface
from bot.blocks import text
from bot.blocks.answers import Home
from bot.domain.alert import Notice
from bot.domain.person import Person, Role, Team
from bot.domain.plan_update import Confidence, PlanAsk, PlanKind, PlanUpdate
from bot.domain.provenance import Stamp
from bot.domain.schedule import IsoWeek
from bot.domain.watching import Period
from bot.errors import UserError
from bot.features.alerts import views as alerts
from bot.features.books import rules as books
from bot.features.coverage import forms
from bot.features.coverage import usecases as coverage
from bot.features.home import book, plans, rules, usecases, views
from bot.ports import Ports
from bot.ports.book import AccountRow
from bot.slack import views as edge
from bot.standin.validate import view_problems
from bot.standin.workspace import user_id_of

Do = Callable[..., Any]


def _opened(who: Person | None, *, whole: bool = True, email: str = "nobody@ta.example") -> HomeOpened:
    asker = Asker(user_id_of(who), "", who.email, who.name) if who else Asker("U0", "", email, "Somebody")
    return HomeOpened(asker=asker, place=Place(""), reference="r", surface=Surface.HOME, whole=whole)


def _words(home: Home) -> str:
    assert view_problems(edge.home(home)) == []
    return json.dumps([dict(one) for one in home.blocks], ensure_ascii=False)


async def test_everybody_of_the_demo_has_a_tab_that_slack_takes(
    people: tuple[Person, ...], ports: Ports
) -> None:
    for person in people:
        said = _words(await usecases.open_home(_opened(person), ports))
        assert person.name.split()[0] in said
        assert "cannot be shown" not in said, person.email


TITLES = {
    Role.TA: ("Your book of business", "Requests", "Time off", "Gmail in Vitally"),
    Role.AE: ("Accounts you sell to", "seats", "Requests"),
    Role.MANAGER: ("KPIs of", "To approve", "Late requests", "Segment drift"),
    Role.OPERATOR: ("Failures", "Digests", "imported"),
}


@pytest.mark.parametrize("role", TITLES)
async def test_each_role_sees_what_is_theirs(role: Role, person: Do, ports: Ports) -> None:
    who = person(role, Team.ENTERPRISE if role in (Role.TA, Role.MANAGER) else None)
    said = _words(await usecases.open_home(_opened(who), ports))
    assert [title for title in TITLES[role] if title not in said] == []
    others = {title for one, titles in TITLES.items() if one is not role for title in titles[:1]}
    assert [title for title in others if title in said] == []


async def test_a_pool_ta_sees_the_pool_and_a_ta_with_accounts_their_worst(person: Do, ports: Ports) -> None:
    pool = _words(await usecases.open_home(_opened(person(Role.TA, Team.SCALED)), ports))
    assert "The pool of the Scaled team" in pool
    dana = person(Role.TA, Team.ENTERPRISE)
    made = await usecases.open_home(_opened(dana), ports)
    accounts = await ports.book.list_accounts(ta_email=dana.email)
    worst = min(accounts, key=lambda one: one.health_score.value)
    assert worst.id in made.accounts
    assert worst.name in _words(made)


@pytest.mark.parametrize("count", [0, 1, 400])
async def test_a_tab_holds_a_book_of_any_size(person: Do, ports: Ports, count: int) -> None:
    """With names that mean to be more than names; nothing is left out, and how many more there are is said."""
    dana = replace(person(Role.TA, Team.ENTERPRISE), email="new@lumenforge.example")
    stamp = Stamp("accounts.csv", ports.clock.now())
    rows = [
        AccountRow(
            id=f"N{at}",
            name=f"<!channel> *{at}* {'x' * 300}",
            values={
                "ta_email": dana.email,
                "health_score": at / 50,
                "renewal_date": date(2026, 12, 24),
                "arr": 1,
            },
            stamp=stamp,
            stamps={},
        )
        for at in range(count)
    ]
    async with ports.work.transaction() as tx:
        await ports.people.save_people(tx, [dana], source="people.csv")
        await ports.book.save_accounts(tx, rows, complete=False, seen_on=ports.clock.today())
    said = _words(await usecases.open_home(_opened(dana), ports))
    assert "<!channel>" not in said
    assert ("No account yet" in said) == (count == 0)
    assert ("and 394 more" in said) == (count == 400)
    assert (text.plural(count, "account") in said) == (count > 0)


async def test_somebody_whom_the_book_does_not_know_is_told_what_helps(ports: Ports) -> None:
    made = await usecases.open_home(_opened(None), ports)
    said = _words(made)
    assert "not in the book of people" in said
    assert made.accounts == ()


async def test_a_person_may_be_two_things(person: Do, people: tuple[Person, ...]) -> None:
    """A TA whom somebody's line of managers names, and who is an account's AE, has a part for each."""
    dana = person(Role.TA, Team.ENTERPRISE)
    led = [replace(one, manager_email=dana.email) if one is not dana else one for one in people]
    standing = rules.standing_of(dana, led, sells=True)
    assert {rules.Part.BOOK, rules.Part.SOLD, rules.Part.TEAM, rules.Part.APPROVALS} <= set(
        rules.parts_of(standing)
    )


async def test_without_an_operator_managers_see_what_operators_would(people: tuple[Person, ...]) -> None:
    manager = next(one for one in people if one.role is Role.MANAGER)
    left = [one for one in people if one.role is not Role.OPERATOR]
    assert rules.Part.SOURCES not in rules.parts_of(rules.standing_of(manager, people, sells=False))
    assert rules.Part.SOURCES in rules.parts_of(rules.standing_of(manager, left, sells=False))


async def test_what_takes_long_is_left_for_a_second_look(person: Do, ports: Ports) -> None:
    quick = await usecases.open_home(_opened(person(Role.MANAGER), whole=False), ports)
    assert quick.unfinished
    assert "KPIs of" not in _words(quick)
    assert not (await usecases.open_home(_opened(person(Role.TA), whole=False), ports)).unfinished


class _Broken:
    """A port that is away; everything else of it answers."""

    def __init__(self, kept: Any, method: str) -> None:
        self._kept, self._method = kept, method

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            raise RuntimeError("Acme: away")
        return getattr(self._kept, name)


async def test_a_part_that_fails_leaves_the_others_standing(person: Do, ports: Ports) -> None:
    broken = replace(ports, requests=_Broken(ports.requests, "list_requests"))
    said = _words(await usecases.open_home(_opened(person(Role.TA, Team.ENTERPRISE)), broken))
    assert "*Requests* cannot be shown now. `/ask-ta mine`" in said
    assert "Your book of business" in said
    assert "Acme: away" not in said


async def test_an_ae_goes_through_all_of_their_accounts(people: tuple[Person, ...], ports: Ports) -> None:
    for ae in (one for one in people if one.role is Role.AE):
        rows = await ports.book.list_segment_rows(ae_email=ae.email)
        if len(rows) > rules.PAGE:
            break
    else:
        pytest.fail("no AE of the demo has more accounts than one page")
    seen: set[str] = set()
    for offset in range(0, len(rows), rules.PAGE):
        asked = Action(
            asker=Asker(user_id_of(ae), "", ae.email),
            place=Place(""),
            reference="r",
            action_id=views.SOLD,
            value=str(offset),
            surface=Surface.WINDOW,
        )
        page = await usecases.open_sold(asked, ports)
        assert page.replaces
        assert view_problems(edge.modal(edge.message_as_modal(page))) == []
        seen |= set(page.accounts)
    assert seen == {row.id for row in rows}


async def test_plans_that_are_due_stand_on_the_tab_of_their_ta_and_of_who_leads_them(
    person: Do, people: tuple[Person, ...], ports: Ports
) -> None:
    """A status update that was asked for until it is written, and success plans by policy's rhythm: no others."""
    today = ports.clock.today()
    dana = replace(person(Role.TA, Team.ENTERPRISE), email="new@lumenforge.example")
    values = {"ta_email": dana.email, "team": "enterprise", "lighthouse": "active"}
    stamp = Stamp("vitally", ports.clock.now() - timedelta(hours=2))
    updated = {"late": today - timedelta(days=100), "soon": today - timedelta(days=86), "fresh": today}
    rows = [
        AccountRow(
            id=f"P-{name}",
            name=f"Plan {name}",
            values={**values, "success_plan_updated_on": on},
            stamp=stamp,
            stamps={},
        )
        for name, on in updated.items()
    ]
    ask = PlanAsk(
        account_id="P-fresh",
        account_name="Plan fresh",
        team=Team.ENTERPRISE,
        kind=PlanKind.LIGHTHOUSE,
        week=IsoWeek.of(today).monday,
        email=dana.email,
        asked_at=ports.clock.now(),
    )
    async with ports.work.transaction() as tx:
        await ports.people.save_people(tx, [*people, dana], source="people.csv")
        await ports.book.save_accounts(tx, rows, complete=False, seen_on=today)
        await ports.plan_updates.save_asks(tx, [ask])
    mine = books.Scope(email=dana.email)
    page = await plans.due(ports, mine)
    assert [(one.account_name, one.on, one.is_asked) for one in page.some] == [
        ("Plan fresh", today, True),
        ("Plan late", Period(months=3).after(updated["late"]), False),
        ("Plan soon", Period(months=3).after(updated["soon"]), False),
    ]
    assert [(await plans.due(ports, mine, at, 1)).some for at in range(4)] == [
        *((one,) for one in page.some),
        (),
    ]
    said = _words(await usecases.open_home(_opened(dana), ports))
    assert "Plans due: 3" in said
    assert "vitally, 2 h ago" in said
    boss = next(one for one in people if one.role is Role.MANAGER and one.team is Team.ENTERPRISE)
    led = await plans.due(ports, books.Scope(team=Team.ENTERPRISE), count=500)
    assert {one.account_name for one in page.some} < {one.account_name for one in led.some}
    assert f"Plans due: {led.total}" in _words(await usecases.open_home(_opened(boss), ports))
    asked = Action(
        asker=Asker(user_id_of(boss), "", boss.email),
        place=Place(""),
        reference="r",
        action_id=views.PLANS,
        value="0",
        surface=Surface.WINDOW,
    )
    shown = await usecases.open_plans(asked, ports)
    assert view_problems(edge.modal(edge.message_as_modal(shown))) == []
    assert f"1 to {min(20, led.total)} of {led.total}" in shown.text
    update = PlanUpdate(
        id=0,
        account_id=ask.account_id,
        account_name=ask.account_name,
        team=ask.team,
        kind=ask.kind,
        week=ask.week,
        progress="It moved",
        blockers="",
        asks="",
        confidence=Confidence.ON_TRACK,
        by_email=dana.email,
        by_name=dana.name,
        given_at=ports.clock.now(),
    )
    async with ports.work.transaction() as tx:
        await ports.plan_updates.add_update(tx, update, token="t")
    assert (await plans.due(ports, mine)).total == 2


async def test_the_sources_are_those_of_all_of_somebody_s_accounts(person: Do, ports: Ports) -> None:
    """The sums are of the whole book, so their age is that of the oldest of it, though another account is shown."""
    dana = replace(person(Role.TA, Team.ENTERPRISE), email="new@lumenforge.example")
    now = ports.clock.now()
    rows = [
        AccountRow(
            id=f"N{at}",
            name=f"New {at}",
            values={
                "ta_email": dana.email,
                "ae_email": "sells@lumenforge.example",
                "health_score": at,
                "arr": 1,
            },
            stamp=Stamp("first.csv", now - timedelta(days=9)) if at == 9 else Stamp("second.csv", now),
            stamps={},
        )
        for at in range(10)
    ]
    async with ports.work.transaction() as tx:
        await ports.book.save_accounts(tx, rows, complete=False, seen_on=ports.clock.today())
    seen = await book.glance(ports, books.Scope(email=dana.email))
    assert "N9" not in {one.row.account.id for one in seen.worst}
    (health,) = (one for one in seen.origins if one.group == "health")
    assert (health.sources, health.oldest, health.stale) == (
        *(("first.csv", "second.csv"), now - timedelta(days=9), 1),
    )
    assert (await book.sold(ports, "sells@lumenforge.example", count=2)).origins == seen.origins


async def test_a_connector_is_on_by_a_person_s_own_word(press: Do, person: Do, ports: Ports) -> None:
    dana = person(Role.TA, Team.ENTERPRISE)
    before = _words(await usecases.open_home(_opened(dana), ports))
    assert before.count("not on, as far as I know") == 2
    await press(views.CONNECTOR, "gmail_vitally:on", dana)
    said = _words(await usecases.open_home(_opened(dana), ports))
    assert said.count("not on, as far as I know") == 1
    assert ":white_check_mark: on, you said" in said
    await press(views.CONNECTOR, "gmail_vitally:off", dana)
    assert _words(await usecases.open_home(_opened(dana), ports)) == before
    with pytest.raises(UserError, match="out of date"):
        await press(views.CONNECTOR, "telegraph:on", dana)


async def test_what_i_was_told_stands_on_my_tab_until_i_acknowledge_it(
    press: Do, person: Do, ports: Ports
) -> None:
    dana = person(Role.TA, Team.ENTERPRISE)
    notice = Notice(key="k", signal="renewal", receiver=dana.email, headline="*Acme* renews in 120 days")
    async with ports.work.transaction() as tx:
        await ports.alerts.tell_later(tx, [notice])
    (kept,) = await ports.alerts.list_waiting(dana.email, ports.clock.now() + timedelta(hours=2))
    async with ports.work.transaction() as tx:
        await ports.alerts.mark_told(tx, [kept.id], bundle="alert:1:1", at=ports.clock.now())
    assert "*Acme* renews in 120 days" in _words(await usecases.open_home(_opened(dana), ports))
    await press(alerts.ALL, "alert:1:1\n0", dana)
    assert "*Acme* renews in 120 days" not in _words(await usecases.open_home(_opened(dana), ports))


async def test_my_alert_settings_are_the_signals_that_concern_me(press: Do, person: Do) -> None:
    async def settings_of(role: Role) -> str:
        shown = await press(alerts.SETTINGS, "", person(role))
        assert view_problems(edge.modal(edge.message_as_modal(shown))) == []
        return json.dumps([dict(one) for one in shown.blocks])

    ta, operator = await settings_of(Role.TA), await settings_of(Role.OPERATOR)
    assert "Renewal ahead" in ta
    assert "Data source silent" not in ta
    assert "Data source silent" in operator
    assert "Renewal ahead" not in operator


async def test_a_plan_stands_on_its_person_s_tab_and_on_that_of_who_approves(
    say: Do, submit: Do, person: Do, people: tuple[Person, ...], ports: Ports
) -> None:
    dana = person(Role.TA, Team.ENTERPRISE)
    boss = next(one for one in people if one.email == dana.manager_email)
    window = await say("/ooo plan", dana)
    days = {forms.FIRST: date(2026, 11, 24).isoformat(), forms.LAST: date(2026, 12, 4).isoformat()}
    await submit(forms.DATES, window.private_metadata, dana, **days)
    said = _words(await usecases.open_home(_opened(dana), ports))
    assert "You are away 24 Nov" in said
    assert [step for step in ports.policy.ooo.steps if step not in said] == []
    assert "No coverage plan waits" in _words(await usecases.open_home(_opened(boss), ports))
    (plan,) = await ports.plans.list_plans(email=dana.email)
    await coverage.confirm(ports, plan.id, dana.email)
    said = _words(await usecases.open_home(_opened(boss), ports))
    assert "To approve: 1 coverage plan" in said
    assert f"coverage.open:{plan.id}" in said
    await coverage.approve(ports, plan.id, boss.email)
    assert "No coverage plan waits" in _words(await usecases.open_home(_opened(boss), ports))
