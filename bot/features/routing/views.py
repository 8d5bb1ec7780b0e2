"""How to reach the team that serves an account."""

from __future__ import annotations

from bot.blocks import build, text
from bot.blocks.answers import Message
from bot.domain.account import Account
from bot.domain.person import Person
from bot.policy import TeamPolicy

ASK = "routing.ask"


def reach(account: Account, serving: TeamPolicy | None, group_id: str | None, ta: Person | None) -> Message:
    """Who to ask about an account, until requests can be sent from here."""
    who = text.person(ta.name, ta.slack_user_id) if ta else "its TA"
    said = f"Sending a request from here is coming. Until then, about *{text.name(account.name)}*: "
    if serving is None:
        said += f"write to {who}; which team serves it is unknown."
    else:
        group = text.group_mention(group_id) if group_id else text.name(f"@{serving.user_group}")
        channel = f"write to {group} in *{text.name(f'#{serving.channel}')}*"
        said += channel if serving.team.is_pool else f"write to {who}, or {channel}"
        said += f" ({text.name(serving.name)})."
    return Message(text=said, blocks=(build.section(said),), accounts=(account.id,))
