"""`ta-bot demo`: the workspace, a fictional book, and the unchanged bot as a process of its own."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
import webbrowser
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from bot.clock import SystemClock
from bot.errors import OperatorError
from bot.standin import seeding
from bot.standin.book import people, write_csvs
from bot.standin.mornings import Mornings
from bot.standin.presence import scatter
from bot.standin.server import HOST, StandinServer
from bot.standin.state import DEMO_APP_TOKEN, DEMO_BOT_TOKEN, DEMO_CLIENT_SECRET
from bot.standin.vendors.playing import played
from bot.standin.workspace import build_workspace

CONNECT_SECONDS = 60.0
STOP_SECONDS = 10.0
LAST_LINES = 15
POLICY = Path(__file__).parent / "data" / "policy.toml"
"""What the demo's organisation has filled in."""
OURS = ("SLACK_", "TA_BOT_", "VITALLY_", "SALESFORCE_", "LOOKER", "DEEL_", "ZENDESK_")


async def run_demo(*, port: int, browser: bool, directory: Path) -> None:
    """Run until Ctrl-C or SIGTERM; raises OperatorError when the bot cannot start or dies."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    work = asyncio.create_task(_demo(port, browser, directory))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(name)


async def _demo(port: int, browser: bool, directory: Path) -> None:
    console = Console(stderr=True)
    today = SystemClock(ZoneInfo("UTC")).today()
    async with StandinServer(build_workspace(people(today)), port=port) as server:
        scatter(server.workspace)
        environment = _environment(server, directory)
        # The bot starts while the book is written: it takes in what is imported under its eyes.
        bot = await _start(directory, {**environment, "TA_BOT_DEMO_CLOCK": server.clock_url})
        try:
            with _progress(console) as progress:
                task = progress.add_task("writing the book", total=3)
                await asyncio.to_thread(write_csvs, directory, today)
                progress.update(task, description="importing the book", advance=1)
                await _import(directory, environment)
                progress.update(task, description="starting the bot", advance=1)
                await _connect(server, bot, directory)
                await seeding.subscribe(server.people)
                progress.advance(task)
            server.turner.mornings = Mornings(directory, today, server.turner.have_imported)
            async with _beside(_play_vendors(directory, environment, console)):
                await _serve(server, bot, directory, browser)
        finally:
            await _stop(bot)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _play_vendors(directory: Path, environment: Mapping[str, str], console: Console) -> None:
    """The systems that a book is filled from; nobody waits for them, and a demo without them is one all the same."""
    async with played(SystemClock(ZoneInfo("UTC")).now(), directory, environment) as folder:
        said = f"Vitally, Salesforce, Looker, Deel and Zendesk are played too: cd {folder} && ta-bot sync"
        console.print(said, markup=False, highlight=False, soft_wrap=True)
        await asyncio.Event().wait()


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        console=console,
    )


async def _serve(server: StandinServer, bot: Process, directory: Path, browser: bool) -> None:
    sys.stdout.write(f"ready: {server.base_url}\n")
    sys.stdout.flush()
    if browser and _has_screen():
        await asyncio.to_thread(webbrowser.open, server.base_url)
    code = await bot.wait()
    raise _died(code, directory)


def _environment(server: StandinServer, directory: Path) -> Mapping[str, str]:
    # The machine's environment without what configures a real bot: the demo must never reach a real workspace.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {
        **inherited,
        "SLACK_API_URL": server.api_url,
        "SLACK_BOT_TOKEN": DEMO_BOT_TOKEN,
        "SLACK_APP_TOKEN": DEMO_APP_TOKEN,
        "SLACK_CLIENT_ID": server.workspace.client_id,
        "SLACK_CLIENT_SECRET": DEMO_CLIENT_SECRET,
        "SLACK_AUTHORIZE_URL": f"{server.base_url}/oauth/v2/authorize",
        "TA_BOT_POLICY": str(POLICY),
        "TA_BOT_DATABASE_URL": f"sqlite:///{directory / 'demo.db'}",
        **_address(),
        "TA_BOT_SECRET_KEY": secrets.token_urlsafe(32),
    }


def _address() -> Mapping[str, str]:
    """Where the bot listens, known before it does: people's browsers come back there from giving consent."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    return {"TA_BOT_PORT": str(port), "TA_BOT_PUBLIC_URL": f"http://{HOST}:{port}"}


async def _import(directory: Path, environment: Mapping[str, str]) -> None:
    process = await _python(directory, environment, "bot", "import", "all", str(directory))
    try:
        said, _ = await process.communicate()
    finally:
        await _stop(process)
    if process.returncode:
        raise OperatorError(f"the demo's book could not be imported: {said.decode(errors='replace').strip()}")


async def _python(
    directory: Path,
    environment: Mapping[str, str],
    *words: str,
    given: int = asyncio.subprocess.DEVNULL,
    out: int = asyncio.subprocess.PIPE,
) -> Process:
    # From its own directory, so that a .env lying about is not read; in a session of its own, so that Ctrl-C
    # reaches it through us, once.
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *words,
        cwd=directory,
        env=environment,
        stdin=given,
        stdout=out,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )


async def _start(directory: Path, environment: Mapping[str, str]) -> Process:
    with (directory / "bot.log").open("wb") as log:
        # On a leash: were we killed, nobody would stop it.
        words, pipe = ("bot.standin.leash", "serve"), asyncio.subprocess.PIPE
        return await _python(directory, environment, *words, given=pipe, out=log.fileno())


async def _connect(server: StandinServer, bot: Process, directory: Path) -> None:
    linked = asyncio.create_task(server.connected(CONNECT_SECONDS))
    ended = asyncio.create_task(bot.wait())
    await asyncio.wait({linked, ended}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if ended.done():
            raise _died(ended.result(), directory)
        await linked
    except TimeoutError:
        raise OperatorError(
            f"the bot did not connect in {CONNECT_SECONDS:g} s\n{_last_words(directory)}"
        ) from None
    finally:
        linked.cancel()
        ended.cancel()
        await asyncio.gather(linked, ended, return_exceptions=True)


def _died(code: int, directory: Path) -> OperatorError:
    return OperatorError(
        f"the bot stopped by itself (exit {code}); its last words:\n{_last_words(directory)}"
    )


def _last_words(directory: Path) -> str:
    lines = (directory / "bot.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-LAST_LINES:])


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _has_screen() -> bool:
    # Without a display the standard library would start a text browser in this very terminal.
    shown = sys.platform in ("darwin", "win32")
    return shown or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
