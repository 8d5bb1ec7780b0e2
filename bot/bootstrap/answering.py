"""Who answers what: the ports bundled, every command found, every feature's listeners merged."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import bot.features
import commands
from bot.bank_holidays import BankHolidays
from bot.bootstrap.house import House
from bot.features.home import usecases as home
from bot.features.home.starting import welcome
from bot.features.plain import usecases as plain
from bot.ports import Ports
from bot.ports.jobs import Job
from bot.slack.attending import Handlers
from bot.slack.wiring import SlackSide


def ports_of(house: House, side: SlackSide) -> Ports:
    """The bundle that commands and features are given."""
    return Ports(
        book=house.store.book,
        people=house.store.people,
        directory=side.directory,
        messenger=side.messenger,
        jobs=house.store.jobs,
        requests=house.store.requests,
        outgoing=house.store.outgoing,
        alerts=house.store.alerts,
        watching=house.store.watching,
        audit=house.store.audit,
        work=house.store.work,
        digests=house.store.digests,
        coverage=house.store.coverage,
        plans=house.store.plans,
        plan_updates=house.store.plan_updates,
        feedback=house.store.feedback,
        figures=house.store.figures,
        readings=house.store.readings,
        connectors=house.store.connectors,
        statuses=side.statuses,
        status_records=house.store.status_records,
        turns=house.store.turns,
        calendar=BankHolidays(),
        clock=house.clock,
        policy=house.policy,
    )


def handlers() -> Handlers:
    """Every command, and every feature's tables of listeners; an id heard twice is a mistake of ours."""
    found = [
        importlib.import_module(f"{info.name}.listeners")
        for info in pkgutil.iter_modules(bot.features.__path__, "bot.features.")
        if importlib.util.find_spec(f"{info.name}.listeners")
    ]
    answers = {module.COMMAND: module.answer for module in command_modules()}
    return Handlers(
        commands=answers,
        actions=_merged(found, "ACTIONS"),
        submissions=_merged(found, "SUBMISSIONS"),
        shortcuts=_merged(found, "SHORTCUTS"),
        typeaheads=_merged(found, "TYPEAHEADS"),
        mentions=_merged([one for one in found if hasattr(one, "MENTIONS")], "MENTIONS"),
        home=home.open_home,
        plain=partial(
            plain.answer, run=lambda asked, ports: answers[asked.name](asked, ports), welcome=welcome
        ),
        happenings=_merged([module for module in found if hasattr(module, "HAPPENINGS")], "HAPPENINGS"),
    )


def jobs() -> Mapping[str, Job]:
    """Every feature's work, by name; a name used twice is a mistake of ours."""
    found: dict[str, Job] = {}
    for info in pkgutil.iter_modules(bot.features.__path__, "bot.features."):
        if importlib.util.find_spec(f"{info.name}.jobs"):
            for job in importlib.import_module(f"{info.name}.jobs").JOBS:
                if job.name in found:
                    raise RuntimeError(f"{info.name}.jobs has {job.name}, which another feature has")
                found[job.name] = job
    return found


def command_modules() -> list[Any]:
    """The modules of the commands package, by name."""
    return [
        importlib.import_module(info.name) for info in pkgutil.iter_modules(commands.__path__, "commands.")
    ]


def _merged(modules: list[Any], table: str) -> Mapping[str, Callable[..., Any]]:
    merged: dict[str, Callable[..., Any]] = {}
    for module in modules:
        heard: Mapping[str, Callable[..., Any]] = getattr(module, table)
        if twice := merged.keys() & heard.keys():
            raise RuntimeError(
                f"{module.__name__}.{table} hears {sorted(twice)}, which another feature hears"
            )
        merged |= heard
    return merged
