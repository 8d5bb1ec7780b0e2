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


class Plan(NamedTuple):
    """Who is asked for the name, for each value, and whose values are compared: by place among those who speak."""

    called: tuple[int, ...]
    asked: tuple[tuple[str, tuple[int, ...]], ...]
    compared: tuple[tuple[str, tuple[int, ...]], ...]


_OF_WEEK = tuple(
    name for name in Week.__dataclass_fields__ if name not in ("account_id", "week_ending", "source")
)


class Says(NamedTuple):
    """What one system says of an account, by itself and by what is counted from its events."""

    system: str
    values: Mapping[str, Any]
    stamp: Stamp
    others: Mapping[str, Stamp]  # of values that have an instant of their own
    is_gone: bool

    def stamp_of(self, name: str) -> Stamp:
        """Where and when it says that from."""
        return self.others.get(name, self.stamp) if self.others else self.stamp


@dataclass(slots=True)
class Draft:
    """An account on its way: what is known by now, with its stamps. `spoken` is what any system has a word on."""

    values: dict[str, Any]
    stamps: dict[str, Stamp]
    spoken: set[str]

    def put(self, name: str, value: Any, stamp: Stamp) -> None:
        """Know a value, or that there is none."""
        self.spoken.add(name)
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name], self.stamps[name] = value, stamp


@dataclass(kw_only=True)
class Merging:
    """One merge of many accounts on a day. Keeps what thousands of accounts share: stamps, and who is asked for what."""

    join: JoinRules
    health: HealthRules
    today: date
    _stamps: dict[tuple[str, datetime], Stamp] = field(default_factory=dict)
    _plans: dict[tuple[tuple[str, bool], ...], Plan] = field(default_factory=dict)

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
        says = [self._says(one, told.happened, kinds.get(one.system)) for one in spoken]
        plan = self._plan(says)
        draft = _chosen(plan, says)
        self._mend(draft, spoken, held)
        if held is not None:
            _keep(draft, held)
        called = [says[at].values["name"] for at in plan.called if "name" in says[at].values]
        row = AccountRow(
            id=told.account_id,
            name=called[0] if called else held.name if held else told.account_id,
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

    def _says(
        self, one: Spoken, happened: Sequence[Happened], kinds: Mapping[Event, datetime] | None
    ) -> Says:
        stamp = self._stamp(one.system, one.as_of)
        others = {name: self._stamp(one.system, at) for name, at in one.dated.items()} if one.dated else {}
        values = {"name": one.name, **one.values} if one.name else dict(one.values)
        if kinds and one.gone_on is None:
            mine = [event for event in happened if event.system == one.system] if happened else ()
            for name, (value, as_of) in self._counted(mine, kinds).items():
                own = values.get(name)
                if own is None or _is_later(name, value, own):  # the later of two days of activity is true
                    values[name], others[name] = value, self._stamp(one.system, as_of)
        return Says(one.system, values, stamp, others, one.gone_on is not None)

    def _counted(
        self, mine: Sequence[Happened], kinds: Mapping[Event, datetime]
    ) -> Mapping[str, tuple[Any, datetime]]:
        by_kind = counting.counted_by_kind(mine, self.today) if mine else {}
        counted: dict[str, tuple[Any, datetime]] = {}
        for kind, as_of in kinds.items():
            for name, value in (by_kind.get(kind) or counting.none_of(kind)).items():
                if name not in counted or _is_later(name, value, counted[name][0]):
                    counted[name] = (value, as_of)
        return counted

    def _plan(self, says: Sequence[Says]) -> Plan:
        """Who is asked for what, in which order, among those who speak; made once for each company of systems."""
        key = tuple([(one.system, one.is_gone) for one in says])
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = plan_of(key, self.join)
        return plan

    def _odds(self, plan: Plan, says: Sequence[Says]) -> Sequence[Disagreement]:
        found = []
        for name, order in plan.compared:
            told = [(at, value) for at in order if (value := says[at].values.get(name)) is not None]
            if len(told) < 2 or all(rules.agree(told[0][1], value, self.join) for _, value in told[1:]):
                continue
            said = (Said(says[at].system, value, says[at].stamp_of(name).as_of) for at, value in told)
            found.append(Disagreement(name, tuple(said)))
        return found

    def _mend(self, draft: Draft, spoken: Sequence[Spoken], held: Held | None) -> None:
        values = draft.values
        score = values.get("health_score")
        if score is not None and "health_category" not in values:
            draft.put("health_category", self.health.category_of(score).value, draft.stamps["health_score"])
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
        known = held.churned_on if held and deciding.gone_on else None
        stamp = self._stamp(deciding.system, deciding.as_of)
        draft.put("churned_on", known or deciding.gone_on, stamp)

    def _stamp(self, system: str, as_of: datetime) -> Stamp:
        key = (system, as_of)
        found = self._stamps.get(key)
        if found is None:
            found = self._stamps[key] = Stamp(CALLED.get(system, system), as_of)
        return found

    def _is_there(self, spoken: Sequence[Spoken]) -> bool:
        return any(one.system == self.join.history_from and one.gone_on is None for one in spoken)

    def _week(self, row: AccountRow) -> Week | None:
        values = {name: row.values[name] for name in _OF_WEEK if name in row.values}
        if not values:
            return None
        sources = sorted({row.stamps[name].source for name in values})
        return Week(account_id=row.id, week_ending=self.today, source=" + ".join(sources), **values)


def plan_of(company: Sequence[tuple[str, bool]], join: JoinRules) -> Plan:
    """By policy's order; who no longer has an account is asked after everybody who has, and not compared."""

    def order(name: str) -> tuple[int, ...]:
        ranks = join.ranks[name]
        asked = [at for at, (system, _) in enumerate(company) if system in ranks]
        return tuple(sorted(asked, key=lambda at: (company[at][1], ranks[company[at][0]])))

    there = {at for at, (_, is_gone) in enumerate(company) if not is_gone}
    asked = {name: order(name) for name in join.ranks}
    return Plan(
        called=asked["name"],
        asked=tuple((name, at) for name, at in asked.items() if at and name != "name"),
        compared=tuple(
            (name, tuple(at for at in asked[name] if at in there)) for name in sorted(join.compared)
        ),
    )


def _chosen(plan: Plan, says: Sequence[Says]) -> Draft:
    """Of each value what the first says who knows it."""
    values: dict[str, Any] = {}
    stamps: dict[str, Stamp] = {}
    told = [one.values for one in says]
    for name, order in plan.asked:
        for at in order:
            value = told[at].get(name)
            if value is not None:
                values[name] = value
                says_so = says[at]
                stamps[name] = says_so.others.get(name, says_so.stamp) if says_so.others else says_so.stamp
                break
    return Draft(values, stamps, set().union(*told))


def _keep(draft: Draft, held: Held) -> None:
    """What the book holds and no system speaks of, or only files told."""
    for name, value, stamp in held.rest(draft.values):
        if name not in draft.spoken or stamp.source not in OURS:
            draft.put(name, value, stamp)


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
