"""People and places: asked once, forgotten on events, and never from a cache where others would read."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.asks import Asker, Command, Place
from bot.blocks.answers import Message
from bot.errors import AudienceRefused, SourceUnavailable

ASKED = Command(asker=Asker("U1"), place=Place("COPEN"), reference="r", request_id="q", name="/x", text="")
SAID = Message(text="Acme", accounts=("A-77",))


async def health(_asked, _ports):
    return Message(text="Acme 7.2")


async def test_people_and_places_are_asked_once(build, slack):
    edge = build(commands={"/account-health": health})
    for number in range(5):
        await edge.dispatch(slack.command(str(number)))
    assert slack.count("conversations.info") == 1
    assert slack.count("users.info") == 2
    assert slack.count("auth.test") == 1


async def test_misses_at_the_same_time_share_one_look_up(build, slack):
    directory = build().side.directory
    found = await asyncio.gather(*(directory.get_member("U1") for _ in range(10)))
    assert {person.outside for person in found} == {""}
    assert slack.count("users.info") == 1


async def test_failures_are_not_kept(build, slack):
    directory = build().side.directory
    slack.broken["users.info"] = lambda _: {"ok": False, "error": "fatal_error"}
    assert (await directory.get_member("U1")).outside == "unknown"
    slack.broken.clear()
    assert (await directory.get_member("U1")).outside == ""


@pytest.mark.parametrize(
    ("event", "given"),
    [
        ("user_change", {"user": {"id": "U1"}}),
        ("user_change", {"user": {"id": "U1", "team_id": "T111", "is_restricted": True}}),
        ("channel_shared", {"channel": "COPEN"}),
        ("channel_unshared", {"channel": "COPEN"}),
        ("member_joined_channel", {"channel": "COPEN", "user": "UGUEST"}),
        ("channel_id_changed", {"old_channel_id": "COPEN", "new_channel_id": "COTHER"}),
    ],
)
async def test_an_event_makes_us_look_again(build, slack, event, given):
    edge = build(commands={"/account-health": health})
    await edge.dispatch(slack.command("a"))
    slack.channels["COPEN"]["is_ext_shared"] = True
    await edge.dispatch(slack.event(event, **given))
    await edge.dispatch(slack.command("b"))
    assert slack.said[0]["text"] == "Acme 7.2"
    assert "Acme" not in slack.said[1]["text"]


async def test_a_new_status_line_does_not_empty_the_caches(build, slack):
    edge = build(commands={"/account-health": health})
    await edge.dispatch(slack.command("a"))
    await edge.dispatch(slack.event("user_change", user=slack.users["U2"]))
    await edge.dispatch(slack.command("b"))
    assert slack.count("conversations.info") == 1


async def test_an_unknown_command_is_told_so(build, slack):
    await build().dispatch(slack.command(command="/account-helth"))
    assert "/ta-help" in slack.texts()[0]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("COPEN", ""),
        ("DU1", ""),
        ("CEXT", "another organisation"),
        ("CPENDING", "about to be"),
        ("CGUEST", "guest"),
        ("GMPIM", "another organisation"),
        ("CAPP", "another app"),
        ("CHALF", "could not find out"),
        ("GHIDDEN", "cannot see"),
    ],
)
async def test_readers(build, place, said):
    readers = await build().side.directory.readers_of(place)
    assert said in readers.refused
    assert bool(readers.refused) == bool(said)


async def test_readers_are_never_from_a_cache(build, slack):
    directory = build().side.directory
    assert (await directory.readers_of("COPEN")).refused == ""
    slack.users["U2"]["is_restricted"] = True
    assert "guest" in (await directory.readers_of("COPEN")).refused


async def test_a_large_channel_is_judged_by_one_sweep(build, slack):
    members = [f"UX{number}" for number in range(120)]
    for user_id in members:
        slack.users[user_id] = {**slack.users["U1"], "id": user_id}
    slack.channels["CBIG"] = {**slack.channels["COPEN"], "id": "CBIG", "_members": ("UBOT", *members)}
    directory = build().side.directory
    readers = await directory.readers_of("CBIG")
    assert (readers.refused, readers.count) == ("", 120)
    assert slack.count("users.info") == 0
    slack.channels["CBIG"]["_members"] += ("UNLISTED",)
    assert "could not find out" in (await directory.readers_of("CBIG")).refused


async def test_posting_checks_again_and_leaves_a_row(build, slack, audit):
    messenger = build().side.messenger
    assert (await messenger.post("COPEN", SAID, asked=ASKED)).ts == "1.1"
    slack.users["U2"]["is_restricted"] = True
    with pytest.raises(AudienceRefused, match="guest"):
        await messenger.post("COPEN", SAID, asked=replace(ASKED, request_id="q2"))
    assert slack.count("chat.postMessage") == 1
    assert [(row.delivered, row.accounts) for row in audit.rows] == [("channel", ("A-77",)), ("refused", ())]


async def test_the_same_post_is_made_once(build, slack):
    messenger = build().side.messenger
    await messenger.post("COPEN", SAID, asked=ASKED)
    await messenger.post("COPEN", SAID, asked=ASKED)
    assert slack.count("chat.postMessage") == 1


async def test_somebody_who_became_a_guest_posts_nothing(build, slack):
    messenger = build().side.messenger
    slack.channels["CONLY"] = {**slack.channels["COPEN"], "id": "CONLY", "_members": ("UBOT", "U2")}
    slack.users["U1"]["is_restricted"] = True
    with pytest.raises(AudienceRefused):
        await messenger.post("CONLY", SAID, asked=ASKED)
    assert slack.count("chat.postMessage") == 0


@pytest.mark.parametrize("person", ["UGUEST", "UFAR", "UGONE", "UNOBODY"])
async def test_no_direct_message_to_an_outsider(build, slack, person):
    with pytest.raises(AudienceRefused):
        await build().side.messenger.direct(person, SAID, asked=ASKED)
    assert slack.count("chat.postMessage") == 0


async def test_a_direct_message_is_checked_to_be_theirs(build, slack):
    slack.broken["conversations.open"] = lambda _: {
        "ok": True,
        "channel": {"id": "DU2", "is_im": True, "user": "U2"},
    }
    edge = build(commands={"/account-health": health})
    await edge.dispatch(slack.command(channel_id="CEXT"))
    assert slack.count("chat.postMessage") == 0
    assert "could not open" in slack.texts()[0]


async def test_a_lost_post_is_not_made_twice(build, slack, audit):
    def lost(_):
        return slack_down

    slack_down = {"ok": False, "error": "fatal_error"}
    slack.broken["chat.postMessage"] = lost
    with pytest.raises(SourceUnavailable):
        await build().side.messenger.post("COPEN", SAID, asked=ASKED)
    assert slack.count("chat.postMessage") == 1
    assert [row.delivered for row in audit.rows] == ["channel", "failed"]


async def test_user_groups_by_handle(build, slack):
    groups = [
        {"id": "S1", "handle": "ta-scaled", "date_delete": 0},
        {"id": "S2", "handle": "old", "date_delete": 5},
    ]
    slack.broken["usergroups.list"] = lambda _: {"ok": True, "usergroups": groups}
    edge = build()
    directory = edge.side.directory
    assert await directory.find_user_group("@TA-Scaled") == "S1"
    assert await directory.find_user_group("old") is None
    assert slack.count("usergroups.list") == 1
    groups.append({"id": "S3", "handle": "new", "date_delete": 0})
    assert await directory.find_user_group("new") is None
    await edge.dispatch(slack.event("subteam_created"))
    assert await directory.find_user_group("new") == "S3"


async def test_user_groups_that_slack_does_not_tell_are_not_waited_for_each_time(build, slack):
    slack.broken["usergroups.list"] = lambda _: {"ok": False, "error": "missing_scope"}
    directory = build().side.directory
    assert [await directory.find_user_group("ta") for _ in range(3)] == [None, None, None]
    assert slack.count("usergroups.list") == 1


async def test_what_is_wrong_with_a_user_group_is_said(build, slack):
    groups = [
        {"id": "S1", "handle": "ready", "date_delete": 0, "users": ["U1"]},
        {"id": "S2", "handle": "empty", "date_delete": 0, "users": []},
        {"id": "S3", "handle": "gone", "date_delete": 5, "users": ["U1"]},
        {"id": "S4", "handle": "again", "date_delete": 0, "users": ["U2"]},
        {"id": "S5", "handle": "again", "date_delete": 5, "users": []},
    ]
    slack.broken["usergroups.list"] = lambda _: {"ok": True, "usergroups": groups}
    directory = build().side.directory
    told = {
        handle: await directory.get_user_group(handle)
        for handle in ("ready", "empty", "gone", "none", "again")
    }
    assert {handle: one.problem for handle, one in told.items()} == {
        "ready": "",
        "empty": "empty",
        "gone": "disabled",
        "none": "missing",
        "again": "",
    }
    assert (told["ready"].members, told["again"].id, told["gone"].id) == (("U1",), "S4", "")
    assert slack.count("usergroups.list") == 1


async def test_a_missing_permission_is_lasting_and_a_silence_passes(build, slack):
    slack.broken["usergroups.list"] = lambda _: {"ok": False, "error": "missing_scope"}
    one = await build().side.directory.get_user_group("ta")
    assert (one.problem, one.passing) == ("hidden", False)
    assert "missing_scope" in one.why
    slack.broken["usergroups.list"] = lambda _: {"ok": False, "error": "internal_error"}
    assert (await build().side.directory.get_user_group("ta")).passing


async def test_channels_by_name(build, slack):
    pages = {
        "": {"channels": [{"id": "C1", "name": "One"}], "response_metadata": {"next_cursor": "2"}},
        "2": {"channels": [{"id": "C2", "name": "two"}], "response_metadata": {"next_cursor": ""}},
    }
    slack.broken["conversations.list"] = lambda given: {"ok": True, **pages[given.get("cursor") or ""]}
    edge = build()
    directory = edge.side.directory
    found = [await directory.find_channel(name) for name in ("#one", "two", "three")]
    assert found == ["C1", "C2", None]
    assert slack.count("conversations.list") == 2
    await edge.dispatch(slack.event("channel_rename", channel={"id": "C1", "name": "uno"}))
    await directory.find_channel("two")
    assert slack.count("conversations.list") == 4


async def test_people_by_address(build, slack):
    slack.broken["users.lookupByEmail"] = lambda given: (
        {"ok": True, "user": slack.users["U1"]}
        if given["email"] == "u1@example.com"
        else {"ok": True, "user": slack.users["UGUEST"]}
        if given["email"] == "guest@example.com"
        else {"ok": False, "error": "users_not_found"}
    )
    directory = build().side.directory
    assert await directory.find_user_id("U1@example.com") == "U1"
    assert await directory.find_user_id("guest@example.com") is None
    assert await directory.find_user_id("nobody@example.com") is None


async def test_many_addresses_are_found_in_one_sweep_and_outsiders_in_none(build, slack):
    directory = build().side.directory
    wanted = [f"{one}@example.com" for one in ("U1", "u2", "uguest", "ufar", "ustrange", "ugone", "nobody")]
    assert await directory.find_user_ids(wanted) == {"U1@example.com": "U1", "u2@example.com": "U2"}
    assert slack.count("users.list") == 1
    assert slack.count("users.lookupByEmail") == 0
    slack.broken["users.list"] = lambda _: {"ok": False, "error": "fatal_error"}
    directory.forget_all()
    assert await directory.find_user_ids(wanted) == {}


async def test_a_channel_is_found_by_its_name_and_looked_for_anew_where_it_was_not(build, slack):
    listed = [{"id": "C1", "name": "discuss-technical-advisors"}]
    slack.broken["conversations.list"] = lambda _: {"ok": True, "channels": listed}
    directory = build().side.directory
    assert await directory.find_channel("#discuss-technical-advisors") == "C1"
    assert await directory.find_channel("discuss-technical-advisors") == "C1"
    assert slack.count("conversations.list") == 1
    assert await directory.find_channel("new") is None
    listed.append({"id": "C2", "name": "new"})
    assert await directory.find_channel("new") == "C2"


async def test_no_channel_is_found_while_slack_does_not_answer(build, slack):
    slack.broken["conversations.list"] = lambda _: {"ok": False, "error": "fatal_error"}
    assert await build().side.directory.find_channel("general") is None
