"""Running an import of payments: chunk by chunk, a commit after each, so that a kill leaves whole payments."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.security.cross_company import cross_company
from app.security.tenancy import current_scope
from app.services.payments.lines import (
    Facts,
    Key,
    LineResult,
    Planner,
    ReadLine,
    facts_of,
    known_payments,
    write_lines,
)

CHUNK_LINES = 200


def plan_payments(session: Session, lines: Sequence[ReadLine], *, today: date) -> list[LineResult]:
    """Say what an import would do, as `session`'s scope may see it; nothing is written."""
    planner, results = Planner(today), []
    for chunk in _chunks(lines):
        known = _of_others(session, chunk) | known_payments(session, chunk)
        results += planner.plan(session, chunk, known)
    return results


def run_payments(session: Session, lines: Sequence[ReadLine], *, today: date) -> list[LineResult]:
    """Import payments into the scope of `session`. Whatever stops it, another run does the rest."""
    planner, results = Planner(today), []
    for chunk in _chunks(lines):
        planned = planner.plan(session, chunk, known_payments(session, chunk))
        results += write_lines(session, planned)
        session.commit()
    return results


def _of_others(session: Session, lines: Sequence[ReadLine]) -> dict[Key, Facts]:
    """Payments that are here already for companies out of sight: that they are here, and nothing about them."""
    if current_scope(session).sees_every_company:
        return {}
    with cross_company("dry run of an import of payments") as everything:
        everything.rollback()  # the event of opening would be written before the first read
        known = known_payments(everything, lines)
        everything.rollback()
    return {
        line.key: facts_of(line.payment)
        for line in lines
        if line.payment is not None and line.key in known
    }


def _chunks(lines: Sequence[ReadLine]) -> Iterator[Sequence[ReadLine]]:
    for start in range(0, len(lines), CHUNK_LINES):
        yield lines[start : start + CHUNK_LINES]
