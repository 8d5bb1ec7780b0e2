"""App Home at the edge: shown when it is opened, shown anew when it would look different, and never to an outsider."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from bot.asks import Surface
from bot.blocks.answers import Home, Message, Modal
from bot.errors import WrongUsage
from bot.slack import homes

VIEWS = ("views.publish", "views.open", "views.push", "views.update")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


class Tab:
    """Makes tabs; what they say can be changed."""

    def __init__(self, says: str = "Acme 7.2") -> None:
        self.says = says
        self.asked: list[Any] = []
        self.unfinished = False

    async def __call__(self, asked: Any, _ports: Any) -> Home:
        self.asked.append(asked)
        left = self.unfinished and not asked.whole
        says = "one moment" if left else self.says
        return Home(blocks=(_section(says),), accounts=("A-77",), unfinished=left)


def _published(slack: Any, user: str = "U1") -> list[str]:
    """What the person's tab said, one after the other."""
    return [
        given["view"]["blocks"][0]["text"]["text"]
        for name, given in slack.calls
        if name == "views.publish" and given["user_id"] == user
    ]


def _opened(slack: Any, user: str = "U1", number: int = 1, tab: str = "home") -> dict[str, Any]:
    return slack.event("app_home_opened", f"Ev{user}{number}", user=user, channel=f"D{user}", tab=tab)


def _pressed(slack: Any, action_id: str, value: str = "", callback_id: str = "", view: str = "home") -> Any:
    body = slack.press(action_id, value)
    del body["channel"], body["response_url"]
    body["container"] = {"type": "view", "view_id": "VHOME"}
    return {**body, "view": {"id": "VHOME", "type": view, "callback_id": callback_id}}


@pytest.fixture(autouse=True)
def _views(slack: Any) -> None:
    def publish(given: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "view": {"id": "VHOME", "hash": f"h{len(_published(slack, given['user_id']))}"}}

    slack.broken["views.publish"] = publish
    slack.broken["views.push"] = lambda _: {"ok": True, "view": {"id": "V2"}}


async def test_a_tab_is_shown_to_who_opens_it_and_kept_in_the_audit(build, slack, audit):
    edge = build(home=Tab())
    await edge.dispatch(_opened(slack))
    assert _published(slack) == ["Acme 7.2"]
    row = audit.rows[-1]
    assert (row.email, row.accounts, row.delivered) == ("u1@example.com", ("A-77",), "ephemeral")


async def test_the_messages_beside_it_are_no_tab(build, slack):
    edge = build(home=Tab())
    await edge.dispatch(_opened(slack, tab="messages"))
    assert _published(slack) == []


@pytest.mark.parametrize(
    "user", ["UGUEST", "USINGLE", "UFAR", "USTRANGE", "UAPP", "UGONE", "UHALF", "UNOBODY"]
)
async def test_an_outsider_gets_a_polite_page_without_an_account(build, slack, audit, user):
    tab = Tab()
    await build(home=tab).dispatch(_opened(slack, user))
    shown = _published(slack, user)
    assert tab.asked == []
    assert len(shown) == 1
    assert "Acme" not in shown[0]
    assert [row.delivered for row in audit.rows] == ["refused"]


async def test_what_takes_long_comes_after_what_does_not(build, slack):
    tab = Tab()
    tab.unfinished = True
    await build(home=tab).dispatch(_opened(slack))
    assert _published(slack) == ["one moment", "Acme 7.2"]


async def test_a_tab_that_cannot_be_made_says_so(build, slack):
    async def broken(_asked: Any, _ports: Any) -> Home:
        raise RuntimeError("Acme is broken")

    async def refusing(_asked: Any, _ports: Any) -> Home:
        raise WrongUsage("Not <now>.")

    await build(home=broken).dispatch(_opened(slack, "U1"))
    await build(home=refusing).dispatch(_opened(slack, "U2"))
    assert "reference" in _published(slack, "U1")[0]
    assert "Acme" not in _published(slack, "U1")[0]
    assert _published(slack, "U2") == ["Not &lt;now&gt;."]


async def test_a_tab_put_there_meanwhile_is_not_overwritten_with_what_was_made_before(build, slack):
    """Another replica published: Slack says `hash_conflict`, and the tab is made anew from what is so now."""
    tab = Tab()
    edge = build(home=tab)
    await edge.dispatch(_opened(slack))
    good = slack.broken["views.publish"]

    def conflict(given: dict[str, Any]) -> dict[str, Any]:
        if given.get("hash"):
            tab.says = "newest"
            return {"ok": False, "error": "hash_conflict"}
        return good(given)

    slack.broken["views.publish"] = conflict
    tab.says = "newer"
    await edge.homes._round(0.0)  # the round that the clock would begin
    assert _published(slack) == ["Acme 7.2", "newer", "newest"]


class Versions:
    """The book's version, which a test moves on."""

    def __init__(self) -> None:
        self.number, self.away = 1, False

    async def version(self) -> int:
        if self.away:
            raise RuntimeError("the disk is gone")
        return self.number


async def test_an_open_tab_follows_the_book_and_is_not_published_for_nothing(build, slack):
    tab, book = Tab(), Versions()
    edge = build(home=tab)
    edge.homes._attendant.ports.book = book  # the fixture's ports have none
    await edge.dispatch(_opened(slack))
    async with edge.homes.watched():
        await asyncio.sleep(homes.APART + 2 * homes.LOOK_EVERY)
        assert len(tab.asked) >= 2, "looked at"
        assert _published(slack) == ["Acme 7.2"], "and found the same"
        tab.says, book.number = "Acme 3.1", 2
        async with asyncio.timeout(5):  # the bar: five seconds from a change of the book
            while len(_published(slack)) < 2:  # noqa: ASYNC110 # the fake Slack tells nobody
                await asyncio.sleep(0.05)
    assert _published(slack) == ["Acme 7.2", "Acme 3.1"]


async def test_an_open_tab_of_somebody_who_became_a_guest_is_emptied(build, slack):
    edge = build(home=Tab())
    await edge.dispatch(_opened(slack))
    slack.users["U1"]["is_restricted"] = True
    await edge.dispatch(slack.event("user_change", "Ev9", user=slack.users["U1"]))
    await edge.homes._round(0.0)  # as above
    assert "Acme" not in _published(slack)[-1]


async def answer(asked: Any, _ports: Any) -> Message:
    """Says what it was asked, and where from."""
    said = asked.text if hasattr(asked, "text") else asked.value
    return Message(text=f"{said}!", blocks=(_section(f"{said} from {asked.surface}"),), accounts=("A-77",))


async def replacing(asked: Any, ports: Any) -> Message:
    made = await answer(asked, ports)
    return Message(text=made.text, blocks=made.blocks, replaces=True)


def _windows(slack: Any) -> list[tuple[str, str, str]]:
    """Every window: by which method, over or in which, and what it says."""
    return [
        (name, given.get("view_id") or given.get("trigger_id"), given["view"]["blocks"][0]["text"]["text"])
        for name, given in slack.calls
        if name in VIEWS[1:]
    ]


async def test_what_is_pressed_on_the_tab_is_answered_in_a_window(build, slack, audit):
    edge = build(actions={"card.open": answer})
    await edge.dispatch(_pressed(slack, "card.open", "acme"))
    assert _windows(slack) == [("views.open", "3.4.card.open.acme", f"acme from {Surface.HOME}")]
    assert slack.said == []
    assert audit.rows[-1].accounts == ("A-77",)


async def test_an_answer_from_a_window_lies_over_it_or_takes_its_place(build, slack):
    edge = build(actions={"card.open": answer, "book.next": replacing})
    window = {"callback_id": "edge.answer", "view": "modal"}
    await edge.dispatch(_pressed(slack, "card.open", "acme", **window))
    await edge.dispatch(_pressed(slack, "book.next", "20", **window))
    assert _windows(slack) == [
        ("views.push", "3.4.card.open.acme", f"acme from {Surface.WINDOW}"),
        ("views.update", "VHOME", f"20 from {Surface.WINDOW}"),
    ]


async def test_an_account_that_is_gone_by_now_is_said_in_the_window(build, slack):
    async def gone(_asked: Any, _ports: Any) -> Message:
        raise WrongUsage("That account is no longer in the book.")

    await build(actions={"health.find": gone}).dispatch(_pressed(slack, "health.find", "A-77"))
    assert _windows(slack) == [
        ("views.open", "3.4.health.find.A-77", "That account is no longer in the book.")
    ]


async def test_a_button_types_a_command_for_who_presses_it(build, slack):
    edge = build(commands={"/ask-ta": answer})
    await edge.dispatch(_pressed(slack, "command.run:ask", "/ask-ta mine"))
    await edge.dispatch(_pressed(slack, "command.run:ask", "rm -rf"))
    await edge.dispatch(_pressed(slack, "command.run:ask", "/unknown"))
    assert [said for _, _, said in _windows(slack)] == [
        f"mine from {Surface.HOME}",
        "I do not know that command. Try `/ta-help`.",
    ]


async def test_a_form_opened_on_the_tab_is_a_window_and_never_the_tab_itself(build, slack):
    async def form(_asked: Any, _ports: Any) -> Modal:
        return Modal(callback_id="x", title="Form", blocks=(_section("fill in"),))

    await build(actions={"plan.open": form}).dispatch(_pressed(slack, "plan.open"))
    assert [name for name, _, _ in _windows(slack)] == ["views.open"]


async def test_what_comes_too_late_for_a_window_is_said_in_the_direct_message(build, slack):
    slack.broken["views.open"] = lambda _: {"ok": False, "error": "expired_trigger_id"}
    await build(actions={"card.open": answer}).dispatch(_pressed(slack, "card.open", "acme"))
    said = [given for name, given in slack.calls if name == "chat.postMessage"]
    assert [(one["channel"], one["text"]) for one in said] == [("DU1", "acme!")]


async def test_a_fourth_window_takes_the_third_one_s_place(build, slack):
    slack.broken["views.push"] = lambda _: {"ok": False, "error": "push_limit_reached"}
    body = _pressed(slack, "card.open", "acme", callback_id="edge.answer", view="modal")
    await build(actions={"card.open": answer}).dispatch(body)
    assert [name for name, _, _ in _windows(slack)] == ["views.push", "views.update"]


async def test_a_hundred_tabs_opened_at_once_are_acked_first(build, slack):
    """Each ack leaves before any tab is made, and no more than a few are made at a time."""
    at_once, most = 0, 0

    async def slow(_asked: Any, _ports: Any) -> Home:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.002)
        at_once -= 1
        return Home(blocks=(_section("ok"),))

    edge = build(home=slow)
    for number in range(100):
        slack.users[f"U{number}X"] = {**slack.users["U1"], "id": f"U{number}X"}
    bodies = [_opened(slack, f"U{number}X") for number in range(100)]
    acks = await asyncio.gather(*(edge.dispatch(body) for body in bodies))
    assert [ack["status"] for ack in acks] == [200] * 100
    assert sum(name == "views.publish" for name, _ in slack.calls) == 100
    assert most <= homes.AT_ONCE


async def test_slack_s_failure_to_publish_is_logged_and_the_next_opening_tries_again(build, slack, audit):
    slack.broken["views.publish"] = lambda _: web.Response(status=500)
    edge = build(home=Tab())
    await edge.dispatch(_opened(slack))
    assert audit.rows[-1].delivered == "failed"
    slack.broken["views.publish"] = lambda _: {"ok": True, "view": {"hash": "h"}}
    await edge.dispatch(_opened(slack, number=2))
    assert _published(slack)[-1] == "Acme 7.2"
