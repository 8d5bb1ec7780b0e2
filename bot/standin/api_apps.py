"""The Web API of apps: Socket Mode addresses, how the app is set up, and the validator of blocks."""

from __future__ import annotations

from typing import Any, Literal

from bot import manifest
from bot.standin.calls import Call, Handler, Json, Refusal, invalid_arguments
from bot.standin.validate import problems, view_problems

DEMO_CONFIG_TOKEN = "xoxe.xoxp-1-standin-config-token"  # noqa: S105 # opens nothing but the stand-in


def _connections_open(call: Call) -> Json:
    return {"url": call.desk.link_url(call.flag("debug_reconnects"))}


def _validate(call: Call) -> Json:
    given = [name for name in ("blocks", "view", "message") if call.args.get(name)]
    if len(given) != 1:
        raise invalid_arguments("must provide exactly one of `blocks`, `view`, or `message`")
    what = given[0]
    found = _found(what, call.json(what))
    if found:
        raise Refusal(f"invalid_{what}", errors=[_problem(line) for line in found])
    return {}


def _found(what: str, value: Any) -> list[str]:
    surface: Literal["message"] = "message"
    if what == "view":
        return view_problems(value)
    blocks = value.get("blocks", []) if what == "message" and isinstance(value, dict) else value
    return problems(blocks, surface)


def _problem(line: str) -> Json:
    pointer, _, message = line.partition(": ")
    return {
        "code": "failed_constraint",
        "message": message,
        "pointer": pointer.removeprefix("/blocks"),
        "constraint": {},
    }


def _manifest_export(call: Call) -> Json:
    if call.text("app_id") != call.workspace.app_id:
        raise Refusal("invalid_app_id")
    return {"manifest": call.desk.manifest or manifest.load().raw}


METHODS: dict[str, Handler] = {
    "apps.connections.open": _connections_open,
    "blocks.validate": _validate,
}

CONFIGURED: dict[str, Handler] = {"apps.manifest.export": _manifest_export}
"""Methods that take an app configuration token."""
