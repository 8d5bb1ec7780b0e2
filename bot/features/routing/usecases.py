"""Finding whom to ask about an account."""

from __future__ import annotations

from bot.asks import Action
from bot.blocks.answers import Message
from bot.domain.provenance import Known
from bot.domain.segment import team_of
from bot.errors import UserError
from bot.features.routing import views
from bot.ports import Ports


async def ask_team(asked: Action, ports: Ports) -> Message:
    """How to reach the team that serves an account."""
    account = await ports.book.find_account(asked.value)
    if account is None:
        raise UserError("That account is no longer in the book. Look for it with `/account-health NAME`.")
    team = team_of(account, ports.policy.model_on(ports.clock.today()))
    serving = ports.policy.teams[team] if team else None
    group_id = await ports.directory.find_user_group(serving.user_group) if serving else None
    email = account.ta_email
    ta = await ports.people.find_person(email.value) if isinstance(email, Known) else None
    return views.reach(account, serving, group_id, ta)
