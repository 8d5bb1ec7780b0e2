"""What App Home listens to: each id with the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.asks import Action, Shortcut, Submission, Typeahead
from bot.blocks.answers import Answer
from bot.features.home import settings, usecases, views
from bot.ports import Ports

ACTIONS: Mapping[str, Callable[[Action, Ports], Awaitable[Answer]]] = {
    views.CONNECTOR: settings.switch,
    views.SOLD: usecases.open_sold,
    views.PLANS: usecases.open_plans,
}
SUBMISSIONS: Mapping[str, Callable[[Submission, Ports], Awaitable[Answer]]] = {}
SHORTCUTS: Mapping[str, Callable[[Shortcut, Ports], Awaitable[Answer]]] = {}
TYPEAHEADS: Mapping[str, Callable[[Typeahead, Ports], Awaitable[Answer]]] = {}
