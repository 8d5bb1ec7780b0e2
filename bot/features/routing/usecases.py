"""The ways of asking: typed, in the form, from a message, from an account's card, by mentioning the bot."""

from __future__ import annotations

from dataclasses import replace

from bot.asks import Action, Command, Mention, PlaceKind, Shortcut, Submission, Typeahead
from bot.blocks import build, choosing
from bot.blocks.answers import Answer, Done, FieldErrors, Message, Modal, Options
from bot.domain.account import Account
from bot.domain.matching import Match
from bot.domain.names import unquoted
from bot.domain.request import Urgency
from bot.errors import NamedAccount, UserError
from bot.features.routing import asking, forms, telling, typed
from bot.features.routing.asking import Wish
from bot.features.routing.typed import Draft, Typed
from bot.ports import Ports

HOW = (
    "Write `@ta-bot ACCOUNT: what you need` and I bring it to the team that serves the account. `/ask-ta` opens a form, "
    "`/ask-ta mine` lists what you asked."
)


async def ask_typed(asked: Command, ports: Ports, line: Typed) -> Answer:
    """Post what was typed; where the name is not certain, the form opens and nothing is posted."""
    account, draft = await _account(ports, line)
    if account is None and (draft.choices or not line.text):
        return _form(asked, draft)
    wish = Wish(account=account, typed=line.account, text=line.text, urgency=line.urgency)
    shown = await asking.ask(asked, ports, wish)
    return telling.receipt(shown, shared=asked.place.kind is PlaceKind.SHARED)


async def open_form(asked: Command, ports: Ports, line: Typed) -> Answer:
    """The form, filled in as far as something was typed."""
    account, draft = await _account(ports, line) if line.account else (None, Draft())
    return _form(asked, replace(draft, account=_chosen(account)))


def _form(asked: Command, draft: Draft) -> Answer:
    if asked.place.kind is PlaceKind.SHARED:  # no window opens there; the answer comes in the direct message
        raise UserError(
            "Type `/ask-ta ACCOUNT: what you need` with the account's whole name, or ask me here, in our direct "
            "message: people outside the organisation may read that channel."
        )
    return forms.ask(draft)


async def _account(ports: Ports, line: Typed) -> tuple[Account | None, Draft]:
    """The account that a name means for certain; else the form with those it may mean."""
    name, quoted = unquoted(line.account)
    found = await ports.book.find_by_name(line.account)
    account = await ports.book.find_account(found.chosen.id) if found.chosen else None
    draft = Draft(typed=name, text=line.text, urgency=line.urgency)
    if account is not None:
        return account, draft
    offered = found.candidates or (() if quoted else found.nearest)
    return None, replace(draft, choices=_choices(offered))


def _choices(matches: tuple[Match, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(choosing.labelled([NamedAccount(one.id, one.name) for one in matches]))


def _chosen(account: Account | None) -> tuple[str, str] | None:
    labels = choosing.labelled([NamedAccount(account.id, account.name)]) if account else []
    return labels[0] if labels else None


async def ask_about(asked: Action, ports: Ports) -> Modal:
    """The form about the account whose card the button is on."""
    account = await ports.book.find_account(asked.value)
    if account is None:
        raise UserError("That account is no longer in the book. Look for it with `/account-health NAME`.")
    return forms.ask(Draft(account=_chosen(account)))


async def ask_anything(asked: Shortcut, ports: Ports) -> Modal:  # noqa: ARG001 - every shortcut is given the ports
    """The empty form."""
    return forms.ask(Draft())


async def ask_from_message(asked: Shortcut, ports: Ports) -> Modal:
    """The form with a message's words, its account where it names one, and a link to it."""
    said = typed.spoken(asked.message_text)
    named = await ports.book.find_named_in(said)
    draft = Draft(text=said, source=f"{asked.place.channel_id} {asked.message_ts}".strip())
    if len(named) > 1:
        return forms.ask(replace(draft, choices=_choices(named), typed="of those it names"))
    account = await ports.book.find_account(named[0].id) if named else None
    return forms.ask(replace(draft, account=_chosen(account)))


async def submit(asked: Submission, ports: Ports) -> Answer:
    """What the form asks; says in its place where it goes and why."""
    said = str(asked.values.get(forms.TEXT) or "").strip()
    if not said:
        return FieldErrors(errors={forms.TEXT: "Write what you need."})
    account_id = str(asked.values.get(forms.CHOICE) or asked.values.get(forms.ACCOUNT) or "")
    account = await ports.book.find_account(account_id) if account_id not in ("", forms.NONE) else None
    urgent = asked.values.get(forms.URGENCY) == Urgency.URGENT.value
    due_on = typed.read_due(str(asked.values.get(forms.DUE) or ""))
    if due_on and due_on < ports.clock.today():
        return FieldErrors(errors={forms.DUE: "That day has passed. Choose today or a later one."})
    wish = Wish(
        account=account,
        text=said[: typed.LONGEST],
        urgency=Urgency.URGENT if urgent else Urgency.NORMAL,
        due_on=due_on,
        link=await _link(ports, asked.private_metadata),
    )
    return telling.asked(await asking.ask(asked, ports, wish))


async def _link(ports: Ports, source: str) -> str:
    channel_id, _, ts = source.partition(" ")
    return await ports.directory.find_link(channel_id, ts) if channel_id and ts else ""


async def mentioned(asked: Mention, ports: Ports) -> Answer:
    """What was said to the bot: `account: request`, or words that name an account; too few words are no request."""
    name, said = typed.split(asked.text)
    whole = typed.spoken(asked.text)
    if not typed.is_request(said or whole):
        return Message(text=HOW, blocks=(build.section(HOW),))
    wish = await _said(ports, name, said, whole)
    wish = replace(wish, link=await ports.directory.find_link(asked.place.channel_id, asked.message_ts))
    shown = await asking.ask(asked, ports, wish)
    return Done(accounts=(shown.request.account_id,) if shown.request.account_id else ())


async def _said(ports: Ports, name: str, said: str, whole: str) -> Wish:
    found = await ports.book.find_by_name(name) if said and name else None
    account = await ports.book.find_account(found.chosen.id) if found and found.chosen else None
    if account is not None:
        words, urgency = typed.urgency_of(said)
        return Wish(account=account, text=words, urgency=urgency)
    named = await ports.book.find_named_in(whole)
    if len(named) == 1:
        account = await ports.book.find_account(named[0].id)
    between = tuple(one.name for one in named) if len(named) > 1 else ()
    return Wish(account=account, text=whole, between=between)


async def suggest_accounts(asked: Typeahead, ports: Ports) -> Options:
    """The accounts that the letters typed so far may mean."""
    matches = await ports.book.search_names(asked.text[: typed.LONGEST_NAME], limit=20)
    return Options(options=_choices(tuple(matches)))
