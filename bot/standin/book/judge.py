"""Gives the scores that Vitally would give: the domain's own reading of the traits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from bot import policy
from bot.domain.account import Account, Week
from bot.domain.health import HealthReading, HealthRules, read_account, read_week
from bot.domain.provenance import Known, Stamp
from bot.standin.book.series import TRAITS, Row

_READ = ("licensed_seats", "seats_unlimited", "tam", "mau", "dau_4w_avg", *TRAITS)


@dataclass(frozen=True, slots=True)
class Judge:
    """Reads rows by the packaged policy, so that the book agrees with the rules."""

    on: date
    rules: HealthRules = field(default_factory=lambda: policy.load().health)

    def today(self, row: Row, *, off: float) -> Row:
        """The health columns of an account's row; `off` is by how much Vitally sees it otherwise."""
        stamp = Stamp("book", datetime(self.on.year, self.on.month, self.on.day, tzinfo=UTC))
        facts: dict[str, Any] = {name: Known(row[name], stamp) for name in _READ if row.get(name) is not None}
        account = Account(id=row["account_id"], name=row["name"], **facts)
        return self._columns(read_account(account, self.rules, self.on), off)

    def week(self, row: Row, *, off: float) -> Row:
        """The health columns of a week."""
        facts: dict[str, Any] = {name: row[name] for name in _READ if name in Week.__slots__ and name in row}
        week = Week(account_id=row["account_id"], week_ending=row["week_ending"], source="book", **facts)
        return self._columns(read_week(week, self.rules), off)

    def _columns(self, reading: HealthReading, off: float) -> Row:
        if reading.score is None:
            return {"health_score": None, "health_category": None}
        score = round(min(max(reading.score + off, 0.0), 10.0), 2)
        return {"health_score": score, "health_category": str(self.rules.category_of(score))}
