"""The product's writers of tables, as `sheets` asks for them: amounts become the cells that it gives them."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO

from app.documents.sheets import csv_pieces, write_xlsx
from app.domain.cells import Cell, Money

Rows = Iterable[Sequence[object]]


def xlsx(headings: Sequence[str], rows: Rows, target: IO[bytes]) -> None:
    write_xlsx(target, headings, _cells(rows), title="Factures")


def csv(headings: Sequence[str], rows: Rows, target: IO[bytes]) -> None:
    for piece in csv_pieces(headings, _cells(rows)):
        target.write(piece)


def _cells(rows: Rows) -> Iterator[list[Cell]]:
    for row in rows:
        yield [Money(int(one * 100), "EUR") if isinstance(one, Decimal) else one for one in row]  # type: ignore[misc]
