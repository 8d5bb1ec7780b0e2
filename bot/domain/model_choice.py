"""Under which segmentation model to answer: the one named, the one of a day, or the one in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.segment import SegmentModel
from bot.errors import WrongUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The model an answer is given under; `asked_on` is the day asked for, `current`: it is in force today."""

    model: SegmentModel
    current: bool
    asked_on: date | None = None
    notes: tuple[str, ...] = ()


def choose_model(
    models: Mapping[str, SegmentModel], default: str, named: str, day: date | None, today: date
) -> Chosen:
    """The model named, else the one in force on the day, else today's; raises WrongUsage with those there are."""
    now = _on(models, today) or models[default]
    notes: tuple[str, ...] = ()
    if named:
        model = _named(models, named)
        if day and not model.covers(day):
            notes = (f"`{model.name}` was not in force on {day}: it was {model.period}.",)
    else:
        model = (_on(models, day) or _none_on(models, day)) if day else now
    if day and day > today:
        notes = (*notes, f"{day} lies ahead: the model is the one known today for that day.")
    return Chosen(model=model, current=model.name == now.name, asked_on=day, notes=notes)


def _on(models: Mapping[str, SegmentModel], day: date) -> SegmentModel | None:
    return next((model for model in models.values() if model.covers(day)), None)


def _named(models: Mapping[str, SegmentModel], typed: str) -> SegmentModel:
    for name, model in models.items():
        if name.casefold() == typed.casefold():
            return model
    raise WrongUsage(
        f"There is no model “{typed[:40]}”. I know {_periods(models)}; "
        f"for example `/segment Acme model={next(iter(models))}`."
    )


def _none_on(models: Mapping[str, SegmentModel], day: date) -> SegmentModel:
    first = min(models.values(), key=lambda model: model.starts_on)
    raise WrongUsage(
        f"No model is known for {day}. I know {_periods(models)}; "
        f"for example `/segment Acme as-of {first.starts_on}`."
    )


def _periods(models: Mapping[str, SegmentModel]) -> str:
    ordered = sorted(models.values(), key=lambda model: model.starts_on)
    return ", ".join(f"`{one.name}` ({one.period})" for one in ordered)
