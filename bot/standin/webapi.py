"""Answers a call of the Web API: token, scopes, arguments, then the method; or the fault that is switched on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.standin import (
    api_apps,
    api_chat,
    api_conversations,
    api_files,
    api_history,
    api_oauth,
    api_people,
    api_profile,
    api_views,
)
from bot.standin.calls import Call, Desk, Handler, Heard, Json, Refusal, TooFast, invalid_arguments, methods
from bot.standin.state import DEMO_APP_TOKEN, Install

HANDLERS: Mapping[str, Handler] = {
    **api_people.METHODS,
    **api_profile.METHODS,
    **api_conversations.METHODS,
    **api_history.METHODS,
    **api_chat.METHODS,
    **api_views.METHODS,
    **api_files.METHODS,
    **api_apps.METHODS,
    **api_oauth.METHODS,
}
WITHOUT_TOKEN = frozenset({"oauth.v2.access"})
OF_THE_APP = frozenset({"apps.connections.open"})
CONFIGURED: Mapping[str, Handler] = api_apps.CONFIGURED
SAID = ("chat.post", "chat.update", "chat.delete", "views.", "files.complete")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP."""

    body: Json
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(desk: Desk, method: str, args: Mapping[str, Any], token: str, verb: str = "POST") -> Reply:
    """Answer one call. Faults other than refusals (slow, dropped) are the server's business."""
    limited = desk.faults.strike(method, "ratelimited", channel=str(args.get("channel", "")))
    if limited is not None:
        return _limited(TooFast(limited.seconds))
    try:
        call = _opened(desk, method, args, token, verb)
        body = {"ok": True, **{**HANDLERS, **CONFIGURED}[method](call)}
    except TooFast as soon:
        return _limited(soon)
    except Refusal as refusal:
        body = {"ok": False, "error": refusal.code, **refusal.more}
    if method.startswith(SAID):
        said = {name: value for name, value in args.items() if name != "token"}
        desk.heard.append(Heard(method, said, str(body.get("error", ""))))
    return Reply(body, 200, _headers(desk, method, token))


def _limited(soon: TooFast) -> Reply:
    return Reply({"ok": False, "error": soon.code}, 429, {"Retry-After": str(soon.seconds)})


def _opened(desk: Desk, method: str, args: Mapping[str, Any], token: str, verb: str) -> Call:
    if method in CONFIGURED:
        if token != api_apps.DEMO_CONFIG_TOKEN:
            known = token in desk.workspace.installs
            raise Refusal("not_allowed_token_type" if known else "invalid_auth" if token else "not_authed")
        return Call(method, args, desk)
    if method not in HANDLERS:
        raise Refusal("unknown_method", req_method=method)
    if method in OF_THE_APP and verb != "POST":
        raise Refusal("insecure_request")
    call = Call(method, args, desk, _install(desk, method, token))
    needed = _scopes(call)
    if needed:
        call.need_scope(*needed)
    missing = [name for name in methods()[method]["required"] if args.get(name) in (None, "")]
    if missing:
        raise invalid_arguments(*(f"missing required field: {name}" for name in missing))
    return call


def _scopes(call: Call) -> list[str]:
    """What the method asks of a token of that kind."""
    known = methods()[call.method]
    if call.install is None or call.install.bot_id:
        if known.get("user_only"):
            raise Refusal("not_allowed_token_type")
        return list(known["scopes"])
    return list(known.get("user", known["scopes"]))


def _install(desk: Desk, method: str, token: str) -> Install | None:
    if method in WITHOUT_TOKEN:
        return None
    if not token:
        raise Refusal("not_authed")
    if method in OF_THE_APP:
        if token == DEMO_APP_TOKEN:
            return None
        raise Refusal("not_allowed_token_type" if token in desk.workspace.installs else "invalid_auth")
    install = _held(desk, token)
    if install is None:
        raise Refusal("not_allowed_token_type" if token == DEMO_APP_TOKEN else "invalid_auth")
    if install.revoked:
        raise Refusal(install.revoked)
    if install.expires_at and install.expires_at <= desk.workspace.seconds():
        raise Refusal("token_expired")
    return install


def _held(desk: Desk, token: str) -> Install | None:
    workspace = desk.workspace
    return workspace.installs.get(token) or workspace.user_tokens.get(token)


def _headers(desk: Desk, method: str, token: str) -> Mapping[str, str]:
    install = _held(desk, token)
    if install is None:
        return {}
    accepted = methods().get(method, {}).get("scopes", ())
    return {"x-oauth-scopes": ",".join(install.scopes), "x-accepted-oauth-scopes": ",".join(accepted)}
