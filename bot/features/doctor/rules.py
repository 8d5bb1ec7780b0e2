"""From what was seen to findings, each with its cure. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.ports.inspection import SlackFacts


class Level(StrEnum):
    """How bad it is: a problem makes doctor exit with 1, a note does not."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of doctor's report; `cure` is empty when all is well."""

    level: Level
    about: str
    what: str
    cure: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether doctor fails because of it."""
        return self.level is Level.PROBLEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What manifest.yml and policy.toml ask of Slack."""

    scopes: frozenset[str]
    events: frozenset[str]
    commands: frozenset[str]
    groups: tuple[str, ...]
    channels: tuple[str, ...]


REINSTALL = "add it under OAuth & Permissions (or paste manifest.yml again), then reinstall the app"
TRY_AGAIN = "look at Slack's status page and at SLACK_API_URL, then try again"
CURES = {
    "invalid_auth": "copy the Bot User OAuth Token again into SLACK_BOT_TOKEN",
    "ratelimited": "Slack asks to wait: run doctor again in a minute",
    "not_authed": "set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…)",
    "token_revoked": "the token was revoked: reinstall the app and copy the new one",
    "token_expired": "token rotation is on: install through /slack/install instead of a static token",
    "account_inactive": "the app was removed or its installer left: reinstall the app",
    "missing_scope": REINSTALL,
}
OTHER_TOKENS = {
    "apps.connections.open": "copy the App-Level Token (xapp-…, with connections:write) again into SLACK_APP_TOKEN",
    "apps.manifest.export": (
        "make a new App Configuration Token at api.slack.com/apps for SLACK_CONFIG_TOKEN: they live 12 hours"
    ),
}
OF_MANIFEST = frozenset({"auth.test", "bots.info", "apps.manifest.export"})


def slack_findings(facts: SlackFacts, wanted: Wanted, *, team_id: str | None) -> tuple[Finding, ...]:
    """Everything about the workspace, in the order in which one would mend it."""
    return (
        *_reached(facts, team_id),
        *_scopes(facts.scopes, wanted.scopes),
        *_of_manifest(facts, wanted),
        *_groups(facts.groups, wanted.groups),
        *_channels(facts),
        *(_failed(asked, code) for asked, code in facts.errors),
    )


def _reached(facts: SlackFacts, team_id: str | None) -> Iterator[Finding]:
    if not facts.team_id:
        return
    yield Finding(level=Level.OK, about="slack", what=f"answers for workspace {facts.team} ({facts.team_id})")
    if team_id and team_id != facts.team_id:
        yield Finding(
            level=Level.PROBLEM,
            about="slack",
            what=f"the token is {facts.team_id}'s, but TA_BOT_TEAM_ID is {team_id}",
            cure=f"set TA_BOT_TEAM_ID={facts.team_id}, or use a token of {team_id}",
        )
    if facts.socket_mode:
        yield Finding(level=Level.OK, about="slack", what="Socket Mode opens with SLACK_APP_TOKEN")


def _scopes(granted: frozenset[str] | None, wanted: frozenset[str]) -> Iterator[Finding]:
    if granted is None:
        return
    for scope in sorted(wanted - granted):
        yield Finding(level=Level.PROBLEM, about="scope", what=f"{scope} is missing", cure=REINSTALL)
    for scope in sorted(granted - wanted):
        yield Finding(
            level=Level.NOTE,
            about="scope",
            what=f"{scope} is granted but not needed",
            cure="take it away under OAuth & Permissions: the least that works is the safest",
        )
    if not wanted - granted:
        yield Finding(level=Level.OK, about="scope", what=f"all {len(wanted)} that manifest.yml names")


def _of_manifest(facts: SlackFacts, wanted: Wanted) -> Iterator[Finding]:
    if any(asked in OF_MANIFEST for asked, _ in facts.errors):
        return  # that it failed is said, and why
    yield from _named("event", facts.events, wanted.events, "Event Subscriptions → Subscribe to bot events")
    yield from _named("command", facts.commands, wanted.commands, "Slash Commands → Create New Command")


def _named(kind: str, have: frozenset[str] | None, wanted: frozenset[str], where: str) -> Iterator[Finding]:
    if have is None:
        yield Finding(
            level=Level.NOTE,
            about=kind,
            what=f"not checked: Slack shows an app's {kind}s only to a configuration token",
            cure=f"set SLACK_CONFIG_TOKEN (xoxe.xoxp-…) to have it checked, or compare by eye under {where}",
        )
        return
    for name in sorted(wanted - have):
        yield Finding(
            level=Level.PROBLEM, about=kind, what=f"{name} is missing", cure=f"add it under {where}"
        )
    if not wanted - have:
        yield Finding(level=Level.OK, about=kind, what=f"all {len(wanted)} that manifest.yml names")


def _groups(have: frozenset[str] | None, wanted: Sequence[str]) -> Iterator[Finding]:
    if have is None:
        return
    for handle in _once(wanted):
        if handle in have:
            yield Finding(level=Level.OK, about="user group", what=f"@{handle}")
        else:
            yield Finding(
                level=Level.PROBLEM,
                about="user group",
                what=f"@{handle} does not exist or is disabled",
                cure="create it under People & user groups, or name another in policy.toml (teams)",
            )


def _channels(facts: SlackFacts) -> Iterator[Finding]:
    for channel in facts.channels or ():
        if not channel.found:
            yield Finding(
                level=Level.PROBLEM,
                about="channel",
                what=f"#{channel.name} is not to be seen",
                cure="create it, invite the bot if it is private, or name another in policy.toml (teams)",
            )
        elif channel.refused:
            yield Finding(
                level=Level.PROBLEM,
                about="channel",
                what=f"#{channel.name}: nothing about accounts can be posted, {channel.refused}",
                cure=_cure_of(channel.refused),
            )
        else:
            yield Finding(level=Level.OK, about="channel", what=f"#{channel.name}")


def _cure_of(refused: str) -> str:
    if "could not find out" in refused:
        return "mend what else doctor found, then run it again"
    if "cannot see" in refused:
        return "invite the bot there: /invite @ta-bot"
    return "remove the people from outside, or name another channel in policy.toml (teams)"


def _failed(asked: str, code: str) -> Finding:
    cures = {**CURES, "invalid_auth": OTHER_TOKENS.get(asked, CURES["invalid_auth"])}
    return Finding(
        level=Level.PROBLEM,
        about="slack",
        what=f"{asked}: {code}",
        cure=cures.get(code) or OTHER_TOKENS.get(asked, TRY_AGAIN),
    )


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
