"""How a segment is explained: the rule that fired, what is recorded, how near its edges are, what if."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.blocks import build, limits, text
from bot.blocks.answers import Block, Message
from bot.blocks.footnotes import STALE, Footnotes, origin
from bot.domain.account import Account
from bot.domain.amounts import dollars
from bot.domain.boundary import Boundary, disagrees
from bot.domain.freshness import GROUP_OF, is_stale
from bot.domain.kpi import KPI_NAMES, Kpi, Target
from bot.domain.model_choice import Chosen
from bot.domain.person import Team
from bot.domain.provenance import Fact, Known, value_of
from bot.domain.segment import Classified, SegmentModel, SegmentRule, Unclassified
from bot.features.segments.rules import House, Point, Report

CHOOSE = "segments.choose"
FIND = "segments.find"
CORRECT = "segment_lists.correct"  # heard by the feature that lists drift
OPEN_CARD = "health.find"  # heard by the account's own feature: it answers with the card
MISSING = {"developers": "the number of developers", "arr": "ARR"}


class _Notes(Footnotes):
    """The answer's footnotes; numbers that the asker typed have none."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report

    def of(self, fact: Known[Any], field: str) -> str:
        """The mark behind a known value."""
        if not fact.source:
            return ""
        report = self._report
        stale = is_stale(fact.stamp, GROUP_OF[field], report.freshness, report.now)
        said = origin(fact.source, fact.age(report.now), assumed=fact.stamp.assumed)
        return self.mark(said + STALE if stale else said)


def report(report: Report) -> Message:
    """The whole answer about one account, or about two numbers."""
    notes = _Notes(report)
    head: list[Block] = [build.header(text.one_line(_title(report), limits.HEADER - 2))]
    said = [*report.notes, *report.chosen.notes]
    if said:
        head.append(build.context(*said))
    body = [*_banners(report), *_answer(report, notes)]
    foot = [build.context(*_foot(report, notes)), *_buttons(report)]
    account = report.account
    return Message(
        text=_in_short(report),
        blocks=(*head, *body, *foot),
        accounts=(account.id,) if account else (),
    )


def _title(report: Report) -> str:
    return report.account.name if report.account else f"What if: {_numbers(report.point)}"


def _numbers(point: Point) -> str:
    developers, arr = value_of(point.developers), value_of(point.arr)
    said = [] if developers is None else [text.plural(developers, "developer")]
    return ", ".join([*said, f"{dollars(arr)} ARR"] if arr is not None else said)


def _in_short(report: Report) -> str:
    said = f"{text.name(_title(report))}: {_result(report.point, report.house)}"
    if report.before:
        said += f" with {_numbers(report.point)}; now {_result(report.before, report.house)}"
    return f"{said}. Model {report.chosen.model.name}."


def _result(point: Point, house: House) -> str:
    found = point.found
    if isinstance(found, Unclassified):
        return f"unclassified, {_missing(found)} unknown"
    return _placed(found, house)


def _missing(found: Unclassified) -> str:
    return " and ".join(MISSING[one] for one in found.missing)


def _placed(found: Classified, house: House) -> str:
    return _row(found.rule, found.model, house)


def _row(rule: SegmentRule, model: SegmentModel, house: House) -> str:
    return f"{text.name(rule.segment)} · {_team(rule.team, model, house)}"


def _team(team: str, model: SegmentModel, house: House) -> str:
    if team in house.teams:
        return text.name(house.teams[Team(team)].short)
    means = dict(model.functions).get(team)
    return text.escape(f"{team} ({means})" if means else team)


def _banners(report: Report) -> list[Block]:
    account = report.account
    if account is None:
        return []
    said = []
    churned = value_of(account.churned_on)
    if churned is not None and churned <= report.today:
        said.append(f"*Churned* on {text.day(churned)}. What follows is how it was last known.")
    if account.missing_since:
        since = text.day(account.missing_since)
        said.append(f"*Left out* of the accounts file since {since}: kept as it was known before.")
    return [build.section(f":warning: {one}") for one in said]


def _answer(report: Report, notes: _Notes) -> list[Block]:
    found = report.point.found
    if report.before is not None:
        return _side_by_side(report, report.before, notes)
    if isinstance(found, Unclassified):
        return [*_unclassified(report, found, notes), *_recorded(report, notes)]
    return [
        build.section(f"*{_placed(found, report.house)}*\n{_under(report.chosen)}"),
        build.section(_fired(report.point, found, notes)),
        *_recorded(report, notes),
        *_edges(report.point, found, report.house),
    ]


def _under(chosen: Chosen) -> str:
    said = f"Under the model `{text.escape(chosen.model.name)}`, in force {chosen.model.period}"
    if not chosen.current:
        said += ", not today’s"
    return said


def _fired(point: Point, found: Classified, notes: _Notes) -> str:
    rule, model = found.rule, found.model
    takes = f"{rule.developers_words} and {model.arr_words(rule)}"
    lines = [
        f"*The rule that fired*: row {model.rules.index(rule) + 1} of {len(model.rules)}, {takes}",
        f"• Developers: {_shown(point.developers, 'developers', notes)}",
        f"• ARR: {_shown(point.arr, 'arr', notes)}"
        + ("" if rule.needs_arr else ", which this row does not ask"),
        *_decided(found, point),
    ]
    return "\n".join(lines)


def _shown(fact: Fact[int], field: str, notes: _Notes) -> str:
    if not isinstance(fact, Known):
        return notes.missing(MISSING[field].removeprefix("the "))
    said = f"{fact.value:,}" if field == "developers" else dollars(fact.value)
    return f"{said}{notes.of(fact, field)}" if fact.source else f"{said} (as typed)"


def _decided(found: Classified, point: Point) -> Iterator[str]:
    """Say where policy decided, and not the handbook."""
    rule, model = found.rule, found.model
    if found.on_the_line:
        yield (
            f":scales: ARR of exactly {dollars(model.arr_line)} is in no row of the handbook. *Policy decided*: "
            f"it counts as {model.arr_words(rule)}."
        )
    if found.on_two_rows:
        count = value_of(point.developers) or 0
        yield (
            f":scales: {count:,} developers is in two rows of the handbook. *Policy decided*: "
            f"it counts with {rule.developers_words}."
        )


def _recorded(report: Report, notes: _Notes) -> list[Block]:
    account, found = report.account, report.point.found
    if account is None:
        return []
    segment, team = account.segment, account.team
    parts = [
        f"{text.name(str(fact.value))}{notes.of(fact, field)}"
        for field, fact in (("segment", segment), ("team", team))
        if isinstance(fact, Known)
    ]
    said = f"*Recorded*: {' · '.join(parts)}" if parts else "*Recorded*: neither segment nor team"
    if not report.chosen.current or isinstance(found, Unclassified) or not parts:
        return [build.section(said)]
    if not disagrees(value_of(segment), value_of(team), found.rule):
        return [build.section(f"{said}, as the rules say")]
    return [
        build.section(
            f":warning: *Drift.* {said}; the rules say {_placed(found, report.house)}.\n{_since(account)}"
        )
    ]


def _since(account: Account) -> str:
    stamps = [one.stamp for one in (account.segment, account.team) if isinstance(one, Known)]
    newest = max(stamp.as_of for stamp in stamps)
    return (
        f"So it is since {text.moment(newest)} at the latest, when the record was last read: what was recorded "
        "before is not kept."
    )


def _edges(point: Point, found: Classified, house: House) -> list[Block]:
    if not point.edges:
        return [build.section("*Boundaries*: this row has none.")]
    lines = ["*How near the boundaries are*"]
    lines.extend(f"• {_how_far(one, found, house)}" for one in point.edges)
    if not found.rule.needs_arr:
        lines.append("• ARR decides nothing in this row")
    blocks: list[Block] = [build.section("\n".join(lines))]
    moves = _moves(point, found, house)
    if moves:
        blocks.append(build.section("\n".join(("*What crossing would change for the account*", *moves))))
    return blocks


def _how_far(edge: Boundary, found: Classified, house: House) -> str:
    beyond = edge.beyond
    there = (
        _placed(beyond, house)
        if isinstance(beyond, Classified)
        else "a row where ARR decides, which is unknown"
    )
    if edge.developers:
        more = "more" if edge.developers > 0 else "fewer"
        return f"*{text.plural(abs(edge.developers), 'developer')}* from {there} ({more})"
    line = found.model.arr_line
    arr = (found.rule.arr_to or 0) - edge.arr if edge.arr > 0 else (found.rule.arr_from or 0) - 1 - edge.arr
    if arr == line:
        return f"*exactly on* the line of {dollars(line)}; a cent {'more' if edge.arr > 0 else 'less'} is {there}"
    side, other = ("below", "above") if arr < line else ("above", "below")
    return f"*{dollars(abs(arr - line))} {side}* the line of {dollars(line)}; {other} it is {there}"


def _moves(point: Point, found: Classified, house: House) -> list[str]:
    """For each other team that an edge leads to, what is different about it."""
    teams = dict.fromkeys(one.beyond.rule.team for one in point.edges if isinstance(one.beyond, Classified))
    said = []
    for team in teams:
        changes = _changes(found.rule.team, team, house)
        if changes:
            said.append(f"• to the {_team(team, found.model, house)}: {changes}")
    if not said and found.rule.team in house.teams:
        return ["• only the segment: beyond every boundary the same team serves it, with the same targets"]
    return said


def _changes(before: str, after: str, house: House) -> str:
    """What is different about two teams: touch, accounts, channel, KPIs."""
    if before == after:
        return ""
    old, new = _described(before, house), _described(after, house)
    differ = [
        f"{name} {old.get(name, 'none')} → {new.get(name, 'none')}"
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]
    return "; ".join(differ) if old and new else ""


def _described(team: str, house: House) -> dict[str, str]:
    if team not in house.teams:
        return {}
    of = house.teams[Team(team)]
    said = {"touch": text.escape(of.touch), "accounts": text.escape(of.accounts), "channel": f"#{of.channel}"}
    said.update((KPI_NAMES[one.kpi], _expected(one)) for one in house.targets[Team(team)])
    return said


def _expected(target: Target) -> str:
    if target.kpi is Kpi.AVERAGE_HEALTH and target.at_least is not None:
        return f"≥ {target.at_least:.1f}"
    return text.target(target.at_least, target.tolerance, target.text)


def _unclassified(report: Report, found: Unclassified, notes: _Notes) -> list[Block]:
    point, chosen = report.point, report.chosen
    known = [
        f"• {label}: {_shown(fact, field, notes)}"
        for label, field, fact in (("Developers", "developers", point.developers), ("ARR", "arr", point.arr))
    ]
    lines = [f"*Unclassified*: {_missing(found)} is unknown, and nothing is guessed", _under(chosen), *known]
    would = [
        f"• {rule.developers_words}, {chosen.model.arr_words(rule)}: {_row(rule, chosen.model, report.house)}"
        for rule in point.possible
    ]
    return [
        build.section("\n".join(lines)),
        build.section(_who_can_tell(report, found)),
        build.section("\n".join(("*What it can still be*", *would))),
    ]


def _who_can_tell(report: Report, found: Unclassified) -> str:
    if report.account is None:
        wanted = " and ".join({"developers": "`devs=`", "arr": "`arr=`"}[one] for one in found.missing)
        return f"*Add* {wanted}, for example `/segment devs=480 arr=$120k`."
    ae, email = report.ae, report.account.ae_email
    who = (
        text.person(ae.name, ae.slack_user_id)
        if ae
        else text.name(email.value)
        if isinstance(email, Known)
        else ""
    )
    asks = f"its AE, {who}" if who else "its AE (none recorded)"
    kept = {"developers": "the estimated number of developers", "arr": "ARR"}
    said = " and ".join(kept[one] for one in found.missing)
    return f"*Who can supply it*: Salesforce holds {said}; {asks}, can fill it in. The next import brings it here."


def _side_by_side(report: Report, before: Point, notes: _Notes) -> list[Block]:
    house = report.house
    columns = [
        f"*{label}*\n{_result(point, house)}\nDevelopers {_shown(point.developers, 'developers', notes)}\n"
        f"ARR {_shown(point.arr, 'arr', notes)}"
        for label, point in (("Now", before), ("What if", report.point))
    ]
    blocks: list[Block] = [build.section(_under(report.chosen)), build.fields(columns)]
    blocks.append(build.section(_difference(before, report.point, house)))
    found = report.point.found
    if isinstance(found, Classified):
        blocks.extend(
            (build.section(_fired(report.point, found, notes)), *_edges(report.point, found, house))
        )
    else:
        blocks.append(build.section(_who_can_tell(report, found)))
    return blocks


def _difference(before: Point, after: Point, house: House) -> str:
    old, new = before.found, after.found
    if isinstance(old, Unclassified) or isinstance(new, Unclassified):
        return "*What would change*: that cannot be told while one side is unclassified."
    said = []
    if old.rule.segment != new.rule.segment:
        said.append(f"segment {text.name(old.rule.segment)} → {text.name(new.rule.segment)}")
    if old.rule.team != new.rule.team:
        said.append(
            f"team {_team(old.rule.team, old.model, house)} → {_team(new.rule.team, new.model, house)}"
        )
    if not said:
        return "*What would change*: nothing; the same row fires."
    changes = _changes(old.rule.team, new.rule.team, house)
    return f"*What would change*: {'; '.join([*said, changes] if changes else said)}"


def _foot(report: Report, notes: _Notes) -> Sequence[str]:
    parts = []
    if notes.sources:
        parts.append(
            text.trim(
                f"*Sources* {notes.sources}. Ages count to {text.moment(report.now)}.", limits.FIELD_TEXT
            )
        )
    if notes.unknown:
        parts.append(f"*Unknown* {notes.unknown}.")
    model, found = report.chosen.model, report.point.found
    decided = isinstance(found, Classified) and (found.on_the_line or found.on_two_rows)
    if model.remarks and (decided or not report.chosen.current):
        parts.append(f"*Remarks on `{text.escape(model.name)}`* {text.escape(' '.join(model.remarks))}")
    return parts or ["Nothing was read from the book, and nothing in it was changed."]


def _buttons(report: Report) -> list[Block]:
    account = report.account
    if account is None:
        return []
    made = [build.button("Open the account", OPEN_CARD, account.id)]
    if _drifts(report):
        made.append(build.button("Prepare the correction", CORRECT, f"={account.id}"))
    return [build.actions(*made)]


def _drifts(report: Report) -> bool:
    account, found = report.account, report.point.found
    if account is None or report.before is not None or not report.chosen.current:
        return False
    recorded = value_of(account.segment), value_of(account.team)
    return isinstance(found, Classified) and disagrees(*recorded, found.rule)
