"""What lists by segment listen to: each id with the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.asks import Action, Shortcut, Submission, Typeahead
from bot.blocks.answers import Answer
from bot.features.segment_lists import usecases, views
from bot.ports import Ports

ACTIONS: Mapping[str, Callable[[Action, Ports], Awaitable[Answer]]] = {
    views.NEXT: usecases.open_page,
    views.PREVIOUS: usecases.open_page,
    views.TEAM: usecases.open_page,
    views.FILE: usecases.send_file,
    views.CORRECT: usecases.prepare_correction,
}
SUBMISSIONS: Mapping[str, Callable[[Submission, Ports], Awaitable[Answer]]] = {
    views.CORRECTED: usecases.close_correction,
}
SHORTCUTS: Mapping[str, Callable[[Shortcut, Ports], Awaitable[Answer]]] = {}
TYPEAHEADS: Mapping[str, Callable[[Typeahead, Ports], Awaitable[Answer]]] = {}
