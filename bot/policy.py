"""Every rule and number of the organisation, read from policy.toml and validated on load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.domain.account import Group
from bot.domain.health import HealthRules
from bot.domain.kpi import KpiRules
from bot.domain.lifecycle import LifecycleRules
from bot.domain.person import Team
from bot.domain.segment import SegmentModel


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPolicy:
    """One of the three teams: `channel` and `user_group` are handles without `#` and `@`."""

    team: Team
    name: str  # "Scaled TAs"
    short: str  # "Scaled team"
    touch: str  # "high", "medium", "low, automated"
    channel: str
    user_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole of policy.toml, typed."""

    teams: Mapping[Team, TeamPolicy]
    models: Mapping[str, SegmentModel]
    default_model: str
    health: HealthRules
    kpis: KpiRules
    lifecycle: LifecycleRules
    freshness: Mapping[Group, timedelta]  # a group that is not named never grows stale
    change_weeks: int  # the score's change is against this many weeks ago
    chart_weeks: int  # how many weeks a card's chart shows

    def model_on(self, day: date) -> SegmentModel:
        """The segmentation model in force on a day (the default model where none says so)."""
        raise NotImplementedError


def load(path: Path | None = None) -> Policy:
    """Read a policy file (the packaged one by default); raises PolicyError naming the line that is wrong."""
    raise NotImplementedError
