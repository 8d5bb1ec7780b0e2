"""What subscriptions listen to: each id with the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.asks import Action, Shortcut, Submission, Typeahead
from bot.blocks.answers import Answer
from bot.features.subscriptions import usecases, views
from bot.ports import Ports

ACTIONS: Mapping[str, Callable[[Action, Ports], Awaitable[Answer]]] = {
    views.EDIT: usecases.edit,
    views.RESUME: usecases.resume,
}
SUBMISSIONS: Mapping[str, Callable[[Submission, Ports], Awaitable[Answer]]] = {views.FORM: usecases.save}
SHORTCUTS: Mapping[str, Callable[[Shortcut, Ports], Awaitable[Answer]]] = {}
TYPEAHEADS: Mapping[str, Callable[[Typeahead, Ports], Awaitable[Answer]]] = {
    views.ZONE: usecases.suggest_zones,
    views.COUNTRY: usecases.suggest_countries,
}
