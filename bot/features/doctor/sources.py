"""From what was seen of the systems to findings: whether each is reached, what it lacks, how old what it said is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.blocks import text
from bot.domain.reading import Drift, System
from bot.features.doctor.rules import Finding, Level
from bot.ports.readings import Sweep, SweepState

CURE_REFUSED = "mend the credentials or their scopes, then try: ta-bot sync {system}"
CURE_UNAVAILABLE = "look at {called}’s status page and at its address in the settings, then try again"
CURE_DRIFT = "name what it is called now in policy.toml ([sources.{system}]); everything else is read on"
ABOUT = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What was seen of one system. `failed` is why it could not be reached."""

    system: System
    drift: Sequence[Drift] = ()
    failed: str = ""
    is_refused: bool = False
    sweeps: Sequence[Sweep] = ()
    unmatched: int = 0


def findings_of(facts: SourceFacts, now: datetime, longest: timedelta) -> tuple[Finding, ...]:
    """Everything about one system, in the order in which one would mend it; what is read is never older than `longest`."""
    return (*_reached(facts), *kept_findings(facts, now, longest))


def kept_findings(facts: SourceFacts, now: datetime, longest: timedelta) -> tuple[Finding, ...]:
    """What the book itself tells of a system, without asking it."""
    return (*_age(facts, now, longest), *_unmatched(facts))


def _reached(facts: SourceFacts) -> Iterator[Finding]:
    called, names = facts.system.called, {"system": facts.system.value, "called": facts.system.called}
    if facts.failed:
        cure = CURE_REFUSED if facts.is_refused else CURE_UNAVAILABLE
        yield Finding(level=Level.PROBLEM, about=ABOUT, what=facts.failed, cure=cure.format_map(names))
    elif not facts.drift:
        yield Finding(
            level=Level.OK, about=ABOUT, what=f"{called} answers, and has every field that policy names"
        )
    for one in facts.drift:
        found = f"; found instead: {', '.join(one.nearest)}" if one.nearest else ""
        yield Finding(
            level=Level.PROBLEM,
            about=ABOUT,
            what=f"{called}: {one.place} “{one.wanted}” is not there{found}",
            cure=CURE_DRIFT.format_map(names),
        )


def _age(facts: SourceFacts, now: datetime, longest: timedelta) -> Iterator[Finding]:
    called = facts.system.called
    read = [sweep.done_at for sweep in facts.sweeps if sweep.done_at is not None]
    try_it = f"ta-bot sync {facts.system.value}"
    if not read:
        yield Finding(level=Level.NOTE, about=ABOUT, what=f"{called} was never read to its end", cure=try_it)
        return
    old = now - min(read)
    said = f"{called} was last read {text.age(old)}"
    late = old > longest
    yield Finding(level=Level.NOTE if late else Level.OK, about=ABOUT, what=said, cure=try_it if late else "")
    for sweep in facts.sweeps:
        if sweep.state is SweepState.REFUSED:
            yield Finding(
                level=Level.PROBLEM,
                about=ABOUT,
                what=f"{called} gave {sweep.records:,} {sweep.feed} where it had {sweep.before:,}: not believed",
                cure=f"look there; if they truly are gone: {try_it} --full --confirm",
            )


def _unmatched(facts: SourceFacts) -> Iterator[Finding]:
    if facts.unmatched:
        yield Finding(
            level=Level.NOTE,
            about=ABOUT,
            what=f"{text.plural(facts.unmatched, 'record')} of {facts.system.called} belong to no account of the book",
            cure="ta-bot sync report lists them with the likely match; join them in policy.toml ([sources.join.same])",
        )
