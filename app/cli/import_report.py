"""What an import prints: its number, a line of progress on a terminal, what needs a look, the counts or JSON."""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import click

from app.domain.imports import ImportOutcome
from app.fab.messages import sentence
from app.jobs.invoice_import import ImportSummary
from app.services.imports.values import DocumentResult

_SHOWN_EVERY_S = 0.2


class Report:
    """`total` counts the documents; it is asked only where there is a terminal to show progress on."""

    def __init__(self, *, is_silent: bool, total: Callable[[], int] | None = None) -> None:
        self.done = 0
        self._is_silent = is_silent
        self._documents: list[dict[str, str | None]] = []
        self._shows_progress = sys.stderr.isatty()
        self._shown_at = 0.0
        self._began_at = time.monotonic()
        self._total = total() if total and self._shows_progress else None

    def begin(self, batch: UUID) -> None:
        """Before the first document."""
        self._began_at = time.monotonic()
        if not self._is_silent:
            click.echo(f"Import {batch}")

    def add(self, result: DocumentResult) -> None:
        self.done += 1
        message = _message(result)
        if self._is_silent:
            self._documents.append(_as_json(result, message))
        elif message:
            self.clear_progress()
            click.echo(f"{result.outcome.lower():<10}{_name(result)}: {message}")
        self._progress()

    def finish(self, summary: ImportSummary, *, dry_run: bool, as_json: bool) -> None:
        self.clear_progress()
        counts = {outcome.lower(): summary.counts[outcome] for outcome in ImportOutcome}
        if as_json:
            batch = str(summary.batch) if summary.batch else None
            head = {"batch": batch, "dry_run": dry_run, **counts, "warnings": summary.warnings}
            click.echo(
                json.dumps(head | {"documents": self._documents}, ensure_ascii=False, indent=2)
            )
            return
        listed = ", ".join(f"{count} {name}" for name, count in counts.items())
        title = "Dry run, nothing was written: " if dry_run else ""
        click.echo(f"{title}{listed}; {summary.warnings} with a warning.")

    def clear_progress(self) -> None:
        if self._shown_at:
            click.echo("\r\x1b[K", nl=False, err=True)
            self._shown_at = 0.0

    def _progress(self) -> None:
        now = time.monotonic()
        if self._shows_progress and now - self._shown_at >= _SHOWN_EVERY_S:
            line = progress_line(self.done, self._total, took_s=now - self._began_at)
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)
            self._shown_at = now


def progress_line(done: int, total: int | None, *, took_s: float) -> str:
    """How many, of how many, how fast, and how long it will still take."""
    per_s = done / max(took_s, 0.001)
    if total is None:
        return f"{done} documents, {per_s:.0f} per second"
    left = timedelta(seconds=round(max(total - done, 0) / per_s)) if done else "?"
    return f"{done} of {total} documents, {per_s:.0f} per second, {left} left"


def _message(result: DocumentResult) -> str | None:
    if result.code:
        return sentence(result.code, result.params)
    return " ".join(sentence(one.code, one.params) for one in result.warnings) or None


def _as_json(result: DocumentResult, message: str | None) -> dict[str, str | None]:
    first_warning = result.warnings[0].code if result.warnings else None
    return {
        "file": result.file,
        "number": result.number,
        "kind": result.kind,
        "company": result.company_name,
        "outcome": result.outcome.lower(),
        "code": result.code or first_warning,
        "message": message,
    }


def _name(result: DocumentResult) -> str:
    return f"{result.file} ({result.number})" if result.number else result.file
