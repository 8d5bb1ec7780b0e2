"""What the systems say of an account becomes one account, by policy: who owns a value, who disagrees, who is gone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias

from bot.domain.account import Week
from bot.domain.health import HealthRules
from bot.domain.joining import Disagreement, JoinRules, Said
from bot.domain.person import Contact
from bot.domain.provenance import Stamp
from bot.domain.reading import Event, System
from bot.features.sync import counting, rules
from bot.ports.book import AccountRow
from bot.ports.readings import Happened, Held, Merged, Met, Spoken, Told

CALLED: Mapping[str, str] = {system.value: system.called for system in System}
OURS = frozenset(CALLED.values())
"""How stamps name the systems; every other source is a file, which speaks where no system does."""
Kinds: TypeAlias = Mapping[str, Mapping[Event, datetime]]
"""For each system the kinds of events that it keeps, and the instant as of which all of them are known."""

_GONE = 1_000  # who no longer has an account speaks of it after everybody who has
_OF_WEEK = tuple(
    name for name in Week.__dataclass_fields__ if name not in ("account_id", "week_ending", "source")
)


class Best(NamedTuple):
    """The best that was said of a value so far; `value` None where a system has it and holds nothing."""

    rank: int
    value: Any
    stamp: Stamp


@dataclass(kw_only=True)
class Merging:
    """One merge of many accounts on a day. Keeps stamps by what they say, since thousands of accounts share them."""

    join: JoinRules
    health: HealthRules
    today: date
    _stamps: dict[tuple[str, datetime], Stamp] = field(default_factory=dict)
    _ranks: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, places in self.join.ranks.items():
            for system, place in places.items():
                self._ranks.setdefault(system, {})[name] = place

    def decide(self, told: Iterable[Told], known: Mapping[tuple[str, Event], datetime]) -> Iterator[Merged]:
        """Merge them one by one; `known` is the instant as of which a system's events of a kind are all known."""
        kinds: dict[str, dict[Event, datetime]] = {}
        for (system, kind), as_of in known.items():
            kinds.setdefault(system, {})[kind] = as_of
        return (self.merge(one, kinds) for one in told if one.held or self._is_made(one.spoken))

    def _is_made(self, spoken: Sequence[Spoken]) -> bool:
        return any(one.system in self.join.makes and one.gone_on is None for one in spoken)

    def merge(self, told: Told, kinds: Kinds) -> Merged:
        """What becomes of one account."""
        spoken, held = once(told.spoken), told.held
        best, odds = self._said(spoken, told.happened, kinds)
        self._mend(best, spoken, held)
        values, stamps = _with_rest(best, held)
        base = next(iter(stamps.values()), Stamp(CALLED[spoken[0].system], spoken[0].as_of))
        called = best.get("name")
        name = called.value if called else held.name if held else told.account_id
        row = AccountRow(id=told.account_id, name=name, values=values, stamp=base, stamps=stamps)
        before, now = held.category if held else None, values.get("health_category")
        return Merged(
            row=row,
            contacts=_contacts(told.account_id, told.met) if told.met else None,
            week=self._week(row, stamps) if told.week and self._is_there(spoken) else None,
            disagreements=odds,
            moved=(before, now) if before and now and before != now else None,
        )

    def _said(
        self, spoken: Sequence[Spoken], happened: Sequence[Happened], kinds: Kinds
    ) -> tuple[dict[str, Best], Sequence[Disagreement]]:
        best: dict[str, Best] = {}
        compared: dict[str, list[Said]] = {}
        for one in spoken:
            ranks = self._ranks.get(one.system, {})
            late = _GONE if one.gone_on else 0
            for name, value, as_of in self._values(one, happened, kinds.get(one.system, {})):
                rank = ranks.get(name)
                if rank is None:
                    continue  # policy does not ask this system for it
                held = best.get(name)
                if held is None or (value is not None and (held.value is None or rank + late < held.rank)):
                    best[name] = Best(rank + late, value, self._stamp(one.system, as_of))
                if name in self.join.compared and value is not None and not late:
                    compared.setdefault(name, []).append(Said(one.system, value, as_of))
        return best, [found for found in map(self._odds, compared.items()) if found] if compared else ()

    def _values(
        self, one: Spoken, happened: Sequence[Happened], kinds: Mapping[Event, datetime]
    ) -> Iterator[tuple[str, Any, datetime]]:
        """What a system says itself, then what its events come to; the later of two days of activity is true."""
        own, as_of, dated = one.values, one.as_of, one.dated
        if one.name:
            yield "name", one.name, as_of
        counted = self._counted(one, happened, kinds) if kinds and not one.gone_on else {}
        for name, value in own.items():
            if name in counted and (value is None or _is_later(name, counted[name][0], value)):
                continue
            yield name, value, dated.get(name, as_of) if dated else as_of
        for name, (value, known) in counted.items():
            if own.get(name) is None or _is_later(name, value, own[name]):
                yield name, value, known

    def _counted(
        self, one: Spoken, happened: Sequence[Happened], kinds: Mapping[Event, datetime]
    ) -> Mapping[str, tuple[Any, datetime]]:
        mine = [event for event in happened if event.system == one.system] if happened else ()
        by_kind = counting.counted_by_kind(mine, self.today)
        counted: dict[str, tuple[Any, datetime]] = {}
        for kind, as_of in kinds.items():
            for name, value in (by_kind.get(kind) or counting.none_of(kind, self.today)).items():
                if name not in counted or _is_later(name, value, counted[name][0]):
                    counted[name] = (value, as_of)
        return counted

    def _odds(self, told: tuple[str, list[Said]]) -> Disagreement | None:
        name, said = told
        if len(said) < 2:
            return None
        said.sort(key=lambda one: self._ranks[one.system][name])
        if all(rules.agree(said[0].value, one.value, self.join) for one in said[1:]):
            return None
        return Disagreement(name, tuple(said))

    def _mend(self, best: dict[str, Best], spoken: Sequence[Spoken], held: Held | None) -> None:
        score, category = best.get("health_score"), best.get("health_category")
        if score and score.value is not None and (category is None or category.value is None):
            best["health_category"] = score._replace(value=self.health.category_of(score.value).value)
        close = best.get("expected_close_on")
        if close and close.value is not None and self._is_customer(best):
            best["expected_close_on"] = close._replace(
                value=None
            )  # new business of a customer is no prospect
        self._mark_churned(best, spoken, held)

    def _is_customer(self, best: Mapping[str, Best]) -> bool:
        arr, since = best.get("arr"), best.get("customer_since")
        return bool(arr and arr.value) or bool(since and since.value and since.value <= self.today)

    def _mark_churned(self, best: dict[str, Best], spoken: Sequence[Spoken], held: Held | None) -> None:
        """Whoever decides whether an account is still there no longer has it: churned since then, unless known."""
        deciding = rules.deciding(spoken, self.join)
        if deciding is None:
            return
        told = best.get("churned_on")
        if told is not None and told.value is not None:
            return
        stamp = self._stamp(deciding.system, deciding.as_of)
        known = held.churned_on if held and deciding.gone_on else None
        best["churned_on"] = Best(0, known or deciding.gone_on, stamp)

    def _stamp(self, system: str, as_of: datetime) -> Stamp:
        key = (system, as_of)
        found = self._stamps.get(key)
        if found is None:
            if len(self._stamps) > 50_000:
                self._stamps.clear()
            found = self._stamps[key] = Stamp(CALLED.get(system, system), as_of)
        return found

    def _is_there(self, spoken: Sequence[Spoken]) -> bool:
        return any(one.system == self.join.history_from and one.gone_on is None for one in spoken)

    def _week(self, row: AccountRow, stamps: Mapping[str, Stamp]) -> Week | None:
        values = {name: row.values[name] for name in _OF_WEEK if row.values.get(name) is not None}
        if not values:
            return None
        sources = sorted({stamps[name].source for name in values if name in stamps})
        return Week(account_id=row.id, week_ending=self.today, source=" + ".join(sources), **values)


def once(spoken: Sequence[Spoken]) -> Sequence[Spoken]:
    """Each system once: of several records of it that claim the same account, one that is there, by its id."""
    if len(spoken) < 2 or len({one.system for one in spoken}) == len(spoken):
        return spoken
    chosen: dict[str, Spoken] = {}
    for one in sorted(spoken, key=lambda one: (one.gone_on is not None, one.key)):
        chosen.setdefault(one.system, one)
    return tuple(chosen.values())


def _is_later(name: str, counted: Any, own: Any) -> bool:
    return name in counting.NEWEST and counted is not None and (own is None or counted > own)


def _with_rest(best: Mapping[str, Best], held: Held | None) -> tuple[dict[str, Any], dict[str, Stamp]]:
    """What the systems know; beside it what the book holds and no system speaks of, or only files told."""
    values = {name: one.value for name, one in best.items() if one.value is not None and name != "name"}
    stamps = {name: best[name].stamp for name in values}
    if held is None:
        return values, stamps
    for name, value, stamp in held.rest(values):
        if name not in best or stamp.source not in OURS:
            values[name], stamps[name] = value, stamp
    return values, stamps


def _contacts(account_id: str, met: Sequence[Met]) -> Sequence[Contact]:
    """Everybody once, by e-mail where there is one."""
    found: dict[tuple[str, str], Contact] = {}
    for one in sorted(met, key=lambda one: (one.name.casefold(), one.system, one.key)):
        key = ("", one.email.casefold()) if one.email else (one.system, one.key)
        found.setdefault(
            key,
            Contact(account_id=account_id, name=one.name, email=one.email, title=one.title, roles=one.roles),
        )
    return tuple(found.values())
