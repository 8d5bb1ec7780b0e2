"""What coverage plans listen to: each id with the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.asks import Action, Shortcut, Submission, Typeahead
from bot.blocks.answers import Answer
from bot.features.coverage import asking, away, filling, forms, pressing, steps
from bot.ports import Ports

ACTIONS: Mapping[str, Callable[[Action, Ports], Awaitable[Answer]]] = {
    steps.ACCEPT: pressing.accept,
    steps.DECLINE: pressing.decline,
    steps.ACCEPT_ALL: pressing.accept_all,
    steps.APPROVE: pressing.approve,
    steps.SHARE: pressing.share,
    steps.TICK: pressing.tick,
    steps.OPEN: filling.open_live,
    steps.EDIT: filling.open_covers,
    steps.CHANGE: filling.change,
    steps.SYNCS: filling.open_syncs,
    steps.DRAFTS: filling.open_drafts,
    away.CHOOSE: asking.choose,
    away.FIND: asking.choose,
}
SUBMISSIONS: Mapping[str, Callable[[Submission, Ports], Awaitable[Answer]]] = {
    forms.DATES: filling.take_dates,
    forms.COVERS: filling.take_covers,
    forms.CONFIRM: filling.take_confirm,
    forms.SETTLE: filling.take_syncs,
    forms.TOLD: filling.take_told,
    forms.CALL_OFF: filling.call_off,
}
SHORTCUTS: Mapping[str, Callable[[Shortcut, Ports], Awaitable[Answer]]] = {}
TYPEAHEADS: Mapping[str, Callable[[Typeahead, Ports], Awaitable[Answer]]] = {
    forms.COVER: filling.suggest_covers,
    away.FIND: asking.suggest,
}
