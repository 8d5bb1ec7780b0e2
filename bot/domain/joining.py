"""How the accounts of several systems become one, and which system owns which value: policy's rules, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.domain.reading import System
from bot.domain.salesforce_ids import full_id


class Said(NamedTuple):
    """What one system says of a value, and as of when."""

    system: str
    value: Any
    as_of: datetime


class Disagreement(NamedTuple):
    """A value of `bot.domain.account.FIELDS` of which systems say different things; who owns it comes first."""

    field: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRules:
    """`[sources.join]`. `ranks` says for each field who goes before whom: the lowest number that knows it wins."""

    account_id: str  # whose id is the account's id in the book
    same: Mapping[tuple[str, str], str]  # a system and its id → the account; "" for none of ours
    makes: frozenset[str]  # whose accounts are accounts of the book: the others only add to them
    lives_in: tuple[str, ...]  # the first that ever knew an account decides whether it is still there
    ranks: Mapping[str, Mapping[str, int]]
    compared: frozenset[str]
    amounts_within: float  # a part of the larger one
    days_within: int
    history_from: str  # whose whole sweeps write the week's row of the health history
    fewer_share: float  # a whole sweep with less than this part of what was there before is refused
    few: int  # fewer records than this may go at once
    every: timedelta
    whole_every: timedelta


_SALESFORCE = System.SALESFORCE.value  # an enumeration's own `value` is a slow call


def spelled(system: str, key: str) -> str:
    """An id as it is always written: Salesforce's short form and its long one are the same record's."""
    return full_id(key) if system == _SALESFORCE else key
