"""The check of an upload: what would become of each document, as rows that are only planned."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.imports import ImportOutcome, ImportState
from app.models import ImportBatch, ImportRow
from app.services.imports import batches
from app.services.imports.buyers import BuyerKeys, KnownCompany
from app.services.imports.plan import Planned, Planner
from app.services.imports.rows import planned_row
from app.services.imports.values import DocumentResult, ImportOrder, Incoming

FORGOTTEN_AT_ONCE = 2000
"""Rows deleted in one statement: what else is written at that time waits no longer than for these."""


def recall_plan(session: Session, batch_id: int, planner: Planner) -> None:
    """Have the planner know what an earlier worker planned to create: a repetition is found again."""
    rows = session.execute(
        select(ImportRow.identity, ImportRow.company_id, ImportRow.params)
        .where(
            ImportRow.batch_id == batch_id,
            ImportRow.is_planned,
            ImportRow.identity.is_not(None),
        )
        .execution_options(yield_per=1000)
    )
    for identity, company_id, params in rows:
        name = str(params.get("opens", ""))
        planner.remember(identity, KnownCompany(company_id, name, BuyerKeys()))


def plan_chunk(session: Session, chunk: Sequence[Incoming], planner: Planner) -> list[Planned]:
    """What would become of these documents; the reading transaction is over when it returns."""
    planned = planner.plan(session, chunk)
    session.rollback()
    return planned


def write_plan(
    session: Session, batch_id: int, planned: Sequence[Planned], *, at: int, order: ImportOrder
) -> None:
    """Write it down; the first of these documents is number `at`.

    Raises:
        ImportTaken: another worker has done it.
    """
    batches.take_turn(session, batch_id, order, at=at, documents=len(planned))
    rows = [planned_row(batch_id, order, each) for each in planned]
    session.execute(insert(ImportRow), rows, execution_options={"render_nulls": True})
    _count(session, batch_id, [each.result for each in planned])


def finish_check(session: Session, batch_id: int) -> None:
    """The report is ready: from now on it waits for its reader."""
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.state == ImportState.CHECKING)
        .values(
            state=ImportState.CHECKED,
            total_count=ImportBatch.position,
            updated_at=now(),
            failure=None,
        )
        .execution_options(synchronize_session=False)
    )


def forget_plan(session: Session, batch_id: int) -> int:
    """Delete some of the planned rows, whose place others have taken; how many. Call it until it returns 0."""
    some = (
        select(ImportRow.id)
        .where(ImportRow.batch_id == batch_id, ImportRow.is_planned)
        .limit(FORGOTTEN_AT_ONCE)
    )
    statement = delete(ImportRow).where(ImportRow.id.in_(some))
    gone = session.execute(statement.execution_options(synchronize_session=False))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _count(session: Session, batch_id: int, results: Sequence[DocumentResult]) -> None:
    counts = Counter(one.outcome for one in results)
    warned = sum(bool(one.warnings) for one in results)
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(
            planned_created_count=ImportBatch.planned_created_count + counts[ImportOutcome.CREATED],
            planned_unchanged_count=ImportBatch.planned_unchanged_count
            + counts[ImportOutcome.UNCHANGED],
            planned_refused_count=ImportBatch.planned_refused_count + counts[ImportOutcome.REFUSED],
            planned_warning_count=ImportBatch.planned_warning_count + warned,
        )
        .execution_options(synchronize_session=False)
    )
