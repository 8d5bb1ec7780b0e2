"""/ooo: lines typed, windows filled in and buttons pressed, over the demo's book and the local workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.blocks.answers import FieldErrors, Message, Modal
from bot.clock import FixedClock
from bot.domain.leave import CoverState, Plan, PlanState, Step, SyncChoice
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import value_of
from bot.errors import UnknownPerson, UserError, WrongUsage
from bot.features.coverage import away, forms, steps
from bot.ports import Ports
from bot.ports.people import Absence
from bot.slack.views import modal as as_json
from bot.standin.validate import problems, view_problems
from bot.standin.workspace import user_id_of

Do = Callable[..., Any]
FIRST, LAST = date(2026, 11, 24), date(2026, 12, 4)
ENTERED = {forms.FIRST: FIRST.isoformat(), forms.LAST: LAST.isoformat()}


def _words(answer: Message | Modal) -> str:
    blocks = [dict(block) for block in answer.blocks]
    if isinstance(answer, Modal):
        assert view_problems(as_json(answer)) == []
        return answer.title + json.dumps(blocks, ensure_ascii=False)
    assert problems(blocks, "message") == []
    return answer.text + json.dumps(blocks, ensure_ascii=False)


@pytest.fixture
def named(people: tuple[Person, ...]) -> Callable[[str], Person]:
    """Somebody of the demo by the beginning of their name."""
    return lambda name: next(one for one in people if one.name.startswith(name))


@pytest.fixture
def signe(named: Callable[[str], Person]) -> Person:
    """A TA of the enterprise team in Stockholm."""
    return named("Signe")


@pytest.fixture
async def meeting(people: tuple[Person, ...], ports: Ports) -> Person:
    """A TA of the enterprise team who has a customer sync in those days."""
    for account in await ports.book.list_accounts(team=Team.ENTERPRISE):
        on = value_of(account.next_customer_sync_on)
        if on and FIRST <= on <= LAST:
            return next(one for one in people if one.email == value_of(account.ta_email))
    pytest.fail("the demo's book has no customer sync in those days")


@pytest.fixture
def drafted(say: Do, submit: Do, ports: Ports) -> Do:
    """Types `/ooo plan` and enters the days; gives the draft and the window that follows."""

    async def drafting(person: Person, **other: Any) -> tuple[Plan, Modal]:
        opened = await say("/ooo plan", person)
        assert opened.callback_id == forms.DATES
        covers = await submit(forms.DATES, opened.private_metadata, person, **(ENTERED | other))
        assert isinstance(covers, Modal), covers
        (plan,) = await ports.plans.list_plans(email=person.email)
        return plan, covers

    return drafting


@pytest.fixture
def proposed(drafted: Do, submit: Do, ports: Ports) -> Do:
    """The same, with the covers asked as they were suggested."""

    async def proposing(person: Person) -> Plan:
        plan, covers = await drafted(person)
        asked = await submit(forms.COVERS, covers.private_metadata, person, **_as_suggested(plan))
        assert asked.callback_id == forms.CONFIRM
        await submit(forms.CONFIRM, asked.private_metadata, person)
        return await _again(ports, plan)

    return proposing


def _as_suggested(plan: Plan) -> dict[str, str]:
    return {forms.cover_block(item): item.cover_email or forms.CHANNEL for item in plan.items}


async def _again(ports: Ports, plan: Plan) -> Plan:
    found = await ports.plans.find_plan(plan.id)
    assert found is not None
    return found


async def _letters(ports: Ports, plan: Plan) -> dict[str, str]:
    """What was written to whom: by the kind of message, the address or channel."""
    sent = await ports.outgoing.list_outgoing(prefix=f"ooo:{plan.id}:")
    return {one.key.split(":", 3)[3]: one.email or one.channel_id for one in sent}


@pytest.fixture
def later(ports: Ports) -> Callable[[datetime], Ports]:
    """The same ports at another instant."""
    return lambda at: replace(ports, clock=FixedClock(at, ports.clock.zone))


# ---------------------------------------------------------------------------------------------------- what is typed


async def test_help_and_slips(say: Do) -> None:
    assert "/ooo cover acme" in _words(await say("/ooo help"))
    for typed in ("vacation", "plan tomorrow", "cover"):
        with pytest.raises(WrongUsage, match="/ooo"):
            await say(f"/ooo {typed}")
    with pytest.raises(WrongUsage, match="as a day"):
        await say("/ooo who knows")


async def test_alone_it_says_that_nothing_is_planned_and_who_is_out(say: Do, signe: Person) -> None:
    words = _words(await say("/ooo", signe))
    assert "No time off of yours is planned" in words
    assert "Nobody out today" in words


async def test_strangers_are_told_what_works(say: Do) -> None:
    assert "Nobody out today" in _words(await say("/ooo"))
    with pytest.raises(UnknownPerson, match="not in the book of people"):
        await say("/ooo plan")


async def test_only_who_leads_plans_for_somebody(
    say: Do, named: Callable[[str], Person], signe: Person
) -> None:
    mention = f"<@{user_id_of(signe)}>"
    with pytest.raises(UserError, match="Only a manager makes a plan for Signe"):
        await say(f"/ooo plan {mention}", named("Marcus"))
    words = _words(await say(f"/ooo plan {mention}", named("Henrike")))
    assert "who hears of it on their return" in words
    assert "They could not give notice themselves" in words


# ------------------------------------------------------------------------------------------------------- the windows


@pytest.mark.parametrize(
    ("entered", "block", "said"),
    [
        ({forms.LAST: "2026-11-23"}, forms.LAST, "The last day is before the first"),
        ({forms.FIRST: "2026-11-02", forms.LAST: "2026-11-06"}, forms.LAST, "has passed"),
        ({forms.FIRST: None}, forms.FIRST, "Choose a day"),
        (
            {forms.LAST: "2026-11-24", forms.HALVES: ["start", "end"]},
            forms.HALVES,
            "Nothing is left between the two halves",
        ),
    ],
)
async def test_days_that_cannot_be_are_refused_under_their_field(
    entered: dict[str, Any], block: str, said: str, submit: Do, signe: Person, ports: Ports
) -> None:
    refused = await submit(forms.DATES, signe.email, signe, **(ENTERED | entered))
    assert isinstance(refused, FieldErrors)
    assert said in refused.errors[block]
    assert not await ports.plans.list_plans()


async def test_days_that_overlap_an_absence_of_ones_own_are_refused(
    submit: Do, signe: Person, ports: Ports
) -> None:
    absence = Absence(email=signe.email, starts_on=date(2026, 12, 2), ends_on=date(2026, 12, 11))
    async with ports.work.transaction() as tx:
        await ports.people.save_absences(tx, [absence], source="absences.csv")
    refused = await submit(forms.DATES, signe.email, signe, **ENTERED)
    assert isinstance(refused, FieldErrors)
    assert "You are away 2 Dec – 11 Dec 2026 already" in refused.errors[forms.FIRST]


async def test_the_list_is_made_from_the_book_with_reasons_and_covers(drafted: Do, signe: Person) -> None:
    plan, covers = await drafted(signe, **{forms.HALVES: ["start"], forms.WISHES: ["dnd"]})
    words = _words(covers)
    assert plan.items
    assert plan.wants_dnd
    assert plan.away.half_start
    for item in plan.items:
        assert item.account_name in words
        assert item.reasons[0].words in words
    assert "Same team" in words
    assert signe.email not in [item.cover_email for item in plan.items]


async def test_the_covers_are_asked_once_it_is_confirmed(
    drafted: Do, submit: Do, signe: Person, ports: Ports
) -> None:
    plan, covers = await drafted(signe)
    assert set(await _letters(ports, plan)) == {"checklist"}
    asked = await submit(forms.COVERS, covers.private_metadata, signe, **_as_suggested(plan))
    assert "These are asked by a direct message" in _words(asked)
    assert set(await _letters(ports, plan)) == {"checklist"}
    await submit(forms.CONFIRM, asked.private_metadata, signe)
    plan = await _again(ports, plan)
    assert plan.state is PlanState.PROPOSED
    letters = await _letters(ports, plan)
    covers_asked = {item.cover_email for item in plan.items if item.state is CoverState.ASKED}
    assert {email for kind, email in letters.items() if kind.startswith("ask:")} == covers_asked
    assert "henrike.vollmer@lumenforge.example" in letters.values()


async def test_a_cover_who_is_away_is_offered_last_and_refused_with_the_reason(
    drafted: Do, submit: Do, suggest: Do, signe: Person, named: Callable[[str], Person], ports: Ports
) -> None:
    marcus = named("Marcus")
    absence = Absence(email=marcus.email, starts_on=date(2026, 11, 30), ends_on=date(2026, 12, 1))
    async with ports.work.transaction() as tx:
        await ports.people.save_absences(tx, [absence], source="absences.csv")
    plan, covers = await drafted(signe)
    menus = (block["element"] for block in covers.blocks if block.get("type") == "input")
    menu = next(one for one in menus if one["type"] == "external_select")
    options = (await suggest(menu["action_id"], "")).options
    assert options[0] == ("#discuss-technical-advisors", forms.CHANNEL)
    assert options[-1] == ("Marcus Teague (away themselves 30 Nov – 1 Dec 2026)", marcus.email)
    assert [text for text, _ in (await suggest(menu["action_id"], "chia")).options] == ["Chiara Bonfante"]
    first = forms.cover_block(plan.items[0])
    chosen = _as_suggested(plan) | {first: marcus.email}
    refused = await submit(forms.COVERS, covers.private_metadata, signe, **chosen)
    assert isinstance(refused, FieldErrors)
    assert "away themselves 30 Nov – 1 Dec 2026" in refused.errors[first]
    chosen[first] = forms.CHANNEL
    await submit(forms.COVERS, covers.private_metadata, signe, **chosen)
    assert (await _again(ports, plan)).items[0].state is CoverState.CHANNEL


async def test_the_next_window_settles_the_syncs_and_tells_each_ae_once(
    proposed: Do, press: Do, submit: Do, meeting: Person, ports: Ports
) -> None:
    plan = await proposed(meeting)
    synced = [item for item in plan.items if item.sync_on]
    window = await press(steps.SYNCS, str(plan.id), meeting)
    assert synced[0].account_name in _words(window)
    entered = {forms.sync_block(item): SyncChoice.MOVED.value for item in synced}
    done = await submit(forms.SETTLE, window.private_metadata, meeting, **entered)
    again = await submit(forms.SETTLE, window.private_metadata, meeting, **entered)
    assert "told" in _words(done)
    assert "Nobody needed to be told" in _words(again)
    letters = await _letters(ports, plan)
    assert sum(kind.startswith("sync:") for kind in letters) == len(synced)
    assert (await _again(ports, plan)).done(Step.SYNCS)


async def test_texts_for_customers_are_only_shown(
    proposed: Do, press: Do, submit: Do, signe: Person, ports: Ports
) -> None:
    plan = await proposed(signe)
    before = await _letters(ports, plan)
    texts = await press(steps.DRAFTS, f"{plan.id}:0", signe)
    assert "I write to no customer" in _words(texts)
    assert "I am out of office 24 Nov – 4 Dec 2026." in _words(texts)
    second = await press(steps.DRAFTS, f"{plan.id}:{forms.DRAFTED}", signe)
    assert _words(second) != _words(texts)
    await submit(forms.TOLD, texts.private_metadata, signe)
    assert (await _again(ports, plan)).done(Step.CUSTOMERS)
    assert await _letters(ports, plan) == before


async def test_typed_leave_is_moved_and_called_off_after_a_question(
    proposed: Do, press: Do, submit: Do, signe: Person, ports: Ports
) -> None:
    plan = await proposed(signe)
    other = await press(steps.CHANGE, f"{plan.id}:days", signe)
    assert '"initial_date": "2026-11-24"' in _words(other)
    moved = await submit(forms.DATES, other.private_metadata, signe, **(ENTERED | {forms.LAST: "2026-12-01"}))
    assert "24 Nov – 1 Dec 2026" in _words(moved)
    assert (await _again(ports, plan)).generation == 2
    asked = await press(steps.CHANGE, f"{plan.id}:cancel", signe)
    assert (await _again(ports, plan)).state is not PlanState.CANCELLED
    assert "hear of it, once" in _words(await submit(forms.CALL_OFF, asked.private_metadata, signe))
    assert (await _again(ports, plan)).state is PlanState.CANCELLED
    with pytest.raises(UserError, match="over or was cancelled"):
        await press(steps.EDIT, str(plan.id), signe)


# ------------------------------------------------------------------------------------------------------- the buttons


async def test_a_cover_accepts_one_and_sees_what_came_of_it(
    proposed: Do, press: Do, signe: Person, people: tuple[Person, ...], ports: Ports
) -> None:
    plan = await proposed(signe)
    item = next(one for one in plan.items if one.state is CoverState.ASKED)
    cover = next(one for one in people if one.email == item.cover_email)
    value = f"{plan.id}:{item.account_id}"
    accepted = await press(steps.ACCEPT, value, cover)
    assert accepted.replaces
    assert f"*{item.account_name}*" in _words(accepted)
    assert f'"{value}"' not in _words(accepted), "what was answered has no button any more"
    assert _words(await press(steps.ACCEPT, value, cover)) == _words(accepted)
    plan = await _again(ports, plan)
    assert next(one for one in plan.items if one.account_id == item.account_id).state is CoverState.ACCEPTED


async def test_an_answer_shows_the_accounts_of_its_own_question(
    proposed: Do, press: Do, signe: Person, people: tuple[Person, ...], ports: Ports
) -> None:
    """Who is asked twice has two messages: each becomes the answer to itself."""
    plan = await proposed(signe)
    item = next(one for one in plan.items if one.state is CoverState.ASKED)
    cover = next(one for one in people if one.email == item.cover_email)
    for other in (one for one in plan.items if one.account_id != item.account_id):
        await press(
            steps.DECLINE,
            f"{plan.id}:{other.account_id}",
            next(one for one in people if one.email == other.cover_email),
        )
    plan = await _again(ports, plan)
    mine = [one.account_id for one in plan.items if one.cover_email == cover.email]
    first, *rest = [item.account_id, *(one for one in mine if one != item.account_id)]
    answered = await press(steps.ACCEPT_ALL, f"{plan.id}:\n{first}", cover)
    assert answered.accounts == (first,)
    left = [
        one.account_id
        for one in (await _again(ports, plan)).items
        if one.cover_email == cover.email and one.state is CoverState.ASKED
    ]
    assert left == rest


async def test_declining_asks_the_next_one_and_tells_the_person(
    proposed: Do, press: Do, signe: Person, people: tuple[Person, ...], ports: Ports
) -> None:
    plan = await proposed(signe)
    item = next(one for one in plan.items if one.state is CoverState.ASKED)
    cover = next(one for one in people if one.email == item.cover_email)
    said = await press(steps.DECLINE, f"{plan.id}:{item.account_id}", cover)
    assert "no longer with you" in _words(said)
    now = next(one for one in (await _again(ports, plan)).items if one.account_id == item.account_id)
    assert now.cover_email not in ("", cover.email)
    assert now.state is CoverState.ASKED
    letters = await _letters(ports, plan)
    assert any(kind.startswith("declined:") and email == signe.email for kind, email in letters.items())


async def test_what_is_not_ones_own_cannot_be_answered(
    proposed: Do, press: Do, signe: Person, named: Callable[[str], Person], ports: Ports
) -> None:
    plan = await proposed(signe)
    value = f"{plan.id}:{plan.items[0].account_id}"
    stranger = await press(steps.ACCEPT, value, named("Bronwyn"))
    assert "Nobody waits for that answer" in stranger.text
    with pytest.raises(UserError, match="no longer there"):
        await press(steps.ACCEPT, "999:A-1", named("Bronwyn"))
    with pytest.raises(UserError, match="Only a manager"):
        await press(steps.EDIT, str(plan.id), named("Marcus"))
    assert await _again(ports, plan) == plan


async def test_the_manager_approves_and_the_plan_is_shared(
    proposed: Do, press: Do, signe: Person, named: Callable[[str], Person], ports: Ports
) -> None:
    plan = await proposed(signe)
    with pytest.raises(UserError, match="do not approve"):
        await press(steps.APPROVE, str(plan.id), signe)
    approved = await press(steps.APPROVE, str(plan.id), named("Henrike"))
    assert "approved as manager" in _words(approved)
    shared = await press(steps.SHARE, str(plan.id), signe)
    assert "Shared with the account teams" in _words(shared)
    plan = await _again(ports, plan)
    assert plan.state is PlanState.APPROVED
    assert plan.done(Step.SHARED)
    letters = await _letters(ports, plan)
    aes = {item.ae_email for item in plan.items}
    assert aes <= set(letters.values())
    assert letters["share:channel"].startswith("C")


async def test_a_draft_is_not_shared(drafted: Do, press: Do, signe: Person) -> None:
    plan, _ = await drafted(signe)
    with pytest.raises(UserError, match="First ask the covers"):
        await press(steps.SHARE, str(plan.id), signe)


async def test_a_step_is_ticked_by_hand_and_the_checklist_follows(
    proposed: Do, press: Do, signe: Person, ports: Ports
) -> None:
    plan = await proposed(signe)
    message = await press(steps.TICK, f"{plan.id}:logged", signe)
    assert message.replaces
    assert "ticked by hand" in _words(message)
    assert (await _again(ports, plan)).done(Step.LOGGED)
    with pytest.raises(UserError, match="six"):
        await press(steps.TICK, f"{plan.id}:nothing", signe)


async def test_the_live_plan_is_open_to_whoever_was_given_the_button(
    proposed: Do, press: Do, signe: Person, named: Callable[[str], Person]
) -> None:
    plan = await proposed(signe)
    words = _words(await press(steps.OPEN, f"{plan.id}:0", named("Bronwyn")))
    assert all(item.account_name in words for item in plan.items[: forms.PAGE])


# --------------------------------------------------------------------------------------------------------- while away


@pytest.fixture
async def covered(proposed: Do, press: Do, signe: Person, people: tuple[Person, ...], ports: Ports) -> Plan:
    """A plan in which everybody who was asked has accepted."""
    plan: Plan = await proposed(signe)
    for person in people:
        if any(item.cover_email == person.email for item in plan.items):
            await press(steps.ACCEPT_ALL, str(plan.id), person)
    plan = await _again(ports, plan)
    assert not plan.uncovered
    return plan


@pytest.mark.usefixtures("covered")
async def test_who_is_out_until_when_and_who_covers(say: Do, signe: Person, later: Do) -> None:
    now = later(datetime(2026, 11, 26, 8, tzinfo=UTC))
    words = _words(await say("/ooo who", signe, ports=now))
    assert "1 person out today" in words
    assert "until 4 Dec 2026" in words
    assert "cover: " in words
    assert "Nobody out" in _words(await say("/ooo who 2026-12-05", signe, ports=now))
    assert "out on 27 Nov 2026" in _words(await say("/ooo who tomorrow", signe, ports=now))


async def test_a_person_is_out_and_somebody_has_her_accounts(
    say: Do, covered: Plan, signe: Person, later: Do
) -> None:
    mention = f"/ooo <@{user_id_of(signe)}>"
    before = _words(await say(mention))
    assert "is in.* Away next 24 Nov – 4 Dec 2026" in before
    words = _words(await say(mention, ports=later(datetime(2026, 11, 26, 8, tzinfo=UTC))))
    assert "is out*, until 4 Dec 2026" in words
    assert all(item.account_name in words for item in covered.items[: away.LISTED])
    after = _words(await say(mention, ports=later(datetime(2026, 12, 7, 8, tzinfo=UTC))))
    assert "is in*, and no time off is planned" in after


async def test_an_account_names_its_cover_while_its_ta_is_away(
    say: Do, press: Do, covered: Plan, later: Do, people: tuple[Person, ...]
) -> None:
    item = next(one for one in covered.items if one.state is CoverState.ACCEPTED)
    cover = next(one for one in people if one.email == item.cover_email)
    line = f"/ooo cover {item.account_id}"
    assert "its TA, who is in" in _words(await say(line))
    now = later(datetime(2026, 11, 26, 8, tzinfo=UTC))
    words = _words(await say(line, ports=now))
    assert "covers for" in words
    assert cover.name in words or user_id_of(cover) in words
    assert item.reasons[0].words in words
    on_request = covered.on_request[0]
    told = _words(await say(f'/ooo cover "{on_request.account_name}"', ports=now))
    assert "has no need that I know of" in told
    chosen = await press(away.CHOOSE, item.account_id, ports=now)
    assert chosen.replaces
    assert "covers for" in _words(chosen)


async def test_the_account_card_names_the_cover(
    say: Do, covered: Plan, later: Do, people: tuple[Person, ...]
) -> None:
    item = next(one for one in covered.items if one.state is CoverState.ACCEPTED)
    cover = next(one for one in people if one.email == item.cover_email)
    line = f"/account-health {item.account_id}"
    assert "covered by" not in _words(await say(line))
    now = later(datetime(2026, 11, 26, 8, tzinfo=UTC))
    assert f"covered by {cover.name} until 4 Dec 2026 for Signe" in _words(await say(line, ports=now))
    other = covered.on_request[0].account_id
    told = _words(await say(f"/account-health {other}", ports=now))
    assert "away until 4 Dec 2026; nobody covers this account" in told


async def test_a_pool_account_has_no_owner_and_candidates_are_never_guessed_between(
    say: Do, press: Do, suggest: Do
) -> None:
    assert "Pool accounts have no owner" in _words(await say("/ooo cover Prylane"))
    assert "may mean 2 accounts" in _words(await say("/ooo cover ostervane robotics"))
    assert "I know no account" in _words(await say("/ooo cover qqqqqqqq"))
    assert "A-1001" in [value for _, value in (await suggest(away.FIND, "quelmarra hold")).options]
    with pytest.raises(UserError, match="no longer in the book"):
        await press(away.FIND, "A-0")


async def test_alone_it_shows_the_checklist_and_what_i_cover(
    say: Do, covered: Plan, signe: Person, people: tuple[Person, ...]
) -> None:
    mine = _words(await say("/ooo", signe))
    assert "You are away 24 Nov – 4 Dec 2026" in mine
    item = next(one for one in covered.items if one.state is CoverState.ACCEPTED)
    cover = next(one for one in people if one.email == item.cover_email)
    assert "*You cover*" in _words(await say("/ooo", cover))


async def test_what_waits_for_my_answer_is_shown_first(
    say: Do, proposed: Do, signe: Person, people: tuple[Person, ...]
) -> None:
    plan = await proposed(signe)
    cover = next(one for one in people if one.email == plan.items[0].cover_email)
    assert "asks you to cover" in _words(await say("/ooo", cover))


async def test_the_return_is_briefed_once_the_absence_began(
    say: Do, covered: Plan, signe: Person, later: Do
) -> None:
    with pytest.raises(UserError, match="nothing to brief about"):
        await say("/ooo return", signe)
    back = later(datetime(2026, 12, 7, 8, tzinfo=UTC))
    words = _words(await say("/ooo return", signe, ports=back))
    assert "Welcome back" in words
    assert "take" in words
    assert covered.items[0].account_name in words


async def test_whoever_has_no_accounts_has_a_plan_without_any(submit: Do, person: Do) -> None:
    manager = person(Role.MANAGER, Team.ENTERPRISE)
    window = await submit(forms.DATES, manager.email, manager, **ENTERED)
    assert "No account needs cover" in _words(window)
    asked = await submit(forms.COVERS, window.private_metadata, manager)
    assert "nobody is asked" in _words(asked)
    assert "Under way" in _words(await submit(forms.CONFIRM, asked.private_metadata, manager))


# ------------------------------------------------------------------------------------------------- odd and large plans


async def test_whose_channel_is_active_is_asked_where_the_book_cannot_tell(
    drafted: Do, submit: Do, people: tuple[Person, ...], ports: Ports
) -> None:
    """An account with open tickets and an unknown channel becomes an item once its TA says that it is active."""
    unknown = next(
        one
        for one in await ports.book.list_accounts(team=Team.ENTERPRISE)
        if value_of(one.open_tickets)
        and value_of(one.slack_channel_active_on) is None
        and value_of(one.ta_email)
    )
    ta = next(one for one in people if one.email == value_of(unknown.ta_email))
    plan, covers = await drafted(ta)
    asked = next(block for block in covers.blocks if block.get("block_id") == forms.ACTIVE)
    assert unknown.id in [one["value"] for one in asked["element"]["options"]]
    entered = _as_suggested(plan) | {forms.ACTIVE: [unknown.id]}
    again = await submit(forms.COVERS, covers.private_metadata, ta, **entered)
    assert again.callback_id == forms.COVERS
    plan = await _again(ports, plan)
    item = next(one for one in plan.items if one.account_id == unknown.id)
    assert any("open ticket" in reason.words for reason in item.reasons)
    entered = _as_suggested(plan) | {forms.ACTIVE: [unknown.id]}
    onward = await submit(forms.COVERS, again.private_metadata, ta, **entered)
    assert onward.callback_id in (forms.CONFIRM, forms.COVERS)
    assert onward.private_metadata != again.private_metadata


async def test_four_hundred_accounts_come_page_by_page_or_all_as_suggested(
    drafted: Do, press: Do, submit: Do, signe: Person, ports: Ports
) -> None:
    plan, _ = await drafted(signe)
    first = plan.items[0]
    many = tuple(
        replace(
            first,
            account_id=f"Z-{at}",
            account_name=f"Account {at}",
            cover_email="",
            state=CoverState.CHANNEL,
        )
        for at in range(400)
    )
    async with ports.work.transaction() as tx:
        await ports.plans.save_plan(tx, replace(plan, items=many))
    page = await press(steps.EDIT, str(plan.id), signe)
    assert "1 to 20" in _words(page)
    shown = {forms.cover_block(item): forms.CHANNEL for item in many}
    second = await submit(forms.COVERS, page.private_metadata, signe, **shown)
    assert second.private_metadata == f"{plan.id}:20"
    assert "21 to 40" in _words(second)
    whole = await submit(forms.COVERS, second.private_metadata, signe, **shown, **{forms.KEEP: ["rest"]})
    assert whole.callback_id == forms.CONFIRM
    assert _words(await press(steps.OPEN, f"{plan.id}:380", signe)).count("*Account ") == 20


async def test_whoever_cannot_plan_has_it_made_and_is_told_on_return(
    say: Do, submit: Do, named: Callable[[str], Person], signe: Person, ports: Ports, later: Do
) -> None:
    """An emergency: it began yesterday, notice rules stand in nobody's way, and nothing is written to who is ill."""
    boss = named("Henrike")
    window = await say(f"/ooo plan <@{user_id_of(signe)}>", boss)
    days = {forms.FIRST: "2026-11-20", forms.LAST: "2026-11-27", forms.EMERGENCY: ["emergency"]}
    covers = await submit(forms.DATES, window.private_metadata, boss, **days)
    (plan,) = await ports.plans.list_plans(email=signe.email)
    asked = await submit(forms.COVERS, covers.private_metadata, boss, **_as_suggested(plan))
    assert "an emergency waits for nothing" in _words(asked)
    await submit(forms.CONFIRM, asked.private_metadata, boss)
    plan = await _again(ports, plan)
    assert plan.state is PlanState.APPROVED, "who approves made it"
    assert signe.email not in (await _letters(ports, plan)).values()
    back = later(datetime(2026, 11, 30, 8, tzinfo=UTC))
    assert "Henrike Vollmer made the coverage plan for you" in _words(
        await say("/ooo return", signe, ports=back)
    )


async def test_a_cover_who_left_is_refused(drafted: Do, submit: Do, signe: Person) -> None:
    plan, covers = await drafted(signe)
    first = forms.cover_block(plan.items[0])
    gone = _as_suggested(plan) | {first: "gone@lumenforge.example"}
    refused = await submit(forms.COVERS, covers.private_metadata, signe, **gone)
    assert isinstance(refused, FieldErrors)
    assert "not in the book of people" in refused.errors[first]
