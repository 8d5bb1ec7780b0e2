"""Serves the page: one HTML file, its scripts and style sheet, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePath

from aiohttp import web

KINDS = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
HEADERS = {
    # Scripts and styles from our own files only: what somebody types cannot run, whatever the page does with it.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def add_page(app: web.Application, first: str = "index.html") -> None:
    """Register the page's files; `first` is the one shown at /."""
    for file in files():
        app.router.add_get(f"/page/{file.name}", _serve(file))
    app.router.add_get("/", _serve(resources.files("bot.standin").joinpath("page", first)))


def files() -> list[Traversable]:
    """Everything the page is made of."""
    folder = resources.files("bot.standin").joinpath("page")
    return sorted(
        (one for one in folder.iterdir() if PurePath(one.name).suffix in KINDS), key=lambda one: one.name
    )


def _serve(file: Traversable) -> Callable[[web.Request], Awaitable[web.Response]]:
    text, kind = file.read_text(encoding="utf-8"), KINDS[PurePath(file.name).suffix]

    async def handle(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type=kind, headers=HEADERS)

    return handle
