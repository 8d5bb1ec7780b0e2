"""Every table, described once for both engines; an account's columns are made from `FIELDS`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.domain.account import FIELDS, Kind
from bot.domain.sums import WeekSums
from bot.store.types import DECIMAL, TEXT, WHOLE, Cents, Dated, Day, Flag, Instant, Words

BOOK = sa.MetaData()
"""The book of business."""

AUDIT = sa.MetaData()
"""Who was told what. On SQLite a file of its own: an import holds the book's only write lock for seconds,
and an answer must not wait for it."""

WORK = sa.MetaData()
"""Due dates, and messages that must arrive exactly once."""

_TYPES: dict[Kind, sa.types.TypeEngine[Any]] = {
    Kind.TEXT: TEXT,
    Kind.EMAIL: TEXT,
    Kind.URL: TEXT,
    Kind.CHOICE: TEXT,
    Kind.COUNT: WHOLE,
    Kind.NUMBER: DECIMAL,
    Kind.SCORE: DECIMAL,
    Kind.MONEY: Cents(),
    Kind.FLAG: Flag(),
    Kind.DATE: Day(),
    Kind.LIST: Words(),
    Kind.DATED: Dated(),
}


def _table(name: str, metadata: sa.MetaData, *parts: sa.schema.SchemaItem, rowid: bool = True) -> sa.Table:
    return sa.Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


versions = _table(
    "book_version",
    BOOK,
    # `book`: any write; `names`: what accounts are called; `totals`: the day that `week_totals` are as of
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("number", WHOLE, nullable=False),
)

accounts = _table(
    "accounts",
    BOOK,
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("missing_since", Day()),
    sa.Column("provenance", TEXT, nullable=False),  # every value's source and instant: bot.store.provenance
    sa.Column("revision", WHOLE, nullable=False),  # the book's version in which a value last changed
    sa.Column("named_in", WHOLE, nullable=False),  # the version in which name, aliases or domain last changed
    *(sa.Column(field.name, _TYPES[field.kind]) for field in FIELDS),
    sa.Index("accounts_by_ta", "ta_email"),
    sa.Index("accounts_by_ae", "ae_email"),
)

weeks = _table(
    "weeks",
    BOOK,
    sa.Column("account_id", TEXT, sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("week_ending", Day(), primary_key=True),
    sa.Column("source", TEXT, nullable=False),
    sa.Column("mau", WHOLE),
    sa.Column("dau_4w_avg", DECIMAL),
    sa.Column("licensed_seats", WHOLE),
    sa.Column("arr", Cents()),
    sa.Column("health_score", DECIMAL),
    sa.Column("health_category", TEXT),
    sa.Column("ta_sentiment", TEXT),
    sa.Column("versions_behind", WHOLE),
    sa.Column("precise_code_nav", Flag()),
    sa.Column("defect_tickets_90d", WHOLE),
    sa.Column("help_tickets_90d", WHOLE),
    sa.Column("active_champion", Flag()),
    sa.Column("access_to_buyer", Flag()),
    sa.Column("last_activity_on", Day()),
    rowid=False,  # one account's weeks lie side by side
)

week_bases = _table(
    "week_bases",  # whose weeks are in `week_totals`, with what their weeks were summed by
    BOOK,
    sa.Column("account_id", TEXT, primary_key=True),
    sa.Column("team", TEXT, nullable=False),  # "" for none
    sa.Column("unlimited", WHOLE, nullable=False),
    sa.Column("tam", WHOLE),  # of unlimited seats
    sa.Column("arr_then", WHOLE),  # a year ago; null unless above zero
    rowid=False,
)

week_totals = _table(
    "week_totals",  # sums of the history, kept as it is written: bot.store.week_totals
    BOOK,
    sa.Column("week_ending", Day(), primary_key=True),
    sa.Column("team", TEXT, primary_key=True),
    *(
        sa.Column(name, DECIMAL if name in ("daily", "score_sum") else WHOLE, nullable=False)
        for name in WeekSums._fields[1:]
    ),
    rowid=False,
)

contacts = _table(
    "contacts",
    BOOK,
    sa.Column("account_id", TEXT, sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("position", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("email", TEXT),
    sa.Column("title", TEXT),
    sa.Column("roles", Words(), nullable=False),
    sa.Column("source", TEXT, nullable=False),
    rowid=False,
)

people = _table(
    "people",
    BOOK,
    sa.Column("email", TEXT, primary_key=True),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("role", TEXT, nullable=False),
    sa.Column("team", TEXT),
    sa.Column("level", TEXT),
    sa.Column("region", TEXT),
    sa.Column("manager_email", TEXT),
    sa.Column("timezone", TEXT),
    sa.Column("country", TEXT),
    sa.Column("slack_user_id", TEXT),
    sa.Column("source", TEXT, nullable=False),
    sa.Index("people_by_slack_id", "slack_user_id"),
)

absences = _table(
    "absences",
    BOOK,
    sa.Column("email", TEXT, primary_key=True),
    sa.Column("starts_on", Day(), primary_key=True),
    sa.Column("ends_on", Day(), nullable=False),
    sa.Column("half_day_start", Flag(), nullable=False),
    sa.Column("half_day_end", Flag(), nullable=False),
    sa.Column("status", TEXT, nullable=False),
    sa.Column("source", TEXT, nullable=False),
)

imports = _table(
    "imports",
    BOOK,
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("file", TEXT, nullable=False),
    sa.Column("digest", TEXT, nullable=False),
    sa.Column("rows", WHOLE, nullable=False),
    sa.Column("imported_at", Instant(), nullable=False),
)

audit = _table(
    "audit",
    AUDIT,
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("at", Instant(), nullable=False),
    sa.Column("request_id", TEXT, nullable=False),
    sa.Column("reference", TEXT, nullable=False),
    sa.Column("user_id", TEXT, nullable=False),
    sa.Column("email", TEXT),
    sa.Column("team_id", TEXT, nullable=False),
    sa.Column("channel_id", TEXT, nullable=False),
    sa.Column("ask", TEXT, nullable=False),
    sa.Column("accounts", Words(), nullable=False),
    sa.Column("delivered", TEXT, nullable=False),
    sa.Column("withheld", TEXT, nullable=False),
    # A request is answered once; what came without an id of its own is always kept.
    sa.Index(
        "audit_by_request",
        "request_id",
        unique=True,
        sqlite_where=sa.text("request_id <> ''"),
        postgresql_where=sa.text("request_id <> ''"),
    ),
)

due_work = _table(
    "due_work",
    WORK,
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("job", TEXT, nullable=False),
    sa.Column("due_at", Instant(), nullable=False),
    sa.Column("subject", TEXT, nullable=False),
    sa.Column("state", TEXT, nullable=False),
    sa.Column("attempt", WHOLE, nullable=False),
    sa.Column("claim", WHOLE, nullable=False),  # how often it was handed to the engine
    sa.Column("note", TEXT, nullable=False),
    sa.Column("changed_at", Instant()),
    sa.Index("due_work_by_state", "state", "due_at"),
)

outgoing = _table(
    "outgoing",
    WORK,
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),  # the order in which a channel gets them
    sa.Column("key", TEXT, nullable=False, unique=True),
    sa.Column("channel_id", TEXT, nullable=False),  # "" until a person's direct message is known
    sa.Column("email", TEXT, nullable=False),
    sa.Column("reply_to", TEXT, nullable=False),
    sa.Column("payload", TEXT, nullable=False),
    sa.Column("accounts", Words(), nullable=False),
    sa.Column("then_job", TEXT, nullable=False),
    sa.Column("subject", TEXT, nullable=False),
    sa.Column("state", TEXT, nullable=False),
    sa.Column("revision", WHOLE, nullable=False),
    sa.Column("handed_revision", WHOLE, nullable=False),
    sa.Column("hands", WHOLE, nullable=False),  # how often it was handed to the engine
    sa.Column("sent_revision", WHOLE, nullable=False),
    sa.Column("attempted_at", Instant()),
    sa.Column("ts", TEXT, nullable=False),
    sa.Column("permalink", TEXT, nullable=False),
    sa.Column("note", TEXT, nullable=False),
    sa.Column("asked_at", Instant(), nullable=False),
    sa.Column("settled_at", Instant()),
    sa.Column("sent_at", Instant()),  # on the machine's clock: Slack's one message a second is counted on it
    sa.Index("outgoing_by_state", "state", "handed_revision"),
    sa.Index("outgoing_by_channel", "channel_id", "sent_at"),
)
