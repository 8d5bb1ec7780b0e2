"""Serves the page: one HTML file, its scripts and style sheet, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import resources

from aiohttp import web

SCRIPTS = ("app", "blocks", "data", "dom", "elements", "mrkdwn")
FILES = {
    "/": ("index.html", "text/html"),
    "/page/style.css": ("style.css", "text/css"),
    **{f"/page/{name}.js": (f"{name}.js", "text/javascript") for name in SCRIPTS},
}
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


def add_page(app: web.Application) -> None:
    """Register the page's files."""
    for path, (name, kind) in FILES.items():
        app.router.add_get(path, _serve(name, kind))


def _serve(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    text = resources.files("bot.standin").joinpath("page", name).read_text(encoding="utf-8")

    async def handle(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type=kind, headers=HEADERS)

    return handle
