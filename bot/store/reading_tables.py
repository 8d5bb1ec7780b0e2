"""The tables of what the systems said, and of how far each of them was read."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.migrations import Family, Migration
from bot.store.types import DECIMAL, TEXT, WHOLE, Cents, Day, Flag, Instant, Words

_METADATA = sa.MetaData()


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, _METADATA, *parts, sqlite_strict=True)


def _kept(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    """A table of records by system and the system's own id; `feed` is the one that gave them."""
    return _table(
        name,
        sa.Column("system", TEXT, primary_key=True),
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("feed", TEXT, nullable=False),
        *parts,
    )


readings = _kept(
    "readings",
    sa.Column(
        "account_id", TEXT
    ),  # the account it is of; "" where policy says of none; NULL where nobody says
    sa.Column("name", TEXT, nullable=False),
    sa.Column("ids", TEXT, nullable=False),
    sa.Column(
        "body", TEXT, nullable=False
    ),  # every value in one short text: one row a value costs nine times that
    sa.Column("as_of", Instant(), nullable=False),
    sa.Column("dated", TEXT, nullable=False),
    sa.Column("gone_on", Day()),
    sa.Index("readings_by_account", "account_id"),
)

links = _table(
    "reading_links",
    sa.Column("system", TEXT, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("account_id", TEXT, nullable=False),  # another system says that this record is of that account
)

events = _kept(
    "reading_events",
    sa.Column("kind", TEXT, primary_key=True),
    sa.Column("account_key", TEXT, nullable=False),
    sa.Column("label", TEXT, nullable=False),
    sa.Column("title", TEXT, nullable=False),
    sa.Column("whom", TEXT, nullable=False),
    sa.Column("on_day", Day()),
    sa.Column("opened_on", Day()),
    sa.Column("amount", Cents()),
    sa.Column("done", Flag(), nullable=False),
    sa.Index("reading_events_by_account", "system", "account_key"),
)

contacts = _kept(
    "reading_contacts",
    sa.Column("account_key", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("email", TEXT),
    sa.Column("title", TEXT),
    sa.Column("roles", Words(), nullable=False),
    sa.Index("reading_contacts_by_account", "system", "account_key"),
)

people = _kept(
    "reading_people",
    sa.Column("email", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("country", TEXT),
    sa.Column("timezone", TEXT),
    sa.Column("manager_email", TEXT),
)

absences = _kept(
    "reading_absences",
    sa.Column("person_key", TEXT, nullable=False),
    sa.Column("starts_on", Day(), nullable=False),
    sa.Column("ends_on", Day(), nullable=False),
    sa.Column("half_day_start", Flag(), nullable=False),
    sa.Column("half_day_end", Flag(), nullable=False),
    sa.Column("status", TEXT, nullable=False),
)

sweeps = _table(
    "sweeps",
    sa.Column("system", TEXT, primary_key=True),
    sa.Column("feed", TEXT, primary_key=True),
    sa.Column("number", WHOLE, nullable=False),
    sa.Column("whole", Flag(), nullable=False),
    sa.Column("state", TEXT, nullable=False),
    sa.Column("started_at", Instant(), nullable=False),
    sa.Column("since", Instant()),
    sa.Column("cursor", TEXT, nullable=False),
    sa.Column("pages", WHOLE, nullable=False),
    sa.Column("records", WHOLE, nullable=False),
    sa.Column("changed", WHOLE, nullable=False),
    sa.Column("gone", WHOLE, nullable=False),
    sa.Column("refused", WHOLE, nullable=False),
    sa.Column("told", TEXT, nullable=False),
    sa.Column("calls", WHOLE, nullable=False),
    sa.Column("seconds", DECIMAL, nullable=False),
    sa.Column("done_at", Instant()),
    sa.Column("whole_at", Instant()),
    sa.Column("before", WHOLE, nullable=False),
)

sweep_pages = _table(
    "sweep_pages",
    sa.Column("system", TEXT, primary_key=True),
    sa.Column("feed", TEXT, primary_key=True),
    sa.Column("page", WHOLE, primary_key=True, autoincrement=False),
    sa.Column(
        "seen", TEXT, nullable=False
    ),  # what a whole reading has seen: a mark a row would rewrite every row
)

touched = _table(
    "sync_touched",
    sa.Column("account_id", TEXT, primary_key=True),  # waits to be merged
    sa.Column("week", Flag(), nullable=False),  # its week's row of the health history is to be written
)

asked = _table(
    "sync_asked",
    sa.Column("week", Flag(), primary_key=True),  # every account is to be merged, its week's row written too
)

disagreements = _table(
    "disagreements",
    sa.Column("account_id", TEXT, primary_key=True),
    sa.Column("told", TEXT, nullable=False),
)

category_moves = _table(
    "category_moves",
    sa.Column("account_id", TEXT, primary_key=True),
    sa.Column("moved_at", Instant(), primary_key=True),
    sa.Column("before", TEXT, nullable=False),
    sa.Column("now", TEXT, nullable=False),
    sa.Index("category_moves_by_time", "moved_at"),
)

syncs = _table(
    "syncs",
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("started_at", Instant(), nullable=False),
    sa.Column("ended_at", Instant(), nullable=False),
    sa.Column("report", TEXT, nullable=False),
)

READINGS = Family("readings", (Migration("what the systems say", _METADATA.create_all),))
