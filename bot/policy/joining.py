"""How the systems' accounts become one, from the file's table; what names no system is a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.account import FIELDS
from bot.domain.joining import JoinRules, spelled
from bot.domain.reading import System
from bot.policy.duties import Problem
from bot.policy.sources import JoinTable, OrderTable

NAME = "name"
"""What an account is called is owned like its profile."""


def join_of(table: JoinTable) -> JoinRules:
    """The rules of joining and merging."""
    return JoinRules(
        account_id=table.account_id,
        same=dict(_same(table)),
        makes=frozenset(table.makes),
        lives_in=tuple(table.lives_in),
        ranks=_ranks(table.order),
        compared=frozenset(table.compare.values),
        amounts_within=table.compare.amounts_within,
        days_within=table.compare.days_within,
        history_from=table.history_from,
        fewer_share=table.fewer_share,
        few=table.few,
        every=table.every,
        whole_every=table.whole_every,
    )


def join_problems(table: JoinTable) -> Iterator[Problem]:
    """An override that names no system."""
    for name in table.same:
        system, _, key = name.partition(":")
        if system not in tuple(System) or not key:
            yield (
                (("sources", "join", "same", name),),
                f'sources.join.same: “{name}” must be a system and its id, like "zendesk:360001234567"',
            )


def _same(table: JoinTable) -> Iterator[tuple[tuple[str, str], str]]:
    for name, account_id in table.same.items():
        system, _, key = name.partition(":")
        yield (system, spelled(system, key)), spelled(table.account_id, account_id)


def _ranks(order: OrderTable) -> Mapping[str, Mapping[str, int]]:
    by_group = {field.name: getattr(order, field.group.value) for field in FIELDS}
    chosen = {NAME: order.profile, **by_group, **order.values}
    return {name: {system: place for place, system in enumerate(systems)} for name, systems in chosen.items()}
