"""Runs the edge until it is told to stop: listens, connects, and finishes what it acked."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from aiohttp import web

from bot import log
from bot.errors import OperatorError, SourceError, SourceRefused
from bot.slack.listen import Edge
from bot.slack.site import Age, Check, Site
from bot.slack.socket_mode import SocketMode

FINISH = 25.0  # seconds for what was acked; orchestrators kill after 30
LOOK_AGAIN = 30.0
_WAITS = (1.0, 2.0, 5.0, 10.0, LOOK_AGAIN)

_log = log.get(__name__)


async def serve(  # noqa: PLR0913 # each is given by name, once
    edge: Edge,
    *,
    checks: Mapping[str, Check],
    scopes: tuple[str, ...] = (),
    age: Age | None = None,
    announce: Callable[[str], None] = print,
    stop: asyncio.Event | None = None,
    finish: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT or `stop`; raises OperatorError when the address cannot be listened on."""
    stopping = stop or asyncio.Event()
    token = edge.side.settings.slack_app_token
    socket = SocketMode(edge, token.get_secret_value()) if token else None
    ready = {**checks, **({"socket mode": socket.check} if socket else {})}
    runner = web.AppRunner(Site(edge, ready, scopes=scopes, age=age).app, access_log=None, shutdown_timeout=5)
    background = []
    try:
        announce(f"listening on {await _listen(runner, edge)}")
        background = [asyncio.create_task(_keep(edge, stopping))]
        if socket:
            background.append(asyncio.create_task(socket.connect()))
        with _signals(stopping):
            await stopping.wait()
    finally:
        await _finish(edge, runner, socket, background, finish)


async def _listen(runner: web.AppRunner, edge: Edge) -> str:
    settings = edge.side.settings
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.ta_bot_host, settings.ta_bot_port).start()
    except OSError as error:
        raise OperatorError(
            f"TA_BOT_HOST, TA_BOT_PORT: cannot listen on {settings.ta_bot_host}:{settings.ta_bot_port} "
            f"({error.strerror})"
        ) from error
    host, port = runner.addresses[0][:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def _keep(edge: Edge, stopping: asyncio.Event) -> None:
    """Ask who we are until Slack tells, and renew the token in time; each new problem is said once."""
    failures, said = 0, ""
    while not stopping.is_set():
        try:
            await edge.side.tokens.bot_token()
            await edge.side.identity.get()
            failures, said = 0, ""
        except SourceError as error:
            problem = f"{error}; see SLACK_BOT_TOKEN" if isinstance(error, SourceRefused) else str(error)
            if problem != said:
                _log.error("Slack does not take us yet", error=problem)
            failures, said = failures + 1, problem
        except Exception:  # noqa: BLE001 # the store may be down for a while: this loop must outlive it
            _log.exception("token not looked after")
            failures += 1
        wait = _WAITS[min(failures, len(_WAITS)) - 1] if failures else LOOK_AGAIN
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), wait)


async def _finish(
    edge: Edge,
    runner: web.AppRunner,
    socket: SocketMode | None,
    background: list[asyncio.Task[None]],
    finish: Callable[[], Awaitable[None]] | None,
) -> None:
    for task in background:
        task.cancel()
    await asyncio.gather(*background, return_exceptions=True)
    deadline = time.monotonic() + FINISH
    # First nothing more may come in, also on connections that are kept alive; then what came in is finished.
    if socket:
        await socket.stop()
    await runner.cleanup()
    left = await edge.working.drained(max(1.0, deadline - time.monotonic()))
    if left:
        _log.error("stopped with work unfinished", count=left)
    if finish is not None:
        await finish()
    await edge.side.close()
    _log.info("stopped")


@contextmanager
def _signals(stopping: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set the event while the block runs; only the main thread can hear them."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT) if threading.current_thread() is threading.main_thread() else ()
    for number in numbers:
        loop.add_signal_handler(number, stopping.set)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
