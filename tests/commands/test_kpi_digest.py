"""/kpi-digest: a typed line in, words out, over the demo's book and the local workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from bot.blocks.answers import FieldErrors, Message, Modal
from bot.domain.person import Role, Team
from bot.errors import UserError, WrongUsage
from bot.features.subscriptions import views
from bot.ports import Ports
from bot.ports.digests import Subscription
from bot.ports.jobs import WorkState
from bot.slack.views import modal as as_json
from bot.standin.server import StandinServer
from bot.standin.validate import problems, view_problems
from bot.standin.workspace import (
    ARCHIVED_CHANNEL,
    GUEST_CHANNEL,
    PENDING_CHANNEL,
    PRIVATE_WITH_BOT,
    PRIVATE_WITHOUT_BOT,
    SHARED_CHANNEL,
)

Say = Callable[..., Any]


def _words(answer: Message | Modal) -> str:
    said = answer.text if isinstance(answer, Message) else answer.title
    return said + json.dumps(answer.blocks, ensure_ascii=False)


@pytest.fixture
def channel(server: StandinServer) -> Callable[[str], str]:
    """The id of a channel of the local workspace."""
    return lambda name: next(one.id for one in server.workspace.channels.values() if one.name == name)


@pytest.fixture
def fields(channel: Callable[[str], str]) -> Callable[..., dict[str, Any]]:
    """What somebody enters in the form."""

    def entered(name: str = "discuss-scaled-success", **other: Any) -> dict[str, Any]:
        values = {
            views.CHANNEL: channel(name),
            views.TEAMS: ["scaled", "digital"],
            views.WEEKDAY: "0",
            views.TIME: "08:00",
            views.ZONE: "America/Sao_Paulo",
            views.COUNTRY: "BR",
        }
        return values | {getattr(views, key.upper()): value for key, value in other.items()}

    return entered


@pytest.fixture
def subscribe(submit: Say, person: Callable[..., Any], fields: Callable[..., dict[str, Any]]) -> Say:
    """Submits the form as a manager of the scaled team."""

    async def subscribing(name: str = "discuss-scaled-success", metadata: str = "0", **other: Any) -> Any:
        who = person(Role.MANAGER, Team.SCALED)
        return await submit(views.FORM, metadata, who, **fields(name, **other))

    return subscribing


async def _only(ports: Ports) -> Subscription:
    held = await ports.digests.list_subscriptions()
    assert len(held) == 1
    return held[0]


async def test_alone_it_tells_what_there_is(say: Say, subscribe: Say, person: Callable[..., Any]) -> None:
    assert "No channel gets a KPI digest yet" in _words(await say("/kpi-digest"))
    await subscribe()
    words = _words(await say("/kpi-digest", person(Role.AE)))
    for said in (
        "the Scaled team and the Digital team",
        "Mondays at 08:00",
        "*Next*: week 2026-W47",
        "Tomás Arrieta",
    ):
        assert said in words


async def test_help_and_a_slip(say: Say) -> None:
    assert "/kpi-digest preview scaled 2026-W47" in _words(await say("/kpi-digest help"))
    with pytest.raises(WrongUsage, match="I cannot read “previw”"):
        await say("/kpi-digest previw")


async def test_the_form_knows_the_asker(
    say: Say, person: Callable[..., Any], channel: Callable[[str], str]
) -> None:
    """Their team, their time zone and their country; the channel it was asked in."""
    here = channel("discuss-scaled-success")
    modal = await say("/kpi-digest subscribe", person(Role.MANAGER, Team.SCALED), channel=here)
    assert view_problems(as_json(modal)) == []
    words = _words(modal)
    for said in (
        here,
        '"value": "scaled"}]',
        "America/Sao_Paulo",
        '"value": "BR"',
        '"initial_time": "08:00"',
    ):
        assert said in words
    assert modal.private_metadata == "0"


async def test_what_was_typed_fills_the_form(
    say: Say, person: Callable[..., Any], channel: Callable[[str], str]
) -> None:
    here = channel("discuss-technical-advisors")
    typed = f"/kpi-digest subscribe <#{here}|x> enterprise friday 17:30 Asia/Kolkata IN"
    words = _words(await say(typed, person(Role.LEADER)))
    for said in (here, '"value": "enterprise"}]', '"value": "4"}', "17:30", "Asia/Kolkata", '"value": "IN"'):
        assert said in words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("#nowhere scaled", "I know no channel #nowhere"),
        ("<#D0DIRECT01> scaled", "I post digests in channels, and this is a direct message"),
        ("<#C1> 25:00", "“25:00” is no time of the day"),
        ("<#C1> Mars/Base", "I know no time zone “Mars/Base”"),
        ("<#C1> sales", "I cannot read “sales”"),
    ],
)
async def test_what_cannot_be_read_is_answered_before_a_form_opens(
    say: Say, person: Callable[..., Any], typed: str, said: str
) -> None:
    with pytest.raises(WrongUsage) as raised:
        await say(f"/kpi-digest subscribe {typed}", person(Role.TA))
    assert said in str(raised.value)


@pytest.mark.parametrize("line", ["subscribe", "unsubscribe", "now"])
async def test_others_are_told_whom_to_ask(say: Say, person: Callable[..., Any], line: str) -> None:
    with pytest.raises(UserError, match="decide what a channel gets; ask Odette Marchand, Henrike Vollmer"):
        await say(f"/kpi-digest {line}", person(Role.AE))
    with pytest.raises(UserError, match="decide what a channel gets"):
        await say(f"/kpi-digest {line}")


async def test_subscribing_keeps_it_plans_it_and_says_what_happens_next(
    subscribe: Say, ports: Ports, channel: Callable[[str], str]
) -> None:
    modal = await subscribe()
    assert (modal.title, modal.submit) == ("Subscribed", None)
    assert view_problems(as_json(modal)) == []
    assert "reports week 2026-W47" in _words(modal)
    held = await _only(ports)
    assert (held.channel_id, held.teams) == (channel("discuss-scaled-success"), (Team.SCALED, Team.DIGITAL))
    assert (held.owner_email, held.country) == ("tomas.arrieta@lumenforge.example", "BR")
    (work,) = await ports.jobs.list_work(prefix="digest:")
    assert (work.key, work.job, work.subject) == (f"digest:{held.id}:2026-W47", "digest.post", str(held.id))
    assert work.due_at == datetime(2026, 11, 23, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time", "25:00", "“25:00” is no time of the day. Type it from 00:00 to 23:59, like 08:00."),
        ("time", None, "is no time of the day"),
        ("zone", "Mars/Base", "I know no time zone"),
        ("zone", None, "I know no time zone"),
        ("country", "XX", "I know no bank holidays of “XX”"),
        ("weekday", "7", "Choose a day of the week."),
        ("channel", None, "Choose the channel."),
        ("channel", "D0DIRECT01", "Digests go to channels, and that is a direct message."),
        ("channel", "C0NOWHERE1", "I cannot see that channel. If it is private, invite me there first"),
    ],
)
async def test_a_field_that_cannot_be_taken_says_what_to_do(
    subscribe: Say, ports: Ports, field: str, value: str | None, said: str
) -> None:
    answer = await subscribe(**{field: value})
    assert isinstance(answer, FieldErrors)
    assert list(answer.errors) == [getattr(views, field.upper())]
    assert said in answer.errors[getattr(views, field.upper())]
    assert await ports.digests.list_subscriptions() == ()
    assert await ports.jobs.list_work() == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (PRIVATE_WITHOUT_BOT, "I cannot see that channel. If it is private, invite me there first"),
        (GUEST_CHANNEL, "I would post nothing there: a guest can read it"),
        (SHARED_CHANNEL, "I would post nothing there: it is shared with another organisation"),
        (
            PENDING_CHANNEL,
            "I would post nothing there: it is shared with another organisation, or is about to be",
        ),
        (ARCHIVED_CHANNEL, "I would post nothing there: it is archived"),
    ],
)
async def test_a_channel_that_outsiders_read_or_that_hides_is_refused(
    subscribe: Say, ports: Ports, name: str, said: str
) -> None:
    answer = await subscribe(name)
    assert isinstance(answer, FieldErrors)
    assert answer.errors[views.CHANNEL].startswith(said)
    assert answer.withheld
    assert await ports.digests.list_subscriptions() == ()


async def test_a_private_channel_with_the_bot_is_taken(subscribe: Say, ports: Ports) -> None:
    assert (await subscribe(PRIVATE_WITH_BOT, teams=[])).title == "Subscribed"
    assert (await _only(ports)).teams == ()


async def test_a_channel_that_has_one_is_edited(
    say: Say,
    press: Say,
    subscribe: Say,
    ports: Ports,
    person: Callable[..., Any],
    channel: Callable[[str], str],
) -> None:
    """By command or button the form comes filled in; saving it changes that one and moves its slot."""
    await subscribe()
    held = await _only(ports)
    here = channel("discuss-scaled-success")
    by_command = await say(f"/kpi-digest subscribe <#{here}|x>", person(Role.OPERATOR))
    by_button = await press(views.EDIT, str(held.id), person(Role.OPERATOR))
    assert by_command == by_button
    assert by_command.private_metadata == str(held.id)
    modal = await subscribe(metadata=str(held.id), weekday="4", time="17:00", country="none")
    assert modal.title == "Changed"
    assert replace(await _only(ports), weekday=0, at=time(8), country="BR") == held
    (work,) = await ports.jobs.list_work(prefix="digest:")
    assert (work.key, work.due_at) == (
        f"digest:{held.id}:2026-W47",
        datetime(2026, 11, 27, 20, tzinfo=UTC),
    )


async def test_a_second_one_in_a_channel_is_not_made_by_accident(subscribe: Say, ports: Ports) -> None:
    await subscribe()
    answer = await subscribe()
    assert "has a digest already" in answer.errors[views.CHANNEL]
    await subscribe("general")
    moved = await subscribe("general", metadata=str((await ports.digests.list_subscriptions())[0].id))
    assert "has a digest already" in moved.errors[views.CHANNEL]


async def test_it_can_move_to_another_channel(
    subscribe: Say, ports: Ports, channel: Callable[[str], str]
) -> None:
    await subscribe()
    held = await _only(ports)
    await subscribe("general", metadata=str(held.id))
    assert (await _only(ports)) == replace(held, channel_id=channel("general"))


async def test_unsubscribing_cancels_what_is_planned(
    say: Say, subscribe: Say, ports: Ports, person: Callable[..., Any], channel: Callable[[str], str]
) -> None:
    await subscribe()
    held = await _only(ports)
    here = channel("discuss-scaled-success")
    answer = await say("/kpi-digest unsubscribe", person(Role.TA), channel=here)
    assert "gets no more digests" in answer.text
    assert await ports.digests.list_subscriptions() == ()
    assert await ports.jobs.list_work(prefix="digest:") == ()
    (work,) = await ports.jobs.list_work(prefix="digest:", states=(WorkState.CANCELLED,))
    assert work.key == f"digest:{held.id}:2026-W47"
    with pytest.raises(UserError, match="gets no KPI digest"):
        await say(f"/kpi-digest unsubscribe <#{here}|x>", person(Role.TA))
    assert (await subscribe()).title == "Subscribed"
    assert (await _only(ports)).id != held.id


async def test_a_preview_is_for_the_asker_and_their_team(say: Say, person: Callable[..., Any]) -> None:
    for line, who, said in (
        ("preview", person(Role.TA, Team.DIGITAL), "digital"),
        ("preview scaled W46", person(Role.TA, Team.DIGITAL), "scaled"),
    ):
        message = await say(f"/kpi-digest {line}", who)
        assert isinstance(message, Message)
        assert said in _words(message).casefold()
    with pytest.raises(WrongUsage, match="that week has not begun"):
        await say("/kpi-digest preview 2027-W20", person(Role.TA))


async def test_a_week_without_data_says_so_and_shows_no_figure(say: Say, person: Callable[..., Any]) -> None:
    """In a preview, and where somebody presses what it carries."""
    words = _words(await say("/kpi-digest preview scaled 2020-W53", person(Role.TA)))
    assert "2020" in words
    assert "0 %" not in words
    assert "digest.csv" not in words


async def test_every_team_and_week_of_the_demo_fits_into_a_message(
    say: Say, person: Callable[..., Any]
) -> None:
    for team in ("enterprise", "scaled", "digital", "all", "scaled digital"):
        for week in ("", "W48", "W46", "W30"):
            message = await say(f"/kpi-digest preview {team} {week}", person(Role.LEADER))
            for blocks in (message.blocks, message.plain):
                assert problems([dict(block) for block in blocks], "message") == []


async def test_letters_find_zones_and_countries(suggest: Say) -> None:
    assert ("Asia/Kolkata", "Asia/Kolkata") in (await suggest(views.ZONE, "kolk")).options
    assert ("India", "IN") in (await suggest(views.COUNTRY, "ind")).options
