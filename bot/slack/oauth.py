"""Installing and consenting through a browser: two pages send to Slack, one takes what it brings back.

Only the one workspace may install, and only the person whom a link was made for consents. The state is sealed, ten
minutes good, works once and is bound to the browser by a cookie.
"""

from __future__ import annotations

import html
import secrets
from urllib.parse import urlencode

from aiohttp import web

from bot import log
from bot.errors import SourceError, SourceRefused
from bot.settings import Settings
from bot.slack.cache import Seen
from bot.slack.consent import Consenting, Tell
from bot.slack.consents import PAGE, SCOPES
from bot.slack.installations import installed
from bot.slack.wiring import SlackSide

COOKIE = "ta-bot-install"
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
GOOD_FOR = 600
ALLOWED = (
    "While you are away, TA bot sets your Slack status, and puts back what stood there when you return. "
    "You can close this page."
)
_PAGE = "<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>{text}</p>"

_log = log.get(__name__)


class OAuth:
    """The three pages."""

    def __init__(self, side: SlackSide, scopes: tuple[str, ...], tell: Tell) -> None:
        self._side = side
        self._scopes = scopes
        self._consenting = Consenting(side, tell)
        self._used = Seen(GOOD_FOR)

    def routes(self) -> list[web.RouteDef]:
        """For the aiohttp application."""
        return [
            web.get(INSTALL, self.install),
            web.get(PAGE, self.consent),
            web.get(REDIRECT, self.redirect),
        ]

    async def install(self, request: web.Request) -> web.Response:
        """Send the browser to Slack, to install the app."""
        return self._sent(request, {"scope": ",".join(self._scopes)}, {})

    async def consent(self, request: web.Request) -> web.Response:
        """Send the browser of a person to Slack, to let us set their status."""
        try:
            user_id = self._side.consents.whose(request.query.get("for", ""))
        except SourceRefused:
            user_id = ""
        if not user_id:
            return _page(
                "Not allowed yet", "This link is too old or not whole. In Slack, use a newer button.", 400
            )
        return self._sent(request, {"scope": "", "user_scope": ",".join(SCOPES)}, {"user": user_id})

    async def redirect(self, request: web.Request) -> web.Response:
        """Take what Slack brings back."""
        if not self._side.settings.uses_oauth or self._side.tokens.vault is None:
            return _page("Not installed this way", "Set SLACK_CLIENT_ID to install through this page.", 404)
        state = self._state(request)
        if user_id := str((state or {}).get("user", "")):
            return await self._consented(request, user_id)
        if request.query.get("error"):
            return _page(
                "Not installed", "The install was cancelled in Slack. Start again at /slack/install.", 400
            )
        if state is None:
            return _page(
                "Not installed",
                "This link is too old or another browser’s. Start again at /slack/install.",
                400,
            )
        return await self._installed(request)

    async def _installed(self, request: web.Request) -> web.Response:
        try:
            await self._take(request)
        except SourceRefused as error:
            _log.warning("install refused", error=str(error))
            return _page("Not installed", f"{error}.", 403)
        except SourceError as error:
            _log.warning("install failed", error=str(error))
            return _page("Not installed", f"{error}. Start again at /slack/install.", 502)
        return _page("Installed", "TA bot is installed. In Slack, type /ta-help.", 200)

    async def _consented(self, request: web.Request, user_id: str) -> web.Response:
        again = "In Slack, press the button again."
        if request.query.get("error"):
            return _page("Not allowed", f"Nothing was allowed, so nothing changes. {again}", 400)
        uri = _redirect_uri(self._side.settings, request)
        try:
            await self._consenting.take(user_id, request.query.get("code", ""), uri)
        except SourceRefused as error:
            _log.warning("consent refused", user=user_id, error=str(error))
            return _page("Not allowed", f"{error}.", 403)
        except SourceError as error:
            _log.warning("consent failed", user=user_id, error=str(error))
            return _page("Not allowed", f"{error}. {again}", 502)
        return _page("Thank you", ALLOWED, 200)

    def _sent(self, request: web.Request, asked: dict[str, str], about: dict[str, str]) -> web.Response:
        """Off to Slack, with a state that this browser alone can bring back."""
        settings, vault = self._side.settings, self._side.tokens.vault
        if not settings.uses_oauth or vault is None:
            return _page("Not installed this way", "Set SLACK_CLIENT_ID to install through this page.", 404)
        nonce = secrets.token_urlsafe(24)
        query = {
            "client_id": settings.slack_client_id or "",
            **asked,
            "state": vault.seal({"nonce": nonce, **about}),
            "redirect_uri": _redirect_uri(settings, request),
        }
        if settings.ta_bot_team_id:
            query["team"] = settings.ta_bot_team_id
        answer = web.Response(
            status=302, headers={"Location": f"{settings.slack_authorize_url}?{urlencode(query)}"}
        )
        secure = query["redirect_uri"].startswith("https://")
        answer.set_cookie(
            COOKIE, nonce, max_age=GOOD_FOR, httponly=True, secure=secure, samesite="Lax", path="/slack"
        )
        return answer

    async def _take(self, request: web.Request) -> None:
        side = self._side
        code = request.query.get("code", "")
        answer = await side.tokens.exchange(code=code, redirect_uri=_redirect_uri(side.settings, request))
        install = installed(answer, side.clock.now())
        wanted = side.settings.ta_bot_team_id
        if wanted is None:
            wanted = (await side.identity.get()).team_id
        if install.team_id != wanted:
            # The token that Slack just made is given back: we keep nothing of another workspace.
            await self._give_back(install.bot_token)
            raise SourceRefused("this bot serves another workspace", code="other_team")
        await side.tokens.keep(install)
        side.identity.forget()
        side.directory.forget_all()
        _log.info("installed", user=install.installed_by)

    async def _give_back(self, token: str) -> None:
        try:
            await self._side.web.call("auth.revoke", token=token)
        except SourceError as error:
            _log.warning("token of another workspace not revoked", error=str(error))

    def _state(self, request: web.Request) -> dict[str, object] | None:
        """What the state holds; None where it is too old, used, or another browser's."""
        vault, cookie = self._side.tokens.vault, request.cookies.get(COOKIE, "")
        if vault is None or not cookie:
            return None
        try:
            state = vault.open(request.query.get("state", ""), seconds=GOOD_FOR)
        except SourceRefused:
            return None
        nonce = str(state.get("nonce", ""))
        same = secrets.compare_digest(nonce.encode(), cookie.encode())
        return state if same and not self._used.again(nonce) else None


def _redirect_uri(settings: Settings, request: web.Request) -> str:
    base = settings.ta_bot_public_url or f"{request.scheme}://{request.host}"
    return base.rstrip("/") + REDIRECT


def _page(title: str, text: str, status: int) -> web.Response:
    body = _PAGE.format(title=html.escape(title), text=html.escape(text))
    return web.Response(status=status, text=body, content_type="text/html")
