"""`flask payments`: import payments from CSV files and bank statements, and match what is left over."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from app.cli.groups import CommandGroup
from app.cli.users import COMMAND_LINE
from app.documents.payment_files import read_payments
from app.domain.clock import today
from app.domain.errors import DomainError
from app.domain.payments import PaymentOutcome
from app.fab.messages import message_for, sentence
from app.jobs.payment_import import plan_payments, run_payments
from app.security.cross_company import cross_company
from app.services.payments.lines import LineResult, ReadLine, identified
from app.services.payments.receiving import match_again

REFUSED_EXIT_CODE = 2
_MOST_MATCHED = 100_000

payments = CommandGroup("payments", help="Payments received.")


@payments.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE...",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def import_(files: tuple[Path, ...], *, dry_run: bool, as_json: bool) -> None:
    """Import payments from CSV files and bank statements (camt.053) of every company.

    What is here already is left alone: the same file twice, or statements that overlap, change
    nothing. Exit code 0; 2 when a line was refused; 1 when the import failed.
    """
    results = [(path.name, one) for path in files for one in _imported(path, dry_run=dry_run)]
    counts = Counter(one.outcome for _name, one in results)
    if as_json:
        click.echo(
            json.dumps(_as_json(results, counts, dry_run=dry_run), ensure_ascii=False, indent=2)
        )
    else:
        _print(results, counts, dry_run=dry_run)
    if counts[PaymentOutcome.REFUSED]:
        sys.exit(REFUSED_EXIT_CODE)


@payments.command("match")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1, _MOST_MATCHED))
def match(limit: int) -> None:
    """Try payments with something left once more: an invoice may have come after its payment."""
    with cross_company("matching of payments", actor=COMMAND_LINE) as session:
        found = match_again(session, limit=limit)
        session.commit()
    click.echo(f"{found} payments found an invoice or a company.")


def _imported(path: Path, *, dry_run: bool) -> list[LineResult]:
    try:
        lines = _read(path)
        reason = "dry run of an import of payments" if dry_run else "import of payments"
        with cross_company(reason, actor=COMMAND_LINE) as session:
            if dry_run:
                session.rollback()  # not even a trace of having looked is written
                return plan_payments(session, lines, today=today())
            return run_payments(session, lines, today=today())
    except DomainError as error:
        raise click.ClickException(f"{path.name}: {message_for(error)}") from error
    except DBAPIError as error:
        raise click.ClickException(
            f"The database could not be used ({type(error).__name__}). "
            "Is it running, and up to date? Try: flask db upgrade"
        ) from error


def _read(path: Path) -> list[ReadLine]:
    try:
        return identified(read_payments(path.read_bytes()))
    except OSError as error:
        raise click.ClickException(f"{path.name} cannot be read ({error.strerror}).") from error


def _as_json(
    results: Sequence[tuple[str, LineResult]], counts: Counter[PaymentOutcome], *, dry_run: bool
) -> dict[str, object]:
    head: dict[str, object] = {"dry_run": dry_run}
    head |= {outcome.lower(): counts[outcome] for outcome in PaymentOutcome}
    return head | {"lines": [_line(name, one) for name, one in results]}


def _line(name: str, result: LineResult) -> dict[str, object]:
    payment, owner = result.payment, result.owner
    return {
        "file": name,
        "row": result.row,
        "outcome": result.outcome.lower(),
        "received_on": payment.received_on.isoformat() if payment else None,
        "amount_cents": payment.amount_cents if payment else None,
        "currency": payment.currency if payment else None,
        "communication": payment.communication if payment else None,
        "company": owner.company if owner else None,
        "invoice": owner.invoice if owner else None,
        "paid_cents": owner.paid_cents if owner else 0,
        "code": result.code,
        "message": sentence(result.code, result.params) if result.code else None,
    }


def _print(
    results: Sequence[tuple[str, LineResult]], counts: Counter[PaymentOutcome], *, dry_run: bool
) -> None:
    for text in _remarks(results):
        click.echo(text)
    allocated = sum(
        one.owner is not None and one.owner.invoice_id is not None for _n, one in results
    )
    listed = ", ".join(f"{counts[outcome]} {outcome.lower()}" for outcome in PaymentOutcome)
    title = "Dry run, nothing was written: " if dry_run else ""
    click.echo(f"{title}{listed}; {allocated} allocated to an invoice.")


def _remarks(results: Sequence[tuple[str, LineResult]]) -> Iterator[str]:
    for name, one in results:
        if one.code:
            words = sentence(one.code, one.params)
            yield f"{one.outcome.lower():<10}{name}, line {one.row}: {words}"
