"""As much of Salesforce's query language as sync speaks: fields, one object, conditions joined by AND, an order."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.json_values import Unlike, instant

_QUERY = re.compile(
    r"SELECT (?P<fields>.+?) FROM (?P<name>\w+)(?: WHERE (?P<where>.+?))?(?: ORDER BY (?P<order>.+))?"
)
_CONDITION = re.compile(
    r"(?P<field>[\w.]+) ?(?P<sign><=|>=|!=|=|<|>) ?(?P<value>'(?:[^'\\]|\\.)*'|[\w.:+\-]+)"
)
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


class Malformed(Exception):
    """The query cannot be read."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A field compared with a value."""

    field: str
    sign: str
    value: Any

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Whether a record meets it; nothing is neither larger nor smaller than anything."""
        found, value = _comparable(at(record, self.field)), _comparable(self.value)
        if found is None or value is None:
            return self.sign in ("=", "!=") and _SIGNS[self.sign](found, value)
        return _SIGNS[self.sign](found, value) if type(found) is type(value) else self.sign == "!="


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; of the conditions all hold, of each at least one alternative."""

    fields: tuple[str, ...]
    name: str
    conditions: tuple[tuple[Condition, ...], ...]
    order: tuple[str, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """Every field that it names."""
        asked = (condition.field for alternatives in self.conditions for condition in alternatives)
        return (*self.fields, *asked, *self.order)

    def run(self, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The records that it finds, in its order, whole: a reader must not mind what it did not ask for."""
        found = [
            record
            for record in records
            if all(any(one.holds(record) for one in alternatives) for alternatives in self.conditions)
        ]
        return sorted(found, key=lambda record: tuple(str(at(record, field) or "") for field in self.order))


def parse(soql: str) -> Query:
    """Read a query; raises Malformed."""
    found = _QUERY.fullmatch(soql.strip())
    if not found:
        raise Malformed
    conditions = tuple(_alternatives(part) for part in (found["where"] or "").split(" AND ") if part)
    return Query(_names(found["fields"]), found["name"], conditions, _names(found["order"] or ""))


def at(record: Mapping[str, Any], field: str) -> Any:
    """A field's value, through look-ups."""
    value: Any = record
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _alternatives(part: str) -> tuple[Condition, ...]:
    return tuple(_condition(one) for one in part.strip().removeprefix("(").removesuffix(")").split(" OR "))


def _condition(part: str) -> Condition:
    found = _CONDITION.fullmatch(part.strip())
    if not found:
        raise Malformed
    raw = found["value"]
    value = re.sub(r"\\(.)", r"\1", raw[1:-1]) if raw.startswith("'") else _WORDS.get(raw.lower(), raw)
    return Condition(found["field"], found["sign"], value)


def _names(part: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in part.split(",") if name.strip())


def _comparable(value: Any) -> Any:
    if isinstance(value, str) and "T" in value:
        try:
            return instant(value)
        except Unlike:
            return value
    return value
