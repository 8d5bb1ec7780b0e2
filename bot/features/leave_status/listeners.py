"""What the status of absent people listens to: each id with the function that answers it, and what happens in Slack."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from bot.asks import Action, Happening, HappeningKind, Shortcut, Submission, Typeahead
from bot.blocks.answers import Answer
from bot.features.leave_status import usecases, views
from bot.ports import Ports

ACTIONS: Mapping[str, Callable[[Action, Ports], Awaitable[Answer]]] = {
    views.OPEN: usecases.opened,
    views.FORGET: usecases.forget,
}
SUBMISSIONS: Mapping[str, Callable[[Submission, Ports], Awaitable[Answer]]] = {}
SHORTCUTS: Mapping[str, Callable[[Shortcut, Ports], Awaitable[Answer]]] = {}
TYPEAHEADS: Mapping[str, Callable[[Typeahead, Ports], Awaitable[Answer]]] = {}
HAPPENINGS: Mapping[str, Callable[[Happening, Ports], Coroutine[Any, Any, None]]] = {
    HappeningKind.STATUS_CHANGED: usecases.noticed,
    HappeningKind.CONSENT_GIVEN: usecases.consent_changed,
    HappeningKind.CONSENT_WITHDRAWN: usecases.consent_changed,
}
