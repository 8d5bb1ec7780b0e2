"""Our own people as a leave system knows them: joined by work e-mail alone; their absences follow, without any reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.domain.matching import Entry, NameIndex
from bot.domain.person import Person, Role
from bot.domain.reading import PersonReading, System
from bot.features.sync.keepers import SyncKeepers
from bot.ports.book import Written
from bot.ports.jobs import DueWork
from bot.ports.people import Absence
from bot.ports.plans import NOTICE
from bot.ports.readings import Unmatched
from bot.ports.work import Transaction

_FILLED = ("country", "timezone", "manager_email")
_WEIGHT = {"approved": 2, "requested": 1}


async def take(keepers: SyncKeepers, systems: Sequence[str]) -> int:
    """Take over what these systems tell of absences; says how many are other than before."""
    return sum([await _take(keepers, system) for system in systems])


async def _take(keepers: SyncKeepers, system: str) -> int:
    told = await keepers.readings.list_people(system)
    if not told:
        return 0
    ours = {person.email: person for person in await keepers.people.list_people()}
    absences = tuple(
        _once(one for _, one in await keepers.readings.list_absences(system) if one.email in ours)
    )
    async with keepers.work.transaction() as tx:
        await keepers.people.save_people(tx, _filled(ours, told), source=System(system).called)
        return await _save(keepers, tx, System(system).called, absences)


async def _save(keepers: SyncKeepers, tx: Transaction, source: str, absences: Sequence[Absence]) -> int:
    """The running bot looks at what changed as soon as it is kept, as after an import."""
    now, today = keepers.clock.now(), keepers.clock.today()
    written: Written = await keepers.people.save_absences(
        tx, absences, source=source, whole_from=today, own=True
    )
    moved = written.added + written.changed + written.missing
    if moved:
        work = DueWork(key=f"{NOTICE}:{now:%Y%m%dT%H%M%S.%f}:{source}", job=NOTICE, due_at=now)
        await keepers.jobs.plan_later(tx, work)
    return moved


def _filled(ours: Mapping[str, Person], told: Iterable[PersonReading]) -> Iterator[Person]:
    """What the book lacks of somebody; what it has is the organisation's own and stays."""
    for one in told:
        person = ours.get(one.email)
        if person is None:
            continue
        lacking = {name: getattr(one, name) for name in _FILLED if getattr(person, name) is None}
        if filled := {name: value for name, value in lacking.items() if value is not None}:
            yield replace(person, **filled)


def _once(absences: Iterable[Absence]) -> Iterator[Absence]:
    """One a person and first day: what is approved before what is asked for, and the longest."""
    chosen: dict[tuple[str, object], Absence] = {}
    for one in absences:
        key = (one.email, one.starts_on)
        if key not in chosen or _rank(one) > _rank(chosen[key]):
            chosen[key] = one
    return iter(chosen.values())


def _rank(one: Absence) -> tuple[int, object]:
    return (_WEIGHT.get(one.status, 0), one.ends_on)


async def list_unknown(keepers: SyncKeepers, system: str) -> tuple[tuple[Person, PersonReading | None], ...]:
    """The book's TAs whom a leave system does not know by their e-mail, with whoever goes by the same name there."""
    told = await keepers.readings.list_people(system)
    known = {one.email for one in told}
    missing = [one for one in await keepers.people.list_people(role=Role.TA) if one.email not in known]
    if not told or not missing:
        return ()
    by_email = {one.email: one for one in told}
    index = NameIndex(Entry(one.email, one.name) for one in told)
    found = [(one, index.search(one.name, 1)) for one in missing]
    return tuple(
        (one, by_email[matches[0].id] if matches and matches[0].score >= LIKELY else None)
        for one, matches in found
    )


LIKELY = 0.85
"""A score from which a name is worth suggesting (the matching's own)."""


async def suggestion_of(keepers: SyncKeepers, one: Unmatched) -> str:
    """The account that an unmatched record's name likely means: a suggestion for a person, never a join."""
    matches = await keepers.book.search_names(one.name, 1) if one.name else ()
    if not matches or matches[0].score < LIKELY:
        return ""
    return f"{matches[0].name} ({matches[0].id})"
