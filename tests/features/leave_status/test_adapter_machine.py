"""The same bar over the real adapter, store and local workspace: fewer orders, but through every layer."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.domain.leave import PlanState
from bot.domain.status import EMPTY, SlackStatus
from bot.errors import SourceError
from bot.features.leave_status import rules, usecases
from bot.ports.jobs import WorkState

FAILS = st.one_of(
    st.just(("", "")),
    st.tuples(
        st.sampled_from(["server_error", "drop_before", "drop_after", "drop_after"]),
        st.sampled_from(["users.profile.set", "users.profile.set", "users.profile.get", "*"]),
    ),
)
"""What goes wrong while the bot looks, and with which call."""


class AdapterMachine(RuleBasedStateMachine):
    """`theirs` is what the person last chose; `chose_while_away` whether that was after ours came."""

    living: Any
    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="ta-bot-machine-"))
        shutil.copytree(self.migrated, self.folder / "book")
        self.stack = AsyncExitStack()
        url = f"sqlite:///{self.folder / 'book' / 'ta-bot.db'}"
        self.world = self.run(self.stack.enter_async_context(self.living(url)))
        self.theirs, self.chose_while_away = EMPTY, False
        self.looked_at, self.consented, self.chosen = True, True, 0
        self.run(self.world.consent())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()
        shutil.rmtree(self.folder)

    @initialize(own=st.booleans(), days=st.integers(0, 9), fails=FAILS)
    def begin(self, own: bool, days: int, fails: tuple[str, str]) -> None:
        away = self.world.plan.away
        self.run(self.world.keep(away=replace(away, last=away.first + timedelta(days=days))))
        if own:
            self._choose(SlackStatus(text="Building <it> & more", emoji=":hammer:"))
        self.time_passes("the start", fails)

    @rule(fails=FAILS)
    def the_bot_looks(self, fails: tuple[str, str]) -> None:
        kind, method = fails
        if kind:
            self.world.fails(kind, method, times=None)
        try:
            self.run(self.world.apply())
        except SourceError:
            self.run(self._slack_tells())
            return
        finally:
            self.world.server.faults.clear()
        self.run(self._tell_what_is_due())
        if self.run(self._wanted()) is None:
            self.chose_while_away = False
        self.looked_at = True

    async def _slack_tells(self) -> None:
        """Of a change whose answer was lost Slack tells by an event."""
        await usecases.noticed(self.world.happening(), self.world.ports)

    async def _tell_what_is_due(self) -> None:
        """What we may not put back is told; from then on what stands there is what they chose."""
        for work in await self.world.store.jobs.list_work(states=(WorkState.PLANNED,)):
            if work.job == usecases.TELL and work.subject.endswith(rules.Tell.BACK):
                plan_id = int(work.subject.partition(":")[0])
                if await usecases.tell(self.world.ports, plan_id, rules.Tell.BACK, work.key) == "told":
                    self.theirs = self.world.shown

    @rule(hours=st.one_of(st.none(), st.integers(1, 100)))
    def the_person_sets_one(self, hours: int | None) -> None:
        self.chosen += 1
        until = self.world.clock.now() + timedelta(hours=hours) if hours else None
        self._choose(SlackStatus(text=f"Theirs {self.chosen}", emoji=":coffee:", expires_at=until))

    @precondition(lambda self: not self.world.shown.is_empty)
    @rule()
    def the_person_clears_it(self) -> None:
        self._choose(EMPTY)

    @rule()
    def the_token_is_revoked(self) -> None:
        self.world.revoke()
        self.consented = False

    @rule()
    def consent_is_given(self) -> None:
        self.run(self.world.consent())
        self.consented, self.looked_at = True, False

    @rule(days=st.integers(0, 12), fails=FAILS)
    def the_leave_ends_on_another_day(self, days: int, fails: tuple[str, str]) -> None:
        plan = self.world.plan
        away = replace(plan.away, last=plan.away.first + timedelta(days=days))
        self.run(self.world.keep(away=away, generation=plan.generation + 1))
        self.looked_at = False
        self.the_bot_looks(fails)

    @rule(state=st.sampled_from([PlanState.APPROVED, PlanState.CANCELLED]), fails=FAILS)
    def the_leave_is_cancelled_or_on_again(self, state: PlanState, fails: tuple[str, str]) -> None:
        self.run(self.world.keep(state=state, generation=self.world.plan.generation + 1))
        self.looked_at = False
        self.the_bot_looks(fails)

    @precondition(lambda self: self.world.clock.now().date() < date(2026, 12, 20))
    @rule(to=st.sampled_from(["soon", "the start", "the end"]), fails=FAILS)
    def time_passes(self, to: str, fails: tuple[str, str]) -> None:
        now, away = self.world.clock.now(), self.world.plan.away
        at = {"soon": now, "the start": away.starts_at, "the end": away.ends_at}[to]
        self.world.clock.to(max(at, now) + timedelta(hours=5))
        self.looked_at = False
        self.the_bot_looks(fails)

    @invariant()
    def ours_never_outlives_its_time(self) -> None:
        shown = self.world.shown
        assert not shown.text.startswith("OOO") or shown.expires_at > self.world.clock.now()

    @invariant()
    def the_final_status_is_right(self) -> None:
        if not (self.looked_at and self.consented):
            return
        wanted = self.run(self._wanted())
        theirs = self.theirs.at(self.world.clock.now())
        assert self.world.shown == (theirs if wanted is None or self.chose_while_away else wanted.status)

    async def _wanted(self) -> rules.Wanted | None:
        return rules.wanted_of([self.world.plan], self.world.ports.policy.ooo, self.world.clock.now())

    def _choose(self, status: SlackStatus) -> None:
        self.theirs = status
        record = self.run(self.world.store.status_records.find_record(self.world.plan.away.email))
        self.chose_while_away = record is not None
        self.run(self.world.sets(status))
        if record is not None:
            self.the_bot_looks(("", ""))


def test_a_status_is_never_left_wrong(migrated_files: Path, living: Any) -> None:
    tried(migrated_files, living, orders=6)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_status_is_never_left_wrong_in_any_of_many_orders(migrated_files: Path, living: Any) -> None:
    tried(migrated_files, living, orders=100)


def tried(migrated_files: Path, living: Any, orders: int) -> None:
    made = {"living": staticmethod(living), "migrated": migrated_files}
    machine = type("Machine", (AdapterMachine,), made)
    limits = {"max_examples": orders, "stateful_step_count": 12, "deadline": None}
    run_state_machine_as_test(machine, settings=settings(**limits, suppress_health_check=list(HealthCheck)))
