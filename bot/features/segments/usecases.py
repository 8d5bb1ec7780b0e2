"""Answering which segment: find the account, classify it, say how near its edges are and what if."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.asks import Shortcut, Typeahead
from bot.blocks import choosing, text
from bot.blocks.answers import Message, Options
from bot.domain import matching
from bot.domain.account import Account, Cents
from bot.domain.boundary import boundaries
from bot.domain.model_choice import Chosen, choose_model
from bot.domain.names import unescaped
from bot.domain.provenance import Fact, Known, Stamp, value_of
from bot.domain.segment import Classified, SegmentModel, classify, possible
from bot.errors import NamedAccount, UserError
from bot.features.segments import rules, views
from bot.ports import Ports

LONGEST_NAME = 300
"""What is longer is no name; it is cut before it is looked up."""
SAME_WEEK = timedelta(days=7)
"""History is weekly: ARR of an older week is not the ARR of that day."""


async def answer_by_name(ports: Ports, request: rules.Request) -> Message:
    """The answer about the account that a typed name means, or the menu of those it may mean."""
    chosen = choose(ports, request)
    wanted = unescaped(request.value)[:LONGEST_NAME]
    found = await ports.book.find_by_name(f'"{wanted}"' if request.quoted else wanted)
    account = await ports.book.find_account(found.chosen.id) if found.chosen else None
    if found.chosen is None or account is None:
        return _menu_of(wanted, found)
    notes = []
    if request.quoted and rules.is_keyword(request.value):
        notes.append("Read as an account's name, because of the quotes.")
    elif not found.chosen.exact:
        notes.append(f"Showing *{text.name(account.name)}* for “{text.name(wanted, choosing.ECHO)}”.")
    return await show(ports, account, request, chosen, notes)


async def answer_by_id(ports: Ports, account_id: str) -> Message:
    """The answer about an account that a button or menu names."""
    account = await ports.book.find_account(account_id)
    if account is None:
        raise UserError("That account is no longer in the book. Look for it with `/segment NAME`.")
    request = rules.Request(wanted=rules.Wanted.ACCOUNT)
    return await show(ports, account, request, choose(ports, request), [])


async def answer_message(asked: Shortcut, ports: Ports) -> Message:
    """The answer about the account that a message names, or the menu of those it names."""
    found = await ports.book.find_named_in(unescaped(asked.message_text))
    if not found:
        return choosing.none_named(views.FIND)
    if len(found) > 1:
        named = [NamedAccount(one.id, one.name) for one in found]
        return choosing.choose_named(named, views.CHOOSE)
    account = await ports.book.find_account(found[0].id)
    if account is None:
        return choosing.none_named(views.FIND)
    request = rules.Request(wanted=rules.Wanted.ACCOUNT)
    note = f"The message names *{text.name(account.name)}*."
    return await show(ports, account, request, choose(ports, request), [note])


async def answer_point(ports: Ports, request: rules.Request) -> Message:
    """What-if about two numbers; nothing in the book is touched or read."""
    chosen = choose(ports, request)
    now = ports.clock.now()
    point = _point(_typed(request.developers, now), _typed(request.arr, now), chosen.model)
    return views.report(
        rules.Report(
            point=point,
            chosen=chosen,
            house=house(ports),
            now=now,
            today=ports.clock.today(),
            freshness=ports.policy.freshness,
        )
    )


def choose(ports: Ports, request: rules.Request) -> Chosen:
    """The model to answer under."""
    policy = ports.policy
    return choose_model(
        policy.models, policy.default_model, request.model, request.as_of, ports.clock.today()
    )


def house(ports: Ports) -> rules.House:
    """What policy says of the teams."""
    policy = ports.policy
    return rules.House(teams=policy.teams, targets=policy.kpis.targets)


async def show(
    ports: Ports, account: Account, request: rules.Request, chosen: Chosen, notes: list[str]
) -> Message:
    """Classify the account now, or with the numbers given in the place of its own."""
    now = ports.clock.now()
    arr = await _arr(ports, account, chosen)
    if chosen.asked_on and chosen.asked_on < ports.clock.today():
        notes.append(_past(chosen, arr is not account.arr))
    own = _point(account.developers, arr, chosen.model)
    point = own
    if request.is_what_if:
        developers = account.developers if request.developers is None else _typed(request.developers, now)
        point = _point(developers, arr if request.arr is None else _typed(request.arr, now), chosen.model)
    ae = account.ae_email
    return views.report(
        rules.Report(
            account=account,
            point=point,
            before=own if request.is_what_if else None,
            chosen=chosen,
            house=house(ports),
            now=now,
            today=ports.clock.today(),
            freshness=ports.policy.freshness,
            ae=await ports.people.find_person(ae.value) if isinstance(ae, Known) else None,
            notes=tuple(notes),
        )
    )


def _past(chosen: Chosen, arr_of_then: bool) -> str:
    said = f"As of {chosen.asked_on}. Past numbers of developers are not kept, so today's is used"
    return f"{said}; ARR is that week's." if arr_of_then else f"{said}; so is today's ARR."


async def _arr(ports: Ports, account: Account, chosen: Chosen) -> Fact[Cents]:
    """ARR of the week asked for, where the history has it; else today's."""
    day = chosen.asked_on
    if day is None or day >= ports.clock.today():
        return account.arr
    weeks = await ports.book.list_latest_weeks([account.id], ending_by=day + timedelta(days=3))
    week = weeks.get(account.id)
    if week is None or week.arr is None or day - week.week_ending > SAME_WEEK:
        return account.arr
    return Known(week.arr, Stamp(week.source, datetime.combine(week.week_ending, time(), UTC)))


def _typed(value: int | None, now: datetime) -> Fact[int]:
    return rules.NOT_TYPED if value is None else Known(value, Stamp("", now))


def _point(developers: Fact[int], arr: Fact[Cents], model: SegmentModel) -> rules.Point:
    count, money = value_of(developers), value_of(arr)
    found = classify(count, money, model)
    if isinstance(found, Classified) and count is not None:
        return rules.Point(developers, arr, found, edges=boundaries(found, count, money))
    return rules.Point(developers, arr, found, possible=possible(count, money, model))


def _menu_of(wanted: str, found: matching.Found) -> Message:
    if found.candidates:
        named = [NamedAccount(one.id, one.name) for one in found.candidates]
        return choosing.choose_account(wanted, named, views.CHOOSE)
    nearest = [NamedAccount(one.id, one.name) for one in found.nearest]
    return choosing.nearest_accounts(wanted, nearest, views.CHOOSE, views.FIND)


async def suggest(asked: Typeahead, ports: Ports) -> Options:
    """The accounts that the letters typed so far may mean."""
    matches = await ports.book.search_names(asked.text[:LONGEST_NAME], limit=20)
    named = [NamedAccount(one.id, one.name) for one in matches]
    return Options(options=tuple(choosing.labelled(named)))


async def keyword_note(ports: Ports, typed: str) -> str:
    """What to say where a keyword is also an account's name."""
    chosen = (await ports.book.find_by_name(unescaped(typed)[:LONGEST_NAME])).chosen
    if chosen is None or not chosen.exact:
        return ""
    name = text.name(chosen.name)
    return f"Read as the keyword. There is an account *{name}* too: type its name in quotes to see it."
