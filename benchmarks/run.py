"""The numbers of one run at one size: what `results/<N>.json` keeps."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from app.domain.clock import today
from benchmarks.contestants import BASE, PRODUCT, SQLITE
from benchmarks.fill import companies_for
from benchmarks.machine import machine
from benchmarks.measure import Measured


@dataclass(frozen=True, slots=True)
class Run:
    """Times in milliseconds. `times` holds (product ÷ the other) by contestant, `to_first` (page ÷ first page)."""

    invoices: int
    companies: int
    measured_on: str
    machine: str
    rounds: int
    burst: int
    pages: dict[str, dict[str, Any]]
    to_first: dict[str, float]
    to_first_on_sqlite: dict[str, float]
    growth: dict[str, float]
    memory_mb: dict[str, float]

    @classmethod
    def of(
        cls, measured: Sequence[Measured], memory: dict[str, float], asked: argparse.Namespace
    ) -> Self:
        return cls(
            invoices=asked.invoices,
            companies=companies_for(asked.invoices),
            measured_on=today().isoformat(),
            machine=machine(),
            rounds=asked.rounds,
            burst=asked.burst,
            pages={one.page.key: _numbers(one) for one in measured},
            to_first=_to_first(measured, PRODUCT),
            to_first_on_sqlite=_to_first(measured, SQLITE),
            growth={
                one.page.key: round(one.times(BASE), 2) for one in measured if BASE in one.timings
            },
            memory_mb={name: round(value) for name, value in memory.items()},
        )


def _to_first(measured: Sequence[Measured], name: str) -> dict[str, float]:
    first = next(one for one in measured if one.page.key == "first").timings.get(name)
    if first is None:
        return {}
    return {one.page.key: round(one.timings[name].times(first), 2) for one in measured}


def _numbers(one: Measured) -> dict[str, Any]:
    return {
        "title": one.page.title,
        "times": {name: round(one.times(name), 3) for name in one.timings if name != PRODUCT},
        "by": {
            name: timing.numbers() | {"kilobytes": round(one.kilobytes[name], 1)}
            for name, timing in one.timings.items()
        },
        "statements": one.statements[PRODUCT],
        "statements_at_base": one.statements.get(BASE),
        "commands": one.commands,
    }
