"""Reads what an app wants to say: checks its text and blocks, and gives the blocks the ids Slack gives them."""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.standin.calls import Desk, Json, Refusal
from bot.standin.validate import NATIVE, problems, walk

TEXT_KEPT = 40_000
ATTACHMENTS = 100


@dataclass(frozen=True, slots=True)
class Content:
    """What is said."""

    text: str
    blocks: list[Json]
    metadata: Json | None = None


def read_content(args: Mapping[str, Any], desk: Desk, method: str) -> Content:
    """The text and blocks of a call or a response; refuses as Slack does."""
    blocks = _blocks(args.get("blocks"))
    text = str(args.get("markdown_text") or args.get("text") or "")
    if args.get("markdown_text") and (args.get("text") or blocks):
        raise Refusal("markdown_text_conflict")
    attachments = _decoded(args.get("attachments"), "invalid_attachments")
    if isinstance(attachments, list) and len(attachments) > ATTACHMENTS:
        raise Refusal("too_many_attachments")
    if not text and not blocks and not attachments:
        raise Refusal("no_text")
    refuse_problems(blocks, desk, method)
    metadata = _decoded(args.get("metadata"), "invalid_metadata_format")
    if metadata is not None and not (isinstance(metadata, dict) and "event_type" in metadata):
        raise Refusal("invalid_metadata_format")
    if metadata is not None and not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_schema")
    return Content(text[:TEXT_KEPT], with_ids(blocks), metadata)


def refuse_problems(blocks: list[Json], desk: Desk, method: str) -> None:
    """Refuse blocks that Slack would not take, naming each place."""
    native = {one.get("type") for one in walk(blocks)} & set(NATIVE)
    if native and desk.faults.strike(method, "native_blocks_refused"):
        raise invalid_blocks([f"/blocks: unsupported type: {one}" for one in sorted(map(str, native))])
    found = problems(blocks, "message")
    if found and all("msg_blocks_too_long" in line for line in found):
        raise Refusal("msg_blocks_too_long")
    if found:
        raise invalid_blocks(found)


def invalid_blocks(lines: list[str]) -> Refusal:
    """Slack's answer to blocks it does not take."""
    return Refusal("invalid_blocks", errors=lines, response_metadata={"messages": said_by_slack(lines)})


def said_by_slack(lines: list[str]) -> list[str]:
    """Problems in the form in which Slack lists them."""
    parts = [line.partition(": ") for line in lines]
    return [f"[ERROR] {problem} [json-pointer:{place}]" for place, _, problem in parts]


def with_ids(blocks: list[Json]) -> list[Json]:
    """The blocks with an id for each block and each element that an app left unnamed."""
    named = copy.deepcopy(blocks)
    for block in named:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        held = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        for element in held:
            speaks = isinstance(element, dict) and element.get("type") not in (
                None,
                "image",
                "mrkdwn",
                "plain_text",
            )
            if speaks and block["type"] in ("actions", "section", "input", "context_actions"):
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return named


def _blocks(value: Any) -> list[Json]:
    found = _decoded(value, "invalid_blocks_format")
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Refusal("invalid_blocks_format")
    return found


def _decoded(value: Any, code: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise Refusal(code) from None
