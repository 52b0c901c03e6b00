"""`flask invoices`: import documents from files, folders and archives."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.exc import DBAPIError

from app.cli.groups import CommandGroup
from app.cli.import_report import Report
from app.cli.users import COMMAND_LINE
from app.documents.archives import SourceFile, count_sources, iter_sources
from app.domain.errors import DomainError
from app.domain.imports import ImportOutcome, ImportSource
from app.extensions import ports
from app.fab.messages import message_for
from app.jobs.import_repairs import retry_batch
from app.jobs.invoice_import import ImportSummary, plan_import, run_import
from app.security.cross_company import cross_company
from app.services.imports.batches import find_manager
from app.services.imports.values import ImportOrder

FAILED_EXIT_CODE = 1
REFUSED_EXIT_CODE = 2

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

    What is here already is recognised by its bytes and left alone, so a run that was interrupted is
    finished by running the same command again. Exit code 0; 2 when a document was refused; 1 when the
    import failed.
    """
    if not sources:
        raise click.ClickException("Name the files, folders or ZIP archives to import.")
    report = Report(is_silent=as_json, total=lambda: count_sources(sources))
    with _failing(report, again="run the same command again to go on"):
        order = _order(manager, create_companies=create_companies)
        summary = _imported(iter_sources(sources), order, report, dry_run=dry_run)
        report.finish(summary, dry_run=dry_run, as_json=as_json)
    if summary.counts[ImportOutcome.REFUSED]:
        sys.exit(REFUSED_EXIT_CODE)


@invoices.command("retry", cls=_Command)
@click.argument("batch", type=click.UUID)
@click.option("--create-companies", is_flag=True, help="Open a company for each unknown buyer.")
def retry(batch: UUID, *, create_companies: bool) -> None:
    """Try the refused documents of an import again, from the files that were kept.

    BATCH is what the import printed first. Exit code as for the import.
    """
    report = Report(is_silent=False)
    order = ImportOrder(ImportSource.COMMAND_LINE, create_companies=create_companies)
    with _failing(report, again="run the same command again to go on"):
        summary = retry_batch(batch, order, ports(), on_result=report.add, actor=COMMAND_LINE)
        report.finish(summary, dry_run=False, as_json=False)
    if summary.counts[ImportOutcome.REFUSED]:
        sys.exit(REFUSED_EXIT_CODE)


@contextmanager
def _failing(report: Report, *, again: str) -> Iterator[None]:
    """End in words when it fails, or when somebody presses Ctrl-C: what was handled is there."""
    try:
        yield
    except KeyboardInterrupt as error:
        report.clear_progress()
        message = f"Interrupted. {report.done} documents were handled; {again}."
        raise click.ClickException(message) from error
    except DomainError as error:
        report.clear_progress()
        reason = message_for(error)
        if report.done:
            reason += f" {report.done} documents were handled; {again}."
        raise click.ClickException(reason) from error
    except DBAPIError as error:
        raise click.ClickException(
            f"The database could not be used ({type(error).__name__}). "
            "Is it running, and up to date? Try: flask db upgrade"
        ) from error


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
    files: Iterable[SourceFile], order: ImportOrder, report: Report, *, dry_run: bool
) -> ImportSummary:
    if dry_run:
        return plan_import(files, order, on_result=report.add)
    outside = ports()
    return run_import(
        files,
        order,
        blobs=outside.blobs,
        holding=outside.holding,
        on_result=report.add,
        on_batch=report.begin,
        actor=COMMAND_LINE,
    )
