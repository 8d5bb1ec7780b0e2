"""Asking which account was meant; every command that takes an account's name asks the same way."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import build, limits, text
from bot.blocks.answers import Message
from bot.errors import NamedAccount

ECHO = 80
"""How much of what was typed is said back."""
OFFERED = 25
"""More candidates than that are no choice: a longer name is asked for instead."""


def choose_account(typed: str, candidates: Sequence[NamedAccount], action_id: str) -> Message:
    """Several accounts it may mean: choose one. A single one was too far off to be taken for it unasked."""
    said = f"“{text.name(typed, ECHO)}” may mean {text.plural(len(candidates), 'account')}. Which one?"
    if len(candidates) == 1:
        said = f"No account is called “{text.name(typed, ECHO)}”. Did you mean *{text.name(candidates[0].name)}*?"
    if len(candidates) > OFFERED:
        said += f" The likeliest {OFFERED} are below; more of the name finds the others."
    return _menu(said, candidates, action_id)


def nearest_accounts(typed: str, nearest: Sequence[NamedAccount], action_id: str, find_id: str) -> Message:
    """No account by that name: the nearest, and a field to look for another."""
    said = f"I know no account “{text.name(typed, ECHO)}”."
    if nearest:
        said += " The nearest names are below; or look for another."
        return _menu(said, nearest, action_id, build.external_select(find_id, "Look for an account"))
    said += " Look for it by its name, domain or id; if it is new, it is in the book after the next import."
    look = build.actions(build.external_select(find_id, "Look for an account"))
    return Message(text=said, blocks=(build.section(said), look))


def choose_named(named: Sequence[NamedAccount], action_id: str) -> Message:
    """A message names several accounts: choose one."""
    said = f"The message names {text.plural(len(named), 'account')}. Which one?"
    return _menu(said, named, action_id)


def none_named(find_id: str) -> Message:
    """A message names no account: look for one."""
    said = "I see no account named in that message: I look for names, ids and domains as the book has them."
    look = build.actions(build.external_select(find_id, "Look for an account"))
    return Message(text=said, blocks=(build.section(said), look))


def labelled(accounts: Sequence[NamedAccount]) -> list[tuple[str, str]]:
    """Menu options of accounts; those of one name are told apart by id, and one whose id no menu holds is left out."""
    fitting = [one for one in accounts if len(one.id) <= limits.OPTION_VALUE]
    names = [text.one_line(one.name, 55) for one in fitting]
    return [
        (f"{name} ({text.one_line(one.id, 12)})" if names.count(name) > 1 else name, one.id)
        for name, one in zip(names, fitting, strict=True)
    ]


def _menu(said: str, accounts: Sequence[NamedAccount], action_id: str, *more: build.Json) -> Message:
    shown = labelled(accounts)[:OFFERED]
    listed = text.and_more([text.name(one.name, 60) for one in accounts], 5)
    menu = [build.static_select(action_id, "Choose an account", shown)] if shown else []
    blocks = (build.section(said), build.actions(*menu, *more)) if menu or more else (build.section(said),)
    return Message(text=f"{said} {listed}", blocks=blocks, accounts=tuple(value for _, value in shown))
