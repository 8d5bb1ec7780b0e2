"""How books of business look: the table, the category changes, where to start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bot.blocks import build, limits, native, summing, text
from bot.blocks.answers import Block, Message
from bot.domain.account import CategoryChange, Group
from bot.domain.freshness import group_of_trait
from bot.domain.health import Category, Verdict
from bot.domain.person import Team
from bot.domain.provenance import Known
from bot.features.books.rules import PAGE, Origin, Page, Row, Scope

NEXT = "books.next"
PREVIOUS = "books.previous"
FILTER = "books.filter"
OPEN_TEAM = "books.open_team"
FIND = "health.find"  # heard by the account's own feature: it answers with the card
NAME = 40
TYPE = (
    "`/account-health NAME` for one account, `/account-health @person` or `/account-health team NAME` for a book, "
    "`/account-health changes` for what changed category, `/account-health help` for examples"
)
LINES = 8
"""Accounts in one section of the plain twin, so that it stays readable aloud."""
CHANGES_SHOWN = 40
MARKS_MEAN = "✓ healthy · ~ concerning · ✗ poor · ? unknown · ! older than policy allows"
CATEGORIES = (Category.RED, Category.YELLOW, Category.GREEN)


def page(page: Page, teams: Sequence[tuple[str, Team]] = ()) -> Message:
    """One page of a book as a table, worst first."""
    summary = _summary(page)
    top: list[Block] = [build.header(text.one_line(page.title, limits.HEADER - 2))]
    if page.note:
        top.append(build.context(page.note))
    said = f"{text.name(page.title)}: {summary}"
    if not page.rows:
        return _empty(page, top, teams)
    top.append(build.section(f"{summary}\n{_span(page)}"))
    foot = [build.context(sources(page.origins, page.now)), *_controls(page)]
    table = native.data_table(
        f"{text.one_line(page.title)}, worst first",
        ("Account", "Score", *(one.rule.short for one in page.rows[0].traits), "Renewal", "ARR"),
        [_cells(row) for row in page.rows],
        len(page.rows),
    )
    return Message(
        text=said,
        blocks=(*top, table, build.context(MARKS_MEAN), *foot),
        plain=(*top, *build.paragraphs([_line(row) for row in page.rows], LINES), *foot),
        accounts=tuple(row.account.id for row in page.rows),
    )


def _empty(page: Page, top: list[Block], teams: Sequence[tuple[str, Team]]) -> Message:
    if page.scope.team is not None and page.scope.email is None:
        said = "No account in the book is recorded for this team. `ta-bot import accounts` fills the `team` column."
    elif page.scope.team is not None:
        said = "No account of the pool was served last by this TA. The filter below shows the whole pool."
    else:
        said = (
            "No account names this TA as its owner. If that is wrong, the account's TA in Vitally or the "
            "`ta_email` column of the accounts file is what to mend; until then, open a team's book or an account."
        )
    menus = build.actions(*_filter(page), *_teams(teams), _find())
    return Message(text=f"{text.name(page.title)}: {said}", blocks=(*top, build.section(said), menus))


def _summary(page: Page) -> str:
    summary = page.summary
    mean = summary.mean_health
    healthy = "mean health unknown"
    if isinstance(mean, Known):
        healthy = f"mean health {text.score(mean.value)} (oldest score {text.age(mean.age(page.now))})"
    return summing.in_one_line(
        summary.count, summary.arr, summary.arr_unknown, summary.categories.items(), healthy
    )


def _span(page: Page) -> str:
    if page.summary.count <= len(page.rows):
        return "*All of them, worst first*"
    last = page.offset + len(page.rows)
    return f"*{page.offset + 1} to {last} of {page.summary.count:,}, worst first*"


def _score(row: Row) -> str:
    score = row.account.health_score
    said = text.score(score.value) if isinstance(score, Known) else "?"
    return f"{said} {row.category or 'unknown'}{_old(row, Group.HEALTH)}"


def _old(row: Row, group: Group) -> str:
    return " !" if group in row.stale else ""


def _cells(row: Row) -> list[native.Cell]:
    account, old = row.account, _old(row, Group.REVENUE)
    renewal, arr = account.renewal_date, account.arr
    return [
        text.one_line(account.name, NAME),
        _score(row),
        *(f"{text.MARKS[one.verdict]}{_old(row, group_of_trait(one.rule))}" for one in row.traits),
        renewal.value.isoformat() + old if isinstance(renewal, Known) else "unknown",
        (arr.value / 100, text.money(arr.value) + old) if isinstance(arr, Known) else "unknown",
    ]


def _line(row: Row) -> str:
    account = row.account
    said = [f"*{text.name(account.name, NAME)}* {_score(row)}"]
    for label, verdict in (("poor", Verdict.POOR), ("concerning", Verdict.CONCERNING), ("unknown", None)):
        shorts = [one.rule.short for one in row.traits if one.verdict is verdict]
        if shorts:
            listed = text.escape(", ".join(shorts)) if len(shorts) < len(row.traits) else "every trait"
            said.append(f"{label}: {listed}")
    renewal, arr = account.renewal_date, account.arr
    said.append(f"renewal {text.day(renewal.value) if isinstance(renewal, Known) else 'unknown'}")
    said.append(f"ARR {text.money(arr.value) if isinstance(arr, Known) else 'unknown'}")
    if row.stale:
        said.append(f"stale: {', '.join(sorted(row.stale))}")
    return " · ".join(said)


def sources(origins: Sequence[Origin], now: datetime) -> str:
    """Where the groups of values come from and how old each is at most, in a line."""
    said = " · ".join(_origin(one, now) for one in origins)
    return f"*Sources* {said}. Ages count to {text.moment(now)}."


def _origin(origin: Origin, now: datetime) -> str:
    told = text.escape(text.and_more([text.one_line(one, 40) for one in origin.sources], 3))
    said = f"{origin.group}: {told}, up to {text.age(now - origin.oldest)}"
    if origin.assumed:
        said += " (counted from the import)"
    return f"{said}, :warning: stale for {origin.stale}" if origin.stale else said


def _controls(page: Page) -> list[Block]:
    steps = []
    if page.offset:
        token = page.scope.token(max(page.offset - PAGE, 0))
        steps.append(build.button("◀ Previous", PREVIOUS, token))
    if page.offset + len(page.rows) < page.summary.count:
        steps.append(build.button("Next ▶", NEXT, page.scope.token(page.offset + PAGE)))
    return [build.actions(_find(), *_filter(page), *steps)]


def _filter(page: Page) -> list[build.Json]:
    if not page.filters:
        return []
    return [build.static_select(FILTER, "Which accounts", page.filters, page.scope.token())]


def _find() -> build.Json:
    return build.external_select(FIND, "Open an account")


def _teams(teams: Sequence[tuple[str, Team]]) -> list[build.Json]:
    options = [(name, Scope(team=team).token()) for name, team in teams]
    return [build.static_select(OPEN_TEAM, "Open a team's book", options)] if options else []


def start(said: str, teams: Sequence[tuple[str, Team]]) -> Message:
    """For somebody without a book: look for an account, or open a team's book."""
    menus = build.actions(_find(), *_teams(teams))
    return Message(text=said, blocks=(build.section(said), menus, build.context(f"Or type {TYPE}.")))


def changes(
    found: Sequence[CategoryChange], whose: str, since: date, *, note: str = "", more: bool = False
) -> Message:
    """The list of health category changes: account, date, before, now."""
    title = f"Health category changes of {text.name(whose)} since {text.day(since)}"
    top: list[Block] = [build.context(note)] if note else []
    if not found:
        said = f"{title}: none. Look further back with `/account-health changes since YYYY-MM-DD`."
        return Message(text=said, blocks=(*top, build.section(said)))
    shown = found[:CHANGES_SHOWN]
    worse = sum(1 for one in found if _rank(one.now) < _rank(one.before))
    counted = f"{len(found)}{' or more' if more else ''}"
    summary = f"{counted} changes: {worse} for the worse, {len(found) - worse} for the better"
    top.append(build.section(f"*{title}*\n{summary}"))
    rows: list[list[native.Cell]] = [
        [text.one_line(one.account_name, NAME), one.changed_on.isoformat(), one.before, one.now]
        for one in shown
    ]
    table = native.data_table(
        f"Category changes since {since}", ("Account", "Date", "Before", "Now"), rows, 20
    )
    lines = [
        f"*{text.name(row.account_name, NAME)}* {row.changed_on}: {row.before} → {row.now}" for row in shown
    ]
    foot = [build.context(_about_changes(len(found) - len(shown), more=more)), build.actions(_find())]
    return Message(
        text=f"{title}: {summary}.",
        blocks=(*top, table, *foot),
        plain=(*top, *build.paragraphs(lines, LINES), *foot),
        accounts=tuple(dict.fromkeys(one.account_id for one in shown)),
    )


def _rank(category: str) -> int:
    return CATEGORIES.index(Category(category))


def _about_changes(hidden: int, *, more: bool) -> str:
    said = "From the weekly history and today's category; a change carries the day of the first record that has it."
    if hidden:
        said += f" {hidden}{' or more' if more else ''} older ones are not shown: ask from a later date."
    return said
