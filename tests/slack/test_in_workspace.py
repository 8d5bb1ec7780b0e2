"""The edge in a whole workspace over Socket Mode: what each person sees, and what reaches nobody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from bot.blocks.answers import FieldErrors, Message, Modal
from bot.domain.person import Person, Role, Team
from bot.errors import AudienceRefused, NamedAccount, UnknownAccount
from bot.settings import Settings
from bot.slack.attending import Handlers
from bot.slack.listen import build_edge
from bot.slack.serve import serve
from bot.slack.wiring import make_slack
from bot.standin import modals
from bot.standin import workspace as cast
from bot.standin.delivery import Envelope, NotAnswered
from bot.standin.faults import Fault
from bot.standin.server import StandinServer
from bot.standin.state import DEMO_APP_TOKEN, DEMO_BOT_TOKEN

ANA, BEN = "ana.lee@ta.example", "ben.ode@ta.example"
PEOPLE = (
    Person(email=ANA, name="Ana Lee", role=Role.TA, team=Team.ENTERPRISE),
    Person(email=BEN, name="Ben Ode", role=Role.TA, team=Team.SCALED),
)
SECRETS = ("Norvane", "A-77", "424242")
SHARED = (cast.SHARED_CHANNEL, cast.PENDING_CHANNEL, cast.GUEST_CHANNEL, cast.GROUP_WITH_OUTSIDER)


def card():
    button = {
        "type": "button",
        "action_id": "card.share",
        "value": "A-77",
        "text": {"type": "plain_text", "text": "Share"},
    }
    text = {"type": "mrkdwn", "text": "*Norvane* ARR 424242"}
    blocks = ({"type": "section", "text": text}, {"type": "actions", "elements": [button]})
    return Message(text="Norvane: 7.2", blocks=blocks, accounts=("A-77",))


async def health(asked, _ports):
    if asked.text == "crash":
        raise RuntimeError("Norvane A-77 424242")
    if asked.text != "norvane":
        raise UnknownAccount(asked.text, [NamedAccount("A-77", "Norvane")])
    return card()


async def choose(asked, _ports):
    element = {"type": "plain_text_input", "action_id": "name"}
    label = {"type": "plain_text", "text": "Channel"}
    block = {"type": "input", "block_id": "where", "element": element, "label": label}
    return Modal(
        callback_id="share.to", title="Share", blocks=(block,), submit="Share", private_metadata=asked.value
    )


async def share(asked, ports):
    try:
        await ports.messenger.post(asked.values["where"], card(), asked=asked)
    except AudienceRefused as refused:
        return FieldErrors(errors={"where": str(refused)})
    return Message(text="Shared.")


@dataclass
class Office:
    """The workspace with the bot in it."""

    server: StandinServer
    edge: Any
    stop: asyncio.Event
    serving: asyncio.Task[None]

    def id_of(self, channel: str) -> str:
        return self.server.workspace.find_channel(channel).id

    def leaked(self, *, readers: tuple[str, ...] = ()) -> list[str]:
        """What anybody but those readers sees of an account."""
        people = [user.email for user in self.server.workspace.users.values() if user.email]
        screens = [self.server.people.screen(one).words() for one in people if one not in readers]
        return [secret for secret in SECRETS if any(secret in screen for screen in screens)]

    async def settled(self) -> None:
        await self.edge.working.drained(10)


@pytest.fixture
async def office(sqlite_store, clock):
    async with StandinServer(cast.build_workspace(PEOPLE)) as server:
        settings = Settings(
            _env_file=None,
            slack_bot_token=DEMO_BOT_TOKEN,
            slack_app_token=DEMO_APP_TOKEN,
            slack_api_url=server.api_url,
            ta_bot_port=0,
        )
        side = make_slack(settings, clock, sqlite_store.audit)
        ports: Any = SimpleNamespace(messenger=side.messenger, directory=side.directory)
        tables = Handlers(
            commands={"/account-health": health},
            actions={"card.share": choose},
            submissions={"share.to": share},
        )
        edge = build_edge(side, ports, tables)
        stop = asyncio.Event()
        serving = asyncio.create_task(serve(edge, checks={}, announce=lambda _: None, stop=stop))
        await server.connected()
        yield Office(server, edge, stop, serving)
        stop.set()
        await asyncio.wait_for(serving, 30)


async def test_a_member_reads_the_card_alone(office):
    said = await office.server.people.ask(ANA, "general", "/account-health norvane")
    assert "Norvane" in str(said[0].blocks)
    assert office.leaked(readers=(ANA,)) == []


async def test_a_private_channel_without_the_bot_gets_an_answer_for_the_asker_alone(office):
    said = await office.server.people.ask(ANA, cast.PRIVATE_WITHOUT_BOT, "/account-health norvane")
    assert said[0].only_for
    assert office.leaked(readers=(ANA,)) == []


@pytest.mark.parametrize("text", ["norvane", "norvan", "crash"])
@pytest.mark.parametrize("channel", SHARED)
async def test_nothing_about_an_account_is_said_in_a_shared_place(office, channel, text):
    await office.server.people.type(ANA, channel, f"/account-health {text}")
    await office.settled()
    people = office.server.people
    there = people.screen(ANA, channel).words()
    assert not [secret for secret in SECRETS if secret in there]
    assert "reference" in there or "direct message" in there
    assert ("Norvane" in people.screen(ANA, "").words()) == (text != "crash")
    assert office.leaked(readers=(ANA,)) == []


@pytest.mark.parametrize(
    "person", [cast.GUEST, cast.SINGLE_CHANNEL_GUEST, cast.OUTSIDER, cast.STRANGER, cast.DEACTIVATED]
)
@pytest.mark.parametrize("channel", ["general", "", cast.SHARED_CHANNEL, cast.GUEST_CHANNEL])
async def test_no_outsider_reads_about_an_account(office, person, channel):
    for text in ("norvane", "norvan", "crash"):
        await office.server.people.type(person, channel, f"/account-health {text}", anyway=True)
    await office.settled()
    assert office.leaked() == []
    assert not [secret for secret in SECRETS if secret in str([one.payload for one in office.server.heard])]


async def test_sharing_reaches_a_channel_of_members_and_no_other(office):
    people = office.server.people
    await people.ask(ANA, "", "/account-health norvane")
    for channel in (*SHARED, cast.PRIVATE_WITHOUT_BOT):
        await people.press(ANA, "card.share")
        await people.wait_for(ANA, lambda screen: screen.modals)
        refused = await modals.submit(people, ANA, {"where": office.id_of(channel)})
        assert refused.action == "errors", channel
        await modals.close(people, ANA)
    assert office.leaked(readers=(ANA,)) == []
    await people.press(ANA, "card.share")
    await people.wait_for(ANA, lambda screen: screen.modals)
    await modals.submit(people, ANA, {"where": office.id_of(cast.PRIVATE_WITH_BOT)})
    await people.wait_for(BEN, lambda screen: "Norvane" in screen.words())


async def test_a_guest_who_joins_ends_the_answers_there(office):
    people = office.server.people
    await people.ask(ANA, "general", "/account-health norvane")
    guest = office.server.workspace.find_user(cast.GUEST)
    office.server.workspace.find_channel("general").members.append(guest.id)
    office.edge.side.directory.forget_place(office.id_of("general"))
    await people.type(ANA, "general", "/account-health norvane")
    await office.settled()
    assert "Norvane" in people.screen(ANA, "").words()


@pytest.mark.parametrize("kind", ["ratelimited", "server_error", "not_json", "drop"])
async def test_slack_failing_gives_one_clear_outcome_and_the_process_stays_up(office, kind):
    people, faults = office.server.people, office.server.faults
    faults.add(Fault(kind=kind, method="conversations.info", seconds=300))
    await people.type(ANA, "general", "/account-health norvane")
    await office.settled()
    assert "Norvane" not in people.screen(ANA, "general").words()
    faults.clear()
    faults.add(Fault(kind=kind, method="response_url", seconds=300))
    await people.type(ANA, "", "/account-health norvane")
    await office.settled()
    faults.clear()
    said = await people.ask(ANA, "", "/account-health norvane")
    assert "Norvane" in str(said[-1].blocks)


async def test_a_lost_connection_comes_back(office):
    links = office.server.sockets.links
    await office.server.sockets.say_goodbye()
    async with asyncio.timeout(10):
        while office.server.sockets.links == links:  # noqa: ASYNC110 # the stand-in tells of the first one only
            await asyncio.sleep(0.01)
    assert "Norvane" in str((await _asked_again_until_answered(office))[0].blocks)


async def _asked_again_until_answered(office):
    """As a person would: while the connection settles, Slack may say that the command failed."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await office.server.people.ask(ANA, "", "/account-health norvane")
            except NotAnswered:
                await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_closed", "view": {"id": "V1"}},
        {"type": "something_new"},
        {"type": "block_actions", "actions": "x", "user": 7, "team": "y"},
        {},
    ],
)
async def test_what_we_do_not_hear_is_acked_or_slack_would_send_it_again(office, payload):
    await office.server.people.transport().deliver(Envelope("interactive", payload))
    assert "Norvane" in str((await office.server.people.ask(ANA, "", "/account-health norvane"))[0].blocks)


async def test_a_stop_finishes_what_was_acked(office):
    office.server.faults.add(Fault(kind="slow", method="users.info", seconds=0.3))
    await office.server.people.type(ANA, "", "/account-health norvane")
    office.stop.set()
    await asyncio.wait_for(office.serving, 10)
    assert "Norvane" in office.server.people.screen(ANA, "").words()
    with pytest.raises(NotAnswered):
        await office.server.people.type(ANA, "", "/account-health norvane")
