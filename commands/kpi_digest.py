"""/kpi-digest: the weekly KPIs of a team for its channel: shown, subscribed to, posted, and what became of it."""

from __future__ import annotations

from bot.asks import Command
from bot.blocks import helping
from bot.blocks.answers import Answer
from bot.features.digest import usecases as digest
from bot.features.digest.rules import Wanted, read_request
from bot.features.subscriptions import usecases as subscriptions
from bot.ports import Ports

COMMAND = "/kpi-digest"
SUMMARY = "The weekly KPIs of a team, for you or for its channel"
USAGE = "[preview [TEAM] [WEEK] | subscribe [#channel …] | unsubscribe [#channel] | status [#channel] | now [#channel]]"
EXAMPLES = (
    ("/kpi-digest", "what was posted where and when, what is next, what failed and why"),
    ("/kpi-digest preview", "your team's last whole week, for you alone"),
    ("/kpi-digest preview scaled 2026-W47", "another team and week; `all` is the whole organisation"),
    (
        "/kpi-digest subscribe #channel",
        "a form: teams, day, time, time zone and bank holidays of a channel's digest",
    ),
    ("/kpi-digest subscribe #channel scaled monday 08:00 Europe/Berlin DE", "the same form, filled in"),
    (
        "/kpi-digest now",
        "posts this channel's digest at once; where it stands already it is corrected in place",
    ),
    ("/kpi-digest unsubscribe", "ends this channel's digest"),
)
AUDIENCE = "members"


async def answer(asked: Command, ports: Ports) -> Answer:
    """Read what was typed and answer it."""
    wanted, rest = read_request(asked.text)
    if wanted is Wanted.HELP:
        return helping.explain(((COMMAND, USAGE, SUMMARY, EXAMPLES),))
    if wanted is Wanted.SUBSCRIBE:
        return await subscriptions.open_form(asked, ports, rest)
    act = {
        Wanted.STATUS: subscriptions.status,
        Wanted.PREVIEW: digest.preview,
        Wanted.UNSUBSCRIBE: subscriptions.unsubscribe,
        Wanted.NOW: digest.post_now,
    }[wanted]
    return await act(asked, ports, rest)
