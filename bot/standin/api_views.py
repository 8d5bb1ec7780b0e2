"""The Web API of views: open, push and update modals, publish a home tab."""

from __future__ import annotations

import secrets

from bot.standin.calls import Call, Desk, Handler, Json, Refusal, invalid_arguments
from bot.standin.content import said_by_slack, with_ids
from bot.standin.state import View, Workspace
from bot.standin.validate import NATIVE, view_problems, walk

STACK = 3


def view_json(workspace: Workspace, view: View) -> Json:
    """A view as Slack shows it to the app."""
    body = view.body
    shown: Json = {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": body["type"],
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": view.values},
        "hash": view.hash,
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": workspace.app_id,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot.bot_id,
    }
    return shown | {name: body.get(name) for name in ("title", "close", "submit")}


def read_view(body: object, desk: Desk, method: str) -> Json:
    """A view that was sent, checked and given ids."""
    if not isinstance(body, dict):
        raise invalid_arguments("view must be an object [json-pointer:/view]")
    native = any(one.get("type") in NATIVE for one in walk(body))
    if native and desk.faults.strike(method, "native_blocks_refused"):
        raise invalid_arguments("unsupported type [json-pointer:/view/blocks]")
    found = view_problems(body)
    if any("250 KB" in line for line in found):
        raise Refusal("view_too_large")
    if found:
        raise Refusal("invalid_arguments", response_metadata={"messages": said_by_slack(found)})
    return {**body, "blocks": with_ids(body["blocks"])}


def new_hash(workspace: Workspace) -> str:
    """A view's hash: new with every change."""
    return f"{int(workspace.seconds())}.{secrets.token_hex(4)}"


def show_modal(workspace: Workspace, user_id: str, body: Json, *, push: bool) -> View:
    """Put a modal on somebody's screen, alone or on top of what is there."""
    stack = workspace.modals.setdefault(user_id, [])
    if push and len(stack) >= STACK:
        raise Refusal("push_limit_reached")
    if not push:
        stack.clear()
    view_id = workspace.new_id("V")
    view = View(id=view_id, user=user_id, body=body, hash=new_hash(workspace), root_id=view_id)
    if stack:
        view.previous_id, view.root_id = stack[-1].id, stack[0].id
    stack.append(view)
    workspace.changed()
    return view


def change_view(workspace: Workspace, view: View, body: Json) -> None:
    """Put another body into an open view; what was entered in blocks that stay is kept."""
    view.body, view.hash, view.errors = body, new_hash(workspace), {}
    kept = {block["block_id"] for block in body["blocks"]}
    view.values = {block: values for block, values in view.values.items() if block in kept}
    workspace.changed()


def _unique(call: Call, body: Json, view: View | None = None) -> Json:
    external = body.get("external_id")
    holder = call.workspace.find_view(external) if external else None
    if holder is not None and holder is not view:
        raise Refusal("duplicate_external_id")
    return body


def _open(call: Call) -> Json:
    return _shown(call, push=False)


def _push(call: Call) -> Json:
    return _shown(call, push=True)


def _shown(call: Call, *, push: bool) -> Json:
    if not call.text("trigger_id"):
        raise invalid_arguments("missing required field: trigger_id")
    body = _unique(call, read_view(call.json("view"), call.desk, call.method))
    if body["type"] != "modal":
        raise invalid_arguments("only a modal can be opened [json-pointer:/view/type]")
    user_id = call.desk.triggers.exchange(call.text("trigger_id"))
    return {"view": view_json(call.workspace, show_modal(call.workspace, user_id, body, push=push))}


def _update(call: Call) -> Json:
    view = call.workspace.find_view(call.text("view_id") or call.text("external_id") or "-")
    if view is None:
        raise Refusal("not_found")
    _same_hash(call, view)
    body = _unique(call, read_view(call.json("view"), call.desk, call.method), view)
    change_view(call.workspace, view, body)
    return {"view": view_json(call.workspace, view)}


def _same_hash(call: Call, view: View | None) -> None:
    if call.text("hash") and view is not None and call.text("hash") != view.hash:
        raise Refusal("hash_conflict")


def _publish(call: Call) -> Json:
    if not call.workspace.home_tab:
        raise Refusal("not_enabled")
    user_id = call.text("user_id")
    if user_id not in call.workspace.users:
        raise invalid_arguments("invalid `user_id`")
    view = call.workspace.homes.get(user_id)
    _same_hash(call, view)
    body = read_view(call.json("view"), call.desk, call.method)
    if view is None:
        view_id = call.workspace.new_id("V")
        view = View(id=view_id, user=user_id, body=body, hash="", root_id=view_id)
        call.workspace.homes[user_id] = view
    change_view(call.workspace, view, body)
    return {"view": view_json(call.workspace, view)}


METHODS: dict[str, Handler] = {
    "views.open": _open,
    "views.push": _push,
    "views.update": _update,
    "views.publish": _publish,
}
