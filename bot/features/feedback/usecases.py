"""Writing feedback down, and showing what was: of one account, and gathered for the product teams."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.asks import Action, Ask, Shortcut, Submission, Typeahead
from bot.blocks import build, choosing, text
from bot.blocks.answers import Answer, FieldErrors, Message, Modal, Options
from bot.domain import spreadsheet
from bot.domain.account import Account
from bot.domain.feedback import Feedback, Weight
from bot.domain.names import readable
from bot.domain.provenance import Known
from bot.domain.segment import team_of
from bot.errors import NamedAccount, UserError
from bot.features.feedback import forms, rules, views
from bot.features.feedback.forms import Draft
from bot.ports import Ports
from bot.ports.people import name_of

MOST = 10_000
"""Entries of one file."""
LONGEST_NAME = 300


async def give(asked: Action, ports: Ports) -> Modal:
    """The form, about the account whose button was pressed, or about one to be chosen."""
    account = await _get_account(ports, asked.value) if asked.value else None
    return forms.form(Draft(account=_chosen(account)), ports.policy.feedback.areas)


async def give_from_message(asked: Shortcut, ports: Ports) -> Modal:
    """The form with a message's words, the account that it names where it names one, and a link to it."""
    said = readable(asked.message_text)
    named = await ports.book.find_named_in(said)
    account = await ports.book.find_account(named[0].id) if len(named) == 1 else None
    source = f"{asked.place.channel_id} {asked.message_ts}".strip()
    draft = Draft(account=_chosen(account), text=forms.draft_text(said), source=source)
    return forms.form(draft, ports.policy.feedback.areas)


_EMPTY = FieldErrors(errors={forms.TEXT: "Write what they need."})


def _text_of(asked: Submission) -> str:
    return str(asked.values.get(forms.TEXT) or "").strip()[: forms.LONGEST]


async def submit(asked: Submission, ports: Ports) -> Answer:
    """Keep what was written; then everything that is kept of the account."""
    if not (said := _text_of(asked)):
        return _EMPTY
    account = await _get_account(ports, str(asked.values.get(forms.ACCOUNT) or ""))
    channel_id, _, ts = asked.private_metadata.partition(" ")
    team = team_of(account, ports.policy.model_on(ports.clock.today()))
    feedback = Feedback(
        id=0,
        account_id=account.id,
        account_name=account.name,
        team=team,
        area=str(asked.values.get(forms.AREA) or ""),
        weight=Weight(asked.values.get(forms.WEIGHT) or Weight.MATTERS),
        text=said,
        for_session=forms.FOR_SESSION in (asked.values.get(forms.SESSION) or ()),
        link=await ports.directory.find_link(channel_id, ts) if channel_id and ts else "",
        by_email=asked.asker.email or "",
        by_name=await name_of(ports.people, asked.asker),
        given_at=ports.clock.now(),
    )
    async with ports.work.transaction() as tx:
        await ports.feedback.add_feedback(tx, feedback, token=asked.request_id)
    return views.of_account(await _of_account(ports, account, asked), views.KEPT)


async def choose(asked: Action, ports: Ports) -> Modal:
    """Change an entry, or withdraw it, as whoever gave it chose from its menu."""
    verb, _, number = asked.value.partition(":")
    feedback, account = await _get_own(ports, asked, number)
    if verb == views.EDIT:
        return forms.edit(feedback, ports.policy.feedback.areas)
    async with ports.work.transaction() as tx:
        await ports.feedback.withdraw_feedback(tx, feedback.id, ports.clock.now())
    return views.of_account(await _of_account(ports, account, asked), views.WITHDRAWN)


async def change(asked: Submission, ports: Ports) -> Answer:
    """Keep an entry's other words; then everything that is kept of the account."""
    if not (said := _text_of(asked)):
        return _EMPTY
    feedback, account = await _get_own(ports, asked, asked.private_metadata)
    changed = replace(
        feedback,
        area=str(asked.values.get(forms.AREA) or feedback.area),
        weight=Weight(asked.values.get(forms.WEIGHT) or feedback.weight),
        text=said,
        for_session=forms.FOR_SESSION in (asked.values.get(forms.SESSION) or ()),
    )
    async with ports.work.transaction() as tx:
        if not await ports.feedback.change_feedback(tx, changed):
            raise UserError(_GONE)
    return views.of_account(await _of_account(ports, account, asked), views.CHANGED)


_GONE = "That entry was withdrawn. Write another one at the account's card."


async def _get_own(ports: Ports, asked: Ask, number: str) -> tuple[Feedback, Account]:
    """An entry that the asker may change, and its account."""
    feedback = await ports.feedback.find_feedback(int(number)) if number.isdecimal() else None
    if feedback is None:
        raise UserError(_GONE)
    account = await _get_account(ports, feedback.account_id)
    if not (await _of_account(ports, account, asked)).is_theirs(feedback):
        raise UserError(
            f"Only {text.one_line(feedback.by_name)} changes that entry, and only until the account's next "
            "product-feedback session has passed it on. Write another one beside it."
        )
    return feedback, account


async def list_account(asked: Action, ports: Ports) -> Modal:
    """What was written down of an account."""
    return views.of_account(await _of_account(ports, await _get_account(ports, asked.value), asked))


async def _of_account(ports: Ports, account: Account, asked: Ask) -> rules.OfAccount:
    return rules.OfAccount(
        account_id=account.id,
        account_name=account.name,
        given=await ports.feedback.list_feedback(account_id=account.id),
        session=account.last_roadmap_review_on,
        now=ports.clock.now(),
        reader=asked.asker.email or "",
    )


async def gather(asked: Ask, ports: Ports) -> Modal:  # noqa: ARG001 - everybody is shown the same
    """Everything of the last half year, by area of the product."""
    given = await _given(ports)
    since = ports.clock.now() - ports.policy.feedback.gathered
    return views.gathered(rules.by_area(given), since.date(), ports.clock.now())


async def _given(ports: Ports) -> tuple[Feedback, ...]:
    since = ports.clock.now() - ports.policy.feedback.gathered
    return await ports.feedback.list_feedback(since=since, limit=MOST)


async def send_rows(asked: Action, ports: Ports) -> Message:
    """All of it as a CSV, with each account's ARR as the book has it, into the asker's own direct message."""
    given = await _given(ports)
    found = [await ports.book.find_account(one) for one in dict.fromkeys(each.account_id for each in given)]
    accounts = {one.id: one for one in found if one is not None}
    content = await asyncio.to_thread(spreadsheet.csv_of, views.HEADER, _rows(given, accounts))
    name = f"product-feedback-{ports.clock.today()}.csv"
    await ports.messenger.send_file(
        asked.asker.user_id,
        name,
        content,
        comment=f"Product feedback: {text.plural(len(given), 'entry', 'entries')}.",
        accounts=tuple(accounts),
        asked=asked,
    )
    said = f"I sent you `{name}` in our direct message: {text.plural(len(given), 'entry', 'entries')}."
    return Message(text=said, blocks=(build.section(said),))


def _rows(given: Sequence[Feedback], accounts: Mapping[str, Account]) -> Iterator[tuple[object, ...]]:
    for one in given:
        account = accounts.get(one.account_id)
        arr = account.arr if account else None
        yield (
            one.id,
            one.given_at.isoformat(timespec="seconds"),
            one.area,
            one.weight.value,
            one.account_id,
            one.account_name,
            one.team.value if one.team else "",
            one.text,
            "yes" if one.for_session else "no",
            one.by_name,
            one.link,
            *(
                (arr.value / 100, arr.source, f"{arr.as_of:%Y-%m-%d}")
                if isinstance(arr, Known)
                else ("",) * 3
            ),
        )


async def suggest(asked: Typeahead, ports: Ports) -> Options:
    """The accounts that the letters typed so far may mean."""
    matches = await ports.book.search_names(asked.text[:LONGEST_NAME], limit=20)
    return Options(options=tuple(choosing.labelled([NamedAccount(one.id, one.name) for one in matches])))


async def _get_account(ports: Ports, account_id: str) -> Account:
    account = await ports.book.find_account(account_id)
    if account is None:
        raise UserError("That account is no longer in the book. Look for it with `/account-health NAME`.")
    return account


def _chosen(account: Account | None) -> tuple[str, str] | None:
    labels = choosing.labelled([NamedAccount(account.id, account.name)]) if account else []
    return labels[0] if labels else None
