"""`ta-bot doctor`: every part is asked, and what fails becomes a finding, never a crash."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from rich.console import Console
from rich.text import Text

from bot import log, manifest
from bot import policy as policy_module
from bot import settings as settings_module
from bot.bootstrap import sourcing
from bot.clock import SystemClock
from bot.errors import (
    DatabaseTooNew,
    PolicyError,
    SettingsError,
    SourceError,
    SourceRefused,
    StoreError,
)
from bot.features.doctor.rules import Finding, Level, Wanted, slack_findings
from bot.features.doctor.sources import SourceFacts, findings_of
from bot.policy import Policy
from bot.settings import Settings
from bot.slack.inspector import inspector_of
from bot.slack.wiring import make_slack
from bot.store import Store, open_store

MARKS = {Level.OK: ("✓", "green"), Level.NOTE: ("·", "yellow"), Level.PROBLEM: ("✗", "red")}


async def doctor() -> tuple[Finding, ...]:
    """Everything that is set up wrong, and what is right."""
    try:
        settings = settings_module.load()
    except SettingsError as error:
        return tuple(_setting(problem) for problem in error.problems)
    log.configure(level="ERROR", form=settings.ta_bot_log_format)
    findings = [_setting(problem) for problem in settings_module.serving_problems(settings)]
    policy = _policy(settings, findings)
    store = open_store(settings.ta_bot_database_url, SystemClock(settings.zone))
    try:
        database = await _database(store)
        findings.append(database)
        if policy and (settings.slack_bot_token or settings.uses_oauth):
            findings.extend(await _slack(settings, policy, store))
        if policy and not database.is_problem:
            findings.extend(await _sources(settings, policy, store))
    finally:
        await store.close()
    return tuple(findings)


def finding_as_dict(finding: Finding) -> dict[str, Any]:
    """For `--json`."""
    return asdict(finding)


def show_finding(finding: Finding, console: Console) -> None:
    """One line, and the cure below it."""
    mark, colour = MARKS[finding.level]
    line = Text.assemble((f"{mark} ", colour), (f"{finding.about}: ", "bold"), finding.what)
    console.print(line, soft_wrap=True)
    if finding.cure:
        console.print(Text(f"    {finding.cure}", "dim"), soft_wrap=True)


def _setting(problem: str) -> Finding:
    name, _, what = problem.partition(": ")
    return Finding(
        level=Level.PROBLEM,
        about="setting",
        what=problem,
        cure=f"set {name} in the environment or in .env" if what else "",
    )


def _policy(settings: Settings, findings: list[Finding]) -> Policy | None:
    try:
        policy = policy_module.load(settings.ta_bot_policy)
    except PolicyError as error:
        findings.append(
            Finding(
                level=Level.PROBLEM, about="policy", what=str(error), cure="mend that line, then try again"
            )
        )
        return None
    source = settings.ta_bot_policy or "the packaged one"
    findings.append(Finding(level=Level.OK, about="policy", what=f"holds ({source})"))
    return policy


async def _database(store: Store) -> Finding:
    try:
        await store.start()
        accounts = await store.book.count_accounts()
        last = await store.book.last_import("accounts")
    except StoreError as error:
        cure = "look at TA_BOT_DATABASE_URL"
        if isinstance(error, DatabaseTooNew):
            cure = f"upgrade ta-bot, or {cure}: is it the right database?"
        return Finding(level=Level.PROBLEM, about="database", what=str(error), cure=cure)
    if not accounts:
        return Finding(
            level=Level.NOTE,
            about="database",
            what=f"{store.database.shown} holds no account yet",
            cure="ta-bot import people FILE.csv, then ta-bot import accounts FILE.csv",
        )
    since = f", last import {last.imported_at:%Y-%m-%d %H:%M} UTC" if last else ""
    return Finding(
        level=Level.OK, about="database", what=f"{store.database.shown}: {accounts:,} accounts{since}"
    )


async def _slack(settings: Settings, policy: Policy, store: Store) -> tuple[Finding, ...]:
    side = make_slack(settings, SystemClock(settings.zone), store.audit, kept=store)
    try:
        inspector = await inspector_of(side)
        wanted = _wanted(policy)
        facts = await inspector.look(channels=wanted.channels)
    except SourceError as error:
        return (
            Finding(
                level=Level.PROBLEM, about="slack", what=str(error), cure="install the app at /slack/install"
            ),
        )
    finally:
        await side.close()
    return slack_findings(facts, wanted, team_id=settings.ta_bot_team_id)


async def _sources(settings: Settings, policy: Policy, store: Store) -> tuple[Finding, ...]:
    """Each configured system by itself: whether it answers, what it lacks, what of it fits nowhere, and its age."""
    systems, clock = sourcing.configured(settings), SystemClock(settings.zone)
    if not systems:
        return ()
    sweeps, unmatched = await store.readings.list_sweeps(), await store.readings.count_unmatched()
    found: list[Finding] = []
    async with sourcing.opened(settings, policy, clock, systems) as vendors:
        for system, vendor in zip(systems, vendors, strict=True):
            facts = SourceFacts(
                system=system,
                sweeps=[sweep for sweep in sweeps if sweep.system == system],
                unmatched=unmatched.get(system.value, 0),
            )
            try:
                facts = replace(facts, drift=await vendor.check())
            except SourceError as error:
                refused = isinstance(error, SourceRefused)
                facts = replace(facts, failed=str(error), is_refused=refused)
            longest = policy.join.whole_every + 2 * policy.join.every
            found.extend(findings_of(facts, clock.now(), longest))
    return tuple(found)


def _wanted(policy: Policy) -> Wanted:
    app = manifest.load()
    return Wanted(
        scopes=app.bot_scopes,
        events=app.bot_events,
        commands=frozenset(each.command for each in app.commands),
        groups=tuple(dict.fromkeys(team.user_group for team in policy.teams.values())),
        channels=tuple(dict.fromkeys(team.channel for team in policy.teams.values())),
    )
