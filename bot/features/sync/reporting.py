"""What a sync did, system by system: read, changed, gone, refused, seconds, calls; as plain values, to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.reading import Drift, System
from bot.features.sync.rules import in_words
from bot.ports.readings import MergedCount, Sweep, SweepState


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """The reading of one feed: `told` says of some records why they could not be taken."""

    feed: str
    whole: bool
    state: str
    read: int = 0
    before: int = 0
    changed: int = 0
    gone: int = 0
    refused: int = 0
    told: tuple[str, ...] = ()
    seconds: float = 0.0
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One system. `problems` are whole sentences, each with what to do."""

    system: str
    feeds: tuple[FeedReport, ...] = ()
    problems: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """A whole sync."""

    started_at: datetime
    ended_at: datetime
    sources: tuple[SourceReport, ...] = ()
    merged: MergedCount = field(default_factory=MergedCount)
    unmatched: Mapping[str, int] = field(default_factory=dict)
    disagreements: Mapping[str, int] = field(default_factory=dict)
    absences: int = 0  # added, changed or gone

    @property
    def has_problems(self) -> bool:
        """Whether a system could not be read, or was not believed."""
        return any(one.problems for one in self.sources)

    def as_values(self) -> dict[str, Any]:
        """As it is kept."""
        values = asdict(self)
        values["started_at"], values["ended_at"] = self.started_at.isoformat(), self.ended_at.isoformat()
        return values


def read_report(values: Mapping[str, Any]) -> SyncReport:
    """As it was kept."""
    sources = []
    for one in values["sources"]:
        feeds = (FeedReport(**{**feed, "told": tuple(feed["told"])}) for feed in one["feeds"])
        sources.append(
            SourceReport(
                system=one["system"],
                feeds=tuple(feeds),
                problems=tuple(one["problems"]),
                drift=tuple(one["drift"]),
            )
        )
    return SyncReport(
        started_at=datetime.fromisoformat(values["started_at"]),
        ended_at=datetime.fromisoformat(values["ended_at"]),
        sources=tuple(sources),
        merged=MergedCount(**values["merged"]),
        unmatched=values["unmatched"],
        disagreements=values["disagreements"],
        absences=values["absences"],
    )


def of_sweep(sweep: Sweep) -> FeedReport:
    """What a reading of a feed did, over all the processes that had a part in it."""
    return FeedReport(
        feed=sweep.feed,
        whole=sweep.whole,
        state=sweep.state.value,
        read=sweep.records,
        before=sweep.before,
        changed=sweep.changed,
        gone=sweep.gone,
        refused=sweep.refused,
        told=tuple(f"{one.key}: {one.field}: {one.reason}" for one in sweep.told),
        seconds=round(sweep.seconds, 2),
        calls=sweep.calls,
    )


def of_refusal(sweep: Sweep) -> str | None:
    """Why a whole reading was not believed, and what to do."""
    if sweep.state is not SweepState.REFUSED:
        return None
    return (
        f"{System(sweep.system).called} gave {sweep.records:,} {sweep.feed} where it had {sweep.before:,}: nothing is taken as gone. "
        f"If they truly are, say so: ta-bot sync {sweep.system} --full --confirm"
    )


def of_drift(drift: Drift) -> str:
    """A field that policy names and the system does not have."""
    found = f"; found instead: {in_words(drift.nearest)}" if drift.nearest else ""
    return f"{drift.place} “{drift.wanted}” is not there{found}"
