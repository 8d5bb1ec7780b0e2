"""Every rule and number of the organisation, read from policy.toml and validated on load."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.domain.account import Group
from bot.domain.alert import AlertRules
from bot.domain.boundary import Margin
from bot.domain.digest import DigestRules
from bot.domain.feedback import FeedbackRules
from bot.domain.health import HealthRules
from bot.domain.joining import JoinRules
from bot.domain.keeping import WorkRules
from bot.domain.kpi import KpiRules
from bot.domain.leave import OooRules
from bot.domain.lifecycle import LifecycleRules
from bot.domain.material import DraftRules
from bot.domain.person import Connector, Team
from bot.domain.plan_update import PlanUpdateRules
from bot.domain.request import RequestRules
from bot.domain.segment import SegmentModel
from bot.domain.watching import WatchRules
from bot.errors import PolicyError
from bot.policy import asked, build, duties, explain, joining, watching
from bot.policy.schema import PolicyTable
from bot.policy.sources import SourcesTable

PACKAGED = Path(__file__).parent.parent / "policy.toml"
"""The policy that ships with ta-bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPolicy:
    """One of the three teams: `channel` and `user_group` are handles without `#` and `@`."""

    team: Team
    name: str  # "Scaled TAs"
    short: str  # "Scaled team"
    touch: str  # "high", "medium", "low, automated"
    accounts: str  # "named, dedicated TA", "shared across the team, no dedicated TA", "on demand"
    channel: str
    user_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole of policy.toml, typed."""

    teams: Mapping[Team, TeamPolicy]
    models: Mapping[str, SegmentModel]
    default_model: str
    drift: Margin  # when an account is near a boundary at its next renewal
    health: HealthRules
    kpis: KpiRules
    lifecycle: LifecycleRules
    digest: DigestRules
    work: WorkRules
    ooo: OooRules
    requests: RequestRules
    alerts: AlertRules
    watch: WatchRules
    feedback: FeedbackRules
    plan_updates: PlanUpdateRules
    drafts: DraftRules
    sources: SourcesTable
    join: JoinRules
    connectors: tuple[Connector, ...]
    freshness: Mapping[Group, timedelta]  # a group that is not named never grows stale
    change_weeks: int  # the score's change is against this many weeks ago
    chart_weeks: int  # how many weeks a card's chart shows

    def model_on(self, day: date) -> SegmentModel:
        """The segmentation model in force on a day (the default model where none says so)."""
        for model in self.models.values():
            if model.covers(day):
                return model
        return self.models[self.default_model]


def load(path: Path | None = None) -> Policy:
    """Read a policy file (the packaged one by default); raises PolicyError naming the line that is wrong.

    An operator's file is laid over the packaged one: tables key by key, arrays whole.
    """
    return _packaged() if path is None else _policy(_checked(*_effective(path)))


@cache
def _packaged() -> Policy:
    return _policy(_checked(*_effective(None)))


def in_force(path: Path | None = None) -> tuple[tuple[str, str], ...]:
    """Every rule and number as written, by its dotted name; raises PolicyError as `load` does."""
    data, file = _effective(path)
    _checked(data, file)
    return tuple(_flat(data, ""))


def models_as_written(path: Path | None = None) -> Mapping[str, SegmentModel]:
    """The segmentation models of a file that may leave gaps or overlaps: for looking at them all at once."""
    data, file = _effective(path)
    return build.models_of(_shaped(data, file))


def _effective(path: Path | None) -> tuple[dict[str, Any], explain.File]:
    file, data = _read(PACKAGED, "policy.toml")
    if path is not None:
        file, own = _read(path, str(path))
        data = _laid_over(data, own)
    return data, file


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{name}[{number}]")
    else:
        yield name, str(value)


def _read(path: Path, shown: str) -> tuple[explain.File, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PolicyError(f"{shown} line {line}: is not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise PolicyError(f"{shown}: cannot be read ({error.strerror})") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(_syntax(shown, text, str(error))) from error
    return explain.File(shown, text), data


def _syntax(shown: str, text: str, said: str) -> str:
    place = re.search(r" \(at line (\d+), column \d+\)$", said)
    line = int(place[1]) if place else len(text.splitlines()) or 1
    reason = re.sub(r" \(at [^()]*\)$", "", said)
    return f"{shown} line {line}: is not valid TOML: {reason}"


def _laid_over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _laid_over(below, value)
        else:
            merged[key] = value
    return merged


def _checked(data: dict[str, Any], file: explain.File) -> PolicyTable:
    table = _shaped(data, file)
    wrong = tuple(build.problems_of(table))
    if wrong:
        raise PolicyError(explain.first(file, wrong))
    return table


def _shaped(data: dict[str, Any], file: explain.File) -> PolicyTable:
    try:
        return PolicyTable.model_validate(data)
    except ValidationError as error:
        raise PolicyError(explain.first(file, explain.problems(error))) from error


def _policy(table: PolicyTable) -> Policy:
    ages = {group: getattr(table.freshness, group.value) for group in Group}
    return Policy(
        teams={team: _team(team, table) for team in Team},
        models=build.models_of(table),
        default_model=table.segmentation.default,
        drift=build.margin_of(table.segmentation.drift),
        health=build.health_of(table.health),
        kpis=build.kpis_of(table.kpis),
        lifecycle=build.lifecycle_of(table.lifecycle),
        digest=duties.digest_of(table),
        work=duties.work_of(table.work),
        ooo=duties.ooo_of(table),
        requests=duties.requests_of(table.requests),
        alerts=watching.alerts_of(table.alerts),
        watch=watching.watch_of(table),
        feedback=asked.feedback_of(table.feedback),
        plan_updates=asked.plan_updates_of(table),
        drafts=asked.drafts_of(table),
        sources=table.sources,
        join=joining.join_of(table.sources.join),
        connectors=tuple(Connector(one.key, one.name, one.url) for one in table.sources.connectors),
        freshness={group: age for group, age in ages.items() if age is not None},
        change_weeks=table.change_weeks,
        chart_weeks=table.chart_weeks,
    )


def _team(team: Team, table: PolicyTable) -> TeamPolicy:
    own = getattr(table.teams, team.value)
    return TeamPolicy(
        team=team,
        name=own.name,
        short=own.short,
        touch=own.touch,
        accounts=own.accounts,
        channel=own.channel,
        user_group=own.user_group,
    )
