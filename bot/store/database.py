"""The one file that knows which engine it is: SQLite (the embedded default) or PostgreSQL.

SQLite has one writer thread, point reads on the event loop (they take less than the hop to a thread would)
and a thread for scans. PostgreSQL has a pool, and everything happens in threads. Sweeps over a whole book have
threads of their own on both, so that no scan waits behind a digest.
"""

from __future__ import annotations

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import DatabaseUnavailable, StoreError
from bot.store.sqlite_version import too_old

T = TypeVar("T")
Params = Sequence[Any]

ROWS_A_STATEMENT = 200  # SQLite takes 32,766 parameters a statement, and an account has 61
SWEEPERS = 2  # more would take both of a small machine's cores from those who ask
BUSY_SECONDS = 30  # how long a writer waits for another process's transaction
_BUILT: dict[tuple[type, Callable[..., Any]], Any] = {}
_MIGRATION_LOCK = 7_203_117  # any number of our own: one process migrates at a time


class Prepared:
    """A statement compiled once: the engine's own text, and the order of its parameters."""

    def __init__(self, statement: sa.ClauseElement, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self.names: tuple[str, ...] = tuple(getattr(compiled, "positiontup", None) or ())


class Tx:
    """An open transaction; features see it as opaque, `jobs` reads its connection."""

    def __init__(self, database: Database, connection: sa.Connection) -> None:
        self.connection = connection
        self._database = database
        self.version: int | None = None  # the book's version that this transaction makes, once it writes

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` where this transaction's statements belong."""
        return await self._database.in_writer(lambda: work(self.connection))


def opened(tx: object) -> Tx:
    """The transaction a writing verb was handed; another store's is refused."""
    if not isinstance(tx, Tx):
        raise TypeError(f"{tx!r} was not opened by this store")
    return tx


class Database(ABC):
    """Connections, threads and transactions. All statements are written once, for both engines."""

    def __init__(self, url: sa.URL, *, readers: int, writers: int) -> None:
        # A long transaction has a thread of its own: what waits for its locks must not take the thread that
        # it needs to end.
        self.url = url
        self.shown = url.render_as_string(hide_password=True)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="store-read")
        self._sweepers = ThreadPoolExecutor(SWEEPERS, thread_name_prefix="store-sweep")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._writers = (
            ThreadPoolExecutor(writers, thread_name_prefix="store-note") if writers else self._writer
        )
        self._lock = asyncio.Lock()
        self.engine = self._make_engine()
        self._alive = self.prepare(sa.select(1))

    @property
    def dialect(self) -> sa.Dialect:
        """SQLAlchemy's idea of the engine."""
        return self.engine.dialect

    async def connect(self) -> None:
        """Open the database; raises DatabaseUnavailable saying why it cannot be."""
        try:
            await self.in_writer(self._open)
        except sa.exc.DBAPIError as error:  # an option in the address that the driver does not know
            raise DatabaseUnavailable(f"{self.shown}: {_reason(error)}; see TA_BOT_DATABASE_URL") from error

    async def close(self) -> None:
        """Let what runs finish, then close every connection."""
        await asyncio.get_running_loop().run_in_executor(None, self._shut)

    async def ping(self) -> None:
        """Raise DatabaseUnavailable unless it answers."""
        await self.point(self._alive)  # not behind a scan: being busy is no reason not to be ready

    def prepare(self, statement: sa.ClauseElement) -> Prepared:
        """Compile a statement once, for the raw driver."""
        return Prepared(statement, self.dialect)

    def once(self, make: Callable[[Database], T]) -> T:
        """What `make` builds of statements, built once a process: they are the same for every database of this kind."""
        key = (type(self), make)
        if key not in _BUILT:
            _BUILT[key] = make(self)
        return _BUILT[key]  # type: ignore[no-any-return] # each `make` has a type of its own

    def write_rows(self, connection: sa.Connection, sql: str, rows: Sequence[Params]) -> int:
        """Write rows, none twice, with a prepared `INSERT … VALUES (…) …`; says how many it inserted or changed."""
        return connection.exec_driver_sql(sql, [tuple(row) for row in rows]).rowcount if rows else 0

    async def scan(self, work: Callable[[sa.Connection], T]) -> T:
        """Read in a thread: for everything that is not a point look-up."""
        return await self._in_thread(self._readers, lambda: self._read(work))

    async def sweep(self, work: Callable[[sa.Connection], T]) -> T:
        """Read much of the book in a thread: what takes long, and nobody waits for at a prompt."""
        return await self._in_thread(self._sweepers, lambda: self._read(work))

    async def in_writer(self, work: Callable[[], T]) -> T:
        """Run in the thread of transactions."""
        return await self._in_thread(self._writer, work)

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """One short transaction, in one hop."""
        if self._writers is not self._writer:
            return await self._in_thread(self._writers, lambda: self._write(work))
        async with self._lock:
            return await self.in_writer(lambda: self._write(work))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Everything written with it is kept together when the block ends, or nothing of it on an error."""
        async with self._lock:
            connection = await self.in_writer(self.engine.connect)
            try:
                await self.in_writer(connection.begin)
                yield Tx(self, connection)
                await self.in_writer(connection.commit)
            finally:
                await self.in_writer(connection.close)  # rolls back what was not committed

    @abstractmethod
    async def point(self, prepared: Prepared, params: Params = ()) -> list[Any]:
        """Read a few rows by key, as raw tuples."""

    @abstractmethod
    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that knows `on conflict`."""

    @abstractmethod
    def lock_migrations(self, connection: sa.Connection) -> None:
        """Hold off other processes' migrations until this transaction ends."""

    @abstractmethod
    async def backup(self, path: Path) -> None:
        """Copy everything into a file while the bot runs."""

    @abstractmethod
    def _make_engine(self) -> sa.Engine: ...

    def _open(self) -> None:
        with self.engine.connect():
            pass

    def _shut(self) -> None:
        self._readers.shutdown()
        self._sweepers.shutdown()
        self._writer.shutdown()
        self._writers.shutdown()
        self.engine.dispose()

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        with self.engine.connect() as connection:
            return work(connection)

    def _write(self, work: Callable[[sa.Connection], T]) -> T:
        with self.engine.begin() as connection:
            return work(connection)

    async def _in_thread(self, executor: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        """Run in a thread; a cancelled caller waits for it, so that no connection is used twice at once."""

        def guarded() -> T:
            with self._explained():
                return work()

        future = asyncio.get_running_loop().run_in_executor(executor, guarded)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            while not future.done():
                await asyncio.wait([future])
            if not future.cancelled():
                future.exception()  # seen: the cancellation is what the caller hears of
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the driver's failures into ours; what is a mistake in a statement stays itself."""
        try:
            yield
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            raise DatabaseUnavailable(f"{self.shown}: {_reason(error)}; see TA_BOT_DATABASE_URL") from error
        except sa.exc.DatabaseError as error:
            if type(error) is not sa.exc.DatabaseError:  # its subclasses are mistakes of ours
                raise
            raise DatabaseUnavailable(f"{self.shown}: {_reason(error)}; see TA_BOT_DATABASE_URL") from error


class SqliteDatabase(Database):
    """One file in WAL mode. Other processes may read and write it at the same time."""

    def __init__(self, url: sa.URL) -> None:
        super().__init__(url, readers=1, writers=0)
        self._reading = sa.create_engine(url, poolclass=sa.pool.QueuePool, pool_size=2 + SWEEPERS)
        sa.event.listen(self._reading, "connect", self._on_read_connect)
        self._point: sa.Connection | None = None
        self._cursor: sqlite3.Cursor | None = None

    @property
    def path(self) -> Path:
        """The database file."""
        return Path(self.url.database or "")

    async def point(self, prepared: Prepared, params: Params = ()) -> list[Any]:
        """On the event loop: a look-up by key takes a hundredth of a millisecond, a thread ten times that."""
        if self._cursor is None:
            raise DatabaseUnavailable(f"{self.shown}: is not open")
        try:
            return self._cursor.execute(prepared.sql, params).fetchall()
        except sqlite3.DatabaseError as error:
            raise DatabaseUnavailable(f"{self.shown}: {error}; see TA_BOT_DATABASE_URL") from error

    def write_rows(self, connection: sa.Connection, sql: str, rows: Sequence[Params]) -> int:
        """Some hundred a statement: the driver lets other threads run for all of them, not between one and the next."""
        written = 0
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            some = rows[start : start + ROWS_A_STATEMENT]
            if len(some) < ROWS_A_STATEMENT:
                written += super().write_rows(connection, sql, some)
            else:
                values = tuple(chain.from_iterable(some))
                written += connection.exec_driver_sql(_widened(sql), values).rowcount
        return written

    def insert(self, table: sa.Table) -> sqlite.Insert:
        """SQLite's insert."""
        return sqlite.insert(table)

    def lock_migrations(self, connection: sa.Connection) -> None:
        """Nothing to do: BEGIN IMMEDIATE lets one writer in."""

    async def backup(self, path: Path) -> None:
        """SQLite's own online backup: a whole copy as of one instant, beside a running bot."""

        def copy(connection: sa.Connection) -> None:
            if path.exists():
                raise StoreError(f"{path}: exists already; choose another name")
            source = _raw(connection)
            target = sqlite3.connect(path)
            try:
                source.backup(target)
            finally:
                target.close()

        try:
            await self.scan(copy)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: cannot be written ({error})") from error

    def _make_engine(self) -> sa.Engine:
        engine = sa.create_engine(self.url, poolclass=sa.pool.QueuePool, pool_size=1, max_overflow=0)
        sa.event.listen(engine, "connect", self._on_write_connect)
        sa.event.listen(engine, "begin", self._on_begin)
        return engine

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        with self._reading.connect() as connection:
            return work(connection)

    def _open(self) -> None:
        if problem := too_old():
            raise DatabaseUnavailable(problem)
        super()._open()
        self._point = self._reading.connect()
        self._cursor = _raw(self._point).cursor()

    def _shut(self) -> None:
        if self._point is not None and self._cursor is not None:
            self._cursor.close()
            self._point.close()
            self._point = self._cursor = None
        self._readers.shutdown()
        self._sweepers.shutdown()
        self._reading.dispose()
        super()._shut()

    @staticmethod
    def _on_write_connect(raw: sqlite3.Connection, _record: object) -> None:
        # With isolation_level None and our own BEGIN, tables are rolled back like rows, and sqlite-utils on
        # the same connection does not commit by itself.
        raw.isolation_level = None
        raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")  # what was said to be kept outlives a power cut
        raw.execute("PRAGMA cache_size = -8000")  # 8 MB: four times that saves a sync 3 % of its time
        raw.execute("PRAGMA foreign_keys = ON")

    @staticmethod
    def _on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @staticmethod
    def _on_read_connect(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA busy_timeout = 5000")
        raw.execute("PRAGMA temp_store = MEMORY")  # what a sweep sorts (20 MB at most) is not written to disk
        raw.execute("PRAGMA query_only = ON")


class PostgresDatabase(Database):
    """A server that several processes may share."""

    def __init__(self, url: sa.URL) -> None:
        super().__init__(url, readers=4, writers=3)  # with the sweepers and the writer, a connection each

    async def point(self, prepared: Prepared, params: Params = ()) -> list[Any]:
        """In a thread: the server may be slow, and the event loop must not wait for it."""
        return await self.scan(
            lambda connection: list(connection.exec_driver_sql(prepared.sql, tuple(params)).fetchall())
        )

    def insert(self, table: sa.Table) -> postgresql.Insert:
        """PostgreSQL's insert."""
        return postgresql.insert(table)

    def lock_migrations(self, connection: sa.Connection) -> None:
        """An advisory lock that goes with the transaction."""
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))

    async def backup(self, path: Path) -> None:
        """PostgreSQL brings its own."""
        raise StoreError(f"PostgreSQL is backed up with its own tool: pg_dump --format=custom -f {path} …")

    def _make_engine(self) -> sa.Engine:
        return sa.create_engine(
            self.url,
            paramstyle="format",
            pool_size=10,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            pool_pre_ping=True,  # a server that was restarted is found again
            connect_args={} if "connect_timeout" in self.url.query else {"connect_timeout": 5},
        )

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return work(connection)


def open_database(url: str) -> Database:
    """The database behind a `sqlite:///…` or `postgresql://…` address; nothing is opened yet."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise DatabaseUnavailable("the address cannot be read; see TA_BOT_DATABASE_URL") from error
    if parsed.get_backend_name() == "sqlite":
        return SqliteDatabase(parsed)
    return PostgresDatabase(parsed.set(drivername="postgresql+psycopg"))


@lru_cache(maxsize=64)
def _widened(sql: str) -> str:
    """The same statement for so many rows at once."""
    before, _, rest = sql.partition("VALUES (")
    one, _, after = rest.partition(")")
    rows = ", ".join([f"({one})"] * ROWS_A_STATEMENT)
    return f"{before}VALUES {rows}{after}"


def _raw(connection: sa.Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 # for the type checker: this is SQLite's file
    return raw


def _reason(error: sa.exc.SQLAlchemyError) -> str:
    """The driver's own sentence, on one line, without the statement and its values."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split()) or type(cause).__name__
