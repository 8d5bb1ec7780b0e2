"""How old a value may grow: values come in groups, and policy says for each group when it is stale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.account import FIELDS, Group
from bot.domain.health import Pillar, TraitRule
from bot.domain.provenance import Stamp

GROUP_OF: Mapping[str, Group] = {field.name: field.group for field in FIELDS}
"""The group of every value of an account, by its name."""


def group_of_trait(rule: TraitRule) -> Group:
    """The group that a trait grows stale with; one that is computed from several values goes by its pillar."""
    return GROUP_OF.get(rule.key, Group.USAGE if rule.pillar is Pillar.UTILIZATION else Group.HEALTH)


def is_stale(stamp: Stamp, group: Group, freshness: Mapping[Group, timedelta], now: datetime) -> bool:
    """Whether a value is older than policy allows for its group; a group that is not named never grows stale."""
    allowed = freshness.get(group)
    return allowed is not None and now - stamp.as_of > allowed
