"""Asks Slack how the app is set up; keeps `bot.ports.inspection.Inspector`."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports.directory import Directory
from bot.ports.inspection import ChannelFacts, SlackFacts
from bot.slack.wiring import SlackSide

PAGE = 500
NOT_JSON = "the answer is not Slack's"


@dataclass(slots=True)
class SlackInspector:
    """Looks with the tokens at hand; what Slack refuses becomes an error in the facts, never an exception."""

    client: AsyncWebClient
    directory: Directory
    app_token: str | None = None
    config_token: str | None = None
    _errors: list[tuple[str, str]] = field(default_factory=list)

    async def look(self, *, channels: Sequence[str]) -> SlackFacts:
        """Everything that can be learnt; one pass."""
        self._errors = []
        auth = await self._try("auth.test", self.client.auth_test())
        if auth is None:
            return SlackFacts(errors=tuple(self._errors))
        manifest = await self._manifest(str(auth.get("bot_id", "")))
        groups = await self._try("usergroups.list", self.client.usergroups_list())
        found = await self._channels(channels)
        return SlackFacts(
            team=auth.get("team", ""),
            team_id=auth.get("team_id", ""),
            scopes=_granted(auth),
            socket_mode=await self._socket_mode(),
            groups=None if groups is None else _handles(groups),
            channels=found,
            events=_events(manifest),
            commands=_commands(manifest),
            errors=tuple(self._errors),
        )

    async def _socket_mode(self) -> bool | None:
        if not self.app_token:
            return None
        opened = await self._try(
            "apps.connections.open", self.client.apps_connections_open(app_token=self.app_token)
        )
        return opened is not None

    async def _manifest(self, bot_id: str) -> dict[str, Any] | None:
        if not self.config_token:
            return None
        bot = await self._try("bots.info", self.client.bots_info(bot=bot_id))
        if bot is None:
            return None
        app_id = (bot.get("bot") or {}).get("app_id", "")
        call = self.client.apps_manifest_export(app_id=app_id, token=self.config_token)
        answer = await self._try("apps.manifest.export", call)
        return None if answer is None else dict(answer.get("manifest") or {})

    async def _channels(self, names: Sequence[str]) -> tuple[ChannelFacts, ...] | None:
        ids: dict[str, str] = {}
        cursor = ""
        while True:
            call = self.client.conversations_list(
                types="public_channel,private_channel", exclude_archived=True, limit=PAGE, cursor=cursor
            )
            page = await self._try("conversations.list", call)
            if page is None:
                return None
            ids |= {each.get("name", ""): each.get("id", "") for each in page.get("channels") or ()}
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return tuple([await self._channel(name, ids.get(name)) for name in dict.fromkeys(names)])

    async def _channel(self, name: str, channel_id: str | None) -> ChannelFacts:
        if channel_id is None:
            return ChannelFacts(name=name, found=False)
        readers = await self.directory.readers_of(channel_id)
        return ChannelFacts(name=name, found=True, refused=readers.refused)

    async def _try(self, asked: str, call: Awaitable[Any]) -> Any:
        try:
            return await call
        except SlackApiError as error:
            self._errors.append((asked, _code(error)))
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            self._errors.append((asked, _silence(error)))
        return None


async def inspector_of(side: SlackSide) -> SlackInspector:
    """An inspector with the tokens that the Slack side has; raises SourceRefused where there is none."""
    app, config = side.settings.slack_app_token, side.settings.slack_config_token
    return SlackInspector(
        AsyncWebClient(
            token=await side.tokens.bot_token(), base_url=side.settings.slack_api_url, retry_handlers=[]
        ),
        side.directory,
        app_token=app.get_secret_value() if app else None,
        config_token=config.get_secret_value() if config else None,
    )


def _code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", error.response)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    # slack_sdk gives this word to an answer that is not JSON.
    return code if code and code != "unknown_error" else NOT_JSON


def _silence(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{error.host}:{error.port} cannot be reached"
    return "no answer in time" if isinstance(error, TimeoutError) else f"no answer ({type(error).__name__})"


def _granted(auth: Any) -> frozenset[str] | None:
    headers = {key.lower(): value for key, value in auth.headers.items()}
    listed = headers.get("x-oauth-scopes")
    return None if listed is None else frozenset(part.strip() for part in listed.split(",") if part.strip())


def _handles(groups: Any) -> frozenset[str]:
    return frozenset(each.get("handle", "") for each in groups.get("usergroups") or ())


def _events(manifest: dict[str, Any] | None) -> frozenset[str] | None:
    if manifest is None:
        return None
    subscriptions = manifest.get("settings", {}).get("event_subscriptions", {})
    return frozenset(subscriptions.get("bot_events", ()))


def _commands(manifest: dict[str, Any] | None) -> frozenset[str] | None:
    if manifest is None:
        return None
    listed = manifest.get("features", {}).get("slash_commands", ())
    return frozenset(command["command"] for command in listed)
