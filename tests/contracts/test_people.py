"""What every keeper of ports.People promises, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.asks import Asker
from bot.domain.person import Person, Role, Team
from bot.ports.book import ImportRecord, Written
from bot.ports.people import Absence, name_of
from bot.store import Store

ANN = Person(
    email="ann@example.com",
    name="Ann",
    role=Role.TA,
    team=Team.ENTERPRISE,
    level="senior",
    region="EMEA",
    manager_email="max@example.com",
    timezone="Europe/Berlin",
    country="DE",
    slack_user_id="U1",
)
BEN = Person(email="ben@example.com", name="ben", role=Role.TA, team=Team.SCALED)
MAX = Person(email="max@example.com", name="Max", role=Role.MANAGER)


async def save(store: Store, *people: Person) -> Written:
    async with store.work.transaction() as tx:
        return await store.people.save_people(tx, people, source="people.csv")


async def test_a_person_comes_back_as_written(store: Store) -> None:
    assert await save(store, ANN, BEN, MAX) == Written(added=3)
    assert await store.people.find_person("ANN@Example.com ") == ANN
    assert await store.people.find_person("ben@example.com") == BEN
    assert await store.people.find_by_slack_id("U1") == ANN
    assert await store.people.find_person("nobody@example.com") is None
    assert await store.people.find_person("nul\0@example.com") is None
    assert await store.people.find_by_slack_id("U\ud800") is None


async def test_who_asks_is_known_by_their_slack_id_or_else_by_their_address(store: Store) -> None:
    await save(store, BEN, ANN)
    assert await store.people.find_asker(Asker("U1", "", BEN.email)) == ANN, "the id counts first"
    assert await store.people.find_asker(Asker("U404", "", BEN.email.upper())) == BEN
    assert await store.people.find_asker(Asker("U404", "", "nobody@example.com")) is None
    assert await store.people.find_asker(Asker("U404")) is None


async def test_people_by_team_role_or_all_by_name(store: Store) -> None:
    await save(store, MAX, BEN, ANN)
    assert await store.people.list_people() == (ANN, BEN, MAX)
    assert await store.people.list_people(team=Team.SCALED) == (BEN,)
    assert await store.people.list_people(role=Role.TA) == (ANN, BEN)
    assert await store.people.list_people(role=Role.TA, team=Team.DIGITAL) == ()


async def test_saving_again_counts_what_changed_and_drops_nobody(store: Store) -> None:
    await save(store, ANN, BEN)
    moved = replace(ANN, team=Team.DIGITAL, slack_user_id=None)
    assert await save(store, moved, MAX) == Written(added=1, changed=1)
    assert await save(store, moved) == Written(unchanged=1)
    assert await store.people.find_person("ann@example.com") == moved
    assert await store.people.find_person("ben@example.com") == BEN


async def test_an_absence_is_one_row_a_person_and_first_day(store: Store) -> None:
    first = Absence(email="ann@example.com", starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 4))
    other = Absence(
        email="ann@example.com",
        starts_on=date(2026, 11, 2),
        ends_on=date(2026, 11, 2),
        half_day_start=True,
        half_day_end=True,
        status="requested",
    )

    async def save_absences(*absences: Absence) -> Written:
        async with store.work.transaction() as tx:
            return await store.people.save_absences(tx, absences, source="absences.csv")

    assert await save_absences(first, other) == Written(added=2)
    longer = replace(first, ends_on=date(2026, 12, 8))
    assert await save_absences(longer, other) == Written(changed=1, unchanged=1)
    assert await store.people.list_absences("Ann@example.com") == (other, longer)


async def test_what_a_whole_file_leaves_out_is_gone_unless_it_is_over(store: Store) -> None:
    """A file speaks for files alone: what a leave system told stays."""
    today = date(2026, 11, 21)

    def away(email: str, first: int, last: int) -> Absence:
        return Absence(email=email, starts_on=date(2026, 11, first), ends_on=date(2026, 11, last))

    over, runs, moved = (
        away("ann@x.example", 2, 20),
        away("ben@x.example", 20, 21),
        away("cat@x.example", 23, 27),
    )
    other = away("dot@x.example", 23, 27)

    async def take(source: str, *absences: Absence, **how: date) -> Written:
        async with store.work.transaction() as tx:
            written = await store.people.save_absences(tx, absences, source=source, **how)
            record = ImportRecord(
                kind="absences",
                file=source,
                digest="d",
                rows=1,
                imported_at=datetime(2026, 11, 21, tzinfo=UTC),
            )
            if how:
                await store.book.save_import(tx, record)
            return written

    async def statuses(*absences: Absence) -> list[str]:
        held = [(await store.people.list_absences(one.email))[0] for one in absences]
        return [one.status for one in held]

    await take("leave system", other)
    await take("first.csv", over, runs, moved, whole_from=today)
    again = await take("second.csv", away("cat@x.example", 25, 30), whole_from=today)
    assert again == Written(added=1, missing=2)
    assert await statuses(over, runs, moved, other) == ["approved", "gone", "gone", "approved"]
    assert [one.source for one in await store.people.list_absences("cat@x.example")] == [
        "first.csv",
        "second.csv",
    ]
    assert (
        await take("second.csv", whole_from=today) == Written()
    )  # an empty file is somebody's failed export
    assert await take("third.csv", runs, away("cat@x.example", 25, 30), whole_from=today) == Written(
        changed=1, unchanged=1
    )
    assert await statuses(runs) == ["approved"]


async def test_whoever_asks_is_called_as_the_book_has_it(sqlite_store: Store) -> None:
    """A window's payload tells the handle alone; of those in no book nothing better is known."""
    bea = Person(email="bea@ta.example", name="Bea Ito", role=Role.TA)
    async with sqlite_store.work.transaction() as tx:
        await sqlite_store.people.save_people(tx, [bea], source="people.csv")
    people = sqlite_store.people
    assert await name_of(people, Asker(user_id="U1", email="BEA@ta.example", name="bea.ito")) == "Bea Ito"
    assert await name_of(people, Asker(user_id="U2", email="x@ta.example", name="x.y")) == "x.y"
    assert await name_of(people, Asker(user_id="U3")) == ""
