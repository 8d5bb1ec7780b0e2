"""How one account's health looks: the card, the menu of candidates, the way to share it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from bot.blocks import build, limits, native, text
from bot.blocks.answers import Block, Later, Message
from bot.blocks.footnotes import UNKNOWN
from bot.domain.account import Group
from bot.domain.kpi import KPI_TITLES, KpiReading
from bot.domain.lifecycle import Stage
from bot.domain.person import Person
from bot.domain.provenance import Fact, Known, value_of
from bot.domain.segment import Classified
from bot.features.health import rules
from bot.features.health.notes import Notes
from bot.features.health.odds import systems_at_odds
from bot.features.health.plan import status
from bot.features.health.rules import Card
from bot.features.health.traits import Made, in_words, why

CHOOSE = "health.choose"
FIND = "health.find"
SHARE = "health.share"
SHARE_CHOOSE = "health.share_choose"
SHARE_CONFIRM = "health.share_confirm"
SHARE_DONE = "health.share_done"
SHARE_CHANNEL = "health.share_channel"
ASK_TEAM = "routing.ask"  # heard by the feature that knows whom to ask
EXPLAIN_SEGMENT = "segments.find"  # heard by the feature that knows the rules
GIVE_FEEDBACK = "feedback.give"  # heard by the features that keep them
UPDATE_PLAN = "plan_updates.write"
SEE_MATERIAL = "drafts.see"
LINKS = (
    ("Open in Vitally", "health.open_vitally", "vitally_url"),
    ("Open in Salesforce", "health.open_salesforce", "salesforce_url"),
    ("Open in Looker", "health.open_looker", "looker_url"),
)

STAGES = ("0 Prospect", "1 Onboarding", "2 Adopting", "3 Nurturing", "4 Renewing")
SCORE_LINE, SEATS_LINE = "Health score", "Seats used per 10"


def card(card: Card, *, can_share: bool = False, shared_by: str = "") -> Message:
    """The whole answer. Shared to a channel it names people and groups without notifying them."""
    notes = Notes(card.freshness, card.now)
    costly = _costly(card)
    head = [*_top(card, notes, shared_by, costly), _facts(card, notes, quiet=bool(shared_by))]
    head.extend((*systems_at_odds(card.odds, notes), *_kpis(card, notes)))
    table, lines = why(card, notes)
    middle = [*status(card), *_readings(card), _moved(card)]
    chart, weeks = _chart(card.line)
    foot = [_sources(card, notes), _buttons(card, can_share=can_share and not shared_by)]
    return Message(
        text=_in_short(card, costly),
        blocks=(*head, *table, *middle, *chart, *foot),
        plain=Later(lambda: (*head, *lines(), *middle, *weeks(), *foot)) if len(table) > 1 or chart else (),
        accounts=(card.account.id,),
    )


def _in_short(card: Card, costly: str) -> str:
    score = card.account.health_score
    said = f"{text.score(score.value)} of 10" if isinstance(score, Known) else "score unknown"
    called = text.name(card.account.name) + (" (churned)" if card.churned else "")
    said = f"{called}: {said}, {card.category or 'category unknown'}"
    if card.change:
        said += f", {text.signed(card.change.by)} against {text.short_day(card.change.week_ending)}"
    return f"{said}. {costly}" if costly else f"{said}."


def _costly(card: Card) -> str:
    costing = [one for one in card.traits if one.cost and one.cost >= 0.05]
    if not costing:
        return ""
    said = [
        f"{one.rule.label.partition(':')[0]} {in_words(one.rule, value_of(one.value))} ({text.score(one.cost or 0)})"
        for one in costing[:2]
    ]
    return text.escape(f"Costs most points: {', '.join(said)}.")


def _top(card: Card, notes: Notes, shared_by: str, costly: str) -> list[Block]:
    account = card.account
    blocks: list[Block] = [build.header(text.one_line(account.name, limits.HEADER - 2))]
    if shared_by:
        blocks.append(build.context(f"Shared by {text.mention(shared_by)}"))
    elif card.read_as:
        blocks.append(build.context(card.read_as))
    blocks.extend(build.section(f":warning: {said}") for said in _banners(card))
    score = account.health_score
    word = text.category(card.category) if card.category else "Category unknown"
    if isinstance(score, Known):
        said = f"*{word} · {text.score(score.value)} of 10*{notes.of(score, Group.HEALTH)}"
    else:
        said = f"*{word} · score {notes.missing('health score')}*"
    blocks.append(build.section(f"{said}   {_change(card)}" + (f"\n{costly}" if costly else "")))
    return blocks


def _change(card: Card) -> str:
    change = card.change
    if change is None:
        return f"_no score from {text.plural(card.change_weeks, 'week')} ago to compare_"
    day = text.short_day(change.week_ending)
    return f"{text.signed(change.by)} in {text.plural(card.change_weeks, 'week')} ({text.score(change.before)} on {day})"


def _banners(card: Card) -> list[str]:
    account = card.account
    said = []
    if card.churned:
        said.append(f"*Churned* on {text.day(card.churned)}. What follows is how it was last known.")
    if account.missing_since:
        since = text.day(account.missing_since)
        said.append(f"*Left out* of the accounts file since {since}: kept as it was known before.")
    return said


def _facts(card: Card, notes: Notes, *, quiet: bool) -> Block:
    account = card.account

    def when(on: date) -> str:
        return f"{text.day(on)}, {text.in_days((on - card.today).days)}"

    def dollars(cents: int) -> str:
        return f"{text.money(cents)} before it churned" if card.churned else text.money(cents)

    return build.fields(
        (
            f"*Owner*\n{_owner(card, notes, quiet=quiet)}",
            f"*Team*\n{_team(card, notes)}",
            f"*Segment*\n{_segment(card, notes)}",
            f"*AE*\n{_person(card.ae, account.ae_email, notes, 'AE', quiet=quiet)}",
            f"*Stage*\n{_stage(card)}",
            f"*Renewal*\n{notes.say(account.renewal_date, Group.REVENUE, 'renewal date', when)}",
            f"*ARR*\n{notes.say(account.arr, Group.REVENUE, 'ARR', dollars)}",
            f"*Open expansion*\n{notes.say(account.expansion_arr_open, Group.REVENUE, 'open expansion', text.money)}",
            f"*Lighthouse*\n{_lighthouse(card, notes)}",
            f"*Open tickets*\n{notes.say(account.open_tickets, Group.TICKETS, 'open tickets', str)}",
        )
    )


def _person(person: Person | None, email: Fact[str], notes: Notes, label: str, *, quiet: bool) -> str:
    def words(address: str) -> str:
        return text.person(person.name, person.slack_user_id, quiet=quiet) if person else text.name(address)

    return notes.say(email, Group.PROFILE, label, words)


def _owner(card: Card, notes: Notes, *, quiet: bool) -> str:
    serving, email = card.serving, card.account.ta_email
    if serving is None or not serving.team.is_pool:
        return _person(card.ta, email, notes, "owner", quiet=quiet) + _cover(card, quiet=quiet)
    mentioned = serving.group_id and not quiet
    group = text.group_mention(serving.group_id or "") if mentioned else text.name(f"@{serving.user_group}")
    said = f"{text.name(serving.short)} · {group}"
    if isinstance(email, Known):
        said += (
            f"\nlast served by {_person(card.ta, email, notes, 'TA', quiet=quiet)}{_cover(card, quiet=quiet)}"
        )
    return said


def _cover(card: Card, *, quiet: bool) -> str:
    """While the TA is away: until when, and who covers, by the coverage plan."""
    absent = card.absent
    if absent is None:
        return ""
    until, who = f"until {text.day(absent.until)}", f" for {text.name(card.ta.name)}" if card.ta else ""
    if absent.cover:
        cover = text.person(absent.cover.name, absent.cover.slack_user_id, quiet=quiet)
        return f"\n:palm_tree: covered by {cover} {until}{who}"
    if absent.by_channel:
        channel = text.name(f"#{card.serving.channel}") if card.serving else "the team’s channel"
        return f"\n:palm_tree: covered by {channel} {until}{who}"
    if card.serving and card.serving.team.is_pool:
        return ""  # the pool serves on
    return f"\n:palm_tree: away {until}; nobody covers this account"


def _team(card: Card, notes: Notes) -> str:
    recorded, serving = card.account.team, card.serving
    if serving is None:
        return notes.missing("team")
    said = text.name(serving.name)
    if not isinstance(recorded, Known):
        return f"{said}, by the rules (none recorded)"
    said += notes.of(recorded, Group.PROFILE)
    if isinstance(card.segment, Classified) and card.segment.rule.team != recorded.value:
        said += f"\nthe rules say {card.segment.rule.team}"
    return said


def _segment(card: Card, notes: Notes) -> str:
    account, segment, recorded = card.account, card.segment, card.account.segment
    if isinstance(segment, Classified):
        said = text.name(segment.rule.segment)
        developers = account.developers
        if isinstance(developers, Known):
            count = text.plural(developers.value, "developer")
            said += f", by {count}{notes.of(developers, Group.REVENUE)}"
            said += " and ARR" if (segment.rule.arr_from, segment.rule.arr_to) != (None, None) else ""
        if segment.on_the_line:
            said += f"\nARR is exactly {text.money(segment.model.arr_line)}: policy decided"
    else:
        said = f"unclassified: {text.escape(' and '.join(segment.missing))} {UNKNOWN}"
    if isinstance(recorded, Known) and not (
        isinstance(segment, Classified) and recorded.value.casefold() == segment.rule.segment.casefold()
    ):
        said += f"\nrecorded as {text.name(recorded.value)}{notes.of(recorded, Group.PROFILE)}"
    return said


def _stage(card: Card) -> str:
    stage = card.stage
    why = text.escape(stage.why)
    if stage.stage is None:
        return why if why.startswith("churned") else f"{UNKNOWN}: {why}"
    return f"{STAGES[stage.stage]}\n{why}"


def _lighthouse(card: Card, notes: Notes) -> str:
    state, plan = card.account.lighthouse, card.account.save_plan_updated_on
    said = notes.say(state, Group.PROGRAMME, "Lighthouse", str)
    if isinstance(state, Known) and state.value == "active":
        said += f"\nsave plan of {notes.say(plan, Group.PROGRAMME, 'save plan', text.day)}"
    return said


def _kpis(card: Card, notes: Notes) -> list[Block]:
    if card.serving is None:
        return [build.section("*KPIs*\nWhich team serves it is unknown, so its targets are too.")]
    if card.stage.stage is Stage.PROSPECT:
        return [build.section("*KPIs*\nNone yet: a prospect has no targets until it is a customer.")]
    lines = [_kpi(one, notes) for one in card.kpis]
    whose: dict[str, list[str]] = {}
    for one in card.kpis:
        whose.setdefault(one.target.whose, []).append(KPI_TITLES[one.kpi])
    said = " · ".join(f"{', '.join(names)}: {text.escape(who)}" for who, names in whose.items() if who)
    blocks: list[Block] = [
        build.section("\n".join((f"*KPIs of the {text.name(card.serving.short)}*", *lines)))
    ]
    if said:
        due = text.short_day(rules.next_month(card.today))
        blocks.append(build.context(f"Whose targets: {said}. MAU is a full month's: the next is due {due}."))
    return blocks


def _kpi(one: KpiReading, notes: Notes) -> str:
    value, target = one.value, one.target
    label, expected = KPI_TITLES[one.kpi], text.target(target.at_least, target.tolerance, target.text)
    if not isinstance(value, Known):
        return f"? *{label}* {notes.missing(label)} (target {expected}): {text.escape(value.reason)}"
    shown = f"{text.percent(value.value)}{notes.of(value, rules.KPI_GROUPS.get(one.kpi, Group.USAGE))}"
    rest = text.escape("; ".join([part for part in (one.detail, one.note) if part]))
    if target.at_least is None:
        return f"– *{label}* {shown}, {expected}: {rest}"
    mark, word = {True: ("✓", "met"), False: ("✗", "missed"), None: ("–", "not due yet")}[one.met]
    return f"{mark} *{label}* {shown}, {word} (target {expected}): {rest}"


def _readings(card: Card) -> list[Block]:
    ours, odds = card.reading, card.disagreement
    if odds:
        return [build.section(_odds(odds))]
    if ours.score is None:
        return []
    kinds = [f"{pillar} {text.score(mean)}" for pillar, mean in ours.pillars.items() if mean is not None]
    said = f"Our reading of these traits: {text.score(ours.score)}, {ours.category}"
    said += ", the category Vitally gives" if card.category else "; Vitally gives no category"
    return [build.context(f"{said}. By kind: {' · '.join(kinds)}.")]


def _odds(odds: rules.Disagreement) -> str:
    theirs = (
        str(odds.theirs) if odds.their_score is None else f"{text.score(odds.their_score)}, {odds.theirs}"
    )
    difference = "" if odds.by is None else f" ({text.signed(odds.by)})"
    return (
        f":warning: *Two readings.* Vitally says *{theirs}*; the traits as recorded give "
        f"*{text.score(odds.our_score)}, {odds.ours}*{difference}. Vitally's is the score of record; "
        "a trait may be out of date or missing there."
    )


def _moved(card: Card) -> Block:
    if card.moved_since is None:
        return build.section("*What moved*\nThere is no history from a week ago to compare with.")
    since = text.short_day(card.moved_since)
    if not card.moved:
        return build.section(f"*What moved since {since}*\nNo trait moved.")
    return build.section("\n".join((f"*What moved since {since}*", *map(_mover, card.moved))))


def _mover(one: rules.Moved) -> str:
    before, now = in_words(one.rule, one.before), in_words(one.rule, one.now)
    said = f"• *{one.rule.label}* {before} → {now}"
    if one.was is not one.verdict and now not in (one.verdict, "unknown"):
        said += f", {one.was or 'unknown'} → *{one.verdict}*"
    return text.escape("; ".join([part for part in (said, text.points(one.points), one.note) if part]))


def _chart(line: rules.Line | None) -> tuple[list[Block], Made]:
    """The last weeks as a native chart, and what makes the same in words."""
    if line is None:
        return [], list
    labels = [text.short_day(week) for week in line.weeks]
    series: list[tuple[str, Sequence[float]]] = [(SCORE_LINE, line.scores)]
    if line.seats_used:
        series.append((SEATS_LINE, line.seats_used))
    title = f"The last {text.plural(len(labels), 'week')}"
    chart = native.line_chart(title, labels, series, "out of 10")
    left = f"{text.plural(line.left_out, 'week')} without a value left out of the chart."
    after: list[Block] = [build.context(left)] if line.left_out else []
    words = partial(native.chart_in_words, title, labels, series)
    return [chart, *after], lambda: [build.section(words()), *after]


def _sources(card: Card, notes: Notes) -> Block:
    parts = [f"Ages count to {text.moment(card.now)}."]
    if notes.sources:
        parts.insert(0, text.trim(f"*Sources* {notes.sources}", limits.FIELD_TEXT))
    if card.history:
        newest = text.short_day(card.history.newest)
        parts.append(f"Earlier weeks: {text.name(card.history.source)}, the newest to {newest}.")
    if notes.unknown:
        parts.append(f"*Unknown* {notes.unknown}.")
    return build.context(*parts)


def _buttons(card: Card, *, can_share: bool) -> Block:
    account = card.account
    made = [build.button("Share to a channel", SHARE, account.id)] if can_share else []
    made.append(build.button("Ask the TA team", ASK_TEAM, account.id))
    made.append(build.button("Why this segment", EXPLAIN_SEGMENT, account.id))
    made.append(build.button("Product feedback", GIVE_FEEDBACK, account.id))
    if card.plan:
        made.append(build.button("Status update", UPDATE_PLAN, account.id))
    if card.material:
        made.append(build.button(f"Material to pass on ({card.material})", SEE_MATERIAL, account.id))
    for label, action_id, field in LINKS:
        url = getattr(account, field)
        if isinstance(url, Known) and text.is_link(url.value):
            made.append(build.button(label, action_id, url=url.value))
    return build.actions(*made)
