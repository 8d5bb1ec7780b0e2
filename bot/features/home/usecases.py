"""Making a person's App Home: its parts are read at the same time, and one that fails leaves the others standing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot import log
from bot.asks import Action, Ask, HomeOpened, Surface
from bot.blocks import running
from bot.blocks.answers import Home, Message
from bot.domain.person import Person
from bot.domain.schedule import IsoWeek
from bot.errors import UserError
from bot.features.alerts import usecases as alerts
from bot.features.books import rules as books
from bot.features.coverage import asking as leave
from bot.features.home import book, keeping, plans, rules, settings, views
from bot.features.home.rules import Part, Standing
from bot.features.kpis import usecases as kpis
from bot.features.kpis import views as kpi_views
from bot.features.routing import knowing as requests
from bot.features.segment_lists import usecases as segments
from bot.features.subscriptions import usecases as digests
from bot.ports import Ports

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose tab is made."""

    ask: Ask
    ports: Ports
    standing: Standing

    @property
    def person(self) -> Person:
        """Who it is; parts that need one are made for nobody else."""
        if self.standing.person is None:
            raise UserError("The book does not know you.")
        return self.standing.person


async def open_home(asked: HomeOpened, ports: Ports) -> Home:
    """The tab of whoever opened it, by everything that they are."""
    standing = await standing_of(asked, ports)
    team = standing.team
    head = views.head(
        standing.person,
        asked.asker.name,
        ports.policy.teams[team].short if team else "",
        ports.clock.today(),
        serves=standing.serves,
    )
    made = _Asked(asked, ports, standing)
    wanted = [part for part in rules.parts_of(standing) if asked.whole or part not in rules.SLOW]
    parts = await asyncio.gather(*(_made(part, made) for part in wanted))
    left_out = not asked.whole and any(part in rules.SLOW for part in rules.parts_of(standing))
    if standing.person is None:
        parts.insert(0, views.stranger([(of.short, key) for key, of in ports.policy.teams.items()]))
    return views.home(head, parts, unfinished=left_out)


async def standing_of(asked: Ask, ports: Ports) -> Standing:
    """What the asker is, as the book knows them."""
    person = await ports.people.find_asker(asked.asker)
    if person is None:
        return Standing(person=None)
    people, sold = await asyncio.gather(
        ports.people.list_people(), ports.book.list_segment_rows(ae_email=person.email)
    )
    return rules.standing_of(person, people, sells=bool(sold))


async def _made(part: Part, asked: _Asked) -> Message:
    title, line, make = _PARTS[part]
    try:
        return await make(asked)
    except UserError as error:
        return views.told(title, error)
    except Exception as error:  # noqa: BLE001 # one part's fault must not take the others away
        _log.error(
            "part of a home failed", part=part.value, cause=type(error).__name__, trace=log.traced(error)
        )
        return views.failed(title, line)


async def _book(asked: _Asked) -> Message:
    person, ports = asked.person, asked.ports
    scope = books.scope_of(person, whole_pool=True) or books.Scope(email=person.email)
    short = ports.policy.teams[scope.team].short if scope.team else ""
    title = f"The pool of the {short}" if short else "Your book of business"
    seen = await book.glance(ports, scope)
    if not seen.totals.count:
        return views.empty_book(title, _EMPTY_POOL if short else _EMPTY_BOOK)
    buttons = (
        running.button("The whole pool" if short else "My whole book", "/account-health", "book"),
        running.button("Category changes", "/account-health changes", "changes"),
        running.button("By segment", "/segment", "segment"),
    )
    return views.book(title, seen, ports.clock.now(), buttons)


async def _plans(asked: _Asked) -> Message:
    return views.plans(_PLANS, await plans.due(asked.ports, _scope_of(asked.standing)))


_PLANS = "Plans due"


def _scope_of(standing: Standing) -> books.Scope:
    """The accounts that somebody leads, else those that they serve."""
    person = standing.person
    own = books.scope_of(person, whole_pool=True) if person and not standing.is_lead else None
    return own or books.Scope(team=standing.team)


_SOLD = "Accounts you sell to"
_EMPTY_BOOK = (
    "Accounts name their TA in Vitally or in the `ta_email` column of the accounts file; with the next sync or import "
    "they stand here."
)
_EMPTY_POOL = "The `team` column of the accounts file, or the segment's rule, gives accounts to it."


async def _sold(asked: _Asked) -> Message:
    page = await book.sold(asked.ports, asked.person.email)
    if not page.rows:
        return views.empty_book(_SOLD, "No account names you as its AE.")
    return views.sold(_SOLD, page, asked.ports.clock.now())


async def open_sold(asked: Action, ports: Ports) -> Message:
    """The whole list of the asker's accounts as their AE, a page at a time."""
    standing = await standing_of(asked, ports)
    if standing.person is None:
        raise UserError("You are not in the book of people, so no account names you as its AE.")
    offset = int(asked.value) if asked.value.isdecimal() else 0
    page = await book.sold(ports, standing.person.email, offset, rules.PAGE)
    if not page.rows:
        raise UserError("No account names you as its AE any more.")
    shown = views.sold(_SOLD, page, ports.clock.now(), count=rules.PAGE)
    return replace(shown, replaces=asked.surface is Surface.WINDOW)


async def open_plans(asked: Action, ports: Ports) -> Message:
    """The whole list of plans that are due for the asker's accounts, a page at a time."""
    standing = await standing_of(asked, ports)
    if not (standing.serves or standing.is_lead):
        raise UserError("Plans are due to TAs and to those who lead them.")
    offset = int(asked.value) if asked.value.isdecimal() else 0
    page = await plans.due(ports, _scope_of(standing), offset, rules.PAGE)
    if not page.some:
        raise UserError("No plan is due any more. Open this tab again.")
    return replace(views.plans(_PLANS, page, rules.PAGE), replaces=asked.surface is Surface.WINDOW)


async def _team(asked: _Asked) -> Message:
    ports, team = asked.ports, asked.standing.team
    digest = await kpis.make_digest(ports, (team,) if team else (), IsoWeek.of(ports.clock.today()))
    return views.team(digest.teams[0], digest.as_of, kpi_views.in_short(digest.teams[0]))


async def _approvals(asked: _Asked) -> Message:
    return await leave.to_approve(asked.ask, asked.ports)


async def _alerts(asked: _Asked) -> Message:
    return await alerts.list_open(asked.ports, asked.person)


async def _late(asked: _Asked) -> Message:
    return await requests.list_late(asked.ports, asked.standing.team)


async def _requests(asked: _Asked) -> Message:
    return views.titled("Requests", await requests.list_mine(asked.ask, asked.ports))


async def _leave(asked: _Asked) -> Message:
    return views.titled("Time off", await leave.mine(asked.ask, asked.ports))


async def _drift(asked: _Asked) -> Message:
    found = await segments.count_drift(asked.ports, asked.standing.team)
    return views.led(found, running.button("See them", "/segment drift", "drift"))


async def _digests(asked: _Asked) -> Message:
    found = await digests.in_short(asked.ports)
    return views.led(found, running.button("Status of each", "/kpi-digest", "digests"))


async def _sources(asked: _Asked) -> Message:
    return await keeping.sources(asked.ports)


async def _work(asked: _Asked) -> Message:
    return await keeping.failures(asked.ports)


async def _settings(asked: _Asked) -> Message:
    return await settings.shown(asked.ports, asked.person, serves=asked.standing.serves)


_PARTS: Mapping[Part, tuple[str, str, Callable[[_Asked], Awaitable[Message]]]] = {
    Part.BOOK: ("Your book", "/account-health", _book),
    Part.SOLD: ("Accounts you sell to", "/account-health NAME", _sold),
    Part.PLANS: (_PLANS, "/account-health", _plans),
    Part.TEAM: ("KPIs", "/kpi-digest preview", _team),
    Part.APPROVALS: ("To approve", "/ooo", _approvals),
    Part.ALERTS: ("Alerts", "/ta-help", _alerts),
    Part.LATE: ("Late requests", "/ask-ta team", _late),
    Part.REQUESTS: ("Requests", "/ask-ta mine", _requests),
    Part.LEAVE: ("Time off", "/ooo", _leave),
    Part.DRIFT: ("Segment drift", "/segment drift", _drift),
    Part.SOURCES: ("Sources", "ta-bot doctor", _sources),
    Part.DIGESTS: ("Digests", "/kpi-digest", _digests),
    Part.WORK: ("Failures", "ta-bot work list", _work),
    Part.SETTINGS: ("Settings", "/ta-help", _settings),
}
"""Each part: its title, the line that asks for it by itself, and what makes it."""
