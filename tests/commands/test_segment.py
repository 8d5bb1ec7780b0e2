"""/segment: a typed line in, words out, over the demo's book."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.asks import Asker, Place, PlaceKind, Shortcut
from bot.blocks import limits
from bot.blocks.answers import Done, Message, Modal
from bot.domain.person import Role, Team
from bot.errors import AudienceRefused, WrongUsage
from bot.ports import Ports
from bot.slack.attending import Handlers
from bot.standin.server import StandinServer
from bot.standin.validate import problems
from bot.standin.workspace import GUEST, user_id_of
from commands import segment

Say = Callable[..., Any]


def _words(message: Message) -> str:
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def _heading(message: Message) -> str:
    return next(block["text"]["text"] for block in message.blocks if block["type"] == "header")


async def test_an_account_is_explained(say: Say) -> None:
    message = await say("/segment quelmarra holdings inc")
    assert _heading(message) == "Quelmarra Holdings Inc"
    assert message.accounts == ("A-1001",)
    words = _words(message)
    for said in (
        "Strategic · Enterprise team",
        "row 1 of 6",
        "*Recorded*",
        "How near the boundaries are",
        "*Sources*",
    ):
        assert said in words


async def test_every_account_of_the_demo_fits_into_a_message(say: Say, ports: Ports) -> None:
    for account_id in sorted(await ports.book.list_account_ids()):
        message = await say(f'/segment "{account_id}" at arr=90k devs=480')
        plain = await say(f"/segment {account_id}")
        for one in (message, plain):
            assert one.accounts == (account_id,)
            assert problems([dict(block) for block in one.blocks], "message") == []
            assert len(json.dumps(one.blocks)) <= limits.MESSAGE_CHARS


async def test_several_and_none_are_offered_to_choose_from(say: Say, press: Say, suggest: Say) -> None:
    message = await say("/segment quelmarra")
    assert "Which one?" in message.text
    chosen = await press("segments.choose", "A-1002")
    assert chosen.replaces
    assert chosen.accounts == ("A-1002",)
    assert "segments.find" in _words(await say("/segment xqzzy"))
    offered = await suggest("segments.find", "quelm")
    assert ("Quelmarra Holdings Inc", "A-1001") in offered.options


async def test_the_card_opens_the_same_answer(say: Say, press: Say) -> None:
    assert "Why this segment" in _words(await say("/account-health A-1001"))
    opened = await press("segments.find", "A-1001")
    assert opened.blocks == (await say("/segment A-1001")).blocks


async def test_before_and_after_stand_side_by_side_and_touch_nothing(say: Say, ports: Ports) -> None:
    before = await ports.book.version()
    message = await say("/segment A-1001 at devs=480 arr=90k")
    words = _words(message)
    assert "*Now*\\nStrategic · Enterprise team" in words
    assert "*What if*\\nMid-Market · Digital team" in words
    assert "segment Strategic → Mid-Market; team Enterprise team → Digital team" in words
    assert await ports.book.version() == before


async def test_two_numbers_alone(say: Say) -> None:
    message = await say("/segment devs=2,500 arr=$100,000")
    assert "Policy decided" in _words(message)
    assert message.accounts == ()
    assert "Unclassified" in _words(await say("/segment devs=480"))


async def test_an_older_model_speaks_with_its_remarks(say: Say) -> None:
    words = _words(await say("/segment A-1002 as-of 2023-11-01"))
    for said in (
        "managed-unmanaged",
        "swapped the two Commercial rows",
        "Past numbers of developers are not kept",
    ):
        assert said in words
    assert "managed-unmanaged" in _words(await say("/segment A-1002 model=managed-unmanaged"))
    assert "today's" in _words(await say("/segment team managed model=managed-unmanaged"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("devs=-1", "I cannot read `devs=-1`"),
        ("devs=abc", "I cannot read `devs=abc`"),
        ("arr=", "Nothing stands behind `arr=`"),
        ("devs= arr=", "Nothing stands behind `devs=`"),
        ("A-1001 model=fy99", "There is no model “fy99”"),
        ("team rocket", "There is no team “rocket”"),
        ("team", "Name the team"),
        ("tier huge", "There is no tier “huge”"),
        ("A-1001 as-of 2020-01-01", "No model is known for 2020-01-01"),
        ("drift model=managed-unmanaged", "nothing can be compared"),
    ],
)
async def test_bad_input_is_answered_with_what_is_accepted(typed: str, said: str, say: Say) -> None:
    with pytest.raises(WrongUsage, match=said) as raised:
        await say(f"/segment {typed}")
    assert "`/segment" in str(raised.value)


async def test_alone_it_shows_my_accounts_by_segment(say: Say, person: Callable[..., Any]) -> None:
    ta = person(Role.TA, Team.ENTERPRISE)
    mine = await say("/segment", ta)
    assert _heading(mine) == f"Accounts of {ta.name} by segment"
    assert set(mine.accounts) <= set((await say("/account-health", ta)).accounts) | set(mine.accounts)
    assert (
        _heading(await say("/segment", person(Role.TA, Team.SCALED)))
        == "The pool of the Scaled team by segment"
    )
    assert _heading(await say("/segment", person(Role.MANAGER))) == "The whole book by segment"


async def test_the_enterprise_tier_says_that_two_teams_serve_it(say: Say, press: Say) -> None:
    message = await say("/segment tier enterprise")
    assert "is served by two teams: the Enterprise team ($100,000 or more) and the Scaled team" in _words(
        message
    )
    second = await press("segment_lists.next", "tier|Enterprise||20")
    assert second.replaces
    assert len(second.accounts) == 20
    assert not set(second.accounts) & set(message.accounts)


async def test_drift_finds_the_seeded_record_and_prepares_its_correction(
    say: Say, press: Say, submit: Say
) -> None:
    message = await say("/segment drift")
    assert "1 record disagrees" in _words(message)
    modal = await press("segment_lists.correct", "drift|||0")
    assert isinstance(modal, Modal)
    assert len(modal.accounts) == 1
    text = modal.blocks[1]["element"]["initial_value"]
    assert "in Vitally team scaled → enterprise" in text
    one = await press("segment_lists.correct", f"={modal.accounts[0]}")
    assert one.blocks[1]["element"]["initial_value"] == text
    none = await press("segment_lists.correct", "=A-1001")
    assert "nothing to correct" in json.dumps(none.blocks)
    assert isinstance(await submit("segment_lists.corrected", ""), Done)
    assert set((await press("segment_lists.team", "drift|scaled||0")).accounts) == set(modal.accounts)


async def test_the_file_goes_to_the_askers_direct_message_alone(
    press: Say, person: Callable[..., Any], server: StandinServer, ports: Ports
) -> None:
    manager = person(Role.MANAGER)
    said = await press("segment_lists.file", "tier|SMB||0", manager)
    assert "segment-tier-smb-2026-11-21.csv" in said.text
    room = server.workspace.direct(user_id_of(manager)).id
    (file,) = server.workspace.files.values()
    assert list(file.shares) == [room]
    assert file.content is not None
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("account_id,name,segment,team")
    (row,) = await ports.audit.list_rows(limit=1)
    assert (row.delivered, row.channel_id, len(row.accounts)) == ("direct", room, len(lines) - 1)


async def test_a_guest_gets_no_file(ports: Ports, server: StandinServer) -> None:
    guest = server.workspace.find_user(GUEST)
    assert guest
    asked = Shortcut(
        asker=Asker(user_id=guest.id),
        place=Place(channel_id="D1"),
        reference="r",
        callback_id="segments.of_message",
    )
    with pytest.raises(AudienceRefused):
        await ports.messenger.send_file(guest.id, "a.csv", b"a", comment="", accounts=(), asked=asked)
    assert server.workspace.files == {}


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Any news on Quelmarra Holdings? renewing soon", "The message names *Quelmarra Holdings Inc*."),
        ("A-1001 and A-1002 please", "The message names 2 accounts. Which one?"),
        ("good morning", "I see no account named in that message"),
    ],
)
async def test_a_message_shortcut_finds_the_account_it_names(
    message: str, said: str, heard: Handlers, ports: Ports
) -> None:
    asked = Shortcut(
        asker=Asker(user_id="U1"),
        place=Place(channel_id="C1", kind=PlaceKind.OPEN),
        reference="r",
        callback_id="segments.of_message",
        message_text=message,
    )
    assert said in _words(await heard.shortcuts["segments.of_message"](asked, ports))


async def test_a_keyword_says_how_it_was_read_and_quotes_mean_the_account(say: Say) -> None:
    assert _heading(await say('/segment "changes"')) == "Changes"
    words = _words(await say("/segment help"))
    for line, _ in segment.EXAMPLES:
        assert line in words.replace('\\"', '"')
