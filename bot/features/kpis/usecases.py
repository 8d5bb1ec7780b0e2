"""Making a digest: ask for the sums and lists of each team, decide what they say.

Everything is read in the database's own threads; what is decided here is decided in small pieces, so that
commands go on answering.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.domain import digest, health
from bot.domain.account import Group, Week
from bot.domain.digest import Attention, CategoryCount, Digest, Mover, Outing, TeamDigest
from bot.domain.person import Person, Team
from bot.domain.provenance import Known
from bot.domain.schedule import IsoWeek
from bot.domain.sums import Breakdown, Flagged, Moved, Moves
from bot.features.kpis import lists, rules
from bot.ports import Ports
from bot.ports.figures import Limits, Scope, Span

LONGEST_LIST = 200
"""Accounts of one list that a digest holds; `counts` says how many there are, and the CSV has them all."""
ORGANISATION = "Whole organisation"
_AT_ONCE = 10  # accounts that are read and decided between two turns of the event loop
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A digest of one team (None: everybody), as it is being made. `past`: read from the weekly history."""

    ports: Ports
    team: Team | None
    week: IsoWeek
    past: bool

    @property
    def today(self) -> date:
        return self.ports.clock.today()

    @property
    def on(self) -> date:
        """The day that the figures are of."""
        return self.week.sunday if self.past else self.today

    @property
    def name(self) -> str:
        return self.ports.policy.teams[self.team].name if self.team else ORGANISATION

    @property
    def scope(self) -> Scope:
        return Scope(team=self.team.value if self.team else None, today=self.today)

    @property
    def before(self) -> Span:
        return span_of(self.week.plus(-1))

    @property
    def limits(self) -> Limits:
        of = self.ports.policy.digest
        return Limits(
            renewal_days=of.renewal_days,
            seats_level=of.seats_level,
            utilization_below=of.utilization_below,
            utilization_day=min(of.utilization_days),
            at_most=LONGEST_LIST,
        )


async def make_digest(ports: Ports, teams: tuple[Team, ...], week: IsoWeek) -> Digest:
    """The digest of a week for these teams, a section each; without any, one for the whole organisation.

    The running week and the one before it are told by the book as it is now, older ones by the weekly history.
    The book may be written meanwhile: then it is made again, so that no two of its figures are of different books.
    """
    for _ in range(_ATTEMPTS):
        version = await ports.book.version()
        made = [await _team_digest(ports, team, week) for team in teams or (None,)]
        if await ports.book.version() == version:
            break
    return Digest(week=week, as_of=ports.clock.now(), teams=tuple(made))


def span_of(week: IsoWeek) -> Span:
    """A week's first and last day."""
    return week.monday, week.sunday


async def _team_digest(ports: Ports, team: Team | None, week: IsoWeek) -> TeamDigest:
    running = IsoWeek.of(ports.clock.today())
    asked = _Asked(ports=ports, team=team, week=week, past=week < running.plus(-1))
    if week > running:
        return _nothing(asked, f"{week} lies ahead; the newest complete week is {running.plus(-1)}.")
    return await (_of_history(asked) if asked.past else _of_today(asked))


def _nothing(asked: _Asked, why: str) -> TeamDigest:
    return TeamDigest(
        team=asked.team,
        name=asked.name,
        accounts=0,
        arr=0,
        headlines=(),
        categories=(),
        changed=(),
        rises=(),
        falls=(),
        attention=(),
        book=(),
        out=(),
        sources=(),
        history=asked.past,
        no_data=why,
    )


async def _of_today(asked: _Asked) -> TeamDigest:
    figures, policy, scope = asked.ports.figures, asked.ports.policy, asked.scope
    now = asked.ports.clock.now()
    limits = {group: now - age for group, age in policy.digest.freshness.items()}
    (sums, weeks, breakdown, moves, ages), (flagged, staff, notes) = await asyncio.gather(
        asyncio.gather(
            figures.sums(scope),
            figures.week_sums(scope, _spans(asked)),
            figures.breakdown(scope, asked.limits),
            figures.moves(scope, asked.before, None, asked.limits),
            figures.ages(scope, limits),
        ),
        asyncio.gather(_flagged(asked), staff_of(asked.ports), _notes(asked)),
    )
    if not sums.accounts and not sums.arr_then:
        return _nothing(asked, f"The book holds no account of {asked.name}.")
    read = rules.Read(week=asked.week, at=now, on=asked.on, now=sums, then=None, weeks=weeks, ages=ages)
    made = replace(
        _nothing(asked, ""),
        accounts=sums.accounts,
        arr=sums.arr,
        headlines=rules.headlines(read, rules.targets_of(asked.team, policy.kpis), policy.digest),
        sources=rules.sources_of(ages, policy.digest),
        attention=await _attention(flagged, staff, asked.today),
        counts={**lists.counts_of(breakdown.categories), "changed": moves.changed_count},
        book=tuple(lists.book_line(one, staff) for one in breakdown.by_ta),
        out=await _out(asked, staff),
        notes=notes,
    )
    if any(one.group == Group.HEALTH and one.withheld for one in made.sources):
        return _without_health(made)
    return await _with_moves(asked, made, moves, _counts(breakdown, moves), staff)


def _counts(breakdown: Breakdown, moves: Moves) -> tuple[CategoryCount, ...]:
    return rules.categories_of(breakdown.categories, moves.before)


def _without_health(made: TeamDigest) -> TeamDigest:
    """Health that is too old moves nobody: no categories, no movers, no means."""
    book = tuple(replace(line, mean_health=None) for line in made.book)
    return replace(made, book=book, counts={**made.counts, "changed": 0})


async def _of_history(asked: _Asked) -> TeamDigest:
    figures, scope, span = asked.ports.figures, asked.scope, span_of(asked.week)
    (then,), weeks, moves, sources, staff, notes = await asyncio.gather(
        figures.week_sums(scope, [span], counts=True),
        figures.week_sums(scope, _spans(asked)),
        figures.moves(scope, asked.before, span, asked.limits),
        figures.week_sources(scope, span),
        staff_of(asked.ports),
        _notes(asked),
    )
    if not then.accounts:
        first, last = span
        return _nothing(
            asked, f"The history holds no week of {asked.name} that ended from {first} to {last}."
        )
    policy = asked.ports.policy
    read = rules.Read(
        week=asked.week,
        at=asked.ports.clock.now(),
        on=asked.on,
        now=None,
        then=then,
        weeks=weeks,
        ages=(),
        sources=sources,
    )
    made = replace(
        _nothing(asked, ""),
        accounts=then.accounts,
        arr=sum(one.arr for one in moves.now),
        headlines=rules.headlines(read, rules.targets_of(asked.team, policy.kpis), policy.digest),
        counts={"changed": moves.changed_count},
        notes=(rules.NOT_KEPT, *notes),
    )
    return await _with_moves(asked, made, moves, rules.categories_of(moves.now, moves.before), staff)


def _spans(asked: _Asked) -> list[Span]:
    """The weeks before this one: those on the charts, and enough to hold a week of the month before."""
    count = max(asked.ports.policy.digest.chart_weeks - 1, rules.MONTH_BEFORE)
    return [span_of(asked.week.plus(-back)) for back in range(count, 0, -1)]


async def _notes(asked: _Asked) -> tuple[str, ...]:
    count = await asked.ports.figures.count_without_team(asked.today)
    return rules.without_team(count, whole=asked.team is None)


async def staff_of(ports: Ports) -> lists.Staff:
    """Who is who today, who is away, and who covers."""
    today = ports.clock.today()
    people, away, covers = await asyncio.gather(
        ports.people.list_people(),
        ports.coverage.list_away(today, today),
        ports.coverage.covers_on(today),
    )
    until: dict[str, date] = {}
    for one in away:
        until[one.email] = max(one.ends_on, until.get(one.email, one.ends_on))
    known = await _in_slack(ports, people)
    return lists.Staff(people={person.email: person for person in known}, away=until, covers=covers)


async def _in_slack(ports: Ports, people: Sequence[Person]) -> Sequence[Person]:
    """The people, with the Slack ids of those who may be mentioned where the book does not have them."""
    missing = {person.email for person in people if person.team and not person.slack_user_id}
    ids = await ports.directory.find_user_ids(missing) if missing else {}
    return [replace(one, slack_user_id=ids[one.email]) if one.email in ids else one for one in people]


async def _out(asked: _Asked, staff: lists.Staff) -> tuple[Outing, ...]:
    """Who of the team is out in the week that runs."""
    first, last = span_of(IsoWeek.of(asked.today))
    absences = await asked.ports.coverage.list_away(first, last)
    return tuple(
        lists.outing_of(one.email, one.starts_on, one.ends_on, staff)
        for one in absences
        if asked.team is None or ((who := staff.people.get(one.email)) and who.team is asked.team)
    )


async def _flagged(asked: _Asked) -> Sequence[Sequence[Flagged]]:
    figures = asked.ports.figures
    return await asyncio.gather(*(figures.flagged(asked.scope, kind, asked.limits) for kind in digest.KINDS))


async def _attention(
    flagged: Sequence[Sequence[Flagged]], staff: lists.Staff, today: date
) -> tuple[Attention, ...]:
    found: list[Attention] = []
    for kind, some in zip(digest.KINDS, flagged, strict=True):
        found += [lists.attention_of(one, kind, staff, today) for one in some]
        await asyncio.sleep(0)  # a list at a time: the event loop answers others in between
    return tuple(found)


async def _with_moves(
    asked: _Asked,
    made: TeamDigest,
    moves: Moves,
    categories: tuple[CategoryCount, ...],
    staff: lists.Staff,
) -> TeamDigest:
    most = asked.ports.policy.digest.movers
    rises, falls = moves.rises[:most], moves.falls[:most]
    found = await _movers(asked, dict.fromkeys((*moves.changed, *rises, *falls)), staff)
    return replace(
        made,
        categories=categories,
        changed=tuple(found[one] for one in moves.changed),
        rises=tuple(found[one] for one in rises),
        falls=tuple(found[one] for one in falls),
    )


async def _movers(asked: _Asked, moved: Mapping[Moved, None], staff: lists.Staff) -> dict[Moved, Mover]:
    ids = [one.account_id for one in moved]
    figures = asked.ports.figures
    was = await figures.weeks_of(ids, asked.before)
    now = await figures.weeks_of(ids, span_of(asked.week)) if asked.past else {}
    found = {}
    for place, one in enumerate(moved):
        if place % _AT_ONCE == 0:
            await asyncio.sleep(0)
        found[one] = await _mover(asked, one, was.get(one.account_id), now.get(one.account_id), staff)
    return found


async def _mover(
    asked: _Asked, moved: Moved, was: Week | None, now: Week | None, staff: lists.Staff
) -> Mover:
    of = asked.ports.policy.health
    since, reading = asked.week.sunday, None
    if asked.past and now is not None:
        since, reading = now.week_ending, health.read_week(now, of)
    elif not asked.past and (account := await asked.ports.book.find_account(moved.account_id)):
        reading = health.read_account(account, of, asked.today)
        if isinstance(account.health_score, Known):
            since = account.health_score.as_of.date()
    cause = lists.cause_of(moved, health.read_week(was, of), reading) if was and reading else ""
    return lists.mover_of(moved, staff, max(since, asked.before[1] + timedelta(days=1)), cause)
