"""How KPIs look in a digest: a line each, their course as charts, the categories, definitions and sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.blocks import build, footnotes, limits, listing, text
from bot.blocks.answers import Block, Message, Modal
from bot.domain.digest import CategoryCount, Digest, Headline, SourceAge, TeamDigest
from bot.domain.health import Category
from bot.domain.kpi import KPI_NAMES, KPI_TITLES, Kpi
from bot.domain.provenance import Fact, Known, Unknown
from bot.features.kpis import charts

DEFINITIONS: Mapping[Kpi, str] = {
    Kpi.UTILIZATION: "Adoption: the last full calendar month's MAU ÷ total licensed seats. For a team the sum of MAU ÷ "
    "the sum of seats, not the mean of ratios. Where seats are unlimited, the total addressable developers (TAM) "
    "stand in for them.",
    Kpi.CONSUMPTION: "Usage: mean daily active users over the last 4 weeks ÷ last month's MAU, for a team as a ratio of "
    "sums. It moves by the week; when a month ends, so does what it is divided by.",
    Kpi.GRR: "Retention: Σ min(ARR now, ARR then) ÷ Σ ARR then, over the accounts that were customers then, a year "
    "before. A churned account stays in the sum with ARR now = 0.",
    Kpi.NRR: "Growth: Σ ARR now ÷ Σ ARR then, over the same accounts: no new customers. A churned account stays in the "
    "sum with ARR now = 0.",
    Kpi.VALUE_REALIZATION: "Progress against the customers' own business objectives: success-plan goals met ÷ goals set.",
    Kpi.AVERAGE_HEALTH: "The mean of the health scores of the accounts, as Vitally computes them.",
}
"""Each KPI in the handbook's words; a missing or zero denominator gives no data, never 0 %."""
NO_CHANGE = "±\u00a00"
UNKNOWN, WITHHELD = "?", "⊘"
VERDICTS = {True: ("✓", "met"), False: ("✗", "missed"), None: ("–", "")}
CATEGORIES = (Category.GREEN, Category.YELLOW, Category.RED, None)
_WORDS = {"▲": "up", "▼": "down"}


def in_short(team: TeamDigest) -> str:
    """A line for each KPI: its mark, value, change, target and median account. `compared` says against what."""
    return "\n".join(_short(one) for one in team.headlines)


def _short(one: Headline) -> str:
    said = _stated(one, _by(one))
    if isinstance(one.value, Known) and isinstance(one.median, Known):
        said += f" · median {_value(one.kpi, one.median)}"
    return said


def _stated(one: Headline, by: str = "", name: str = "") -> str:
    """The mark, the name, the value, perhaps its change, and what is expected; or in its place why there is none."""
    title = name or KPI_TITLES[one.kpi]
    if one.withheld:
        return f"{WITHHELD} *{title}* withheld: {listing.within(one.withheld, 170)}"
    if isinstance(one.value, Unknown):
        return f"{UNKNOWN} *{title}* unknown: {listing.within(one.value.reason, 160)}"
    mark, word = VERDICTS[one.met]
    expected = _expected(one)
    if expected:
        expected = f"target{':' if one.target.at_least is None else ''} {expected} {word}".rstrip()
    value = f"{mark} *{title} {_value(one.kpi, one.value)}* {by}".rstrip()
    return f"{value} · {expected}" if expected else value


def compared(teams: Sequence[TeamDigest]) -> str:
    """Against what the lines' changes are: `▲▼ points: utilization on the month before, the others on the week before`."""
    kinds: dict[str, dict[str, None]] = {}
    for one in (one for team in teams for one in team.headlines):
        if _by(one) and one.compared:
            kinds.setdefault(listing.within(one.compared, 60), {})[KPI_NAMES[one.kpi]] = None
    if not kinds:
        return ""
    *few, most = sorted(kinds, key=lambda words: len(kinds[words]))
    said = [f"{', '.join(kinds[words])} on {words}" for words in few]
    return f"▲▼ points: {', '.join((*said, f'the others on {most}'))}" if said else f"▲▼ points on {most}"


def _value(kpi: Kpi, fact: Fact[float]) -> str:
    return _number(kpi, fact.value) if isinstance(fact, Known) else "unknown"


def _number(kpi: Kpi, value: float) -> str:
    return text.score(value) if kpi is Kpi.AVERAGE_HEALTH else text.percent(value)


def _expected(one: Headline) -> str:
    target = one.target
    if one.kpi is Kpi.AVERAGE_HEALTH and target.at_least is not None:
        return f"≥ {text.score(target.at_least)}"
    return text.target(
        target.at_least, target.tolerance, text.one_line(target.text, 60) if target.text else ""
    )


def _by(one: Headline) -> str:
    """The change of a known value: `▲ 1.3`, in points of a percent or of the score."""
    if not isinstance(one.value, Known) or one.before is None:
        return ""
    return text.signed((one.value.value - one.before) * (1 if one.kpi is Kpi.AVERAGE_HEALTH else 100))


def _change(one: Headline) -> str:
    """The change in words: `▲ 1.3 points on the month before`."""
    by = _by(one)
    if by and one.kpi is not Kpi.AVERAGE_HEALTH:
        by += " points"
    return f"{by} on {listing.within(one.compared, 60)}" if by and one.compared else by


def in_words(team: TeamDigest) -> str:
    """The KPIs as one sentence, for notifications and screen readers."""
    return "; ".join(_spoken(one) for one in team.headlines)


def _spoken(one: Headline) -> str:
    name = KPI_NAMES[one.kpi]
    if one.withheld:
        return f"{name} withheld ({listing.within(one.withheld, 100)})"
    if isinstance(one.value, Unknown):
        return f"{name} unknown ({listing.within(one.value.reason, 100)})"
    said, change = f"{name} {_value(one.kpi, one.value)}", _change(one)
    if change.startswith("±"):
        said += ", unchanged"
    elif change:
        said += f", {_WORDS[change[0]]} {change[2:]}"
    _, word = VERDICTS[one.met]
    return f"{said}, target {_expected(one)} {word}" if word else said


def figures(team: TeamDigest, as_of: datetime) -> Message:
    """A team's KPIs whole: what each is made of, the ratios' course, the categories, the sources."""
    title = f"KPIs of {listing.within(team.name, 60)}"
    parts = [
        build.section(f"*{title}*\n{_size(team)}"),
        *(build.section(_whole(one)) for one in team.headlines),
    ]
    courses = (charts.by_team(Kpi.CONSUMPTION, (team,)), charts.retention(team))
    drawn = [course for course in courses if course]
    foot = [*_categories(team), build.context(sources(team, as_of))]
    blocks = (*parts, *(course.block for course in drawn), *foot)
    return Message(
        text=text.trim(f"{title}: {in_words(team)}.", limits.NOTICE - 1),
        blocks=blocks,
        plain=(*parts, *(course.words for course in drawn), *foot) if drawn else (),
        withheld=_withheld(team),
    )


def _size(team: TeamDigest) -> str:
    return f"{text.plural(team.accounts, 'account')} · {text.money(team.arr)} ARR"


def _whole(one: Headline) -> str:
    lines = [_stated(one)]
    if not one.withheld and isinstance(one.value, Known):
        lines.append(" · ".join(_made_of(one)))
    if one.note:
        lines.append(f"_{listing.within(one.note, 160)}_")
    return "\n".join(line for line in lines if line)


def _made_of(one: Headline) -> Iterator[str]:
    if one.detail:
        yield listing.within(one.detail)
    if (change := _change(one)) and one.before is not None:
        yield f"{change} ({_number(one.kpi, one.before)})"
    if isinstance(one.median, Known):
        yield f"median account {_value(one.kpi, one.median)}"
    if counted := _counted(one):
        yield counted
    if one.next_on:
        yield f"next figure {text.day(one.next_on)}"


def _counted(one: Headline) -> str:
    said = f"{text.plural(one.counted, 'account')} counted" if one.counted or one.left_out else ""
    return f"{said}, {one.left_out:,} left out" if one.left_out else said


def _withheld(team: TeamDigest) -> str:
    return "; ".join(f"{one.kpi}: {text.one_line(one.withheld)}" for one in team.headlines if one.withheld)


def categories_in_short(team: TeamDigest) -> str:
    """The health categories in one line: `80 green (▲ 2)`; empty where there are none."""
    said = [f"{_circle(one)}{one.accounts:,} {_word(one)}{_moved(one)}" for one in _sorted(team)]
    return " · ".join(said)


def _sorted(team: TeamDigest) -> list[CategoryCount]:
    found = [one for one in team.categories if one.category or one.accounts or one.accounts_before]
    return sorted(found, key=lambda one: CATEGORIES.index(one.category))


def _circle(one: CategoryCount) -> str:
    return f"{text.CIRCLES[one.category]} " if one.category else ""


def _word(one: CategoryCount) -> str:
    return one.category or "unknown"


def _moved(one: CategoryCount) -> str:
    return "" if one.accounts_before is None else f" ({_more(one.accounts - one.accounts_before)})"


def _more(count: int) -> str:
    return f"{'▲' if count > 0 else '▼'} {abs(count):,}" if count else NO_CHANGE


def _more_money(cents: int) -> str:
    return f"{'▲' if cents > 0 else '▼'} {text.money(abs(cents))}" if cents else NO_CHANGE


def _categories(team: TeamDigest) -> list[Block]:
    """Accounts and ARR by category with the change since the week before; no block where there are none."""
    found = _sorted(team)
    if not found:
        return []
    compared = any(one.accounts_before is not None for one in found)
    title = "*Health categories*" + (
        " and the change in a week" if compared else "; no week before to compare"
    )
    return [build.section("\n".join((title, *map(_category, found))))]


def _category(one: CategoryCount) -> str:
    called = f"{_circle(one)}*{_word(one)[0].upper()}{_word(one)[1:]}*"
    arr = f"{text.money(one.arr)} ARR"
    if one.arr_before is not None:
        arr += f" ({_more_money(one.arr - one.arr_before)})"
    return f"{called} {text.plural(one.accounts, 'account')}{_moved(one)} · {arr}"


def sources(team: TeamDigest, as_of: datetime) -> str:
    """Where a team's values come from, from newest to oldest, and what is stale or withheld."""
    if not team.sources:
        return f"*Sources* none recorded. Ages count to {text.moment(as_of)}."
    said = " · ".join(_source(one, as_of) for one in team.sources)
    return f"*Sources* {said}. Ages count to {text.moment(as_of)}."


def _source(one: SourceAge, as_of: datetime) -> str:
    named = text.and_more([listing.within(source, 40) for source in one.sources], 3) or "no source"
    said = f"{text.name(one.group)}: {named}, {_ages(one, as_of)}"
    if one.assumed:
        said += " (counted from the import)"
    if one.stale:
        said += f", :warning: stale for {one.stale:,} of {one.accounts:,}"
    return f"{said}, *withheld*" if one.withheld else said


def _ages(one: SourceAge, as_of: datetime) -> str:
    if one.newest is None or one.oldest is None:
        return "age unknown"
    newest, oldest = text.age(as_of - one.newest), text.age(as_of - one.oldest)
    return newest if newest == oldest else f"{newest} to {oldest}"


def notes(team: TeamDigest) -> str:
    """What the head says of freshness: which sources are withheld; empty where all is fresh enough."""
    held = [one for one in team.sources if one.withheld]
    said = [
        f"{text.name(one.group)} ({text.and_more([listing.within(name, 40) for name in one.sources], 3) or 'no source'}): "
        f"stale for {one.stale:,} of {text.plural(one.accounts, 'account')}"
        for one in held
    ]
    return f":warning: *Not fit to show* {' · '.join(said)}" if said else ""


def definitions(digest: Digest) -> Modal:
    """Each figure's definition, what it is made of, whose target it has, its source and age."""
    blocks: list[Block] = []
    for kpi in Kpi:
        of = [(team, one) for team in digest.teams for one in team.headlines if one.kpi is kpi]
        if of:
            blocks.append(build.section(f"*{KPI_TITLES[kpi]}*\n{DEFINITIONS[kpi]}"))
            blocks.append(build.context(*(_defined(one, team.name, digest.as_of) for team, one in of)))
    several = len(digest.teams) > 1
    for team in digest.teams:
        named = [f"*{listing.within(team.name, 60)}*"] if several else []
        blocks.append(build.context(*named, sources(team, digest.as_of)))
    return Modal(callback_id="kpis.definitions", title="What the figures mean", blocks=tuple(blocks))


def _defined(one: Headline, name: str, as_of: datetime) -> str:
    """A team's figure under its definition: what it is made of, whose target it has, its source and age."""
    said = [_stated(one, name=listing.within(name, 60))]
    if one.detail and not one.withheld:
        said.append(listing.within(one.detail))
    if counted := _counted(one):
        said.append(counted)
    if one.target.whose:
        said.append(f"whose target: {listing.within(one.target.whose, 160)}")
    if isinstance(one.value, Known):
        stamp = one.value.stamp
        said.append(text.escape(footnotes.origin(stamp.source, one.value.age(as_of), assumed=stamp.assumed)))
    return " · ".join(said)
