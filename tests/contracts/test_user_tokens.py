"""What ports.UserTokens and ports.StatusRecords promise, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.status import EMPTY, SlackStatus, StatusRecord
from bot.ports.user_tokens import SealedUserToken
from bot.store import Store

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
TOKEN = SealedUserToken(user_id="U1", email="Ana@ta.example", sealed="…", saved_at=NOW)
LUNCH = SlackStatus(text="Lunch “out” \U0001f371", emoji=":bento:", expires_at=NOW + timedelta(hours=1))
AWAY = SlackStatus(text="OOO 24 Nov – 4 Dec", emoji=":palm_tree:", expires_at=NOW + timedelta(days=9))
RECORD = StatusRecord(
    email="ana@ta.example",
    plan_id=7,
    before=LUNCH,
    ours=AWAY,
    over=LUNCH,
    shown=("OOO 24 Nov – 3 Dec", AWAY.text),
    shown_until=AWAY.expires_at,
    restoring=LUNCH,
    snoozed_until=NOW,
)


async def test_a_person_has_one_token_found_by_address_and_by_id(store: Store) -> None:
    await store.user_tokens.save_token(TOKEN)
    await store.user_tokens.save_token(replace(TOKEN, sealed="newer"))
    kept = replace(TOKEN, sealed="newer", email="ana@ta.example")
    assert await store.user_tokens.find_token(email="ANA@ta.example") == kept
    assert await store.user_tokens.find_token(user_id="U1") == kept
    assert await store.user_tokens.find_token(email="ben@ta.example") is None


async def test_a_new_account_with_the_same_address_takes_its_place(store: Store) -> None:
    await store.user_tokens.save_token(TOKEN)
    await store.user_tokens.save_token(replace(TOKEN, user_id="U2"))
    assert await store.user_tokens.find_token(user_id="U1") is None
    found = await store.user_tokens.find_token(email=TOKEN.email)
    assert found is not None
    assert found.user_id == "U2"


async def test_a_token_is_forgotten_once(store: Store) -> None:
    await store.user_tokens.save_token(TOKEN)
    assert await store.user_tokens.delete_token("U1")
    assert not await store.user_tokens.delete_token("U1")
    assert await store.user_tokens.find_token(email=TOKEN.email) is None


async def test_a_record_comes_back_as_it_was_kept(store: Store) -> None:
    bare = replace(RECORD, email="ben@ta.example", before=EMPTY, ours=None, over=None, shown=(), yielded=True)
    bare = replace(bare, shown_until=None, snoozed_until=None, restoring=None)
    async with store.work.transaction() as tx:
        await store.status_records.save_record(tx, replace(RECORD, over=None, plan_id=1))
        await store.status_records.save_record(tx, RECORD)
        await store.status_records.save_record(tx, bare)
    assert await store.status_records.find_record("Ana@ta.example") == RECORD
    assert await store.status_records.list_records() == (RECORD, bare)


async def test_a_record_is_forgotten(store: Store) -> None:
    async with store.work.transaction() as tx:
        await store.status_records.save_record(tx, RECORD)
        await store.status_records.delete_record(tx, RECORD.email)
        await store.status_records.delete_record(tx, RECORD.email)
    assert await store.status_records.find_record(RECORD.email) is None
