"""What people wrote here about an account: its plan's status updates, and product feedback that waits for a session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.blocks import listing, text
from bot.domain.account import Account
from bot.domain.feedback import Feedback, waiting
from bot.domain.plan_update import PlanAsk, PlanUpdate, in_words
from bot.domain.provenance import value_of
from bot.domain.schedule import IsoWeek
from bot.domain.watching import Fired
from bot.features.alerts.signals import SAVE_PLAN, SYNC
from bot.ports import Ports

SESSION = "roadmap_review"
WEEK = timedelta(weeks=1)
SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The newest update, who was asked for this week's, and the feedback that waits for the next session."""

    update: PlanUpdate | None = None
    ask: PlanAsk | None = None
    feedback: tuple[Feedback, ...] = ()

    def is_settled(self, today: date) -> bool:
        """Whether nobody need be told that an update is due: it was asked for this week, or written within one."""
        recent = self.update is not None and today - self.update.given_at.date() < WEEK
        return recent or self.ask is not None

    def agenda(self) -> Iterator[str]:
        """What the program sync speaks of: the newest update, and one that was asked for and is not written."""
        update, ask = self.update, self.ask
        if update is not None:
            by = f"{text.day(update.given_at.date())}, {text.name(update.by_name, 60)}"
            yield f"Status update ({by}): {listing.within(in_words(update), 400)}"
        if ask is not None and (update is None or update.week < ask.week):
            yield f"The update that was asked for on {text.day(ask.asked_at.date())} is not written yet"

    def of_session(self) -> Iterator[str]:
        """What the product-feedback session is to bring up."""
        if self.feedback:
            yield f"{text.plural(len(self.feedback), 'entry', 'entries')} of product feedback to bring up:"
            yield from (f"• {listing.within(one.text, 100)}" for one in self.feedback[:SHOWN])


async def written_of(ports: Ports, account: Account, fired: Sequence[Fired]) -> Written:
    """What was written that matters to what fired."""
    signals = {one.signal for one in fired}
    feedback: tuple[Feedback, ...] = ()
    if SESSION in signals:
        given = await ports.feedback.list_feedback(account_id=account.id)
        feedback = waiting(given, value_of(account.last_roadmap_review_on))
    if not signals & {SAVE_PLAN, SYNC}:
        return Written(feedback=feedback)
    asks = await ports.plan_updates.list_asks(IsoWeek.of(ports.clock.today()).monday)
    updates = await ports.plan_updates.last_updates([account.id])
    return Written(
        update=updates.get(account.id),
        ask=next((one for one in asks if one.account_id == account.id), None),
        feedback=feedback,
    )
