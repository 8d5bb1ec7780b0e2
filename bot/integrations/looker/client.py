"""Looker's API 4.0 as JSON: the log-in of an API user, one Look's rows, and what the Look consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from bot.errors import SourceGarbled, SourceRefused
from bot.http.budget import Budget
from bot.http.client import Line, Patience
from bot.http.signing import Token
from bot.integrations.looker.rows import has_failed, parsed

BUDGET = Budget(calls=60, seconds=60)
"""Ours: what Looker sells is queries a month (1,000 at least), and a sweep is one; this only bounds a mistake."""
PATIENCE = Patience(seconds=600, quiet=300)
"""Ours: a Look of every account is one query of a warehouse, and nothing comes until it is done."""
SECRET = "LOOKERSDK_CLIENT_ID and LOOKERSDK_CLIENT_SECRET"  # noqa: S105 # the names of settings


@dataclass(frozen=True, slots=True)
class Access:
    """Where it is, who we are there, and which Look is read."""

    base_url: str
    client_id: str
    client_secret: SecretStr
    look_id: str


class LookerClient:
    """Calls one Looker. Raises SourceRefused, SourceUnavailable or SourceGarbled.

    Its line should have PATIENCE: the others' is too short for a warehouse.
    """

    def __init__(self, line: Line, access: Access) -> None:
        self.look_id = access.look_id
        self._access = access
        token = Token("looker", self._log_in)
        self._caller = line.caller(
            system="looker",
            base_url=f"{access.base_url}/api/4.0",
            budget=BUDGET,
            sign=token.sign,
            renew=token.renew,
            secret=SECRET,
        )

    @property
    def calls(self) -> int:
        """How many HTTP calls were made."""
        return self._caller.calls

    async def run_look(self, limit: int) -> Any:
        """The Look's rows, numbers as numbers. Looker answers a query that failed with 200 as well."""
        params = {"limit": str(limit), "apply_formatting": "false", "apply_vis": "false", "cache": "true"}
        target = f"looks/{self.look_id}/run/json"
        reply = await self._caller.get(target, params, parse=parsed)
        if has_failed(reply.data):
            what = (
                f"holds a looker_error with HTTP 200: open Look {self.look_id} in Looker and mend its query"
            )
            raise self._caller.garbled(target, what, reply)
        return reply.data

    async def look(self) -> Mapping[str, Any]:
        """The Look itself with its query: no query is run, so none is paid for."""
        data = (await self._caller.get(f"looks/{self.look_id}")).data
        if not isinstance(data, dict):
            raise SourceGarbled(f"Looker’s description of Look {self.look_id} is no object")
        return data

    async def _log_in(self) -> Any:
        form = {
            "client_id": self._access.client_id,
            "client_secret": self._access.client_secret.get_secret_value(),
        }
        try:
            return (await self._caller.post("login", form=form, signed=False)).data
        except SourceRefused as error:
            refused = SourceRefused(
                f"Looker refuses the log-in: check LOOKERSDK_BASE_URL, {SECRET}", error.code
            )
            refused.request_id = error.request_id
            raise refused from None
