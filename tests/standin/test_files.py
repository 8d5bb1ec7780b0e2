"""Files: an address, the bytes, sharing; what a wrong order or a foreign hand gets."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.standin.api_files import take
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_BOT_TOKEN
from bot.standin.webapi import answer

ANA = "ana.lee@ta.example"


def _call(server: StandinServer, method: str, **args: Any) -> dict[str, Any]:
    return dict(answer(server.desk, method, args, DEMO_BOT_TOKEN).body)


async def test_the_sdk_uploads_and_shares_into_a_direct_message(
    server: StandinServer, client: AsyncWebClient
) -> None:
    ana = server.people.who(ANA)
    room = server.workspace.direct(ana.id).id
    await client.files_upload_v2(
        content="id,name\n1,Fir\n", filename="list.csv", title="List", channel=room, initial_comment="Here"
    )
    said = list(server.workspace.seen_by(ana.id, room))[-1]
    assert said.text == "Here"
    file = server.workspace.files[said.files[0]["id"]]
    assert (file.title, file.content, list(file.shares)) == ("List", b"id,name\n1,Fir\n", [room])
    async with aiohttp.ClientSession() as session, session.get(f"{server.base_url}/files/{file.id}") as got:
        assert got.status == 200
        assert "attachment" in got.headers["Content-Disposition"]
        assert await got.read() == file.content


async def test_what_was_not_uploaded_cannot_be_shared(server: StandinServer) -> None:
    asked = _call(server, "files.getUploadURLExternal", length=3, filename="a.csv")
    key = asked["upload_url"].rpartition("/")[2]
    files = json.dumps([{"id": asked["file_id"]}])
    assert _call(server, "files.completeUploadExternal", files=files)["error"] == "file_not_found"
    assert take(server.desk, key, b"four") == "wrong_length"
    assert take(server.desk, "nothing", b"abc") == "not_found"
    assert take(server.desk, key, b"abc") == ""
    assert _call(server, "files.completeUploadExternal", files=files, channel_id="C0NOTHERE")["error"] == (
        "channel_not_found"
    )
    assert _call(server, "files.completeUploadExternal", files=files)["ok"]
    assert take(server.desk, key, b"abc") == "not_found", "an address works until the file is complete"


@pytest.mark.parametrize("length", ["0", "x"])
async def test_an_empty_file_is_refused(client: AsyncWebClient, length: str) -> None:
    with pytest.raises(SlackApiError, match="missing_argument"):
        await client.api_call("files.getUploadURLExternal", data={"length": length, "filename": "a.csv"})
