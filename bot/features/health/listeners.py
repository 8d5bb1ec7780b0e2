"""What an account's answers listen to: each id with the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.asks import Action, Shortcut, Submission, Typeahead
from bot.blocks.answers import Answer, Done, Message
from bot.features.health import usecases, views
from bot.ports import Ports


async def _choose(asked: Action, ports: Ports) -> Message:
    """The card takes the place of the menu."""
    return replace(await usecases.answer_by_id(asked, ports, asked.value), replaces=True)


async def _find(asked: Action, ports: Ports) -> Message:
    """The card comes below; the list or menu it was found from stays."""
    return await usecases.answer_by_id(asked, ports, asked.value)


async def _opened(asked: Action, ports: Ports) -> Done:  # noqa: ARG001 - Slack opens the link; it only wants an ack
    return Done()


ACTIONS: Mapping[str, Callable[[Action, Ports], Awaitable[Answer]]] = {
    views.CHOOSE: _choose,
    views.FIND: _find,
    views.SHARE: usecases.choose_channel,
    **dict.fromkeys((action_id for _, action_id, _ in views.LINKS), _opened),
}
SUBMISSIONS: Mapping[str, Callable[[Submission, Ports], Awaitable[Answer]]] = {
    views.SHARE_CHOOSE: usecases.check_channel,
    views.SHARE_CONFIRM: usecases.post_card,
}
SHORTCUTS: Mapping[str, Callable[[Shortcut, Ports], Awaitable[Answer]]] = {}
TYPEAHEADS: Mapping[str, Callable[[Typeahead, Ports], Awaitable[Answer]]] = {views.FIND: usecases.suggest}
