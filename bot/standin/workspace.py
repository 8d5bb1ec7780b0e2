"""Founds a workspace: the organisation's people, its channels, and every kind of outsider.

The people who are in no book (a guest, an outsider …) have fixed addresses, so that tests and readers of the
demo can name them.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.person import Person, Role, Team
from bot.standin import manifest
from bot.standin.state import DEMO_BOT_TOKEN, Channel, Install, User, UserGroup, Workspace, stable_id

OTHER_TEAM = "T0OTHERORG"
GUEST = "guest@contractor.example"
SINGLE_CHANNEL_GUEST = "visitor@contractor.example"
DEACTIVATED = "former.colleague@ta.example"
OUTSIDER = "outsider@customer.example"
STRANGER = "stranger@customer.example"
BYSTANDER = "bystander@ta.example"
HELPER_BOT = "helper-bot"
BOT_ID = "B0STANDIN1"

OPEN_CHANNELS = ("general", "discuss-technical-advisors", "discuss-scaled-success", "alerts-customer-usage")
PRIVATE_WITH_BOT = "ta-leads"
PRIVATE_WITHOUT_BOT = "ta-compensation"
GUEST_CHANNEL = "project-with-contractors"
SHARED_CHANNEL = "shared-customer"
PENDING_CHANNEL = "soon-shared-customer"
GROUP_WITH_OUTSIDER = "mpdm-with-outsider"
ARCHIVED_CHANNEL = "old-plans"


def build_workspace(people: Sequence[Person], *, team_id: str = "T0STANDIN1") -> Workspace:
    """A workspace with one full member for each person who has an e-mail, and everybody else there is."""
    workspace = Workspace(team_id=team_id, home_tab=manifest.load().home_tab)
    for person in people:
        if person.email:
            _add(workspace, _member(person, team_id))
    members = list(workspace.users)
    _add_others(workspace)
    _add_channels(workspace, members)
    _add_groups(workspace, people)
    install(workspace)
    return workspace


def install(
    workspace: Workspace, token: str = DEMO_BOT_TOKEN, scopes: Sequence[str] | None = None
) -> Install:
    """Install the app with the scopes that the manifest asks for, or with others."""
    granted = list(manifest.load().scopes if scopes is None else scopes)
    made = Install(token=token, scopes=granted, user_id=workspace.bot.id, bot_id=BOT_ID)
    workspace.installs[token] = made
    return made


def user_id_of(person: Person) -> str:
    """The Slack user id that a person of the book has here."""
    return person.slack_user_id or stable_id("U", person.email.lower())


def _member(person: Person, team_id: str) -> User:
    return User(
        id=user_id_of(person),
        team_id=team_id,
        name=person.email.split("@", maxsplit=1)[0],
        real_name=person.name,
        email=person.email,
        tz=person.timezone or "UTC",
        title=person.role.value.replace("_", " "),
        is_admin=person.role in (Role.OPERATOR, Role.LEADER),
    )


def _add(workspace: Workspace, user: User) -> None:
    workspace.users[user.id] = user


def _other(workspace: Workspace, email: str, real_name: str) -> User:
    return User(
        id=stable_id("U", email),
        team_id=workspace.team_id,
        name=email.split("@", maxsplit=1)[0],
        real_name=real_name,
        email=email,
    )


def _add_others(workspace: Workspace) -> None:
    bot_name = manifest.load().bot_name
    # Slack's own robot is not marked as a bot, here as there.
    slackbot = User(id="USLACKBOT", team_id=workspace.team_id, name="slackbot", real_name="Slackbot")
    _add(workspace, slackbot)
    _add(workspace, _other(workspace, BYSTANDER, "Bo Bystander"))
    guest = _other(workspace, GUEST, "Gail Guest")
    single = _other(workspace, SINGLE_CHANNEL_GUEST, "Val Visitor")
    guest.is_restricted = single.is_restricted = single.is_ultra_restricted = True
    former = _other(workspace, DEACTIVATED, "Fay Former")
    former.deleted = True
    outsider = _other(workspace, OUTSIDER, "Otto Outsider")
    stranger = _other(workspace, STRANGER, "Stan Stranger")
    outsider.team_id = stranger.team_id = OTHER_TEAM
    stranger.is_stranger = True
    for user in (guest, single, former, outsider, stranger):
        _add(workspace, user)
    for handle, bot_id in ((bot_name, BOT_ID), (HELPER_BOT, "B0HELPER01")):
        user_id = stable_id("U", handle)
        robot = User(id=user_id, team_id=workspace.team_id, name=handle, real_name=handle, is_bot=True)
        robot.bot_id = bot_id
        _add(workspace, robot)


def _add_channels(workspace: Workspace, members: list[str]) -> None:
    ids = {name: stable_id("U", name) for name in (BYSTANDER, GUEST, SINGLE_CHANNEL_GUEST, OUTSIDER)}
    full = [*members, ids[BYSTANDER]]
    bot = workspace.bot.id
    for name in OPEN_CHANNELS:
        _open(workspace, Channel(id=stable_id("C", name), name=name, members=list(full)))
    workspace.channels[stable_id("C", "general")].is_general = True
    _open(workspace, _channel(PRIVATE_WITH_BOT, "private", [*full, bot]))
    _open(workspace, _channel(PRIVATE_WITHOUT_BOT, "private", list(full)))
    _open(workspace, _channel(GUEST_CHANNEL, "public", [*full, ids[GUEST], ids[SINGLE_CHANNEL_GUEST], bot]))
    shared = _channel(SHARED_CHANNEL, "public", [*full, ids[OUTSIDER], bot])
    shared.is_ext_shared, shared.connected_team_ids = True, [OTHER_TEAM]
    _open(workspace, shared)
    pending = _channel(PENDING_CHANNEL, "public", [*full, bot])
    pending.is_pending_ext_shared = True
    _open(workspace, pending)
    _open(workspace, _channel(GROUP_WITH_OUTSIDER, "mpim", [*full[:2], ids[OUTSIDER], bot]))
    archived = _channel(ARCHIVED_CHANNEL, "public", list(full))
    archived.is_archived = True
    _open(workspace, archived)


def _channel(name: str, kind: str, members: list[str]) -> Channel:
    prefix = "C" if kind != "mpim" else "G"
    made = Channel(id=stable_id(prefix, name), name=name, members=members)
    made.kind = "private" if kind == "private" else "mpim" if kind == "mpim" else "public"
    return made


def _open(workspace: Workspace, channel: Channel) -> None:
    workspace.channels[channel.id] = channel


def _add_groups(workspace: Workspace, people: Sequence[Person]) -> None:
    teams = {"technical-advisors": (Team.ENTERPRISE,), "scaled-success": (Team.SCALED, Team.DIGITAL)}
    for handle, served in teams.items():
        members = [user_id_of(one) for one in people if one.role is Role.TA and one.team in served]
        group = UserGroup(id=stable_id("S", handle), handle=handle, name=handle.replace("-", " ").title())
        group.members = members
        workspace.groups[group.id] = group
