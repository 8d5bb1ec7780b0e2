"""The Web API of tokens: what was agreed to is exchanged for them, renewed and revoked."""

from __future__ import annotations

from bot.standin.calls import Call, Handler, Json, Refusal
from bot.standin.state import DEMO_CLIENT_SECRET, Grant, Install
from bot.standin.workspace import install


def _access(call: Call) -> Json:
    if call.text("client_id") != call.workspace.client_id:
        raise Refusal("invalid_client_id")
    if call.text("client_secret") != DEMO_CLIENT_SECRET:
        raise Refusal("bad_client_secret")
    if call.text("grant_type") == "refresh_token":
        return _refreshed(call)
    grant = call.workspace.codes.pop(call.text("code"), None)
    if grant is None:
        raise Refusal("invalid_code")
    found: Json = _of_app(call)
    if grant.scopes:
        made = install(call.workspace, call.workspace.new_id("xoxb-standin-"), grant.scopes)
        found |= {**_shown(call, made), "bot_user_id": made.user_id}
    person: Json = {"id": grant.user_id}
    if grant.user_scopes:
        person |= _shown(call, _own(call, grant))
    return {**found, "authed_user": person}


def _refreshed(call: Call) -> Json:
    """A refresh token works once; the token that it renews ends with it."""
    workspace = call.workspace
    old = workspace.refreshes.pop(call.text("refresh_token"), None)
    if old is None or old.revoked:
        raise Refusal("invalid_refresh_token")
    held = workspace.installs if old.bot_id else workspace.user_tokens
    held.pop(old.token, None)
    kind = "xoxe.xoxb-1-" if old.bot_id else "xoxe.xoxp-1-"
    new = Install(
        token=workspace.new_id(kind), scopes=list(old.scopes), user_id=old.user_id, bot_id=old.bot_id
    )
    held[new.token] = new
    return {**_of_app(call), **_shown(call, new), "user_id": new.user_id}


def _own(call: Call, grant: Grant) -> Install:
    """A person's own token: without rotation the one they had, which may do more now."""
    workspace = call.workspace
    for held in workspace.user_tokens.values():
        if held.user_id == grant.user_id and not held.revoked and not workspace.rotation:
            held.scopes = sorted({*held.scopes, *grant.user_scopes})
            return held
    made = Install(
        token=workspace.new_id("xoxp-standin-"), scopes=list(grant.user_scopes), user_id=grant.user_id
    )
    workspace.user_tokens[made.token] = made
    return made


def _shown(call: Call, token: Install) -> Json:
    workspace = call.workspace
    found: Json = {
        "access_token": token.token,
        "token_type": "bot" if token.bot_id else "user",
        "scope": ",".join(token.scopes),
    }
    if not workspace.rotation:
        return found
    token.expires_at = workspace.seconds() + workspace.rotation
    again = workspace.new_id("xoxe-1-")
    workspace.refreshes[again] = token
    return {**found, "expires_in": workspace.rotation, "refresh_token": again}


def _of_app(call: Call) -> Json:
    workspace = call.workspace
    return {
        "app_id": workspace.app_id,
        "team": {"id": workspace.team_id, "name": workspace.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _revoke(call: Call) -> Json:
    if call.install is not None and not call.flag("test"):
        call.desk.revoke(call.install)
    return {"revoked": not call.flag("test")}


METHODS: dict[str, Handler] = {"oauth.v2.access": _access, "auth.revoke": _revoke}
