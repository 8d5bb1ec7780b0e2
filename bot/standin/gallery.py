"""Every view of the test suite and every sample block on one page, light and dark, wide and narrow, beside its JSON.

python -m bot.standin.gallery [--port 3940] [--no-browser] [--tests tests]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import webbrowser
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

from aiohttp import web

from bot.standin.pages import add_page
from bot.standin.server import HOST

Piece: TypeAlias = dict[str, Any]
PORT = 3940


def samples() -> list[Piece]:
    """One full and one minimal sample of every block and element, by surface."""
    file = resources.files("bot.standin").joinpath("data", "samples.json")
    found: list[Piece] = json.loads(file.read_text(encoding="utf-8"))
    return [{**one, "source": "samples.json"} for one in found]


def snapshots(tests: Path) -> list[Piece]:
    """Every view that a test keeps a picture of: messages, modals and home tabs."""
    found = []
    for file in sorted(tests.glob("**/__snapshots__/**/*.json")):
        kept = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(kept, dict) and isinstance(kept.get("blocks"), list):
            surface = kept["type"] if kept.get("type") in ("modal", "home") else "message"
            feature = file.relative_to(tests).parts[-4:-2]
            name = f"{' '.join(feature).replace('__snapshots__', '').strip()}: {file.stem}"
            found.append({"name": name, "surface": surface, "source": str(file), **kept})
    return found


def gallery_app(tests: Path) -> web.Application:
    """The gallery as an application: the page's own scripts and the pieces as JSON."""
    app = web.Application()
    add_page(app, "gallery.html")

    async def pieces(_request: web.Request) -> web.Response:
        return web.json_response([*samples(), *snapshots(tests)])

    app.router.add_get("/gallery.json", pieces)
    return app


async def serve(port: int, tests: Path, *, browser: bool) -> None:
    """Serve until cancelled."""
    runner = web.AppRunner(gallery_app(tests), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        address = f"http://{HOST}:{runner.addresses[0][1]}"
        sys.stdout.write(f"ready: {address}\n")
        sys.stdout.flush()
        if browser:
            await asyncio.to_thread(webbrowser.open, address)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def main() -> None:
    """Read the command line and serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Every view and every block, side by side with its JSON.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--tests", type=Path, default=Path("tests"))
    parser.add_argument("--no-browser", action="store_true")
    asked = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(asked.port, asked.tests, browser=not asked.no_browser))


if __name__ == "__main__":
    main()
