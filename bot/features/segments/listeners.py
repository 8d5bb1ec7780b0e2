"""What answers about a segment listen to: each id with the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.asks import Action, Shortcut, Submission, Typeahead
from bot.blocks.answers import Answer, Message
from bot.features.segments import usecases, views
from bot.ports import Ports


async def _choose(asked: Action, ports: Ports) -> Message:
    """The answer takes the place of the menu."""
    return replace(await usecases.answer_by_id(ports, asked.value), replaces=True)


async def _find(asked: Action, ports: Ports) -> Message:
    """The answer comes below; the card or menu it was asked from stays."""
    return await usecases.answer_by_id(ports, asked.value)


ACTIONS: Mapping[str, Callable[[Action, Ports], Awaitable[Answer]]] = {
    views.CHOOSE: _choose,
    views.FIND: _find,
}
SUBMISSIONS: Mapping[str, Callable[[Submission, Ports], Awaitable[Answer]]] = {}
SHORTCUTS: Mapping[str, Callable[[Shortcut, Ports], Awaitable[Answer]]] = {
    "segments.of_message": usecases.answer_message
}
TYPEAHEADS: Mapping[str, Callable[[Typeahead, Ports], Awaitable[Answer]]] = {views.FIND: usecases.suggest}
