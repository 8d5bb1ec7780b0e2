"""What an answer's buttons, menus and modals do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.blocks import limits
from bot.blocks.answers import Done, FieldErrors, Message, Modal
from bot.domain.person import Role, Team
from bot.errors import UserError, WrongUsage
from bot.slack.attending import Handlers
from bot.standin.server import StandinServer
from bot.standin.state import stable_id
from bot.standin.validate import problems
from bot.standin.workspace import GUEST_CHANNEL, PRIVATE_WITHOUT_BOT, SHARED_CHANNEL
from commands import account_health, ta_help

Do = Callable[..., Any]
NAME = "Quelmarra Holdings Inc"
GENERAL = stable_id("C", "general")


def _words(answer: Message | Modal) -> str:
    return json.dumps(answer.blocks, ensure_ascii=False)


async def test_a_chosen_account_takes_the_menus_place_and_a_found_one_comes_below(press: Do) -> None:
    chosen = await press("health.choose", "A-1001")
    found = await press("health.find", "A-1001")
    assert chosen.accounts == found.accounts == ("A-1001",)
    assert chosen.replaces
    assert not found.replaces


async def test_letters_bring_options_within_slacks_limits(suggest: Do) -> None:
    options = (await suggest("health.find", "quel")).options
    assert NAME in [text for text, _ in options]
    for typed in ("", "x" * 4000, "<!channel>", "the consolidated"):
        for text, value in (await suggest("health.find", typed)).options:
            assert 0 < len(text) <= limits.OPTION_TEXT
            assert 0 < len(value) <= limits.OPTION_VALUE


@pytest.mark.parametrize("action_id", ["health.choose", "health.find", "health.share", "routing.ask"])
async def test_an_account_that_is_gone_says_so(action_id: str, press: Do) -> None:
    with pytest.raises(UserError, match="no longer in the book"):
        await press(action_id, "A-0")


@pytest.mark.parametrize("action_id", ["books.next", "books.previous", "books.filter", "books.open_team"])
async def test_an_old_button_of_a_book_says_so(action_id: str, press: Do) -> None:
    with pytest.raises(WrongUsage, match="out of date"):
        await press(action_id, "tampered")


@pytest.mark.parametrize("system", ["vitally", "salesforce", "looker"])
async def test_a_link_is_slacks_to_open(system: str, press: Do) -> None:
    assert isinstance(await press(f"health.open_{system}"), Done)


async def test_sharing_shows_to_whom_before_anything_is_posted(
    press: Do, submit: Do, server: StandinServer, person: Do
) -> None:
    ana = person(Role.TA, Team.ENTERPRISE)
    where = await press("health.share", "A-1001", ana)
    assert NAME not in where.private_metadata
    assert problems([dict(block) for block in where.blocks], "modal") == []
    whom = await submit(where.callback_id, where.private_metadata, ana, channel=GENERAL)
    assert isinstance(whom, Modal)
    assert "#general" in _words(whom)
    assert "full members" in _words(whom)
    assert NAME not in whom.private_metadata
    assert problems([dict(block) for block in whom.blocks], "modal") == []
    assert not _posted(server)
    done = await submit(whom.callback_id, whom.private_metadata, ana)
    assert f"<#{GENERAL}>" in _words(done)
    (posted,) = _posted(server)
    assert NAME in posted
    assert "Shared by <@" in posted
    assert "<!subteam" not in posted
    assert "health.share" not in posted


def _posted(server: StandinServer) -> list[str]:
    """Every message that somebody can read in a channel."""
    return [json.dumps(heard.payload) for heard in server.heard if heard.to == "chat.postMessage"]


@pytest.mark.parametrize("channel", [SHARED_CHANNEL, GUEST_CHANNEL, PRIVATE_WITHOUT_BOT])
async def test_nothing_is_shared_where_an_outsider_may_read(
    channel: str, submit: Do, server: StandinServer, person: Do
) -> None:
    ana, channel_id = person(Role.TA, Team.ENTERPRISE), stable_id("C", channel)
    refused = await submit("health.share_choose", "A-1001", ana, channel=channel_id)
    assert isinstance(refused, FieldErrors)
    assert NAME not in str(refused.errors)
    assert (refused.accounts, channel_id in refused.withheld) == (("A-1001",), True)
    late = await submit("health.share_confirm", f"{channel_id} A-1001", ana)
    assert "Nothing was posted" in _words(late)
    assert NAME not in _words(late)
    assert not any(NAME in posted for posted in _posted(server))


async def test_a_channel_must_be_chosen(submit: Do) -> None:
    assert isinstance(await submit("health.share_choose", "A-1001", None, channel=None), FieldErrors)


async def test_help_lists_every_command_and_explains_one(say: Do) -> None:
    words = _words(await say("/ta-help"))
    for module in (account_health, ta_help):
        assert f"*{module.COMMAND}*" in words
        assert module.SUMMARY in words
    one = _words(await say("/ta-help account-health"))
    assert "changes since" in one
    assert "*/ta-help*" not in one
    assert one == _words(await say("/ta-help /account-health"))
    known = "`/account-health`, `/ask-ta`, `/kpi-digest`, `/ooo`, `/segment`, `/ta-help`"
    with pytest.raises(WrongUsage, match=known):
        await say("/ta-help nothing")


async def test_the_commands_are_among_those_heard(heard: Handlers) -> None:
    assert {account_health.COMMAND, ta_help.COMMAND} <= set(heard.commands)
