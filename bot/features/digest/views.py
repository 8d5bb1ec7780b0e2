"""How the weekly digest looks: its head in the channel, the thread below, the preview, the meeting's agenda."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.blocks import build, limits, listing, text
from bot.blocks.answers import Block, Message
from bot.domain.digest import KINDS, LIGHTHOUSE, RENEWAL, Asked, Digest, DigestRules, TeamDigest
from bot.domain.kpi import KPI_NAMES, Kpi
from bot.features.digest_lists import views as lists
from bot.features.kpis import charts
from bot.features.kpis import views as kpis
from bot.features.plan_updates import views as plan_updates

DEFINITIONS = "digest.definitions"
CSV = "digest.csv"
AGENDA = "digest.agenda"
LINKS = (
    ("my_traits", "traits of my accounts"),
    ("book_by_ta", "book of business by TA"),
    ("category_changes", "health category changes"),
)
"""The three views that a TA uses in Vitally, by policy's key."""
PREVIEWED = 3
"""Accounts of each list in a preview."""
ASKS, ASKS_SIZE = 10, 1_500
MOST_ASKED = 3
"""Accounts that the line of requests names."""
NOTES = 3
"""Sentences about the whole under the head."""
ROOM = limits.MESSAGE_CHARS - 300


def head(digest: Digest, rules: DigestRules, token: str) -> Message:
    """The channel's own message: short, a section a team, nobody mentioned; everything else is in its thread."""
    buttons = [build.button("Definitions", DEFINITIONS, token)]
    if not _empty(digest):
        buttons.append(build.button("Rows as CSV", CSV, token))
        buttons.append(build.button("Make the agenda", AGENDA, token))
    foot = [*_foot(digest, rules), build.actions(*buttons)]
    top, drawn = _top(digest, rules), _charts(digest)
    return Message(
        text=_gist(digest, rules),
        blocks=(*top, *(course.block for course in drawn), *foot),
        plain=(*top, *(course.words for course in drawn), *foot) if drawn else (),
        accounts=_named(digest),
        withheld=_withheld(digest),
    )


def _empty(digest: Digest) -> bool:
    return all(team.no_data for team in digest.teams)


def _title(digest: Digest) -> str:
    title = f"KPI digest, week {digest.week.number} of {digest.week.year}"
    return f"{title}: {text.one_line(digest.teams[0].name, 60)}" if len(digest.teams) == 1 else title


def _top(digest: Digest, rules: DigestRules) -> list[Block]:
    blocks: list[Block] = [build.header(_title(digest)), build.context(*_dated(digest))]
    for team in digest.teams:
        blocks.extend(_section(team, rules, named=len(digest.teams) > 1))
    return blocks


def _dated(digest: Digest) -> Iterator[str]:
    """The days it is about; that it is late, corrected, or read from the history."""
    week = digest.week
    days = f"{text.short_day(week.monday)} to {text.day(week.sunday)}"
    size = f" · {_size(digest.teams[0])}" if len(digest.teams) == 1 and not _empty(digest) else ""
    yield f"{days}{size} · as of {text.moment(digest.as_of)}"
    if digest.late_for:
        yield f":hourglass: *Late*: it was due {text.moment(digest.late_for)}"
    if digest.corrected_at:
        yield f":pencil2: *Corrected* {text.moment(digest.corrected_at)}"
    if any(team.history for team in digest.teams):
        yield ":clock3: *A past week*, read from the weekly history"


def _section(team: TeamDigest, rules: DigestRules, *, named: bool) -> Iterator[Block]:
    """A team's figures and lists; `named` where the channel has several teams."""
    name = listing.within(team.name, 60)
    if named:
        yield build.DIVIDER
    if team.no_data:
        yield build.section(
            f"{f'*{name}*{chr(10)}' if named else ''}∅ No data: {listing.within(team.no_data, 200)}"
        )
        return
    title = f"*{name}* · {_size(team)}" if named else ""
    yield build.section("\n".join(line for line in (title, kpis.in_short(team)) if line))
    yield build.section("\n".join(_lines(team, rules)))


def _size(team: TeamDigest) -> str:
    return f"{text.plural(team.accounts, 'account')} · {text.money(team.arr)} ARR"


def _lines(team: TeamDigest, rules: DigestRules) -> Iterator[str]:
    if health := kpis.categories_in_short(team):
        yield f"*Health* {health}"
    yield f"*Movers* {lists.movers_in_short(team)}"
    if waits := lists.attention_in_short(team, rules):
        yield f"*Attention* {waits}"
    if team.out:
        yield f"*Out* {lists.out_in_short(team)}"
    if team.asked:
        yield f"*Requests* {_asked(team.asked)}"


def _asked(asked: Asked) -> str:
    """What was asked of the team: how many, how soon the first response came, how many late, about which accounts."""
    said = [f"{asked.count:,} asked"]
    if asked.response is not None:
        said.append(f"first response after {text.worked(asked.response)} of working time (median)")
    said.append(f":warning: {asked.late:,} late" if asked.late else "none late")
    most = [f"{listing.within(name, 40)} ({count})" for _, name, count in asked.accounts[:MOST_ASKED]]
    if most:
        said.append(f"most about {', '.join(most)}")
    return " · ".join(said)


def _charts(digest: Digest) -> list[charts.Course]:
    """The course that a channel looks at first: utilization, a line a team; its thread has the others."""
    course = charts.by_team(Kpi.UTILIZATION, [team for team in digest.teams if not team.no_data])
    return [course] if course else []


def _foot(digest: Digest, rules: DigestRules) -> list[Block]:
    said = list(dict.fromkeys(note for team in digest.teams if (note := kpis.notes(team))))
    more = dict.fromkeys(note for team in digest.teams for note in team.notes)
    said += [listing.within(note, 240) for note in list(more)[:NOTES]]
    changes = kpis.compared(digest.teams)
    said += [". ".join(part for part in (changes, *_next_figures(digest)) if part)]
    said = [line for line in (*said, *_links(rules)) if line]
    return [build.context(*said)] if said else []


def _next_figures(digest: Digest) -> list[str]:
    days = {(one.kpi, one.next_on) for team in digest.teams for one in team.headlines if one.next_on}
    return [
        f"{KPI_NAMES[kpi].capitalize()} is monthly, the next figure {text.day(on)}"
        for kpi, on in sorted(days)
        if on
    ]


def _links(rules: DigestRules) -> list[str]:
    links = [text.link(url, words) for key, words in LINKS if text.is_link(url := rules.links.get(key, ""))]
    return [f"In Vitally: {' · '.join(links)}"] if links else []


def _gist(digest: Digest, rules: DigestRules) -> str:
    """The digest in words: what notifications show and screen readers read."""
    said = [f"{text.escape(_title(digest))}."]
    if digest.late_for:
        said.append(f"Late: due {digest.late_for:%Y-%m-%d %H:%M} UTC.")
    if digest.corrected_at:
        said.append(f"Corrected {digest.corrected_at:%Y-%m-%d %H:%M} UTC.")
    each = (limits.NOTICE - 300) // max(len(digest.teams), 1)
    said += [text.trim(_team_gist(team, rules), each) for team in digest.teams]
    return text.trim(" ".join(said), limits.NOTICE - 1)


def _team_gist(team: TeamDigest, rules: DigestRules) -> str:
    name = listing.within(team.name, 60)
    if team.no_data:
        return f"{name}: no data, {listing.within(team.no_data, 200)}."
    said = [f"{name}: {kpis.in_words(team)}", f"Movers: {listing.bare(lists.movers_in_short(team))}"]
    if waits := lists.attention_in_short(team, rules):
        said.append(f"Attention: {waits}")
    if team.out:
        said.append(f"Out: {lists.out_in_short(team)}")
    if team.asked:
        said.append(f"Requests: {_asked(team.asked)}")
    return ". ".join(said) + "."


def _named(digest: Digest) -> tuple[str, ...]:
    """The accounts that the lines of movers and of requests name."""
    moved = [one for team in digest.teams for one in lists.named_in_short(team)]
    asked = [one for team in digest.teams if team.asked for one, _, _ in team.asked.accounts[:MOST_ASKED]]
    return tuple(dict.fromkeys((*moved, *asked)))


def _withheld(digest: Digest) -> str:
    said = [
        f"{team.team or 'all'} {one.kpi}" for team in digest.teams for one in team.headlines if one.withheld
    ]
    return f"not fresh enough: {', '.join(said)}" if said else ""


def replies(digest: Digest, rules: DigestRules) -> tuple[tuple[str, Message], ...]:
    """The thread: (part, message) for each team; a part keeps its name when the digest is corrected."""
    return tuple(part for team in digest.teams if not team.no_data for part in _parts(digest, team, rules))


def _parts(digest: Digest, team: TeamDigest, rules: DigestRules) -> Iterator[tuple[str, Message]]:
    key = team.team.value if team.team else "all"
    yield f"{key}.kpis", kpis.figures(team, digest.as_of)
    course = charts.by_team(Kpi.AVERAGE_HEALTH, (team,))
    if team.changed or team.rises or team.falls or course:
        drawn, words = ((course.block,), (course.words,)) if course else ((), ())
        yield f"{key}.movers", lists.movers(team, rules, drawn, words)
    if team.attention:
        yield f"{key}.attention", lists.attention(team, rules)
    for number, message in enumerate(lists.book(team)):
        yield f"{key}.book{number + 1 if number else ''}", message
    if team.changed:
        yield f"{key}.changes", lists.changes(team)
    if team.plans:
        yield f"{key}.plans", plan_updates.gathered(team.name, team.plans)


def preview(digest: Digest, rules: DigestRules, token: str) -> Message:
    """What would be posted, for the asker alone: the head and the essentials of its thread; nobody is mentioned."""
    note = build.context(
        ":eyes: *Preview*, visible only to you: what the channel would get, then the first of each list in its thread"
    )
    buttons = [build.button("Definitions", DEFINITIONS, token)]
    if not _empty(digest):
        buttons.append(build.button("Rows as CSV", CSV, token))
    top, courses = [note, *_top(digest, rules)], _charts(digest)
    foot, row = _foot(digest, rules), build.actions(*buttons)
    drawn, words = [one.block for one in courses], [one.words for one in courses]
    room = ROOM - listing.size([*top, *foot, row]) - max(listing.size(drawn), listing.size(words))
    first, accounts = _essentials(digest, rules, room)
    return Message(
        text=text.trim(f"Preview, visible only to you. {_gist(digest, rules)}", limits.NOTICE - 1),
        blocks=(*top, *drawn, *foot, *first, row),
        plain=(*top, *words, *foot, *first, row) if courses else (),
        accounts=tuple(dict.fromkeys((*_named(digest), *accounts))),
        withheld=_withheld(digest),
    )


def _essentials(digest: Digest, rules: DigestRules, room: int) -> tuple[list[Block], list[str]]:
    """The first accounts of each list, team by team, as far as there is room."""
    blocks: list[Block] = []
    accounts: list[str] = []
    for team in digest.teams:
        title = (
            "In the thread" if len(digest.teams) == 1 else f"In the thread: {listing.within(team.name, 60)}"
        )
        for made, found in _lists(team, rules, title):
            room -= listing.size(made)
            if room < 0:
                return blocks, accounts
            blocks.extend(made)
            accounts.extend(found)
    return blocks, accounts


def _lists(team: TeamDigest, rules: DigestRules, title: str) -> Iterator[tuple[list[Block], list[str]]]:
    changed, moved = lists.changed_list(team, PREVIEWED, quiet=True)
    if changed or team.attention:
        yield [build.DIVIDER, build.section(f"*{title}*"), *changed], [one.account_id for one in moved]
    for kind in KINDS:
        made, found = lists.attention_list(team, kind, rules, most=PREVIEWED, quiet=True)
        yield made, [one.account_id for one in found]


def agenda(digest: Digest, rules: DigestRules, asks: Sequence[str] = ()) -> Message:
    """The weekly team meeting's agenda: movers, renewals, Lighthouse updates due, asks; each with whose turn it is."""
    title = f"Agenda of the weekly team meeting, week {digest.week.number} of {digest.week.year}"
    blocks: list[Block] = [build.header(title)]
    accounts: list[str] = []
    said = []
    teams = [team for team in digest.teams if not team.no_data]
    for team in teams:
        if len(teams) > 1:
            blocks += [build.DIVIDER, build.section(f"*{listing.within(team.name, 60)}*")]
        for made, found in _items(team, rules, len(teams)):
            blocks.extend(made)
            accounts.extend(found)
        said.append(f"{listing.within(team.name, 60)}: movers, {listing.bare(lists.movers_in_short(team))}")
    blocks.append(_asks(asks))
    return Message(
        text=text.trim(f"{title}. {'. '.join((*said, text.plural(len(asks), 'ask')))}.", limits.NOTICE - 1),
        blocks=tuple(blocks),
        accounts=tuple(dict.fromkeys(accounts)),
    )


def _items(team: TeamDigest, rules: DigestRules, teams: int) -> Iterator[tuple[list[Block], list[str]]]:
    most = max(rules.movers // teams, 2)
    changed, moved = lists.changed_list(team, most, number="1. ")
    yield changed, [one.account_id for one in moved]
    for number, kind in enumerate((RENEWAL, LIGHTHOUSE), start=2):
        made, found = lists.attention_list(team, kind, rules, most=most, number=f"{number}. ")
        yield made, [one.account_id for one in found]


def _asks(asks: Sequence[str]) -> Block:
    if not asks:
        return build.section("*Asks:* none yet; add yours in this thread")
    lines = [f"• {listing.within(one, 120)}" for one in asks]
    block, _ = listing.listed(f"*Asks: {len(asks)}*", lines, ASKS, len(asks), ASKS_SIZE)
    return block
