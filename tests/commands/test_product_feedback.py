"""Product feedback from the card to the product teams' list, on the demo's book."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.asks import Asker, Place, PlaceKind, Shortcut
from bot.blocks.answers import FieldErrors, Message, Modal
from bot.domain.feedback import Weight
from bot.domain.person import Role, Team
from bot.domain.provenance import Stamp
from bot.errors import UserError
from bot.features.feedback import forms, views
from bot.ports import Ports
from bot.ports.book import AccountRow
from bot.slack.attending import Handlers
from bot.standin.server import StandinServer
from bot.standin.state import stable_id

Do = Callable[..., Any]
NAME, ID = "Quelmarra Holdings Inc", "A-1001"
GENERAL = stable_id("C", "general")


def words(answer: Message | Modal) -> str:
    return json.dumps(answer.blocks, ensure_ascii=False)


def filled(said: str = "They need single sign-on.", **changes: Any) -> dict[str, Any]:
    return {
        forms.ACCOUNT: ID,
        forms.TEXT: said,
        forms.AREA: "Permissions and sign-on",
        forms.WEIGHT: Weight.BLOCKS.value,
        forms.SESSION: [forms.FOR_SESSION],
        **changes,
    }


async def test_from_the_card_to_the_product_teams(
    say: Do, press: Do, submit: Do, person: Do, ports: Ports, server: StandinServer
) -> None:
    ana = person(Role.TA, Team.ENTERPRISE)
    assert '"feedback.give"' in words(await say(f"/account-health {NAME}", ana))
    form = await press("feedback.give", ID, ana)
    assert NAME in words(form)
    kept = await submit(form.callback_id, form.private_metadata, ana, **filled())
    assert "They need single sign-on." in words(kept)
    assert "1 entry waits for the next session" in words(kept)
    (held,) = await ports.feedback.list_feedback(account_id=ID)
    assert (held.by_name, held.team, held.weight, held.link) == (
        ana.name,
        Team.ENTERPRISE,
        Weight.BLOCKS,
        "",
    )
    await submit(form.callback_id, "", ana, **filled("=1+1", **{forms.ACCOUNT: "A-1002"}))
    gathered = await press("feedback.gather", "", ana)
    assert "*Permissions and sign-on* · 2 accounts, :no_entry: it blocks 2" in words(gathered)
    assert set(gathered.accounts) == {ID, "A-1002"}
    sent = await press("feedback.csv", "", ana)
    assert "2 entries" in sent.text
    (content,) = [bytes(one.content) for one in server.workspace.files.values()]
    rows = content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("feedback,given_at,area,weight,account_id")
    assert "'=1+1" in rows[1]
    assert ",salesforce," in rows[2] or ",accounts.csv," in rows[2]


async def test_from_a_message_with_its_words_its_account_and_a_link(
    heard: Handlers, submit: Do, person: Do, ports: Ports, server: StandinServer
) -> None:
    ana = person(Role.TA, Team.ENTERPRISE)
    await server.people.type(ana.email, "general", f"{NAME} asks <!here> for a sandbox")
    said = server.workspace.messages[-1]
    asked = Shortcut(
        callback_id="feedback.of_message",
        message_text=said.text,
        message_ts=said.ts,
        asker=Asker(user_id="U1", email=ana.email, name=ana.name),
        place=Place(channel_id=GENERAL, kind=PlaceKind.OPEN),
        reference="r1",
    )
    form = await heard.shortcuts[asked.callback_id](asked, ports)
    assert f"{NAME} asks @here for a sandbox" in words(form)
    assert form.accounts == (ID,)
    await submit(form.callback_id, form.private_metadata, ana, **filled())
    (held,) = await ports.feedback.list_feedback()
    assert said.ts.replace(".", "") in held.link


async def test_whoever_gave_it_changes_or_withdraws_it_until_a_session_has_passed_it_on(
    press: Do, submit: Do, person: Do, ports: Ports
) -> None:
    ana, boss = person(Role.TA, Team.ENTERPRISE), person(Role.MANAGER)
    for said in ("They need an API.", "Tpyo"):
        listed = await submit(forms.FORM, "", ana, **filled(said))
    typo, other = await ports.feedback.list_feedback(account_id=ID)
    assert f"edit:{typo.id}" in words(listed)
    assert "edit:" not in words(await press(forms.OF_ACCOUNT, ID, boss))
    with pytest.raises(UserError, match="Only "):
        await press(views.MENU, f"edit:{typo.id}", boss)
    form = await press(views.MENU, f"edit:{typo.id}", ana)
    assert "Tpyo" in words(form)
    assert isinstance(await submit(form.callback_id, form.private_metadata, ana, **filled(" ")), FieldErrors)
    changed = await submit(
        form.callback_id, form.private_metadata, ana, **filled("Typo", **{forms.SESSION: []})
    )
    assert "Changed" in words(changed)
    (held,) = [one for one in await ports.feedback.list_feedback() if one.id == typo.id]
    assert (held.text, held.for_session, held.given_at) == ("Typo", False, typo.given_at)
    left = await press(views.MENU, f"withdraw:{typo.id}", ana)
    assert "Withdrawn" in words(left)
    assert "Typo" not in words(left) + words(await press("feedback.gather", "", ana))
    for late in (
        press(views.MENU, f"edit:{typo.id}", ana),
        submit(form.callback_id, form.private_metadata, ana, **filled("Again")),
    ):
        with pytest.raises(UserError, match="withdrawn"):
            await late
    row = AccountRow(
        id=ID,
        name=NAME,
        values={"last_roadmap_review_on": ports.clock.today() + timedelta(days=1)},
        stamp=Stamp("vitally", ports.clock.now()),
        stamps={},
    )
    async with ports.work.transaction() as tx:
        await ports.book.save_accounts(tx, [row], complete=False, seen_on=ports.clock.today())
    assert "edit:" not in words(await press(forms.OF_ACCOUNT, ID, ana))
    with pytest.raises(UserError, match="session has passed it on"):
        await press(views.MENU, f"withdraw:{other.id}", ana)


async def test_an_empty_form_stays_open_and_an_account_that_is_gone_says_so(submit: Do, press: Do) -> None:
    empty = await submit(forms.FORM, "", None, **filled("   "))
    assert isinstance(empty, FieldErrors)
    for gone in (
        submit(forms.FORM, "", None, **filled(**{forms.ACCOUNT: "A-0"})),
        press("feedback.give", "A-0"),
    ):
        with pytest.raises(UserError, match="no longer in the book"):
            await gone
