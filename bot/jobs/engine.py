"""DBOS, in our own database: queues, workflows and their recovery. The only module that knows it.

Its workflows are one call long and begin by looking at their row, so that being run again after a crash is harmless.
The application's version is pinned: a deploy finds the work of the one before it and goes on with it.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from bot import log
from bot.ports.ledger import Claimed, Handed

NAME = "ta-bot"
WORK, MESSAGES = "ta-bot-work", "ta-bot-messages"
PERFORM, SEND = "ta-bot.perform", "ta-bot.send"
AT_ONCE = 16
POLLS = (0.5, 0.25)
"""Seconds between two looks at the work, and at the messages."""
POLLS_OF_A_TURNED_CLOCK = (0.2, 0.1)
"""Where somebody waits for everything that a turned clock brings due, one after the other."""
MOST_PRIORITY = 2_147_483_647
WAITS = "ENQUEUED"
ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
LOST = frozenset({"ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})

_log = log.get(__name__)


class OpenedTx(Protocol):
    """What the store's transactions are to us: something that runs in their connection."""

    async def run(self, work: Callable[[sa.Connection], Any]) -> Any:
        """Run where the transaction's statements belong."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What the engine calls: `perform(key, claim)` and `send(key)`."""

    perform: Callable[[str, int], Awaitable[str]]
    send: Callable[[str], Awaitable[str]]


def work_id(claimed: Claimed) -> str:
    """The engine's id for a claim."""
    return f"work:{claimed.work.key}#{claimed.claim}"


def message_id(handed: Handed) -> str:
    """The engine's id for a message that is handed over."""
    return f"message:{handed.key}#{handed.hand}"


class Engine:
    """Launched inside the running loop; one a process, as DBOS is."""

    def __init__(self, url: sa.URL, executor_id: str, polls: tuple[float, float] = POLLS) -> None:
        self._url = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=False)
        self._executor_id = executor_id
        self._poll, self._poll_messages = polls
        self._dbos: Any = None
        self._client: Any = None

    @property
    def is_running(self) -> bool:
        """Whether work is being taken up."""
        return self._client is not None

    async def launch(self, calls: Calls) -> None:
        """Start taking up work, what an earlier process left first."""
        dbos = await asyncio.to_thread(importlib.import_module, "dbos")  # half a second of imports
        _registered(dbos, calls)
        serializer = dbos.DBOSPortableJSONSerializer()  # its default would be pickle
        instance = dbos.DBOS(
            config={
                "name": NAME,
                "system_database_url": self._url,
                "application_version": NAME,
                "executor_id": self._executor_id,
                "log_level": "WARNING",
                "max_executor_threads": AT_ONCE,
                "scheduler_polling_interval_sec": 60.0,
                "serializer": serializer,
            }
        )
        self._dbos = dbos.DBOS
        # What it launches writes, and waits for whoever writes: not on the loop, where our own transactions end.
        # The workflows belong there all the same; by itself it would take the loop of the thread that launches it.
        instance._background_event_loop._main_loop = asyncio.get_running_loop()  # noqa: SLF001 # there is no other way
        await _to_the_end(self._dbos.launch)
        system = instance._sys_db  # noqa: SLF001 # nor for this
        system.dequeue_scopes = _waiting_in(system)
        await self._dbos.register_queue_async(
            WORK, worker_concurrency=AT_ONCE, polling_interval_sec=self._poll, on_conflict="always_update"
        )
        await self._dbos.register_queue_async(
            MESSAGES,
            worker_concurrency=AT_ONCE,
            partition_concurrency=1,
            polling_interval_sec=self._poll_messages,
            on_conflict="always_update",
        )
        self._client = await asyncio.to_thread(
            lambda: dbos.DBOSClient(
                system_database_url=self._url, application_name=NAME, serializer=serializer
            )
        )

    async def close(self) -> None:
        """Stop taking up work; what is under way is taken up again at the next start."""
        client, self._client = self._client, None
        if client is not None:
            await asyncio.to_thread(client.destroy)
        if self._dbos is not None:
            destroy = self._dbos.destroy
            self._dbos = None
            with ThreadPoolExecutor(1) as own:
                await asyncio.get_running_loop().run_in_executor(own, destroy)
            # It made its own threads the loop's, and has just ended them; the loop needs some until it closes.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="loop"))

    async def enqueue(self, tx: OpenedTx, work: Sequence[Claimed], messages: Sequence[Handed]) -> None:
        """Hand rows over, in the transaction that marks them."""
        client = self._client

        def put(connection: sa.Connection) -> None:
            for claimed in work:
                asked = {"workflow_name": PERFORM, "queue_name": WORK, "workflow_id": work_id(claimed)}
                client.enqueue_in_transaction(connection, asked, claimed.work.key, claimed.claim)
            for handed in messages:
                options = {
                    "workflow_name": SEND,
                    "queue_name": MESSAGES,
                    "workflow_id": message_id(handed),
                    "queue_partition_key": handed.lane,
                    "priority": 1 + handed.place % MOST_PRIORITY,
                }
                client.enqueue_in_transaction(connection, options, handed.key)

        await tx.run(put)

    async def states_of(self, ids: Sequence[str]) -> Mapping[str, str]:
        """The engine's own word for each that it knows."""
        found: dict[str, str] = {}
        for id_ in ids:
            status = await self._dbos.get_workflow_status_async(id_)
            if status is not None:
                found[id_] = str(status.status)
        return found

    async def take_over(self, executor_id: str) -> None:
        """Take up what another process left, which is known to be dead."""
        await asyncio.to_thread(self._dbos._recover_pending_workflows, [executor_id])  # noqa: SLF001 # the only way without its paid part

    async def executors_with_work(self) -> frozenset[str]:
        """The processes whose work is under way."""
        pending = await self._dbos.list_workflows_async(status="PENDING", load_input=False, limit=10_000)
        return frozenset(str(one.executor_id) for one in pending if one.executor_id)

    async def forget(self, before: datetime) -> int:
        """Drop the engine's records of what ended before then."""
        total = 0
        while True:
            old = await self._dbos.list_workflows_async(
                status=list(ENDED),
                end_time=before.isoformat(),
                limit=500,
                load_input=False,
                load_output=False,
            )
            if not old:
                return total
            await self._dbos.delete_workflows_async([one.workflow_id for one in old])
            total += len(old)


def _waiting_in(system: Any) -> Callable[[str], Sequence[None]]:
    """Gives a queue's one scope to dequeue from, and none where nothing waits.

    Looking for what may be taken up builds a dozen statements, several times a second: an eighth of a core for a demo's
    bot that has nothing to do. Where it is asked first whether anything waits, that bot takes a twentieth.
    """
    held = system.tables.workflow_status.c
    # Written out, else SQLite does not take the index of what is in flight.
    waits = sa.literal(WAITS, literal_execute=True)
    first = (
        sa.select(sa.literal(1))
        .where(held.status == waits, held.queue_name == sa.bindparam("queue"))
        .limit(1)
    )

    def scopes(queue: str) -> Sequence[None]:
        with system.engine.connect() as connection:
            return [None] if connection.execute(first, {"queue": queue}).first() else []

    return scopes


async def _to_the_end(work: Callable[[], object]) -> None:
    """Run it in a thread; a cancelled caller waits for it, so that nothing is closed while it is being opened."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


_calls: list[Calls] = []
"""Whom the workflows call: DBOS knows functions by name and holds them for the whole process."""


def _registered(dbos: Any, calls: Calls) -> None:
    first = not _calls
    _calls[:] = [calls]
    if not first:
        return

    async def perform(key: str, claim: int) -> str:
        return await _calls[0].perform(key, claim)

    async def send(key: str) -> str:
        return await _calls[0].send(key)

    dbos.DBOS.workflow(name=PERFORM, max_recovery_attempts=None)(perform)
    dbos.DBOS.workflow(name=SEND, max_recovery_attempts=None)(send)
