"""The database, the policy and the segmentation models, for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot import log
from bot import policy as policy_module
from bot import settings as settings_module
from bot.blocks import text
from bot.bootstrap.house import open_house
from bot.clock import SystemClock
from bot.domain.segment import SegmentModel, model_points, model_problems
from bot.errors import OperatorError
from bot.store import open_store


async def upgrade_database() -> str:
    """Bring the database to this version's schema; says what was done."""
    settings = settings_module.load()
    log.configure(level=settings.ta_bot_log_level, form=settings.ta_bot_log_format)
    store = open_store(settings.ta_bot_database_url, SystemClock(settings.zone))
    try:
        steps = await store.start()
    finally:
        await store.close()
    where = store.database.shown
    return f"{where}: {', '.join(steps)}" if steps else f"{where} was up to date"


async def backup_database(file: Path) -> str:
    """Copy the database while the bot runs; says what was written."""
    async with open_house() as house:
        written = await house.store.backup(file)
    return f"wrote {' and '.join(str(path) for path in written)}"


async def policy_lines() -> tuple[tuple[str, str], ...]:
    """Every rule and number in force, by its dotted name, the file first."""
    return policy_module.in_force(settings_module.load().ta_bot_policy)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found about the segmentation models, line by line, and whether all of them are total."""

    lines: tuple[str, ...]
    holds: bool


async def check_segments(named: str | None) -> Proof:
    """Look for every gap and overlap of the models, by the same rule that `serve` refuses them by."""
    models = policy_module.models_as_written(settings_module.load().ta_bot_policy)
    if named is not None and named not in models:
        raise OperatorError(f"--model {named}: there is no such model; known: {', '.join(models)}")
    chosen = [models[named]] if named is not None else list(models.values())
    lines = [line for model in chosen for line in _proved(model)]
    return Proof(tuple(lines), holds=not any(model_problems(model) for model in chosen))


def _proved(model: SegmentModel) -> list[str]:
    problems = model_problems(model)
    verdict = f"{text.plural(len(problems), 'problem')}" if problems else "total"
    cells = len(model_points(model))
    lines = [
        f"{model.name}, in force {model.period}: {verdict} ({len(model.rules)} rows, {cells} cells looked at)"
    ]
    lines.extend(
        f"  row {number}: {rule.developers_words}, {model.arr_words(rule)} → {rule.segment}, {rule.team}"
        for number, rule in enumerate(model.rules, 1)
    )
    lines.extend(f"  wrong: {problem}" for problem in problems)
    return lines
