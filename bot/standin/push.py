"""Requests to the app over HTTP, signed as Slack signs them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.standin.delivery import ACK_SECONDS, Envelope, NotAnswered

FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class HttpPush:
    """Delivers to the app's one address for events, commands and interactions."""

    url: str
    signing_secret: str
    session: aiohttp.ClientSession
    ack_seconds: float = ACK_SECONDS

    async def deliver(self, envelope: Envelope) -> Any:
        """Post one request and give the body of its answer."""
        body, content_type = encode(envelope)
        headers = {"Content-Type": content_type, **signature(self.signing_secret, body)}
        if envelope.attempt:
            headers |= {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": envelope.reason}
        try:
            async with asyncio.timeout(self.ack_seconds):
                return await self._post(body, headers)
        except TimeoutError:
            raise NotAnswered("http_timeout") from None
        except aiohttp.ClientError:
            raise NotAnswered("connection_failed") from None

    async def _post(self, body: bytes, headers: dict[str, str]) -> Any:
        async with self.session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise NotAnswered("http_error", retry=answer.headers.get("X-Slack-No-Retry") != "1")
        if not text.strip():
            return None
        try:
            return json.loads(text)
        except ValueError:
            return {"text": text}


def encode(envelope: Envelope) -> tuple[bytes, str]:
    """The body and its content type: a form for commands, `payload=` for interactions, JSON for events."""
    if envelope.kind == "slash_commands":
        return urlencode(envelope.payload).encode(), FORM
    if envelope.kind == "interactive":
        return urlencode({"payload": json.dumps(envelope.payload)}).encode(), FORM
    return json.dumps(envelope.payload).encode(), "application/json"


def signature(secret: str, body: bytes, timestamp: int | None = None) -> dict[str, str]:
    """The two headers that prove a request is Slack's."""
    at = str(int(time.time()) if timestamp is None else timestamp)
    digest = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}
