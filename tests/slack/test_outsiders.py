"""Ways in which an outsider might come to read about an account, each tried."""

from __future__ import annotations

import asyncio
import copy
import json

import pytest
from aiohttp import web

from bot.asks import Asker, Place, PlaceKind
from bot.blocks.answers import Message, Modal, Options
from bot.errors import AmbiguousAccount, AudienceRefused, NamedAccount, UnknownAccount
from bot.slack import payloads

SECRETS = ("Norvane", "A-77", "424242")
NEAR = (NamedAccount("A-77", "Norvane"),)
OUTSIDERS = ("UGUEST", "USINGLE", "UFAR", "USTRANGE", "UAPP", "UGONE", "UHALF", "UNOBODY")
SHARED = ("CEXT", "CPENDING", "CGUEST", "GMPIM", "CHALF")


async def card(_asked, _ports):
    return Message(text="Norvane 424242", blocks=(), accounts=("A-77",))


async def modal(_asked, _ports):
    return Modal(callback_id="m", title="Norvane", blocks=(), private_metadata="A-77", accounts=("A-77",))


async def unknown(asked, _ports):
    raise UnknownAccount(asked.text, NEAR)


async def ambiguous(asked, _ports):
    raise AmbiguousAccount(asked.text, NEAR)


async def crash(_asked, _ports):
    raise RuntimeError("Norvane A-77 424242")


async def names(_asked, _ports):
    return Options(options=(("Norvane", "A-77"),))


def leaked(text):
    return [secret for secret in SECRETS if secret in text]


async def settled(edge):
    await edge.working.drained(5)


@pytest.mark.parametrize("person", OUTSIDERS)
@pytest.mark.parametrize("handler", [card, modal, unknown, ambiguous, crash])
async def test_no_way_of_asking_tells_an_outsider(build, slack, audit, person, handler, capsys):
    """Commands, presses of what was shared long ago, submissions, menus, shortcuts: in our own open channel."""
    tables = ("commands", "actions", "submissions", "shortcuts", "typeaheads")
    edge = build(**{table: {"/account-health": handler, "x": handler} for table in tables})
    who = {"user": {"id": person, "team_id": "T111"}}
    shortcut = {"type": "shortcut", "team": {"id": "T111"}, "callback_id": "x", "trigger_id": "9.9", **who}
    acks = [
        await edge.dispatch(slack.command(user_id=person)),
        await edge.dispatch(slack.press("x", "A-77", trigger_id="7.7", **who)),
        await edge.dispatch(slack.submit("x", **who)),
        await edge.dispatch(slack.typed("x", "nor", **who)),
        await edge.dispatch(shortcut),
    ]
    await settled(edge)
    told = " ".join(
        (slack.everything(), str(acks), capsys.readouterr().err, edge.side.metrics.text().decode())
    )
    assert leaked(told) == []
    assert {row.delivered for row in audit.rows} == {"refused"}
    assert not leaked(str(audit.rows))
    assert len(audit.rows) == 5


@pytest.mark.parametrize("channel", SHARED)
@pytest.mark.parametrize("handler", [modal, names])
async def test_no_window_and_no_menu_opens_in_a_shared_place(build, slack, channel, handler):
    edge = build(actions={"x": handler}, typeaheads={"x": handler})
    place = {"channel": {"id": channel}}
    acks = [
        await edge.dispatch(slack.press("x", "A-77", **place)),
        await edge.dispatch(slack.typed("x", "n", **place)),
    ]
    await settled(edge)
    assert leaked(slack.everything() + str(acks)) == []
    assert slack.count("views.open") == 0


@pytest.mark.parametrize("channel", SHARED)
@pytest.mark.parametrize("handler", [card, unknown, ambiguous])
async def test_what_is_said_in_a_shared_place_names_nothing(build, slack, channel, handler):
    edge = build(commands={"/account-health": handler})
    await edge.dispatch(slack.command("typo", channel_id=channel))
    assert leaked(str(slack.said)) == []
    (posted,) = [given for method, given in slack.calls if method == "chat.postMessage"]
    assert (posted["channel"], "Norvane" in posted["text"]) == ("DU1", True)


async def test_the_direct_message_of_two_others_is_no_place_of_the_askers(build, slack):
    """Where Slack shows the bot a direct message, it is the asker's own only when it is with the asker."""
    slack.channels["DU2"] = {"id": "DU2", "is_im": True, "user": "U2", "_members": ()}
    edge = build(commands={"/account-health": card})
    await edge.dispatch(slack.command(channel_id="DU2"))
    assert leaked(str(slack.said)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"team_id": "TFAR"},
        {"team_id": ""},
        {"team_id": None},
        {"is_enterprise_install": "true"},
        {"is_enterprise_install": True},
    ],
)
async def test_requests_for_another_install_hear_nothing_at_all(build, slack, audit, changes):
    edge = build(commands={"/account-health": card})
    await edge.dispatch(slack.command(**changes))
    assert slack.said == []
    assert [row.delivered for row in audit.rows] == ["refused"]


@pytest.mark.parametrize(
    "changes",
    [
        {"team": {"id": "TFAR"}},
        {"team": None, "user": {"id": "U1"}},
        {"is_enterprise_install": True},
        {"user": {"id": "U1", "team_id": "TFAR"}},
        {"view": {"id": "V1", "app_installed_team_id": "TFAR"}},
    ],
)
async def test_presses_for_another_install_or_by_its_people_do_nothing(build, slack, audit, changes):
    edge = build(actions={"x": card})
    await edge.dispatch(slack.press("x", "A-77", **changes))
    assert leaked(slack.everything()) == []
    assert [row.delivered for row in audit.rows] == ["refused"]


@pytest.mark.parametrize("value", ["true", True, "True"])
def test_an_org_wide_install_is_seen_in_every_form(value):
    flag = "is_enterprise_install"
    assert payloads.teams({"command": "/x", "team_id": "T1", flag: value}).org_wide
    assert payloads.teams({"type": "block_actions", "team": {"id": "T1"}, flag: value}).org_wide
    assert payloads.teams(
        {"type": "event_callback", "authorizations": [{"team_id": "T1", flag: value}]}
    ).org_wide


GARBAGE = [
    {"ok": True},
    {"ok": True, "user": None, "channel": None, "members": None},
    {"ok": True, "user": "U1", "channel": "COPEN", "members": "U1"},
    {"ok": True, "user": {"id": "U2"}, "channel": {"id": "CELSE"}, "members": []},
    {"ok": True, "user": [], "channel": {"id": "COPEN"}, "members": [{"id": "U1"}, None, 7]},
    {
        "ok": True,
        "user": {"id": "U1"},
        "channel": {},
        "members": ["U1"],
        "response_metadata": {"next_cursor": 7},
    },
    {"ok": True, "user": {}, "channel": [], "members": ["U1"], "response_metadata": "more"},
    [],
    None,
]


@pytest.mark.parametrize("method", ["users.info", "conversations.info", "conversations.members"])
@pytest.mark.parametrize("answer", GARBAGE)
async def test_whatever_slack_answers_wrongly_nothing_is_posted_or_said_in_place(
    build, slack, method, answer
):
    body = json.dumps(answer)
    slack.broken[method] = lambda _given: web.Response(text=body, content_type="application/json")
    edge = build(commands={"/account-health": card})
    await edge.dispatch(slack.command())
    assert leaked(str(slack.said)) == []
    side = edge.side
    ask = payloads.command(slack.command("again"), "ref")
    with pytest.raises(AudienceRefused):
        await side.messenger.post("COPEN", Message(text="Norvane"), asked=ask)
    posted = [given["channel"] for name, given in slack.calls if name == "chat.postMessage"]
    assert posted in ([], ["DU1"])


async def test_a_member_hidden_on_a_later_page_is_found(build, slack):
    slack.channels["CLONG"] = copy.deepcopy(slack.channels["COPEN"])
    slack.channels["CLONG"].update(id="CLONG", _members=("UBOT", *["U1"] * 55, "UFAR"))
    edge = build()
    readers = await edge.side.directory.readers_of("CLONG")
    assert "another organisation" in readers.refused


async def test_a_channel_shared_after_it_was_kept_gets_no_post(build, slack):
    """Without an event the place is still thought open for a minute: only answers for the asker alone rest on that."""
    edge = build(commands={"/account-health": card})
    await edge.dispatch(slack.command("one"))
    slack.channels["COPEN"].update(is_ext_shared=True, is_shared=True)
    place = await edge.side.directory.place("COPEN", Asker("U1"))
    assert place == Place("COPEN", "copen", PlaceKind.OPEN)
    with pytest.raises(AudienceRefused):
        await edge.side.messenger.post(
            "COPEN", Message(text="Norvane"), asked=payloads.command(slack.command("two"), "ref")
        )
    await edge.dispatch(slack.event("channel_shared", channel="COPEN"))
    assert (await edge.side.directory.place("COPEN", Asker("U1"))).kind is PlaceKind.SHARED


async def test_somebody_who_became_a_guest_a_moment_ago_gets_no_direct_message(build, slack, audit):
    """A post is checked anew, also one that only the asker reads."""
    edge = build(commands={"/account-health": card})
    await edge.dispatch(slack.command("one", channel_id="CEXT"))
    slack.users["U1"]["is_restricted"] = True
    before = slack.count("chat.postMessage")
    await edge.dispatch(slack.command("two", channel_id="CEXT"))
    assert slack.count("chat.postMessage") == before
    assert "full members" in slack.texts()[-1]
    assert audit.rows[-1].delivered == "refused"


async def test_a_menu_offers_nothing_that_the_audit_cannot_keep(build, slack, audit):
    edge = build(typeaheads={"x": names})
    assert leaked(str(await edge.dispatch(slack.typed("x", "n")))) == ["Norvane", "A-77"]
    assert audit.rows[-1].accounts == ("A-77",)
    audit.broken = True
    assert leaked(str(await edge.dispatch(slack.typed("x", "no")))) == []


async def test_two_who_post_at_once_each_look_anew(build, slack):
    """A look that began before the change must not answer for one that began after it."""
    edge = build()
    gate, first = asyncio.Event(), asyncio.Event()

    async def held(_given):
        if not first.is_set():
            first.set()
            old = copy.deepcopy(slack.users["U2"])
            await gate.wait()
            return {"ok": True, "user": old}
        return None

    slack.broken["users.info"] = held
    early = asyncio.create_task(edge.side.directory.get_member("U2", fresh=True))
    await first.wait()
    slack.users["U2"]["is_restricted"] = True
    assert (await edge.side.directory.get_member("U2", fresh=True)).outside == "guest"
    gate.set()
    await early
    assert (await edge.side.directory.get_member("U2")).outside == "guest"
