"""The Web API of people: auth, users, user groups, bots, team, presence."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.standin.calls import Call, Handler, Json, Refusal
from bot.standin.presence import status_json
from bot.standin.state import User, UserGroup

FOUNDED = 1_700_000_000


def user_json(call: Call, user: User) -> Json:
    """A person as Slack shows them; the e-mail address only where it may be read."""
    granted = call.install.scopes if call.install else ()
    found: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile_json(call, user, with_email="users:read.email" in granted),
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": FOUNDED,
    }
    if user.deleted:
        return found
    found |= _zone_json(user)
    found |= {
        "real_name": user.real_name,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_email_confirmed": True,
    }
    if not call.workspace.is_ours(user):
        found["is_stranger"] = user.is_stranger
    return found


def profile_json(call: Call, user: User, *, with_email: bool) -> Json:
    """A person's profile; a status whose time is over shows no more."""
    status = status_json(call.workspace, user)
    profile: Json = {
        "title": user.title,
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "status_text": escaped(str(status["text"])),
        "status_emoji": status["emoji"],
        "status_expiration": status["until"],
        "avatar_hash": user.id.lower(),
        "team": user.team_id,
    }
    if user.is_bot:
        profile["bot_id"] = user.bot_id
    elif with_email and user.email:
        profile["email"] = user.email
    return profile


def escaped(text: str) -> str:
    """Words as Slack tells them, in profiles too."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _zone_json(user: User) -> Json:
    offset = datetime.fromtimestamp(FOUNDED, UTC).astimezone(ZoneInfo(user.tz)).utcoffset()
    return {
        "tz": user.tz,
        "tz_label": user.tz.replace("_", " "),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
    }


def _auth_test(call: Call) -> Json:
    workspace = call.workspace
    user = workspace.users[call.bot]
    found: Json = {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": user.name,
        "team_id": workspace.team_id,
        "user_id": user.id,
        "is_enterprise_install": False,
    }
    return {**found, "bot_id": user.bot_id} if user.is_bot else found


def _users_info(call: Call) -> Json:
    return {"user": user_json(call, call.user())}


def _users_list(call: Call) -> Json:
    users = list(call.workspace.users.values())
    page, metadata = call.page(users, len(users))
    return {
        "members": [user_json(call, user) for user in page],
        "cache_ts": int(call.workspace.seconds()),
        "response_metadata": metadata,
    }


def _users_lookup(call: Call) -> Json:
    email = call.text("email").lower()
    for user in call.workspace.users.values():
        known = call.workspace.is_ours(user) and not user.deleted and not user.is_bot
        if known and user.email and user.email.lower() == email:
            return {"user": user_json(call, user)}
    raise Refusal("users_not_found")


def _group_json(call: Call, group: UserGroup) -> Json:
    found: Json = {
        "id": group.id,
        "team_id": call.workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": FOUNDED,
        "date_update": FOUNDED,
        "date_delete": group.date_delete,
        "auto_type": None,
        "created_by": call.workspace.bot.id,
        "updated_by": call.workspace.bot.id,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if call.flag("include_users"):
        found["users"] = list(group.members)
    if call.flag("include_count"):
        found["user_count"] = len(group.members)
    return found


def _groups_list(call: Call) -> Json:
    disabled = call.flag("include_disabled")
    groups = [one for one in call.workspace.groups.values() if disabled or not one.date_delete]
    return {"usergroups": [_group_json(call, one) for one in groups]}


def _groups_users(call: Call) -> Json:
    group = call.workspace.groups.get(call.text("usergroup"))
    if group is None or (group.date_delete and not call.flag("include_disabled")):
        raise Refusal("no_such_subteam")
    return {"users": list(group.members)}


def _bots_info(call: Call) -> Json:
    wanted = call.text("bot") or call.workspace.bot.bot_id
    for user in call.workspace.users.values():
        if user.is_bot and user.bot_id == wanted:
            bot: Json = {"id": user.bot_id, "deleted": user.deleted, "name": user.name, "user_id": user.id}
            own = user.id == call.bot
            return {
                "bot": bot
                | {"updated": FOUNDED, "icons": {}}
                | ({"app_id": call.workspace.app_id} if own else {})
            }
    raise Refusal("bot_not_found")


def _team_info(call: Call) -> Json:
    workspace = call.workspace
    if call.text("team", workspace.team_id) != workspace.team_id:
        raise Refusal("team_not_found")
    team = {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain}
    return {"team": {**team, "email_domain": "", "icon": {"image_default": True}}}


def _presence(call: Call) -> Json:
    user = call.user() if call.text("user") else call.workspace.users[call.bot]
    return {"presence": "away" if user.is_away else "active"}


METHODS: dict[str, Handler] = {
    "auth.test": _auth_test,
    "users.info": _users_info,
    "users.list": _users_list,
    "users.getPresence": _presence,
    "users.lookupByEmail": _users_lookup,
    "usergroups.list": _groups_list,
    "usergroups.users.list": _groups_users,
    "bots.info": _bots_info,
    "team.info": _team_info,
}
