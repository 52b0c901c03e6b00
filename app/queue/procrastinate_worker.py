"""A worker on procrastinate: woken by PostgreSQL, runs what the ledger allows, takes over what others left lying."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from app.domain.clock import now
from app.queue.engine import Duty
from app.queue.procrastinate_schema import libpq_address
from app.queue.procrastinate_takeover import take_over

log = logging.getLogger(__name__)

QUEUE = "clientele"
RUN = "clientele.run"
"""The one task that procrastinate knows of: run the job of the ledger that has this number."""

POLL_S = 0.5
"""How often jobs that have become due are looked for; new ones are told of by the database at once."""
HEARTBEAT_S = 10.0
STALLED_S = 30.0
"""A worker that was not heard of for so long is taken for dead."""
TAKE_OVER_S = 2.0
AGAIN_S = 3.0
"""How long to wait before connecting anew, after the database has gone away."""
_STOP_S = 0.1
_OPTIONS = "-c idle_in_transaction_session_timeout=60s"
"""A worker that hangs, or whose machine is paused, gives up what it has locked."""
_SOON = timedelta(seconds=1)


class Worker:
    """Runs jobs in threads, until its duty says stop. A database that goes away is waited for."""

    def __init__(self, duty: Duty) -> None:
        self._duty = duty
        self._threads = ThreadPoolExecutor(duty.threads, thread_name_prefix="jobs")

    def run(self) -> None:
        with self._threads:
            asyncio.run(self._serve())

    async def _serve(self) -> None:
        stop = asyncio.create_task(self._wait_for_stop())
        while not stop.done():
            working = asyncio.create_task(self._work())
            await asyncio.wait((working, stop), return_when=asyncio.FIRST_COMPLETED)
            working.cancel()  # it ends what it has begun before it obeys
            (ended,) = await asyncio.gather(working, return_exceptions=True)
            if not stop.done():
                _say_why("the worker had to stop", ended)
                await asyncio.wait((stop,), timeout=AGAIN_S)

    async def _work(self) -> None:
        """Work until told to stop, or until something breaks."""
        app = App(connector=self._connector())
        self._register(app)
        try:
            await app.open_async()
            taking_over = asyncio.create_task(self._take_over(app))
            try:
                await self._run_jobs(app)
            finally:
                taking_over.cancel()
                await asyncio.wait((taking_over,))
        finally:
            await app.close_async()

    def _connector(self) -> PsycopgConnector:
        return PsycopgConnector(
            conninfo=libpq_address(self._duty.database_url),
            kwargs={"options": _OPTIONS},
            min_size=1,
            max_size=4,
            timeout=5,
        )

    def _register(self, app: App) -> None:
        @app.task(name=RUN, queue=QUEUE)
        async def run(job_id: int) -> None:
            loop = asyncio.get_running_loop()
            again_at = await loop.run_in_executor(self._threads, self._duty.run_one, job_id)
            if again_at is None:
                return
            if again_at - now() < _SOON:
                # The clocks of two machines differ: asked again at once, it would be refused at once.
                await asyncio.sleep(_SOON.total_seconds())
            await app.configure_task(RUN, queue=QUEUE, schedule_at=again_at).defer_async(
                job_id=job_id
            )

    async def _run_jobs(self, app: App) -> None:
        await app.run_worker_async(
            queues=[QUEUE],
            concurrency=self._duty.threads,
            fetch_job_polling_interval=POLL_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_S,
            delete_jobs="always",
            install_signal_handlers=False,
        )

    async def _take_over(self, app: App) -> None:
        while True:
            try:
                await take_over(app, task=RUN, queue=QUEUE, stalled_s=STALLED_S)
            except Exception as error:  # noqa: BLE001 - no reason to stop running what is known
                _say_why("jobs could not be taken over", error)
            await asyncio.sleep(TAKE_OVER_S)

    async def _wait_for_stop(self) -> None:
        while not self._duty.stop.is_set():
            await asyncio.sleep(_STOP_S)


def _say_why(what: str, error: BaseException | None) -> None:
    """In one line where a database has gone away, in full where it may be a fault of ours."""
    if error is None or isinstance(error, ConnectorException | psycopg.Error):
        name = "a connection was lost" if error is None else type(error.__cause__ or error).__name__
        log.warning("%s: %s; trying again", what, name)
    else:
        log.error("%s; trying again", what, exc_info=error)
