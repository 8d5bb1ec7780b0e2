"""A status is never left wrong, whatever happens in whatever order (bar 4), over the pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot import policy as policy_module
from bot.domain.leave import Away, Plan, PlanState
from bot.domain.status import EMPTY, SlackStatus, StatusRecord
from bot.features.leave_status import rules

RULES = policy_module.load().ooo
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST = date(2026, 11, 24)
FEW = settings(stateful_step_count=30, deadline=None)


class StatusMachine(RuleBasedStateMachine):
    """A profile as Slack shows it, somebody who changes it, leave that changes, and a bot that may fail anywhere.

    `theirs` is what the person last chose, `chose_while_away` whether that was after ours came.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.profile = EMPTY
        self.record: StatusRecord | None = None
        self.plan = _plan(Away(email="ana@ta.example", first=FIRST, last=FIRST, zone="Europe/Berlin"))
        self.consent = True
        self.theirs = EMPTY
        self.chose_while_away = False
        self.looked_at = True  # whether the bot has decided since anything last changed
        self.unheard = False  # Slack told of a change, and the bot did not hear it
        self.chosen = 0

    @initialize(days=st.integers(0, 20), own=st.booleans(), half=st.booleans())
    def begin(self, days: int, own: bool, half: bool) -> None:
        away = replace(self.plan.away, last=FIRST + timedelta(days=days), half_end=half)
        self.plan = replace(self.plan, away=away)
        if own:
            self._choose(SlackStatus(text="Building", emoji=":hammer:"))

    # ---- what the bot does, and how that goes wrong

    @rule(fails=st.sampled_from(["", "", "", "before", "after"]))
    def the_bot_decides(self, fails: str) -> None:
        """It fails between its record and the call, or loses the call's answer; then it has to look again."""
        wanted = rules.wanted_of([self.plan], RULES, self.now)
        seen = self._shown()
        decision = rules.decide(self.record, seen, wanted, RULES.status_counts_as_set, self.now)
        if decision.write is None:
            self.record = decision.kept
        elif not self.consent:
            self._tell(rules.tell_instead(self.record, seen, decision, wanted))
            return
        else:
            self.record = decision.until_then
            if fails == "before":
                return
            self.profile = decision.write
            self._told_of_ours()
            if fails == "after":
                return
            self.record = decision.kept and rules.confirmed(decision.kept, self.profile)
        self.looked_at, self.unheard = True, False
        if wanted is None:
            self.chose_while_away = False

    def _told_of_ours(self) -> None:
        """Slack tells of every change; what it tells settles a call whose answer was lost."""
        if self.record is not None and rules.is_seen_happening(self.record, self.profile):
            self.record = rules.confirmed(self.record, self.profile)

    def _tell(self, tell: rules.Tell | None) -> None:
        """Without consent the bot sees what stands there, and can only say so."""
        assert tell is not None
        if tell is rules.Tell.BACK:  # they put it back themselves, or do not care
            self.record, self.theirs, self.chose_while_away = None, self._shown(), False

    # ---- what people do

    @rule(hours=st.one_of(st.none(), st.integers(1, 400)), heard=st.booleans())
    def the_person_sets_one(self, hours: int | None, heard: bool) -> None:
        self.chosen += 1
        until = None if hours is None else self.now + timedelta(hours=hours)
        self._choose(SlackStatus(text=f"Theirs {self.chosen}", emoji=":coffee:", expires_at=until), heard)

    @precondition(lambda self: not self._shown().is_empty and not self._leaves_no_trace())
    @rule()
    def the_person_clears_it(self) -> None:
        self._choose(EMPTY)

    @rule()
    def consent_is_taken_back(self) -> None:
        self.consent = False

    @rule()
    def consent_is_given(self) -> None:
        self.consent = True
        self.looked_at = False

    @rule(days=st.integers(0, 25), half=st.booleans())
    def the_leave_ends_on_another_day(self, days: int, half: bool) -> None:
        away = replace(self.plan.away, last=self.plan.away.first + timedelta(days=days), half_end=half)
        self.plan = replace(self.plan, away=away, generation=self.plan.generation + 1)
        self.looked_at = False

    @rule()
    def the_leave_is_cancelled(self) -> None:
        self.plan = replace(self.plan, state=PlanState.CANCELLED)
        self.looked_at = False

    @rule()
    def the_leave_is_on_again(self) -> None:
        self.plan = replace(self.plan, state=PlanState.APPROVED)
        self.looked_at = False

    @precondition(lambda self: self.now < START + timedelta(days=60))
    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        if self.unheard:
            self.the_bot_decides("")  # it looks each hour, whatever it was told
        self.now += timedelta(hours=hours)
        self.looked_at = False

    # ---- what must hold

    @invariant()
    def ours_never_outlives_its_time(self) -> None:
        """Even with the bot dead, no consent left or Slack down, the days that ours names come to an end."""
        shown = self._shown()
        if shown.text.startswith("OOO"):
            assert shown.expires_at is not None
            assert shown.expires_at > self.now

    @invariant()
    def the_final_status_is_right(self) -> None:
        """Once the bot has looked: theirs if they chose it after ours came, ours while away, else theirs of before."""
        if not (self.looked_at and self.consent):
            return
        wanted = rules.wanted_of([self.plan], RULES, self.now)
        theirs = self.theirs.at(self.now)
        due = theirs if wanted is None or self.chose_while_away else wanted.status
        assert self._shown() == due

    def _shown(self) -> SlackStatus:
        self.profile = self.profile.at(self.now)
        return self.profile

    def _leaves_no_trace(self) -> bool:
        """Whether a clearing could be told from nothing: not in the hour of a change that nobody heard of, nor in the
        seconds in which our own clearing may or may not have happened.
        """
        return self.unheard or (self.record is not None and self.record.restoring is not None)

    def _choose(self, status: SlackStatus, heard: bool = True) -> None:
        self.profile = self.theirs = status
        self.chose_while_away = self.record is not None
        self.unheard = not heard
        if heard and self.record is not None:
            self.the_bot_decides("")  # Slack tells of it


def _plan(away: Away) -> Plan:
    return Plan(
        id=1,
        away=away,
        team=None,
        state=PlanState.APPROVED,
        generation=1,
        source="absences.csv",
        items=(),
        on_request=(),
        created_at=START,
    )


def test_a_status_is_never_left_wrong() -> None:
    run_state_machine_as_test(StatusMachine, settings=settings(FEW, max_examples=80))


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_status_is_never_left_wrong_in_any_of_many_orders() -> None:
    run_state_machine_as_test(StatusMachine, settings=settings(FEW, max_examples=2_000))
