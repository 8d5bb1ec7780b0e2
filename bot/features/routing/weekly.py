"""What was asked of a team in a week, for its digest."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from statistics import median

from bot.domain.calendar import Holidays
from bot.domain.digest import Asked
from bot.domain.person import Team
from bot.domain.request import Request, RequestRules, RequestState
from bot.domain.schedule import IsoWeek
from bot.features.routing import clocks
from bot.ports import Ports
from bot.ports.requests import Wanted

MOST = 20_000
"""Requests that are looked at."""


def asked_of(
    requests: Sequence[Request], rules: RequestRules, now: datetime, calendar: Holidays
) -> Asked | None:
    """The week's line; None where nothing was asked. What its asker withdrew counts as asked, never as late."""
    if not requests:
        return None
    took = [clocks.response_time(one, rules, calendar) for one in requests]
    responded = [one.total_seconds() for one in took if one is not None]
    expected = [one for one in requests if one.state is not RequestState.WITHDRAWN]
    late = sum(clocks.is_late(one, clocks.due_of(one, rules, calendar), now) for one in expected)
    named = Counter((one.account_id, one.account_name) for one in requests if one.account_id)
    ordered = sorted(named.items(), key=lambda item: (-item[1], item[0][1].casefold(), item[0][0]))
    return Asked(
        count=len(requests),
        response=timedelta(seconds=median(responded)) if responded else None,
        late=late,
        accounts=tuple((account_id, name, count) for (account_id, name), count in ordered),
    )


async def asked_in(ports: Ports, team: Team | None, week: IsoWeek) -> Asked | None:
    """What was asked of a team (None: of all) from its Monday to its Sunday, on the organisation's calendar."""
    starts = datetime.combine(week.monday, time(), ports.clock.zone)
    ends = datetime.combine(week.sunday + timedelta(days=1), time(), ports.clock.zone)
    held = await ports.requests.list_requests(Wanted(team=team, since=starts, limit=MOST))
    asked = [one for one in held if one.created_at < ends]
    policy, now, calendar = ports.policy.requests, ports.clock.now(), ports.calendar
    return await asyncio.to_thread(asked_of, asked, policy, now, calendar)
