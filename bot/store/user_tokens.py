"""People's own tokens, one a person; what is kept of them is ciphertext."""

from __future__ import annotations

import sqlalchemy as sa

from bot.ports.user_tokens import SealedUserToken
from bot.store.database import Database
from bot.store.migrations import Family, Migration
from bot.store.types import TEXT, Instant

_METADATA = sa.MetaData()

_tokens = sa.Table(
    "user_tokens",
    _METADATA,
    sa.Column("user_id", TEXT, primary_key=True),
    sa.Column("email", TEXT, nullable=False, unique=True),
    sa.Column("sealed", TEXT, nullable=False),
    sa.Column("saved_at", Instant(), nullable=False),
    sqlite_strict=True,
)

USER_TOKENS = Family("user tokens", (Migration("people's own tokens", _METADATA.create_all),))


class StoredUserTokens:
    """Keeps ports.UserTokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_token(self, token: SealedUserToken) -> None:
        """Keep it, in the place of an earlier one of the same person or of the same address."""
        values = {
            "user_id": token.user_id,
            "email": token.email.lower(),
            "sealed": token.sealed,
            "saved_at": token.saved_at,
        }
        either = sa.or_(_tokens.c.user_id == token.user_id, _tokens.c.email == token.email.lower())

        def write(connection: sa.Connection) -> None:
            connection.execute(_tokens.delete().where(either))
            connection.execute(_tokens.insert(), values)

        await self._database.write(write)

    async def find_token(self, *, email: str = "", user_id: str = "") -> SealedUserToken | None:
        """The person's token, by their address or by their Slack user id."""
        of_theirs = _tokens.c.email == email.lower() if email else _tokens.c.user_id == user_id
        statement = sa.select(*_tokens.columns).where(of_theirs)
        rows = await self._database.scan(lambda connection: connection.execute(statement).mappings().all())
        return SealedUserToken(**rows[0]) if rows else None

    async def delete_token(self, user_id: str) -> bool:
        """Forget it; False when there was none."""
        statement = _tokens.delete().where(_tokens.c.user_id == user_id)
        return await self._database.write(lambda connection: bool(connection.execute(statement).rowcount))
