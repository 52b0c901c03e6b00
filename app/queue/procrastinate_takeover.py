"""What procrastinate lost sight of: jobs of dead workers, of a restored backup, of another engine's time."""

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any, LiteralString

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

log = logging.getLogger(__name__)

LATE = timedelta(seconds=5)
"""A job that is due for longer than this, and that procrastinate does not hold ready, was lost sight of."""
AT_ONCE = 1000

_LOST: LiteralString = """
    WITH due AS (
        SELECT id FROM job WHERE state = 'WAITING' AND run_at < now() - %(late)s
        UNION ALL
        SELECT id FROM job WHERE state = 'RUNNING' AND leased_until < now()
    )
    SELECT id FROM due WHERE NOT EXISTS (
        SELECT FROM procrastinate_jobs known
        WHERE known.status = 'todo' AND known.task_name = %(task)s
          AND (known.args ->> 'job_id')::bigint = due.id
          AND (known.scheduled_at IS NULL OR known.scheduled_at <= now())
    )
    ORDER BY id LIMIT %(most)s
"""


async def take_over(app: App, *, task: str, queue: str, stalled_s: float) -> None:
    """Forget what dead workers held in procrastinate, and announce anew what the ledger has due and nobody will run.

    Every worker does this, and takes no lock for it: one that hangs would keep the others from it. Announced by two
    of them, a job still runs once: its lease in the ledger decides.
    """
    await _forget_dead_workers(app, queue=queue, stalled_s=stalled_s)
    connector: Any = app.connector
    async with connector.pool.connection() as connection:
        values = {"late": LATE, "task": task, "most": AT_ONCE}
        lost = await (await connection.execute(_LOST, values)).fetchall()
        if lost:
            job = app.configure_task(task, queue=queue, connection=connection)
            await job.batch_defer_async(*({"job_id": row[0]} for row in lost))
            log.info("jobs announced anew, so that somebody runs them: %d", len(lost))


async def _forget_dead_workers(app: App, *, queue: str, stalled_s: float) -> None:
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=stalled_s):
        with suppress(ConnectorException):  # another worker was quicker
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)
    await manager.prune_stalled_workers(stalled_s)
