"""What requests listen to: each id with the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.asks import Action, Mention, Shortcut, Submission, Typeahead
from bot.blocks.answers import Answer
from bot.features.routing import forms, handing, knowing, lists, living, usecases, wording
from bot.ports import Ports

ACTIONS: Mapping[str, Callable[[Action, Ports], Awaitable[Answer]]] = {
    wording.ASK: usecases.ask_about,
    wording.CLAIM: partial(living.press, verb=living.CLAIM),
    wording.ANSWERED: partial(living.press, verb=living.ANSWER),
    wording.CLOSE: partial(living.press, verb=living.CLOSE),
    wording.REOPEN: partial(living.press, verb=living.REOPEN),
    wording.WITHDRAW: partial(living.press, verb=living.WITHDRAW),
    wording.HAND_OVER: handing.open_form,
    wording.WHY: knowing.explain,
    wording.HELPED: living.helped,
    wording.NOT_HELPED: living.not_helped,
    lists.CSV: knowing.send_rows,
}
SUBMISSIONS: Mapping[str, Callable[[Submission, Ports], Awaitable[Answer]]] = {
    forms.FORM: usecases.submit,
    forms.HANDING: handing.submit,
}
SHORTCUTS: Mapping[str, Callable[[Shortcut, Ports], Awaitable[Answer]]] = {
    "routing.ask_anything": usecases.ask_anything,
    "routing.ask_from_message": usecases.ask_from_message,
}
TYPEAHEADS: Mapping[str, Callable[[Typeahead, Ports], Awaitable[Answer]]] = {
    forms.ACCOUNT: usecases.suggest_accounts,
    forms.TO: handing.suggest,
}
MENTIONS: Mapping[str, Callable[[Mention, Ports], Awaitable[Answer]]] = {"app_mention": usecases.mentioned}
