"""How a digest's lists look: movers, attention, the book by TA, category changes, who is out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import build, limits, listing, native, text
from bot.blocks.answers import Block, Message
from bot.domain.digest import (
    CHAMPION,
    KINDS,
    LIGHTHOUSE,
    RENEWAL,
    SEATS,
    UTILIZATION,
    Attention,
    BookLine,
    DigestRules,
    Mover,
    Outing,
    Owner,
    TeamDigest,
)
from bot.domain.health import Category

NAME = 40
NAMED = 2
"""Accounts that the channel's own line of movers names, for the worse and for the better."""
OUT = 12
"""People out of whom each is named."""
OUT_SIZE = 1_500
TABLE = 9_500
"""Characters of JSON that a table's rows may take, so that its message stays within Slack's limit."""
BOOK_PARTS = 3
CATEGORIES = (Category.RED, Category.YELLOW, Category.GREEN)
BOOK_HEAD = ("TA", "Accounts", "ARR", "Health", "Utilization", "Green", "Yellow", "Red", "Renewals")
CHANGES_HEAD = ("Account", "Date", "Now", "Before")


def who(owner: Owner | None, *, quiet: bool = False) -> str:
    """Whose turn it is: the TA mentioned, or whoever covers; `quiet` names them without a notification."""
    if owner is None:
        return ""
    if owner.away_until is None:
        return text.person(text.one_line(owner.name, NAME), owner.user_id, quiet=quiet)
    away = f"{listing.within(owner.name, NAME)}, away until {text.short_day(owner.away_until)}"
    if owner.covered_by is None:
        return f"{away}: nobody covers"
    return f"{who(owner.covered_by, quiet=quiet)} for {away}"


def _account(name: str) -> str:
    return f"*{listing.within(name, NAME)}*"


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def movers_in_short(team: TeamDigest) -> str:
    """How many accounts changed category, and the first of them by name: one line, nobody mentioned."""
    total = _total(team, "changed", len(team.changed))
    if not total:
        return "no account changed category" + (", some scores moved" if team.rises or team.falls else "")
    if total > len(team.changed):
        return f"{total:,} accounts changed category: {_first(team.changed, total)}"
    said = (
        f"{way[0]} {len(found)} {way[1]}: {_first(found, len(found))}" for way, found in _ways(team) if found
    )
    return " · ".join(said)


def named_in_short(team: TeamDigest) -> list[str]:
    """The ids of the accounts that the line of movers names."""
    if _total(team, "changed", len(team.changed)) > len(team.changed):
        return [one.account_id for one in team.changed[:NAMED]]
    return [one.account_id for _, found in _ways(team) for one in found[:NAMED]]


def _ways(team: TeamDigest) -> tuple[tuple[tuple[str, str], list[Mover]], ...]:
    worse = [one for one in team.changed if _worse(one)]
    return (("▼", "worse"), worse), (("▲", "better"), [one for one in team.changed if not _worse(one)])


def _first(found: Sequence[Mover], total: int) -> str:
    named = [f"{_account(one.account_name)} {_from_to(one, plain=True)}" for one in found[:NAMED]]
    return ", ".join(named) + (f" and {total - len(named):,} more" if total > len(named) else "")


def _total(team: TeamDigest, what: str, listed: int) -> int:
    return max(team.counts.get(what, listed), listed)


def _worse(one: Mover) -> bool:
    return _rank(one.now) < _rank(one.before)


def _rank(category: Category | None) -> int:
    return CATEGORIES.index(category) if category else len(CATEGORIES)


def _from_to(one: Mover, *, plain: bool = False) -> str:
    before, now = one.before or "none", one.now or "none"
    if plain or one.now is None:
        return f"{before} → {now}"
    return f"{before} → {text.CIRCLES[one.now]} *{now}*"


def movers(
    team: TeamDigest, rules: DigestRules, chart: Sequence[Block] = (), words: Sequence[Block] = ()
) -> Message:
    """The accounts whose category changed, and the biggest falls and rises, each with who looks after it.

    `chart` may stand above them, with its `words` for the twin.
    """
    title = f"Movers of {listing.within(team.name, 60)}"
    head: Block = build.section(f"*{title}*" if team.changed else f"*{title}*\n{movers_in_short(team)}")
    blocks, found = changed_list(team, rules.shown)
    shown = [one.account_id for one in found]
    for heading, moved in (("*Biggest falls*", team.falls), ("*Biggest rises*", team.rises)):
        if moved:
            lines = [_mover(one, again=one.account_id in shown) for one in moved[: rules.movers]]
            block, count = listing.listed(heading, lines, rules.movers, len(moved))
            blocks.append(block)
            shown += [one.account_id for one in moved[:count]]
    return Message(
        text=text.trim(f"{title}: {listing.bare(movers_in_short(team))}.", limits.NOTICE - 1),
        blocks=(head, *chart, *blocks),
        plain=(head, *words, *blocks) if chart else (),
        accounts=tuple(dict.fromkeys(shown)),
    )


def changed_list(
    team: TeamDigest, most: int, *, number: str = "", quiet: bool = False
) -> tuple[list[Block], list[Mover]]:
    """The category changes as a section, and what of them is shown; `number` is the item's on an agenda."""
    total = _total(team, "changed", len(team.changed))
    title = f"{number}Movers" if number else "Category changed"
    if not team.changed:
        return [build.section(f"*{title}:* none")] if number else [], []
    lines = [_mover(one, quiet=quiet) for one in team.changed[:most]]
    block, count = listing.listed(f"*{title}: {total:,}*", lines, most, total)
    return [block], list(team.changed[:count])


def _mover(one: Mover, *, again: bool = False, quiet: bool = False) -> str:
    """What moved, since when and why; an account that stands above already is only named."""
    arrow = "▼" if _fell(one) else "▲"
    if again:
        return f"{arrow} {_account(one.account_name)} {_scores(one)}, above"
    scores = _scores(one)
    moved = [_from_to(one), scores] if one.before is not one.now else [scores]
    said = _joined(
        f"{arrow} {_account(one.account_name)} {moved[0]}", *moved[1:], f"since {text.short_day(one.since)}"
    )
    cause = listing.within(one.cause, 140) if one.cause else "which trait did it is not recorded"
    return f"{said}\n      {_joined(cause, who(one.owner, quiet=quiet))}"


def _fell(one: Mover) -> bool:
    if one.before is not one.now:
        return _worse(one)
    return (one.score_now or 0) < (one.score_before or 0)


def _scores(one: Mover) -> str:
    if one.score_before is None or one.score_now is None:
        return ""
    by = text.signed(one.score_now - one.score_before)
    return f"{text.score(one.score_before)} → {text.score(one.score_now)} ({by})"


def attention_in_short(team: TeamDigest, rules: DigestRules) -> str:
    """How many accounts each list of attention holds, in one line; empty where a past week keeps none."""
    said = []
    for kind in KINDS:
        count = _total(team, kind, len(_of(team, kind)))
        if count:
            by = ", ".join(f"{many:,} {one}" for one, many in _renewals(team)) if kind == RENEWAL else ""
            said.append(f"{_counted(kind, count, rules)}{f' ({by})' if by else ''}")
    return " · ".join(said) or ("" if team.history else "nothing waits")


def _of(team: TeamDigest, kind: str) -> list[Attention]:
    return [one for one in team.attention if one.kind == kind]


def _counted(kind: str, count: int, rules: DigestRules) -> str:
    return {
        RENEWAL: f"{text.plural(count, 'renewal')} in {rules.renewal_days} days",
        SEATS: f"{count:,} at ≥ {text.percent(rules.seats_level)} of seats",
        UTILIZATION: f"{count:,} under {text.percent(rules.utilization_below)} utilization",
        LIGHTHOUSE: f"{count:,} in Lighthouse",
        CHAMPION: f"{count:,} without a champion",
    }[kind]


def _renewals(team: TeamDigest) -> list[tuple[Category, int]]:
    """Renewals by category, worst first; nothing where only the most pressing are listed and nobody counted."""
    found = _of(team, RENEWAL)
    whole = _total(team, RENEWAL, len(found)) == len(found)
    listed = {one: sum(1 for each in found if each.category is one) if whole else 0 for one in CATEGORIES}
    counted = [(one, team.counts.get(f"{RENEWAL}.{one}", listed[one])) for one in CATEGORIES]
    return [(one, count) for one, count in counted if count]


def attention(team: TeamDigest, rules: DigestRules) -> Message:
    """The accounts that need somebody's attention, a list a reason, each with who looks after it."""
    title = f"Attention: {listing.within(team.name, 60)}"
    blocks: list[Block] = [build.section(f"*{title}*")]
    shown: dict[str, None] = {}
    for kind in KINDS:
        block, found = attention_list(team, kind, rules)
        blocks.extend(block)
        shown.update(dict.fromkeys(one.account_id for one in found))
    said = text.trim(f"{title}: {attention_in_short(team, rules)}.", limits.NOTICE - 1)
    return Message(text=said, blocks=tuple(blocks), accounts=tuple(shown))


def attention_list(
    team: TeamDigest, kind: str, rules: DigestRules, *, most: int = 0, number: str = "", quiet: bool = False
) -> tuple[list[Block], list[Attention]]:
    """One list of attention as a section, and what of it is shown; `number` is the item's on an agenda."""
    found = _sorted(_of(team, kind), kind)
    heading = "Lighthouse updates due" if number and kind == LIGHTHOUSE else _heading(kind, rules)
    heading = f"{number}{heading}"
    if not found:
        none = "not kept for a past week" if team.history else "none"
        return [build.section(f"*{heading}:* {none}")] if number else [], []
    total = _total(team, kind, len(found))
    by = [f"{text.CIRCLES[one]} {count:,} {one}" for one, count in _renewals(team) if kind == RENEWAL]
    lines = [_attention(one, quiet=quiet) for one in found[: most or rules.shown]]
    title = _joined(f"*{heading}: {total:,}*", *by)
    block, count = listing.listed(title, lines, len(lines), total, listing.LIST - 300)
    return [block], found[:count]


def _sorted(found: list[Attention], kind: str) -> list[Attention]:
    """Renewals by category, worst first; everything else as it comes, most pressing first."""
    return sorted(found, key=lambda one: _rank(one.category)) if kind == RENEWAL else found


def _heading(kind: str, rules: DigestRules) -> str:
    day = min(rules.utilization_days)
    return {
        RENEWAL: f"Renewals in {rules.renewal_days} days",
        SEATS: f"Seats used {text.percent(rules.seats_level)} or more",
        UTILIZATION: f"Utilization under {text.percent(rules.utilization_below)} past day {day}",
        LIGHTHOUSE: "Lighthouse, with the age of the save plan",
        CHAMPION: "No active champion",
    }[kind]


def _attention(one: Attention, *, quiet: bool = False) -> str:
    circle = f"{text.CIRCLES[one.category]} {one.category} " if one.category else ""
    arr = f"{text.money(one.arr)} ARR" if one.arr is not None else ""
    said = _joined(listing.within(one.why, 80), arr, who(one.owner, quiet=quiet))
    return f"• {circle}{_account(one.account_name)} {said}"


def book(team: TeamDigest) -> tuple[Message, ...]:
    """The book of business by TA as a table that readers sort; more messages where one cannot hold it."""
    rows = [_book_row(one) for one in team.book]
    pages = listing.table_pages(rows, TABLE)
    made: list[Message] = []
    at = 0
    for page in pages[:BOOK_PARTS]:
        made.append(_book_page(team, page, at, len(rows), last=len(made) + 1 == min(len(pages), BOOK_PARTS)))
        at += len(page)
    if not made and team.out:
        made.append(Message(text=f"Out this week: {out_in_short(team)}.", blocks=tuple(out(team))))
    return tuple(made)


def _book_page(
    team: TeamDigest, rows: Sequence[Sequence[native.Cell]], at: int, total: int, *, last: bool
) -> Message:
    title = f"Book of business by TA, {listing.within(team.name, 60)}"
    named = sum(1 for one in team.book if one.owner)
    span = text.plural(named, "TA") if len(rows) == total else f"{at + 1} to {at + len(rows)} of {total:,}"
    head: Block = build.section(f"*{title}* · {span}")
    table = native.data_table("By TA, most ARR first", BOOK_HEAD, rows, min(len(rows), 15))
    hidden = total - at - len(rows) if last else 0
    more = build.context(f"{hidden:,} more with less ARR; the rows as CSV have their accounts.")
    foot: list[Block] = [*([more] if hidden else []), *(out(team) if last else [])]
    twin = listing.paged([_book_line(row) for row in rows], listing.LIST)
    return Message(
        text=f"{title}: {span}.",
        blocks=(head, table, *foot),
        plain=(head, *(build.section("\n".join(page)) for page in twin), *foot),
    )


def _book_row(one: BookLine) -> list[native.Cell]:
    name = text.one_line(one.owner.name, 30) if one.owner else "no TA recorded"
    counts = (one.green, one.yellow, one.red, one.renewals)
    return [
        name,
        (one.accounts, f"{one.accounts:,}"),
        (one.arr // 100, text.money(one.arr)),
        "unknown" if one.mean_health is None else (round(one.mean_health, 2), text.score(one.mean_health)),
        "unknown" if one.utilization is None else (round(one.utilization, 4), text.percent(one.utilization)),
        *((count, f"{count:,}") for count in counts),
    ]


def _book_line(row: Sequence[native.Cell]) -> str:
    name, accounts, arr, health, used, green, yellow, red, renewals = (
        cell if isinstance(cell, str) else cell[1] for cell in row
    )
    said = f"{accounts} accounts, {arr} ARR, health {health}, utilization {used}"
    return f"*{text.name(name)}* {said}, {green} green, {yellow} yellow, {red} red, {renewals} renewing"


def changes(team: TeamDigest) -> Message:
    """The list of health category changes: account, date, now, before."""
    title = f"Health category changes, {listing.within(team.name, 60)}"
    rows = [_change_row(one) for one in team.changed]
    kept = listing.table_pages(rows, TABLE)[0][: limits.TABLE_ROWS - 1] if rows else []
    total = _total(team, "changed", len(rows))
    said = f"{text.plural(total, 'change')} this week"
    if len(kept) < total:
        said += f", {len(kept)} of them below; the rows as CSV have all accounts"
    head: Block = build.section(f"*{title}*\n{said}")
    table = native.data_table("Changes of health category", CHANGES_HEAD, kept, min(max(len(kept), 1), 10))
    lines = [f"*{text.name(name)}* {day}: now {now}, before {before}" for name, day, now, before in kept]
    twin = [build.section("\n".join(page)) for page in listing.paged(lines, listing.LIST)]
    return Message(
        text=f"{title}: {said}.",
        blocks=(head, table) if kept else (head,),
        plain=(head, *twin) if kept else (),
        accounts=tuple(dict.fromkeys(one.account_id for one in team.changed[: len(kept)])),
    )


def _change_row(one: Mover) -> list[str]:
    name = text.one_line(one.account_name, NAME)
    return [name, one.since.isoformat(), one.now or "none", one.before or "none"]


def out(team: TeamDigest) -> list[Block]:
    """Who of the team is out in the week and who covers; nobody is mentioned. No block where all are in."""
    if not team.out:
        return []
    lines = [_outing(one) for one in team.out]
    block, _ = listing.listed("*Out this week*", lines, OUT, len(lines), OUT_SIZE)
    return [block]


def _outing(one: Outing) -> str:
    days = text.short_day(one.first)
    if one.last != one.first:
        days += f" to {text.short_day(one.last)}"
    covers = text.and_more([listing.within(name, NAME) for name in one.covers], 3)
    return f"• *{listing.within(one.owner.name, NAME)}* {days} · {covers + ' covers' if covers else 'nobody covers'}"


def out_in_short(team: TeamDigest) -> str:
    """Who is out, in one line."""
    return text.and_more([listing.within(one.owner.name, NAME) for one in team.out], 4)
