"""A worker that begins an export and stops half-way, to be killed there.

Told by its arguments: the addresses of the database, and the folder of the data.
"""

import signal
import sys
from pathlib import Path

from app import create_app
from app.jobs.running import runner_of
from app.services.exports import making, rows
from config import Settings


def main(addresses: str, data_dir: str) -> None:
    runtime, system, audit = addresses.split()
    app = create_app(
        Settings(
            data_dir=Path(data_dir),
            secret_key="a-key-that-only-tests-know-0123456789",
            database_url=runtime,
            database_system_url=system,
            database_audit_url=audit,
        )
    )
    rows.ROWS_A_PAGE = 3
    recorded = making.record_progress

    def stop_half_way(session, task, done):
        recorded(session, task, done)
        session.commit()
        print("half-way", flush=True)
        signal.pause()

    making.record_progress = stop_half_way
    with runner_of(app) as runner:
        while runner.run_next():
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
