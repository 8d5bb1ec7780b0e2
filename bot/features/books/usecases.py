"""Answering for many accounts: whose book it is, one page of it, the category changes in it."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

from bot.asks import Action, Ask
from bot.blocks import text
from bot.blocks.answers import Message
from bot.domain.account import Account
from bot.domain.health import read_account, recorded_category
from bot.domain.kpi import book_health
from bot.domain.person import Person, Team, team_named
from bot.errors import UnknownPerson, WrongUsage
from bot.features.books import rules, views
from bot.ports import Ports

CHANGES_READ = 200
LONGEST_NAME = 300
"""What is longer is no name; it is cut before it is looked up."""


async def my_book(ask: Ask, ports: Ports) -> Message:
    """The asker's book or pool; for others, where to start."""
    person = await ports.people.find_asker(ask.asker)
    scope = rules.scope_of(person, whole_pool=True) if person else None
    if person is None or scope is None:
        who = "You are not in the book of people" if person is None else "Books belong to TAs"
        said = f"{who}, so there is no book of your own to show. Open an account or a team's book."
        return views.start(said, _teams(ports))
    return await show(ports, scope, 0, mine=person)


async def book_of_person(ask: Ask, ports: Ports, whom: str) -> Message:
    """The book of a person who was mentioned or named by address."""
    person = await _person(ports, whom)
    scope = rules.scope_of(person, whole_pool=False)
    if scope is None:
        role = person.role.replace("_", " ")
        raise WrongUsage(
            f"{text.one_line(person.name)} is in the book as {role.upper() if len(role) < 3 else role}, and books belong "
            "to TAs. Mention a TA, or type `/account-health team scaled`."
        )
    return await show(ports, scope, 0, mine=await ports.people.find_asker(ask.asker))


async def book_of_team(ports: Ports, typed: str, note: str = "") -> Message:
    """A team's book; raises WrongUsage for a name that is no team's."""
    names = {team: (of.name, of.short, of.user_group) for team, of in ports.policy.teams.items()}
    team = team_named(typed, names)
    if team is None:
        known = ", ".join(f"`{one}`" for one in names)
        said = f"There is no team “{text.one_line(unescape(typed))}”." if typed else "Name the team."
        raise WrongUsage(
            f"{said} Teams are {known}: type `/account-health team scaled`. An account of that name: put it in quotes."
        )
    return await show(ports, rules.Scope(team=team), 0, note=note)


async def open_page(asked: Action, ports: Ports) -> Message:
    """The page that a button or menu of a book asks for, in the place of the one it sits in."""
    scope, offset = rules.read_token(asked.value)
    message = await show(ports, scope, offset, mine=await ports.people.find_asker(asked.asker))
    return replace(message, replaces=True)


async def show(
    ports: Ports, scope: rules.Scope, offset: int, *, mine: Person | None = None, note: str = ""
) -> Message:
    """One page of a book, read now."""
    accounts = await ports.book.list_accounts(ta_email=scope.email, team=scope.team)
    policy, today, now = ports.policy, ports.clock.today(), ports.clock.now()
    ranked = rules.worst_first(accounts)
    offset = offset if 0 <= offset < len(ranked) else 0
    rows = tuple(row_of(account, ports) for account in ranked[offset : offset + rules.PAGE])
    page = rules.Page(
        title=await _title(ports, scope, mine),
        scope=scope,
        offset=offset,
        rows=rows,
        summary=rules.summary_of(accounts, book_health(accounts), policy.health),
        origins=rules.origins_of(rows),
        now=now,
        today=today,
        filters=_filters(ports, scope, mine),
        note=note,
    )
    return views.page(page, _teams(ports))


def row_of(account: Account, ports: Ports) -> rules.Row:
    """An account read: its category, its traits, and which of its values are older than policy allows."""
    policy, clock = ports.policy, ports.clock
    return rules.Row(
        account=account,
        category=recorded_category(account, policy.health),
        traits=read_account(account, policy.health, clock.today()).traits,
        stale=rules.stale_groups(account, policy.freshness, clock.now()),
    )


async def _title(ports: Ports, scope: rules.Scope, mine: Person | None) -> str:
    if scope.email is None:
        return f"The book of the {ports.policy.teams[scope.team].short}" if scope.team else "The whole book"
    if mine is not None and mine.email == scope.email:
        return "Served by you last" if scope.team else "Your book of business"
    person = await ports.people.find_person(scope.email)
    name = person.name if person else scope.email
    return f"Served last by {name}" if scope.team else f"The book of {name}"


def _filters(ports: Ports, scope: rules.Scope, mine: Person | None) -> tuple[tuple[str, str], ...]:
    if scope.team is None or not scope.team.is_pool:
        return ()
    short = ports.policy.teams[scope.team].short
    options = [(f"The whole pool of the {short}", rules.Scope(team=scope.team).token())]
    if scope.email and (mine is None or mine.email != scope.email):
        options.append(("Served last by this TA", scope.token()))
    if mine is not None and mine.team is scope.team:
        options.append(("Served by me last", rules.Scope(team=scope.team, email=mine.email).token()))
    return tuple(options)


async def list_changes(ask: Ask, ports: Ports, since: str, note: str = "") -> Message:
    """The category changes in the asker's book or pool; in every book for those who have none."""
    first = rules.since_of(since, ports.clock.today(), ports.policy.change_weeks)
    person = await ports.people.find_asker(ask.asker)
    scope = (rules.scope_of(person, whole_pool=True) if person else None) or rules.Scope()
    found = await ports.book.list_category_changes(
        since=first, ta_email=scope.email, team=scope.team, limit=CHANGES_READ
    )
    whose = (
        "your book" if scope.email else ports.policy.teams[scope.team].short if scope.team else "every book"
    )
    return views.changes(found, whose, first, note=note, more=len(found) == CHANGES_READ)


async def keyword_note(ports: Ports, typed: str) -> str:
    """What to say where a keyword is also an account's name."""
    chosen = (await ports.book.find_by_name(typed[:LONGEST_NAME])).chosen
    if chosen is None or not chosen.exact:
        return ""
    name = text.name(chosen.name)
    return f"Read as the keyword. There is an account *{name}* too: type its name in quotes to see it."


async def _person(ports: Ports, whom: str) -> Person:
    if "@" in whom:
        person, said = await ports.people.find_person(whom), text.one_line(whom)
    else:
        person, said = await ports.people.find_by_slack_id(whom), ""
        if person is None:
            member = await ports.directory.get_member(whom)
            person = await ports.people.find_person(member.email) if member.email else None
            # An error's text is plain: a mention would not be one in it.
            said = f"@{text.one_line(member.name)}" if member.name else "Whoever you mentioned"
    if person is None:
        raise UnknownPerson(
            f"{said} is not in the book of people. `ta-bot import people` adds them; "
            "until then, open a team's book: `/account-health team enterprise`."
        )
    return person


def _teams(ports: Ports) -> list[tuple[str, Team]]:
    return [(of.name, team) for team, of in ports.policy.teams.items()]
