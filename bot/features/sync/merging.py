"""What the systems say of an account becomes one account, by policy: who owns a value, who disagrees, who is gone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from bot.domain.account import Week
from bot.domain.health import HealthRules
from bot.domain.joining import Disagreement, JoinRules, Said
from bot.domain.person import Contact
from bot.domain.provenance import Stamp
from bot.domain.reading import CALLED, Event
from bot.features.sync import counting, rules
from bot.features.sync.counting import NEWEST
from bot.ports.book import AccountRow
from bot.ports.readings import Happened, Held, Merged, Met, Spoken, Told

OURS = frozenset(CALLED.values())
MOST_PLANS = 10_000
_NONE: Mapping[str, Stamp] = MappingProxyType({})
Kinds: TypeAlias = Mapping[str, Mapping[Event, datetime]]
"""For each system the kinds of events that it keeps, and the instant as of which all of them are known."""


class Company(NamedTuple):
    """One of those who speak: which values it knows, which of them have an instant of their own."""

    system: str
    is_gone: bool
    known: tuple[str, ...]
    dated: tuple[str, ...]


class Plan(NamedTuple):
    """Of whom the name and each value is taken, whose stamp is its own, and whose values are compared.

    Systems go by their place among those who speak. Thousands of accounts share one: it depends on who speaks and on
    which values each knows, not on what they are.
    """

    called: tuple[int, ...]
    taken: tuple[tuple[str, int], ...]
    dated: tuple[tuple[str, int], ...]  # of those, values with an instant of their own
    compared: tuple[tuple[str, tuple[int, ...]], ...]


_OF_WEEK = tuple(
    name for name in Week.__dataclass_fields__ if name not in ("account_id", "week_ending", "source")
)


class Says(NamedTuple):
    """What one system says of an account, by itself and by what is counted from its events."""

    system: str
    name: str
    values: Mapping[str, Any]
    stamp: Stamp
    others: Mapping[str, Stamp]  # of values that have an instant of their own
    is_gone: bool

    def stamp_of(self, name: str) -> Stamp:
        """Where and when it says that from."""
        return self.others.get(name, self.stamp) if self.others else self.stamp

    def company(self) -> Company:
        """Who it is, what it knows, what of that it dates by itself, and whether it lost the account."""
        names = tuple([name for name, value in self.values.items() if value is not None])
        return Company(self.system, self.is_gone, names, tuple(self.others))


@dataclass(slots=True)
class Draft:
    """An account on its way: what is known by now, with its stamps. `is_there` says that it is sure not to be churned."""

    values: dict[str, Any]
    stamps: dict[str, Stamp]
    is_there: bool = False

    def put(self, name: str, value: Any, stamp: Stamp) -> None:
        """Know a value."""
        self.values[name], self.stamps[name] = value, stamp


@dataclass(kw_only=True)
class Merging:
    """One merge of many accounts on a day. Keeps what thousands of accounts share: stamps, and who is asked for what."""

    join: JoinRules
    health: HealthRules
    today: date
    _stamps: dict[tuple[str, datetime], Stamp] = field(default_factory=dict)
    _plans: dict[tuple[Company, ...], Plan] = field(default_factory=dict)
    _sources: dict[frozenset[str], str] = field(default_factory=dict)
    _nothing: dict[str, tuple[Mapping[str, Any], Mapping[str, Stamp]]] = field(default_factory=dict)

    def decide(self, told: Iterable[Told], known: Mapping[tuple[str, Event], datetime]) -> Iterator[Merged]:
        """Merge them one by one; `known` is the instant as of which a system's events of a kind are all known."""
        kinds: dict[str, dict[Event, datetime]] = {}
        for (system, kind), as_of in known.items():
            kinds.setdefault(system, {})[kind] = as_of
        return (self.merge(one, kinds) for one in told if one.held or self._is_made(one.spoken))

    def _is_made(self, spoken: Sequence[Spoken]) -> bool:
        makes = self.join.makes
        return bool([one for one in spoken if one.gone_on is None and one.system in makes])

    def merge(self, told: Told, kinds: Kinds) -> Merged:
        """What becomes of one account."""
        spoken, held = once(told.spoken), told.held
        events = _by_system(told.happened) if told.happened else {}
        says = [self._says(one, events.get(one.system, ()), kinds.get(one.system)) for one in spoken]
        plan = self._plan(says)
        draft = _chosen(plan, says)
        self._mend(draft, spoken, held)
        if held is not None:
            _keep(draft, held, says)
        called = next((name for at in plan.called if (name := says[at].name)), None)
        row = AccountRow(
            id=told.account_id,
            name=called or (held.name if held else told.account_id),
            values=draft.values,
            stamp=says[plan.called[0] if plan.called else 0].stamp,
            stamps=draft.stamps,
        )
        before, now = held.category if held else None, draft.values.get("health_category")
        return Merged(
            row=row,
            contacts=_contacts(told.account_id, told.met) if told.met else None,
            week=self._week(row) if told.week and self._is_there(spoken) else None,
            disagreements=self._odds(plan, says),
            moved=(before, now) if before and now and before != now else None,
        )

    def _says(self, one: Spoken, mine: Sequence[Happened], kinds: Mapping[Event, datetime] | None) -> Says:
        stamp = self._stamp(one.system, one.as_of)
        others: Mapping[str, Stamp] = _NONE
        if one.dated:
            others = {name: self._stamp(one.system, at) for name, at in one.dated.items()}
        if not kinds or one.gone_on is not None:
            return Says(one.system, one.name, one.values, stamp, others, one.gone_on is not None)
        nothing, known = self._nothing_of(one.system, kinds)
        values = {**nothing, **one.values}
        if not mine:
            return Says(one.system, one.name, values, stamp, {**known, **others} if others else known, False)
        dated = {**known, **others}
        for kind, counted in counting.counted_by_kind(mine, self.today).items():
            self._put_counted(values, dated, counted, self._stamp(one.system, kinds.get(kind, one.as_of)))
        return Says(one.system, one.name, values, stamp, dated, False)

    def _nothing_of(
        self, system: str, kinds: Mapping[Event, datetime]
    ) -> tuple[Mapping[str, Any], Mapping[str, Stamp]]:
        """What it comes to where a system has no event of an account: most have none of most kinds."""
        found = self._nothing.get(system)
        if found is None:
            values: dict[str, Any] = {}
            stamps: dict[str, Stamp] = {}
            for kind, as_of in kinds.items():
                self._put_counted(values, stamps, counting.none_of(kind), self._stamp(system, as_of))
            found = self._nothing[system] = (values, stamps)
        return found

    def _put_counted(
        self, values: dict[str, Any], stamps: dict[str, Stamp], counted: Mapping[str, Any], stamp: Stamp
    ) -> None:
        """What a system says itself stays, but for the later of two days of activity; a count of none gives way."""
        for name, value in counted.items():
            own = values.get(name)
            if not own or (name in NEWEST and value is not None and value > own):
                values[name] = value
                if value is not None:
                    stamps[name] = stamp

    def _plan(self, says: Sequence[Says]) -> Plan:
        """Of whom what is taken, among those who speak."""
        key = tuple([one.company() for one in says])
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            plan = self._plans[key] = plan_of(key, self.join)
        return plan

    def _odds(self, plan: Plan, says: Sequence[Says]) -> Sequence[Disagreement]:
        return [
            _disagreement(name, [says[at] for at in order])
            for name, order in plan.compared
            if self._differs([says[at].values[name] for at in order])
        ]

    def _differs(self, said: Sequence[Any]) -> bool:
        first = said[0]
        return any(value != first and not rules.agree(first, value, self.join) for value in said)

    def _mend(self, draft: Draft, spoken: Sequence[Spoken], held: Held | None) -> None:
        values = draft.values
        score = values.get("health_score")
        if score is not None and "health_category" not in values:
            category: str = self.health.category_of(score).value
            draft.put("health_category", category, draft.stamps["health_score"])
        if "expected_close_on" in values and self._is_customer(values):
            del values["expected_close_on"]  # new business of a customer makes it no prospect
        self._mark_churned(draft, spoken, held)

    def _is_customer(self, values: Mapping[str, Any]) -> bool:
        since = values.get("customer_since")
        return bool(values.get("arr")) or (since is not None and since <= self.today)

    def _mark_churned(self, draft: Draft, spoken: Sequence[Spoken], held: Held | None) -> None:
        """Whoever decides whether an account is still there no longer has it: churned since then, unless known."""
        deciding = rules.deciding(spoken, self.join)
        if deciding is None or "churned_on" in draft.values:
            return
        if deciding.gone_on is None:
            draft.is_there = True
        else:
            known = held.churned_on if held else None
            draft.put("churned_on", known or deciding.gone_on, self._stamp(deciding.system, deciding.as_of))

    def _stamp(self, system: str, as_of: datetime) -> Stamp:
        key = (system, as_of)
        found = self._stamps.get(key)
        if found is None:
            found = self._stamps[key] = Stamp(CALLED.get(system, system), as_of)
        return found

    def _is_there(self, spoken: Sequence[Spoken]) -> bool:
        teller = self.join.history_from
        return bool([one for one in spoken if one.system == teller and one.gone_on is None])

    def _week(self, row: AccountRow) -> Week | None:
        values = {name: row.values[name] for name in _OF_WEEK if name in row.values}
        if not values:
            return None
        sources = frozenset([row.stamps[name].source for name in values])
        source = self._sources.get(sources)
        if source is None:
            source = self._sources[sources] = " + ".join(sorted(sources))
        return Week(account_id=row.id, week_ending=self.today, source=source, **values)


def _disagreement(name: str, says: Sequence[Says]) -> Disagreement:
    told = [(one, one.values.get(name)) for one in says]
    said = (Said(one.system, value, one.stamp_of(name).as_of) for one, value in told if value is not None)
    return Disagreement(name, tuple(said))


def plan_of(company: Sequence[Company], join: JoinRules) -> Plan:
    """By policy's order; who no longer has an account is asked after everybody who has, and not compared."""

    def order(name: str) -> tuple[int, ...]:
        ranks = join.ranks[name]
        asked = [at for at, one in enumerate(company) if one.system in ranks]
        return tuple(sorted(asked, key=lambda at: (company[at].is_gone, ranks[company[at].system])))

    def knowing(name: str) -> tuple[int, ...]:
        return tuple(at for at in order(name) if name in company[at].known)

    taken = {name: found[0] for name in join.ranks if (found := knowing(name))}
    compared = {
        name: tuple(at for at in knowing(name) if not company[at].is_gone) for name in sorted(join.compared)
    }
    return Plan(
        called=order("name"),
        taken=tuple(taken.items()),
        dated=tuple((name, at) for name, at in taken.items() if name in company[at].dated),
        compared=tuple((name, found) for name, found in compared.items() if len(found) > 1),
    )


def _chosen(plan: Plan, says: Sequence[Says]) -> Draft:
    """Of each value what the first says who knows it."""
    told, own = [one.values for one in says], [one.stamp for one in says]
    stamps = {name: own[at] for name, at in plan.taken}
    for name, at in plan.dated:
        stamps[name] = says[at].others[name]
    return Draft({name: told[at][name] for name, at in plan.taken}, stamps)


def _keep(draft: Draft, held: Held, says: Sequence[Says]) -> None:
    """What the book holds and no system speaks of, or only files told."""
    for name, value, stamp in held.rest(draft.values):
        if stamp.source in OURS and (
            any(name in one.values for one in says) or (name == "churned_on" and draft.is_there)
        ):
            continue
        draft.put(name, value, stamp)


def _by_system(happened: Iterable[Happened]) -> Mapping[str, Sequence[Happened]]:
    found: dict[str, list[Happened]] = {}
    for one in happened:
        found.setdefault(one.system, []).append(one)
    return found


def once(spoken: Sequence[Spoken]) -> Sequence[Spoken]:
    """Each system once: of several records of it that claim the same account, one that is there, by its id."""
    if len({one.system for one in spoken}) == len(spoken):
        return spoken
    chosen: dict[str, Spoken] = {}
    for one in sorted(spoken, key=lambda one: (one.gone_on is not None, one.key)):
        chosen.setdefault(one.system, one)
    return tuple(chosen.values())


def _contacts(account_id: str, met: Sequence[Met]) -> Sequence[Contact]:
    """Everybody once, by e-mail where there is one."""
    found: dict[tuple[str, str], Contact] = {}
    if len(met) > 1:
        met = sorted(met, key=lambda one: (one.name.casefold(), one.system, one.key))
    for one in met:
        key = ("", one.email.casefold()) if one.email else (one.system, one.key)
        found.setdefault(
            key,
            Contact(account_id=account_id, name=one.name, email=one.email, title=one.title, roles=one.roles),
        )
    return tuple(found.values())
