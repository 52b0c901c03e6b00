"""The rows of a batch: the outcome of each document, planned or done, and where a refused one is held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.clock import now
from app.domain.imports import REFUSED, REFUSED_KEPT, ImportOutcome
from app.domain.ports import HoldingArea
from app.services.imports.plan import Planned
from app.services.imports.values import DocumentResult, ImportOrder, Incoming


@dataclass(frozen=True, slots=True)
class Held:
    """Where the bytes of a document are: the documents refused in one chunk lie behind each other."""

    name: str
    start: int
    size: int


def hold_refused(
    holding: HoldingArea | None, chunk: Sequence[Incoming], results: Sequence[DocumentResult]
) -> list[Held | None]:
    """Keep the bytes of what is refused, as far as there are any.

    Raises:
        StorageFull, StorageUnavailable
    """
    kept = [
        one.data if result.outcome is ImportOutcome.REFUSED and holding is not None else b""
        for one, result in zip(chunk, results, strict=True)
    ]
    if holding is None or not any(kept):
        return [None] * len(chunk)
    name = holding.hold((data for data in kept if data), folder=REFUSED)
    return list(_places(name, kept))


def planned_row(batch_id: int, order: ImportOrder, planned: Planned) -> dict[str, Any]:
    """What would become of a document. A company that would be created is named, for it has no number yet."""
    result = planned.result
    opens = {"opens": result.company_name} if planned.invoice and not result.company_id else {}
    return row_of(batch_id, order, result) | {
        "is_planned": True,
        "identity": planned.invoice.identity if planned.invoice else None,
        "params": {**result.params, **opens},
    }


def row_of(
    batch_id: int, order: ImportOrder, result: DocumentResult, held: Held | None = None
) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "started_by_id": order.started_by_id,
        "company_id": result.company_id,
        "file": result.file[-500:],
        "number": result.number,
        "kind": result.kind,
        "is_planned": False,
        "identity": None,
        "outcome": result.outcome,
        "code": result.code,
        "params": dict(result.params),
        "warnings": [{"code": one.code, "params": dict(one.params)} for one in result.warnings],
        "attempts": [],
        **place_of(held),
    }


def place_of(held: Held | None) -> dict[str, Any]:
    """The columns of a row that say where its document is held, and until when."""
    return {
        "held": held.name if held else None,
        "held_start": held.start if held else None,
        "held_size": held.size if held else None,
        "held_until": now() + REFUSED_KEPT if held else None,
    }


def _places(name: str, kept: Sequence[bytes]) -> Iterator[Held | None]:
    start = 0
    for data in kept:
        yield Held(name, start, len(data)) if data else None
        start += len(data)
