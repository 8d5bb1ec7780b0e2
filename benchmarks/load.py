"""Load: as many at once as asked for, or so many a second; what each request took."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiohttp import web

from benchmarks.processes import Server
from benchmarks.slack import CHANNEL, FakeSlack
from benchmarks.wire import Client, connect

LATE = 20.0


@dataclass
class Cell:
    """What one load measured. Times in seconds."""

    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    cpu: float = 0.0
    connections: int = 0  # opened for answers
    lost: int = 0

    @property
    def rate(self) -> float:
        """Whole requests a second: answered where answers were waited for, else acked."""
        return len(self.answers or self.acks) / self.elapsed

    @property
    def cpu_us(self) -> float:
        """Microseconds of the server's CPU a request."""
        return self.cpu / max(len(self.acks), 1) * 1e6


@dataclass
class Load:
    """A server, the fake Slack it answers to, and what people ask."""

    server: Server
    slack: FakeSlack
    texts: list[str]
    answered: bool = True  # whether an answer follows the ack

    def __post_init__(self) -> None:
        self._asked: Iterator[str] = iter(random.Random(self.server.name).choices(self.texts, k=1_000_000))

    async def closed(self, concurrency: int, seconds: float) -> Cell:
        """Each of so many askers asks again once answered."""
        clients = [await connect(self.server.port) for _ in range(concurrency)]
        await self._while(clients, Cell(), time.perf_counter() + min(seconds / 4, 0.5))  # warms up
        cell = Cell()
        connections = len(self.slack.connections)
        cpu, began = self.server.cpu_seconds, time.perf_counter()
        await self._while(clients, cell, began + seconds)
        cell.elapsed, cell.cpu = time.perf_counter() - began, self.server.cpu_seconds - cpu
        cell.connections = len(self.slack.connections) - connections
        for client in clients:
            client.close()
        return cell

    async def one(self) -> Cell:
        """One request, answered."""
        client, cell = await connect(self.server.port), Cell()
        await self._once(client, cell)
        client.close()
        return cell

    async def open(self, per_second: float, seconds: float) -> Cell:
        """So many a second whether or not earlier ones were answered."""
        cell, idle = Cell(), [await connect(self.server.port) for _ in range(8)]
        began = time.perf_counter()
        tasks = []
        for number in range(int(per_second * seconds)):
            await asyncio.sleep(max(began + number / per_second - time.perf_counter(), 0))
            tasks.append(asyncio.create_task(self._borrowed(idle, cell)))
        await asyncio.gather(*tasks)
        cell.elapsed = time.perf_counter() - began
        for client in idle:
            client.close()
        return cell

    async def _while(self, clients: list[Client], cell: Cell, until: float) -> None:
        async def asker(client: Client) -> None:
            while time.perf_counter() < until:
                await self._once(client, cell)

        await asyncio.gather(*(asker(client) for client in clients))

    async def _borrowed(self, idle: list[Client], cell: Cell) -> None:
        client = idle.pop() if idle else await connect(self.server.port)
        await self._once(client, cell)
        idle.append(client)

    async def _once(self, client: Client, cell: Cell) -> None:
        number, arrival = self.slack.expect()
        request = self.slack.signed(number, next(self._asked))
        began = time.perf_counter()
        head, body = await client.ask(request)
        acked = time.perf_counter()
        if b" 200 " not in head[:20]:
            raise RuntimeError(f"{self.server.name} refused a request: {head!r} {body!r}")
        cell.acks.append(acked - began)
        if not self.answered:
            return
        if b'"blocks"' in body:  # the answer rode in the ack
            cell.answers.append(acked - began)
            return
        try:
            at, _ = await asyncio.wait_for(arrival, LATE)
        except TimeoutError:
            cell.lost += 1
            return
        cell.answers.append(at - began)


async def socket_acks(
    slack: FakeSlack, link: web.WebSocketResponse, texts: list[str], seconds: float
) -> list[float]:
    """Acks of envelopes over Socket Mode, one at a time."""
    times: list[float] = []
    draw = random.Random("link")
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        number, arrival = slack.expect()
        envelope = f"{CHANNEL}-{number}"
        acked = slack.acks[envelope] = asyncio.get_running_loop().create_future()
        payload = slack.form(number, draw.choice(texts))
        began = time.perf_counter()
        await link.send_json(
            {
                "type": "slash_commands",
                "envelope_id": envelope,
                "payload": payload,
                "accepts_response_payload": True,
            }
        )
        times.append(await asyncio.wait_for(acked, LATE) - began)
        await asyncio.wait_for(arrival, LATE)
    return times
