"""Answering for many accounts: mine by segment, a tier, a team, drift; the file and the correction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.asks import Action, Ask, Submission
from bot.blocks.answers import Done, Message, Modal
from bot.domain.account import Account, Group
from bot.domain.boundary import SegmentRow
from bot.domain.freshness import is_stale
from bot.domain.model_choice import Chosen, choose_model
from bot.domain.person import Team
from bot.domain.provenance import value_of
from bot.errors import UserError, WrongUsage
from bot.features.segment_lists import rules, views
from bot.features.segment_lists.rules import Kind, Listed, Scope
from bot.ports import Ports

LEAVES_OUT = (Kind.TEAM, Kind.TIER, Kind.DRIFT)
"""Lists in which an unclassified account has no place."""
SHOWN = (
    (Group.HEALTH, "health", ("health_score", "health_category")),
    (Group.REVENUE, "developers, ARR and renewal", ("developers", "arr", "renewal_date")),
    (Group.PROFILE, "record", ("segment", "team")),
)


async def my_accounts(ask: Ask, ports: Ports, chosen: Chosen) -> Message:
    """The asker's accounts or pool by segment; everybody's for those who have none."""
    person = await ports.people.find_asker(ask.asker)
    return await show(ports, rules.scope_of(person, _name(chosen)), chosen)


async def tier(ports: Ports, typed: str, chosen: Chosen, note: str = "") -> Message:
    """The accounts of a segment."""
    scope = Scope(kind=Kind.TIER, value=rules.tier_of(typed, chosen.model), model=_name(chosen))
    return await show(ports, scope, chosen, note=note)


async def team(ports: Ports, typed: str, chosen: Chosen, note: str = "") -> Message:
    """The accounts that the rules give to a team."""
    found = rules.team_of(typed, chosen.model, ports.policy.teams)
    return await show(ports, Scope(kind=Kind.TEAM, value=found, model=_name(chosen)), chosen, note=note)


async def drift(ports: Ports, chosen: Chosen, note: str = "") -> Message:
    """Every account whose record disagrees with the rules, or may after its renewal."""
    if not chosen.model.is_of_today or (chosen.asked_on and not chosen.current):
        raise WrongUsage(
            f"The record holds today's teams, and `{chosen.model.name}` has others: nothing can be compared. "
            "Type `/segment drift`."
        )
    return await show(ports, Scope(kind=Kind.DRIFT, model=_name(chosen)), chosen, note=note)


async def count_drift(ports: Ports, team: Team | None) -> Message:
    """How many records disagree with the rules, of a team or of all."""
    scope = Scope(kind=Kind.DRIFT, value=team or "")
    listed, _ = await _listed(ports, scope, _chosen(ports, scope))
    name = ports.policy.teams[team].short if team else ""
    return views.drift_in_short(
        rules.whole_of(rules.parts_of(listed, ports.policy.health, by_record=True)), name
    )


async def open_page(asked: Action, ports: Ports) -> Message:
    """The page that a button or menu of a list asks for, in the place of the one it sits in."""
    scope, offset = rules.read_token(asked.value)
    return replace(await show(ports, scope, _chosen(ports, scope), offset), replaces=True)


async def send_file(asked: Action, ports: Ports) -> Message:
    """The whole list as a CSV, into the asker's own direct message with the bot."""
    scope, _ = rules.read_token(asked.value)
    chosen = _chosen(ports, scope)
    listed, _ = await _listed(ports, scope, chosen, stamped=True)
    content = await asyncio.to_thread(rules.csv_of, listed, ports.policy.health)
    name = f"segment-{scope.kind}{f'-{_slug(scope.value)}' if scope.value else ''}-{ports.clock.today()}.csv"
    await ports.messenger.send_file(
        asked.asker.user_id,
        name,
        content,
        comment=f"{_title(ports, scope, '')}: {len(listed):,} accounts, under the model `{chosen.model.name}`.",
        accounts=tuple(one.row.id for one in listed),
        asked=asked,
    )
    return views.sent(name, len(listed))


async def prepare_correction(asked: Action, ports: Ports) -> Modal:
    """The text for the systems' owners: of one account (`=ID`), or of every record of a list that disagrees."""
    today = ports.clock.today()
    if asked.value.startswith("="):
        account = await ports.book.find_account(asked.value[1:])
        if account is None:
            raise UserError("That account is no longer in the book. Look for it with `/segment NAME`.")
        chosen = _chosen(ports, Scope(kind=Kind.DRIFT))
        listed: Sequence[Listed] = list(rules.read([_row(account)], chosen.model))
    else:
        scope, _ = rules.read_token(asked.value)
        chosen = _chosen(ports, scope)
        listed, _ = await _listed(ports, scope, chosen)
    wrong = [one for one in listed if one.drifts]
    title = f"Segment and team to correct, by the rules of {chosen.model.name} on {today}:"
    return views.correction(rules.correction_of(wrong), title, [one.row.id for one in wrong])


async def close_correction(asked: Submission, ports: Ports) -> Done:  # noqa: ARG001 - it was copied, or not
    """The form is closed; nothing was to be sent."""
    return Done()


async def show(ports: Ports, scope: Scope, chosen: Chosen, offset: int = 0, *, note: str = "") -> Message:
    """One page of a list, read now."""
    listed, unclassified = await _listed(ports, scope, chosen)
    offset = offset if 0 <= offset < len(listed) else 0
    shown = tuple(listed[offset : offset + rules.PAGE])
    health = ports.policy.health
    parts = rules.parts_of(listed, health, by_record=scope.kind is Kind.DRIFT)
    person = await ports.people.find_person(scope.value) if scope.kind is Kind.MINE else None
    notes = (note, "Books belong to TAs, so this is everybody's." if scope.kind is Kind.ALL else "")
    return views.page(
        rules.Page(
            title=_title(ports, scope, person.name if person else scope.value),
            scope=scope,
            chosen=chosen,
            offset=offset,
            total=rules.whole_of(parts),
            parts=parts,
            listed=shown,
            origins=await _origins(ports, shown),
            teams=ports.policy.teams,
            health=health,
            margin=ports.policy.drift,
            now=ports.clock.now(),
            unclassified=unclassified if scope.kind in LEAVES_OUT else 0,
            notes=tuple(one for one in notes if one),
        )
    )


async def _listed(
    ports: Ports, scope: Scope, chosen: Chosen, *, stamped: bool = False
) -> tuple[list[Listed], int]:
    """The accounts of a list, and how many are unclassified; in a thread, since there may be many."""
    mine = scope.value if scope.kind is Kind.MINE else None
    pool = scope.value if scope.kind is Kind.POOL else None
    rows = await ports.book.list_segment_rows(ta_email=mine, team=pool, stamped=stamped)
    return await asyncio.to_thread(_decide, rows, scope, chosen, ports)


def _decide(
    rows: Sequence[SegmentRow], scope: Scope, chosen: Chosen, ports: Ports
) -> tuple[list[Listed], int]:
    model = chosen.model
    listed = rules.read(rows, model)
    unclassified = rules.count_unclassified(rows, model)
    if scope.kind is not Kind.DRIFT:
        return rules.members(listed, scope, model), unclassified
    found = rules.drifting(listed, model, ports.policy.drift, ports.clock.today())
    if scope.value:
        found = [one for one in found if rules.record_team(one.row, one.found) == scope.value]
    return found, unclassified


async def _origins(ports: Ports, shown: Sequence[Listed]) -> tuple[rules.Origin, ...]:
    found = [await ports.book.find_account(one.row.id) for one in shown]
    accounts = [one for one in found if one is not None]
    made = (_origin(ports, accounts, group, label, names) for group, label, names in SHOWN)
    return tuple(one for one in made if one)


def _origin(
    ports: Ports, accounts: Sequence[Account], group: Group, label: str, names: Sequence[str]
) -> rules.Origin | None:
    each = [rules.accounts_stamps([one], names) for one in accounts]
    stamps = [stamp for some in each for stamp in some]
    if not stamps:
        return None
    fresh, now = ports.policy.freshness, ports.clock.now()
    return rules.Origin(
        label=label,
        sources=tuple(dict.fromkeys(stamp.source for stamp in stamps)),
        oldest=min(stamps, key=lambda stamp: stamp.as_of),
        stale=sum(1 for some in each if any(is_stale(stamp, group, fresh, now) for stamp in some)),
    )


def _row(account: Account) -> SegmentRow:
    names = (name for name in SegmentRow._fields if name not in ("id", "name", "counted", "earned"))
    return SegmentRow(account.id, account.name, *(value_of(getattr(account, name)) for name in names))


def _chosen(ports: Ports, scope: Scope) -> Chosen:
    policy = ports.policy
    return choose_model(policy.models, policy.default_model, scope.model, None, ports.clock.today())


def _name(chosen: Chosen) -> str:
    return "" if chosen.current else chosen.model.name


def _slug(value: str) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in value.partition("@")[0].lower())


def _title(ports: Ports, scope: Scope, person: str) -> str:
    short = ports.policy.teams[Team(scope.value)].short if scope.value in set(Team) else scope.value
    return {
        Kind.MINE: f"Accounts of {person or scope.value} by segment",
        Kind.POOL: f"The pool of the {short} by segment",
        Kind.ALL: "The whole book by segment",
        Kind.TEAM: f"Accounts that the rules give to the {short}",
        Kind.TIER: f"{scope.value} accounts"
        if scope.value != rules.UNCLASSIFIED
        else "Unclassified accounts",
        Kind.DRIFT: f"Segment drift of the {short}" if scope.value else "Segment drift",
    }[scope.kind]
