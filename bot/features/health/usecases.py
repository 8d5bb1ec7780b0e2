"""Answering for one account: find it, read it, show it, share it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.asks import Action, Ask, Submission, Typeahead
from bot.blocks import choosing, sharing, text
from bot.blocks.answers import Answer, FieldErrors, Message, Modal, Options
from bot.domain import health, kpi, lifecycle, matching, segment
from bot.domain.account import Account
from bot.domain.person import Person, Team
from bot.domain.plan_update import plan_of
from bot.domain.provenance import Fact, Known
from bot.errors import AudienceRefused, NamedAccount, UserError
from bot.features.health import rules, views
from bot.ports import Ports

LONGEST_NAME = 300
"""What is longer is no name; it is cut before it is looked up."""


async def answer_by_name(ask: Ask, ports: Ports, typed: str, note: str = "") -> Message:
    """The card of the account that a typed name means, or the menu of those it may mean."""
    wanted = rules.bare_name(typed)[:LONGEST_NAME]
    found = await ports.book.find_by_name(wanted)
    if found.chosen is None:
        return _menu_of(wanted, found)
    account = await ports.book.find_account(found.chosen.id)
    if account is None:
        return _menu_of(wanted, found)
    if not found.chosen.exact:
        note = f"Showing *{text.name(account.name)}* for “{text.name(wanted, choosing.ECHO)}”."
    return await show(ask, ports, account, note)


def _menu_of(wanted: str, found: matching.Found) -> Message:
    if found.candidates:
        named = [NamedAccount(one.id, one.name) for one in found.candidates]
        return choosing.choose_account(wanted, named, views.CHOOSE)
    nearest = [NamedAccount(one.id, one.name) for one in found.nearest]
    return choosing.nearest_accounts(wanted, nearest, views.CHOOSE, views.FIND)


async def answer_by_id(ask: Ask, ports: Ports, account_id: str) -> Message:
    """The card of an account that was chosen from a menu."""
    return await show(ask, ports, await get_account(ports, account_id))


async def get_account(ports: Ports, account_id: str) -> Account:
    """The account behind a button or menu; it may be gone since the button was made."""
    account = await ports.book.find_account(account_id)
    if account is None:
        raise UserError("That account is no longer in the book. Look for it with `/account-health NAME`.")
    return account


async def show(ask: Ask, ports: Ports, account: Account, note: str = "") -> Message:
    """Read the account now and show it to the person who asked."""
    return views.card(await read(ports, account, note), can_share=ask.place.can_share)


async def read(ports: Ports, account: Account, note: str = "") -> rules.Card:
    """Everything that the card says, decided from the book, the policy and the day."""
    policy, today = ports.policy, ports.clock.today()
    model = policy.model_on(today)
    team = segment.team_of(account, model)
    back = max(policy.chart_weeks, policy.change_weeks + 1)
    weeks = await ports.book.list_drawn_weeks(account.id, since=today - timedelta(weeks=back))
    reading = health.read_account(account, policy.health, today)
    category = health.recorded_category(account, policy.health)
    near = rules.week_near(weeks, today - timedelta(weeks=1))
    last = await ports.book.find_week(account.id, near.week_ending) if near else None
    plan = plan_of(account, policy.plan_updates, today)
    updates = await ports.plan_updates.last_updates([account.id]) if plan else {}
    return rules.Card(
        account=account,
        today=today,
        now=ports.clock.now(),
        freshness=policy.freshness,
        reading=reading,
        category=category,
        traits=rules.by_cost(reading.traits),
        stage=lifecycle.stage_of(account, policy.lifecycle, today),
        kpis=kpi.read_kpis(account, team, policy.kpis, today) if team else (),
        segment=segment.classify(_bare(account.developers), _bare(account.arr), model),
        change_weeks=policy.change_weeks,
        serving=await _serving(ports, team),
        ta=await _person(ports, account.ta_email),
        absent=await _absent(ports, account, today),
        ae=await _person(ports, account.ae_email),
        change=rules.change_of(account, weeks, today, policy.change_weeks),
        moved=rules.moved_since(account, reading, last, policy.health),
        moved_since=last.week_ending if last else None,
        disagreement=rules.disagreement_of(account, category, reading),
        odds=await ports.readings.find_disagreements(account.id),
        line=rules.line_of(weeks, policy.chart_weeks),
        history=rules.history_of(weeks),
        plan=plan,
        update=updates.get(account.id),
        material=len(policy.drafts.offered(rules.poor(reading), ())),
        read_as=note,
    )


def _bare(fact: Fact[int]) -> int | None:
    return fact.value if isinstance(fact, Known) else None


async def _person(ports: Ports, email: Fact[str]) -> Person | None:
    return await ports.people.find_person(email.value) if isinstance(email, Known) else None


async def _absent(ports: Ports, account: Account, today: date) -> rules.Absent | None:
    """Whether its TA is away, and who covers: as the coverage plans have it."""
    email = account.ta_email.value if isinstance(account.ta_email, Known) else ""
    away = [one for one in await ports.coverage.list_away(today, today) if one.email == email]
    if not away:
        return None
    until, covers = max(one.ends_on for one in away), await ports.coverage.covers_on(today)
    cover = covers.get((email, account.id), covers.get((email, "")))
    if cover is None:
        return rules.Absent(until=until)
    found = await ports.people.find_person(cover) if cover else None
    return rules.Absent(until=until, cover=found, by_channel=not cover)


async def _serving(ports: Ports, team: Team | None) -> rules.Serving | None:
    if team is None:
        return None
    of = ports.policy.teams[team]
    return rules.Serving(
        team=team,
        name=of.name,
        short=of.short,
        channel=of.channel,
        user_group=of.user_group,
        group_id=await ports.directory.find_user_group(of.user_group),
    )


async def suggest(asked: Typeahead, ports: Ports) -> Options:
    """The accounts that the letters typed so far may mean."""
    matches = await ports.book.search_names(asked.text[:LONGEST_NAME], limit=20)
    named = [NamedAccount(one.id, one.name) for one in matches]
    return Options(options=tuple(choosing.labelled(named)))


async def choose_channel(asked: Action, ports: Ports) -> Modal:
    """Ask where to share an account's card."""
    account = await get_account(ports, asked.value)
    return sharing.where_to(views.SHARE_CHOOSE, views.SHARE_CHANNEL, account.id)


async def check_channel(asked: Submission, ports: Ports) -> Answer:
    """Show who would read the card there, or why it cannot be shared there."""
    channel_id = asked.values.get(sharing.CHANNEL)
    if not isinstance(channel_id, str) or not channel_id:
        return FieldErrors(errors={sharing.CHANNEL: "Choose a channel."})
    readers = await ports.directory.readers_of(channel_id)
    if readers.refused:
        return FieldErrors(
            errors={sharing.CHANNEL: readers.refused},
            accounts=(asked.private_metadata,),
            withheld=f"not shared to {channel_id}: {readers.refused}",
        )
    account = await get_account(ports, asked.private_metadata)
    what = f"the whole card of *{text.name(account.name)}*"
    metadata = f"{channel_id} {account.id}"
    modal = sharing.to_whom(views.SHARE_CONFIRM, readers.name, readers.count, what, metadata)
    return replace(modal, accounts=(account.id,))


async def post_card(asked: Submission, ports: Ports) -> Modal:
    """Post the card as it is now; the messenger checks once more who would read it."""
    channel_id, _, account_id = asked.private_metadata.partition(" ")
    card = await read(ports, await get_account(ports, account_id))
    message = views.card(card, shared_by=asked.asker.user_id)
    try:
        await ports.messenger.post(channel_id, message, asked=asked)
    except AudienceRefused as refused:
        return sharing.not_shared(views.SHARE_DONE, str(refused))
    return sharing.shared(views.SHARE_DONE, channel_id)
