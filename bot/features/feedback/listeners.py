"""What product feedback listens to: each id with the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.asks import Action, Shortcut, Submission, Typeahead
from bot.blocks.answers import Answer
from bot.features.feedback import forms, usecases, views
from bot.ports import Ports

ACTIONS: Mapping[str, Callable[[Action, Ports], Awaitable[Answer]]] = {
    views.GIVE: usecases.give,
    forms.OF_ACCOUNT: usecases.list_account,
    views.MENU: usecases.choose,
    views.GATHER: usecases.gather,
    views.CSV: usecases.send_rows,
}
SUBMISSIONS: Mapping[str, Callable[[Submission, Ports], Awaitable[Answer]]] = {
    forms.FORM: usecases.submit,
    forms.EDIT: usecases.change,
}
SHORTCUTS: Mapping[str, Callable[[Shortcut, Ports], Awaitable[Answer]]] = {
    "feedback.of_message": usecases.give_from_message,
    "feedback.gathered": usecases.gather,
}
TYPEAHEADS: Mapping[str, Callable[[Typeahead, Ports], Awaitable[Answer]]] = {forms.ACCOUNT: usecases.suggest}
