"""What a measurement apart from the pages found: numbers for the budgets, a table for people."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.clock import today
from benchmarks.machine import machine


@dataclass(frozen=True, slots=True)
class Finding:
    """`name` is that of its module and of its file in `results/`; `numbers` are what budgets read."""

    name: str
    title: str
    about: str
    numbers: dict[str, float]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    command: str = ""
    measured_on: str = field(default_factory=lambda: today().isoformat())
    machine: str = field(default_factory=machine)

    def text(self) -> str:
        command = self.command or f"python -m benchmarks.{self.name}"
        return "\n".join(
            [
                f"## {self.title}\n",
                f"{self.measured_on} · {self.machine} · `{command}`: {self.about}\n",
                f"| {' | '.join(self.columns)} |",
                "|---" * len(self.columns) + "|",
                *(f"| {' | '.join(row)} |" for row in self.rows),
                "",
            ]
        )
