"""/account-health: a typed line in, words out, over the demo's book."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot.asks import PlaceKind
from bot.blocks import limits
from bot.blocks.answers import Message
from bot.domain.person import Role, Team
from bot.errors import UnknownPerson, WrongUsage
from bot.ports import Ports
from bot.standin.state import stable_id
from bot.standin.validate import problems
from bot.standin.workspace import BYSTANDER, user_id_of
from commands import account_health

NATIVE = ("data_table", "data_visualization")  # slack_sdk does not know these two yet

Say = Callable[..., Any]


def _words(message: Message) -> str:
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def _heading(message: Message) -> str:
    return next(block["text"]["text"] for block in message.blocks if block["type"] == "header")


@pytest.mark.parametrize(
    "typed",
    [
        "A-1001",
        "a-1001",
        "Quelmarra Holdings Inc",
        "quelmarra holdings",
        "holdings quelmarra",
        "quelmara holdigns",
    ],
)
async def test_an_account_is_found_however_it_is_typed(typed: str, say: Say) -> None:
    message = await say(f"/account-health {typed}")
    assert _heading(message) == "Quelmarra Holdings Inc"
    assert message.accounts == ("A-1001",)


async def test_a_guess_says_what_it_was_read_as(say: Say) -> None:
    assert "Showing *Quelmarra Holdings Inc* for “quelmara holdigns”" in _words(
        await say("/account-health quelmara holdigns")
    )
    assert "Showing" not in _words(await say("/account-health A-1001"))


async def test_several_accounts_are_offered_and_never_guessed_between(say: Say) -> None:
    message = await say("/account-health quelmarra")
    offered = message.blocks[-1]["elements"][0]["options"]
    assert {"A-1001", "A-1002", "A-1003"} <= {one["value"] for one in offered}
    assert "Which one?" in message.text


async def test_no_account_gives_the_nearest_names(say: Say) -> None:
    message = await say("/account-health xqzzy")
    assert "I know no account “xqzzy”" in message.text
    assert "health.find" in _words(message)


async def test_four_thousand_characters_are_echoed_short(say: Say) -> None:
    message = await say("/account-health " + "q<!channel>" * 400)
    assert len(message.text) < 600
    assert "<!" not in _words(message)
    assert problems([dict(block) for block in message.blocks], "message") == []


async def test_every_account_of_the_demo_fits_into_a_message(say: Say, ports: Ports) -> None:
    ids = await ports.book.list_account_ids()
    assert len(ids) == 200
    for account_id in sorted(ids):
        message = await say(f"/account-health {account_id}")
        assert message.accounts == (account_id,)
        for blocks in (message.blocks, tuple(message.plain)):
            assert problems([dict(block) for block in blocks], "message") == []
            assert len(json.dumps(blocks)) <= limits.MESSAGE_CHARS
            known = [dict(block) for block in blocks if block["type"] not in NATIVE]
            assert all(Block.parse(block).to_dict() == block for block in known)  # type: ignore[union-attr]


async def test_a_share_button_appears_only_where_sharing_is_possible(say: Say) -> None:
    assert "health.share" in _words(await say("/account-health A-1001", None, PlaceKind.OPEN))
    assert "health.share" not in _words(await say("/account-health A-1001", None, PlaceKind.UNSEEN))


async def test_a_ta_sees_their_own_book(say: Say, person: Callable[..., Any]) -> None:
    ta = person(Role.TA, Team.ENTERPRISE)
    message = await say("/account-health", ta)
    assert _heading(message) == "Your book of business"
    assert "worst first" in _words(message)
    again = await say(f"/account-health <@{user_id_of(ta)}|whoever>", person(Role.MANAGER))
    assert _heading(again) == f"The book of {ta.name}"
    assert again.accounts == message.accounts
    by_address = await say(f"/account-health {ta.email}", person(Role.MANAGER))
    assert by_address.accounts == message.accounts


async def test_a_pool_ta_sees_the_pool_and_may_narrow_it(
    say: Say, press: Say, person: Callable[..., Any]
) -> None:
    ta = person(Role.TA, Team.SCALED)
    message = await say("/account-health", ta)
    assert _heading(message) == "The book of the Scaled team"
    options = next(
        element["options"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == "books.filter"
    )
    assert [one["text"]["text"] for one in options][-1] == "Served by me last"
    narrowed = await press("books.filter", options[-1]["value"], ta)
    assert _heading(narrowed) == "Served by you last"
    assert narrowed.replaces


async def test_pages_follow_one_another(say: Say, press: Say) -> None:
    first = await say("/account-health team scaled")
    second = await press("books.next", "scaled||20")
    assert len(first.accounts) == len(second.accounts) == 20
    assert not set(first.accounts) & set(second.accounts)
    beyond = await press("books.next", "scaled||99999")
    assert beyond.accounts == first.accounts


async def test_those_without_a_book_are_told_where_to_start(say: Say, person: Callable[..., Any]) -> None:
    manager = await say("/account-health", person(Role.MANAGER))
    assert "Books belong to TAs" in manager.text
    assert "books.open_team" in _words(manager)
    stranger = await say("/account-health")
    assert "not in the book of people" in stranger.text


async def test_people_without_a_book_and_unknown_people(say: Say, person: Callable[..., Any]) -> None:
    ae = person(Role.AE)
    with pytest.raises(WrongUsage, match="books belong to TAs"):
        await say(f"/account-health {ae.email}")
    with pytest.raises(UnknownPerson, match=r"^@bystander is not.*ta-bot import people"):
        await say(f"/account-health <@{stable_id('U', BYSTANDER)}>")
    with pytest.raises(UnknownPerson, match=r"^Whoever you mentioned is not"):
        await say("/account-health <@U0NOBODY00>")


async def test_teams(say: Say) -> None:
    assert _heading(await say("/account-health team digital")) == "The book of the Digital team"
    with pytest.raises(WrongUsage, match="There is no team “rocket”"):
        await say("/account-health team rocket")
    with pytest.raises(WrongUsage, match="There is no team “<!channel> & co”"):
        await say(
            "/account-health team &lt;!channel&gt; &amp; co"
        )  # as Slack sends it; escaped where it is said
    with pytest.raises(WrongUsage, match="Name the team"):
        await say("/account-health team")


async def test_changes(say: Say, person: Callable[..., Any]) -> None:
    everything = await say("/account-health changes since 2026-01-01", person(Role.MANAGER))
    assert "Health category changes of every book since 1 Jan 2026" in everything.text
    table = next(block for block in everything.blocks if block["type"] == "data_table")
    assert [cell["text"] for cell in table["rows"][0]] == ["Account", "Date", "Before", "Now"]
    mine = await say("/account-health changes since 2026-01-01", person(Role.TA, Team.ENTERPRISE))
    assert "of your book" in mine.text
    pool = await say("/account-health changes", person(Role.TA, Team.SCALED))
    assert "of Scaled team since 24 Oct 2026" in pool.text
    with pytest.raises(WrongUsage, match="changes since 2026-10-24"):
        await say("/account-health changes since yesterday")


async def test_a_keyword_that_is_an_accounts_name(say: Say, person: Callable[..., Any]) -> None:
    keyword = await say("/account-health changes", person(Role.MANAGER))
    assert "Read as the keyword. There is an account *Changes* too" in _words(keyword)
    account = await say('/account-health "changes"')
    assert _heading(account) == "Changes"
    assert "because of the quotes" in _words(account)
    by_id = await say("/account-health A-1015")
    assert _heading(by_id) == "Changes"


async def test_help_shows_every_example(say: Say) -> None:
    words = _words(await say("/account-health help"))
    for line, _ in account_health.EXAMPLES:
        assert line in words.replace('\\"', '"')


async def test_names_with_signs_are_found_as_slack_escapes_them(say: Say) -> None:
    assert _heading(await say("/account-health Mirrowick &lt;Labs&gt; LLC")) == "Mirrowick <Labs> LLC"
