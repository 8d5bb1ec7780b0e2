"""The Web API of files: an address to upload to, the upload itself, sharing what was uploaded, and a look at it."""

from __future__ import annotations

from typing import Any

from bot.standin.calls import Call, Desk, Handler, Json, Refusal, invalid_arguments
from bot.standin.state import File, Message, Workspace, stable_id

LONGEST_ALT = 1_000
KINDS = {"csv": "text/csv", "png": "image/png", "jpg": "image/jpeg", "txt": "text/plain"}


def take(desk: Desk, key: str, content: bytes) -> str:
    """The bytes of an upload; an error's word, or empty when taken."""
    file = next((one for one in desk.workspace.files.values() if one.key == key), None)
    if file is None or file.shared:
        return "not_found"
    if len(content) != file.length:
        return "wrong_length"
    file.content = content
    return ""


def file_json(workspace: Workspace, file: File) -> Json:
    """A file as Slack shows it to the app."""
    kind = file.name.rpartition(".")[2].lower()
    ends = {channel: [{"ts": ts}] for channel, ts in file.shares.items()}
    kinds = {channel: "private" if channel.startswith(("D", "G")) else "public" for channel in ends}
    shares: Json = {}
    for channel, where in ends.items():
        shares.setdefault(kinds[channel], {})[channel] = where
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": KINDS.get(kind, "application/octet-stream"),
        "filetype": kind,
        "size": len(file.content or b""),
        "user": file.user,
        "created": file.created,
        "timestamp": file.created,
        "is_external": False,
        "file_access": "visible",
        "channels": [one for one in file.shares if one.startswith("C")],
        "groups": [],
        "ims": [one for one in file.shares if one.startswith("D")],
        "shares": shares,
        "permalink": f"https://{workspace.domain}.slack.com/files/{file.user}/{file.id}/{file.name}",
    }


def _address(call: Call) -> Json:
    length = call.text("length")
    if not length.isdigit() or int(length) < 1:
        raise Refusal("missing_argument")
    if len(call.text("alt_txt")) > LONGEST_ALT:
        raise Refusal("alt_txt_too_large")
    workspace = call.workspace
    file = File(
        id=workspace.new_id("F"),
        name=call.text("filename"),
        title=call.text("filename"),
        user=call.bot,
        length=int(length),
        key=stable_id("", f"{workspace.counter}:{call.text('filename')}"),
        created=int(workspace.seconds()),
    )
    workspace.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"{call.desk.upload_url()}{file.key}"}


def _complete(call: Call) -> Json:
    files = _named(call)
    wanted = call.text("channel_id") or call.text("channels")
    channels = [call.channel_named(one) for one in wanted.split(",") if one]
    for channel in channels:
        if call.bot not in channel.members:
            raise Refusal("not_in_channel")
    for file, title in files:
        file.title, file.shared = title or file.title, True
    for channel in channels:
        said = call.workspace.say(
            Message(
                channel=channel.id,
                ts=call.workspace.new_ts(),
                user=call.bot,
                bot_id=call.install.bot_id if call.install else None,
                text=call.text("initial_comment"),
                thread_ts=call.text("thread_ts") or None,
                files=[{"id": file.id, "name": file.name, "title": file.title} for file, _ in files],
            )
        )
        for file, _ in files:
            file.shares[channel.id] = said.ts
    return {"files": [file_json(call.workspace, file) for file, _ in files]}


def _named(call: Call) -> list[tuple[File, str]]:
    given: Any = call.json("files")
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise invalid_arguments("files must be a list of objects with an id")
    found = []
    for one in given:
        file = call.workspace.files.get(str(one.get("id")))
        if file is None or file.content is None or file.shared:
            raise Refusal("file_not_found")
        found.append((file, str(one.get("title") or "")))
    return found


def _info(call: Call) -> Json:
    file = call.workspace.files.get(call.text("file"))
    if file is None or not file.shared:
        raise Refusal("file_not_found")
    shown = file_json(call.workspace, file)
    return {"file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}


METHODS: dict[str, Handler] = {
    "files.getUploadURLExternal": _address,
    "files.completeUploadExternal": _complete,
    "files.info": _info,
}
