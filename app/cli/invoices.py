"""`flask invoices`: import documents from files, folders and archives."""

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from app.cli.groups import CommandGroup
from app.cli.users import COMMAND_LINE
from app.documents.archives import SourceFile, iter_sources
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome, ImportSource
from app.extensions import ports
from app.fab.messages import message_for, sentence
from app.jobs.invoice_import import ImportSummary, plan_import, run_import
from app.security.cross_company import cross_company
from app.services.imports.batches import find_manager
from app.services.imports.values import DocumentResult, ImportOrder

FAILED_EXIT_CODE = 1
REFUSED_EXIT_CODE = 2
_SHOWN_EVERY_S = 0.2

invoices = CommandGroup("invoices", help="Invoices and credit notes.")


class _Command(click.Command):
    """Ends a mistyped command with 1: the 2 of other commands means a refused document here."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.show()
            ctx.exit(FAILED_EXIT_CODE)


@invoices.command("import", cls=_Command)
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path), metavar="FILE|FOLDER|ZIP...")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--create-companies", is_flag=True, help="Open a company for each unknown buyer.")
@click.option(
    "--manager", metavar="EMAIL", help="Account manager who gets the companies that are opened."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def import_(
    sources: tuple[Path, ...],
    *,
    dry_run: bool,
    create_companies: bool,
    manager: str | None,
    as_json: bool,
) -> None:
    """Import UBL 2.1 invoices and credit notes. Nothing is sent to anybody.

    What is here already is left alone, so a run that was interrupted is finished by running it
    again. Exit code 0; 2 when a document was refused; 1 when the import failed.
    """
    if not sources:
        raise click.ClickException("Name the files, folders or ZIP archives to import.")
    report = _Report(is_silent=as_json)
    try:
        order = _order(manager, create_companies=create_companies)
        files = iter_sources(sources)
        summary = _imported(files, order, report, dry_run=dry_run)
        report.finish(summary, dry_run=dry_run, as_json=as_json)
    except DomainError as error:
        _fail(error, report)
    except DBAPIError as error:
        raise click.ClickException(
            f"The database could not be used ({type(error).__name__}). "
            "Is it running, and up to date? Try: flask db upgrade"
        ) from error
    if summary.counts[ImportOutcome.REFUSED]:
        sys.exit(REFUSED_EXIT_CODE)


def _order(manager: str | None, *, create_companies: bool) -> ImportOrder:
    if manager and not create_companies:
        raise click.ClickException("--manager is for new companies: add --create-companies.")
    manager_id = None
    if manager:
        with cross_company("look up of an account manager") as session:
            manager_id = find_manager(session, manager)
    return ImportOrder(
        ImportSource.COMMAND_LINE, create_companies=create_companies, manager_id=manager_id
    )


def _imported(
    files: Iterable[SourceFile], order: ImportOrder, report: "_Report", *, dry_run: bool
) -> ImportSummary:
    if dry_run:
        return plan_import(files, order, on_result=report.add)
    return run_import(files, order, blobs=ports().blobs, on_result=report.add, actor=COMMAND_LINE)


def _fail(error: DomainError, report: "_Report") -> NoReturn:
    report.clear_progress()
    reason = message_for(error)
    if report.done:
        reason += f" {report.done} documents were handled; run the same command again to go on."
    raise click.ClickException(reason) from error


class _Report:
    """What is printed: a line of progress on a terminal, what needs a look, the counts or JSON."""

    def __init__(self, *, is_silent: bool) -> None:
        self.done = 0
        self._is_silent = is_silent
        self._documents: list[dict[str, str | None]] = []
        self._shows_progress = sys.stderr.isatty()
        self._shown_at = 0.0

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
            head = {"dry_run": dry_run, **counts, "warnings": summary.warnings}
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
            click.echo(f"\r{self.done} documents …", nl=False, err=True)
            self._shown_at = now


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
